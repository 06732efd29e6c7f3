"""`clutch status`: how the site stands, also when it does not run."""

from __future__ import annotations

import http.client
import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from clutch_ops import arguments as typed
from clutch_ops import committed, durable, keepers, memory, processes, services, terminal
from clutch_ops.place import Place, as_it_stands
from clutch_ops.refusals import DONE, NEEDS_PERSON, NeedsPerson

EVERY_S = 2.0
ANSWER_S = 2.0
CLEAR = "\x1b[H\x1b[J"
TRANSPORTS = "clutch_live_clients"
COLOURS = {"up": "good", "off": "faint", "down": "bad", "absent": "doubtful", "probing": "doubtful"}
INDENT = 2
HELD = "its holder runs, and no release"
FOLLOWS = "works out statistics and achievements"
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - only compared


@dataclass(frozen=True)
class Standing:
    """How a site stands. `trouble` is why it does not answer, None when it does.

    `fault` is what is wrong with `current`, which the next start would meet.
    """

    processes: list[dict[str, Any]]
    followers: list[dict[str, Any]]
    live: dict[str, int]
    trouble: str | None
    last_update: dict[str, Any] | None
    backup: memory.Remembered | None
    test: memory.Remembered | None
    kept: keepers.Kept | None
    fault: NeedsPerson | None = None

    @property
    def status(self) -> int:
        return NEEDS_PERSON if self.trouble or self.fault else DONE

    @property
    def version(self) -> str:
        return " and ".join(sorted({str(one.get("version", "?")) for one in self.processes}))

    @property
    def since(self) -> datetime | None:
        """When the oldest process began."""
        known = [one["started_at"] for one in self.processes if one.get("started_at")]
        return min(map(datetime.fromisoformat, known), default=None)


def states(found: list[dict[str, Any]]) -> dict[str, tuple[str, str]]:
    """State and reason of each capability; where processes differ, of one that is not well."""
    told: dict[str, tuple[str, str]] = {}
    for one in found:
        reasons = one.get("reasons", {})
        for name, state in one.get("capabilities", {}).items():
            if name not in told or state not in {"up", "off"}:
                told[name] = state, str(reasons.get(name, ""))
    return dict(sorted(told.items()))


def status(root: Path, arguments: Sequence[str]) -> int:
    """Say how the site stands: 0 when it runs and answers, 4 when it does not."""
    words = typed.Words("status", status.__doc__)
    words.add_argument("--watch", action="store_true", help="again every two seconds, until Ctrl-C")
    words.add_argument("--json", action="store_true", help="as JSON")
    wanted = words.parse_args(arguments)
    while True:
        place = as_it_stands(root)
        standing = look(place)
        shown = _as_json(standing) if wanted.json else "\n".join(_lines(place, standing))
        print(f"{CLEAR if wanted.watch and sys.stdout.isatty() else ''}{shown}", flush=True)
        if not wanted.watch:
            return standing.status
        try:
            time.sleep(EVERY_S)
        except KeyboardInterrupt:
            return DONE


def look(place: Place) -> Standing:
    """Look at the site from outside: what it left in files, and whether it answers."""
    found = processes.serving(place)
    return Standing(
        found,
        processes.followers(place),
        _live(place, [one["pid"] for one in found]),
        _trouble(place, found),
        _last_update(place),
        memory.recall(place, memory.BACKUP),
        memory.recall(place, memory.TEST),
        keepers.ask(place.layout) if place.binding else None,
        place.fault,
    )


def _live(place: Place, pids: list[int]) -> dict[str, int]:
    """Live clients by transport."""
    together: Counter[str] = Counter()
    for pid in pids:
        figures = durable.read_json(place.run / f"metrics-{pid}.json") or {}
        together.update(figures.get("numbers", {}).get(TRANSPORTS, {}))
    return {name: int(count) for name, count in together.items()}


def _trouble(place: Place, found: list[dict[str, Any]]) -> str | None:
    if place.binding and (edited := committed.trouble(place.layout)):
        return edited
    if not found:
        held = processes.is_held(place)
        return HELD if held else "no process serves it"
    settings = place.settings
    host, port = settings.get("CLUTCH_HOST") or "127.0.0.1", settings.get("CLUTCH_PORT") or "1337"
    if not port.isdecimal() or port == "0":
        return None
    return ask(ANYWHERE.get(host, host), int(port))


def ask(host: str, port: int) -> str | None:
    """What is wrong with the site's answer to `/readyz`, or None."""
    line = http.client.HTTPConnection(host, port, timeout=ANSWER_S)
    try:
        line.request("GET", "/readyz", headers={"User-Agent": "clutch-ops"})
        answer = line.getresponse()
        said = json.loads(answer.read(65536))
    except OSError as error:
        return f"it does not answer at {host}:{port} ({error.strerror or error})"
    except (http.client.HTTPException, ValueError):
        return f"what answers at {host}:{port} is something else"
    finally:
        line.close()
    if answer.status == 200 and isinstance(said, dict) and said.get("status") == "ready":
        return None
    told = said.get("message") if isinstance(said, dict) else None
    return str(told or f"/readyz says {answer.status}").rstrip(".")


def _last_update(place: Place) -> dict[str, Any] | None:
    if place.binding is None:
        return None
    reports = sorted((place.root / "reports").glob("*.json"), reverse=True)
    told = (durable.read_json(path) for path in reports)
    # One that found the site up to date already has changed nothing.
    acts = (one for one in told if one and one.get("act") in {"update", "rollback"})
    return next((one for one in acts if one.get("from") != one.get("to")), None)


def _as_json(standing: Standing) -> str:
    told = {
        "running": bool(standing.processes),
        "trouble": standing.trouble or (standing.fault and standing.fault.reason),
        "version": standing.version or None,
        "since": standing.since and standing.since.isoformat(),
        "processes": standing.processes,
        "followers": standing.followers,
        "live": standing.live,
        "capabilities": {
            name: {"state": state, "reason": reason}
            for name, (state, reason) in states(standing.processes).items()
        },
        "keeper": standing.kept and standing.kept.told(),
        "last_update": standing.last_update,
        "last_backup": standing.backup and standing.backup.at.isoformat(),
        "last_restore_test": standing.test and standing.test.at.isoformat(),
    }
    return json.dumps(told, ensure_ascii=False)


def _lines(place: Place, standing: Standing) -> list[str]:
    lines = [_headline(place, standing), ""]
    if standing.fault:
        told = terminal.row("current", standing.fault.reason, "bad", "bad")
        lines += [told, terminal.advice(standing.fault.advice), ""]
    if standing.processes:
        lines += [*_table(standing), "", *_capabilities(standing), ""]
    return [*lines, *_memories(place, standing)]


def _headline(place: Place, standing: Standing) -> str:
    if standing.trouble == HELD:
        # The manager has started it already: to start it once more would only be refused.
        early = terminal.paint("is starting", "doubtful")
        first = f"Clutch {place.version} {early}. Should it stay so, see what it says."
        return f"{first}\n{terminal.advice(f'{place.typed} logs', INDENT)}"
    if not standing.processes:
        down = terminal.paint("does not run", "bad")
        first = f"Clutch {place.version} {down}: {standing.trouble}."
        return f"{first}\n{terminal.advice(_start(place), INDENT)}"
    since = standing.since
    for_long = f" since {terminal.moment(since)}, {_span(since)}" if since else ""
    if standing.trouble:
        ill = terminal.paint("is not well", "bad")
        return f"Clutch {standing.version} {ill}: {standing.trouble}.\nIt runs{for_long}."
    return f"Clutch {standing.version} {terminal.paint('runs', 'good')}{for_long}."


def _start(place: Place) -> str:
    return services.start(place.layout) if place.binding else f"{place.typed} serve"


def _span(since: datetime) -> str:
    return f"for {terminal.duration((datetime.now(UTC) - since).total_seconds())}"


def _table(standing: Standing) -> list[str]:
    head = f"  {'process':<12}{'memory':>10}{'requests':>12}{'failed':>9}{'live':>8}{'late':>10}"
    rows = [terminal.paint(head, "faint")]
    for one in standing.processes:
        figures = [one.get(name, 0) for name in ("requests", "errors", "live")]
        requests, failed, live = map(terminal.number, figures)
        late = f"{terminal.number(one.get('loop_lag_ms', 0))} ms"
        memory_used = terminal.size(one.get("rss_bytes", 0))
        rows.append(
            f"  {one['pid']:<12}{memory_used:>10}{requests:>12}{failed:>9}{live:>8}{late:>10}"
        )
    for one in standing.followers:
        memory_used = terminal.size(one.get("rss_bytes", 0))
        rows.append(f"  {one['pid']:<12}{memory_used:>10}  {FOLLOWS}")
    by = ", ".join(f"{count} by {name}" for name, count in standing.live.items() if count)
    return [*rows, "", terminal.row("live clients", by or "none")]


def _capabilities(standing: Standing) -> list[str]:
    return [
        terminal.row(name, reason, f"{state:<7}", COLOURS.get(state, "strong"))
        for name, (state, reason) in states(standing.processes).items()
    ]


def _memories(place: Place, standing: Standing) -> list[str]:
    lines = _keeping(standing.kept)
    lines += [terminal.row("last backup", _when(standing.backup))]
    lines += [] if standing.backup else [terminal.advice(f"{place.typed} backup")]
    update = standing.last_update
    if update:
        at = datetime.fromisoformat(str(update.get("ended_at")))
        told = f"{update.get('what')}: {update.get('outcome')}, {terminal.age(at)}"
        lines.append(terminal.row("last update", told))
    return lines


def _keeping(kept: keepers.Kept | None) -> list[str]:
    if kept is None:
        return []
    if not kept.trouble:
        return [terminal.row("kept by", f"{kept.kind}, as {kept.name} (process {kept.pid})")]
    told = [terminal.row("kept by", kept.trouble, "nobody", "bad")]
    return [*told, terminal.advice(kept.advice)]


def _when(one: memory.Remembered | None) -> str:
    return f"{terminal.moment(one.at)}, {terminal.age(one.at)}" if one else "none"

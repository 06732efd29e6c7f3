"""`clutch logs`: the site's lines, whoever keeps it running."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from clutch_ops import arguments as typed
from clutch_ops import processes, terminal
from clutch_ops.place import Place, as_it_stands
from clutch_ops.refusals import DONE, Refused

NAME = "clutch.log"
LINES = 20
EVERY_S = 0.25
HEARD_S = 10
# Nobody keeps it: it was started by hand.
TERMINAL = "its terminal"
LEVELS = ("debug", "info", "warning", "error", "critical")
COLOURS = {"debug": "faint", "info": "faint", "warning": "doubtful"}
# Said in a place of their own, or of no use to people.
TOLD = {"timestamp", "level", "logger", "event", "exception", "stack"}


@dataclass(frozen=True)
class Wish:
    """Which lines are wanted: from this level on, of this request, for people or as they are."""

    level: str | None
    request: str | None
    raw: bool

    def shown(self, text: str) -> str | None:
        """The line as it is printed; None when it is not wanted."""
        line = _parsed(text)
        if line is None:
            unasked = self.level is None and self.request is None
            return text if unasked and text else None
        if self.request is not None and line.get("request_id") != self.request:
            return None
        if self.level is not None and _rank(line) < LEVELS.index(self.level):
            return None
        return text if self.raw else for_people(line)


def logs(root: Path, arguments: Sequence[str]) -> int:
    """Print the site's newest log lines, and with -f those that come."""
    words = typed.Words("logs", logs.__doc__)
    words.add_argument("-n", type=_count, default=LINES, metavar="N", help=f"how many ({LINES})")
    words.add_argument("-f", "--follow", action="store_true", help="go on until Ctrl-C")
    words.add_argument("--level", choices=LEVELS, help="these and worse ones")
    words.add_argument("--request", metavar="ID", help="of one request: the id that its page shows")
    words.add_argument("--json", action="store_true", help="the lines as they are in the file")
    wanted = words.parse_args(arguments)
    wish = Wish(wanted.level, wanted.request, wanted.json)
    place = as_it_stands(root)
    try:
        with _newest(place) as newest:
            end = newest.seek(0, os.SEEK_END)
            _print_last(place, wish, wanted.n, end)
            _tell_of_more(place)
            if wanted.follow:
                _follow(root, newest, wish)
    except KeyboardInterrupt:
        pass
    except BrokenPipeError:
        # Whoever read this has read enough (`clutch logs | head`).
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return DONE


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no number")
    return int(text)


def _newest(place: Place) -> BinaryIO:
    path = next(files_of(place), None)
    if path is None:
        _tell_of_more(place)
        raise Refused(
            f"There is no log under {place.home / 'logs'}: the site has not run here yet.",
            f"{place.typed} serve; what a service manager heard: {heard_by(place)}",
        )
    return path.open("rb")


def _print_last(place: Place, wish: Wish, count: int, end: int) -> None:
    last = _last(files_of(place), wish, count, end)
    for line in last:
        print(line)
    sys.stdout.flush()
    if not last and count and (wish.level or wish.request):
        print("No such line in the log.", file=sys.stderr)


def _tell_of_more(place: Place) -> None:
    """A site that does not start may never have come to write its log."""
    if place.fault:
        print(f"{place.fault.reason} Mend it: {place.fault.advice}", file=sys.stderr)
    if place.binding and not processes.serving(place):
        way = heard_by(place)
        if way == TERMINAL:
            print(
                "The site does not run. Its last words stand where it was started.", file=sys.stderr
            )
            return
        print(f"The site does not run. What its keeper heard: {way}", file=sys.stderr)
        print(_heard(way), end="", file=sys.stderr)


def _heard(way: str) -> str:
    """The last lines of it; nothing where this user may not read them, or nobody listens."""
    if shutil.which(way.split(maxsplit=1)[0]) is None:
        return ""
    try:
        done = subprocess.run(
            way.split(), capture_output=True, text=True, timeout=HEARD_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""


def heard_by(place: Place) -> str:
    """How to read what the service manager kept, which also has what Python itself said."""
    facts = place.layout.facts if place.binding else {}
    name = facts.get("name", "clutch")
    ways = {
        "systemd": f"journalctl -u {name} -n {LINES} --no-pager",
        "supervisor": f"tail -n {LINES} {place.root}/run/supervisor.log",
        "pm2": f"pm2 logs {name} --lines {LINES} --nostream",
    }
    return ways.get(str(facts.get("keeper")), TERMINAL)


def files_of(place: Place) -> Iterator[Path]:
    """All files of the log, newest first; those of earlier generations after the current one's."""
    homes = [place.home]
    if place.binding:
        homes += [one.generation for one in reversed(place.layout.bindings_made())]
    for home in dict.fromkeys(homes):
        names = [NAME, *(f"{NAME}.{number}" for number in range(1, 100))]
        yield from (home / "logs" / name for name in names if (home / "logs" / name).is_file())


def _last(files: Iterable[Path], wish: Wish, count: int, end: int) -> list[str]:
    """The newest wanted lines, oldest first; the newest file counts up to the byte `end`."""
    found: deque[str] = deque()
    for number, path in enumerate(files):
        if len(found) >= count:
            break
        kept: deque[str] = deque(maxlen=count - len(found))
        with path.open("rb") as file:
            limit = path.stat().st_size if number else end
            kept.extend(_shown(file, wish, limit))
        found.extendleft(reversed(kept))
    return list(found)


def _shown(file: BinaryIO, wish: Wish, end: int) -> Iterator[str]:
    while file.tell() < end:
        shown = wish.shown(file.readline().decode(errors="replace").rstrip("\n"))
        if shown is not None:
            yield shown


def _follow(root: Path, file: BinaryIO, wish: Wish) -> None:
    """Print lines as they come, also when the file is turned over or the generation changes."""
    while True:
        path = as_it_stands(root).home / "logs" / NAME
        turned = path.exists() and path.stat().st_ino != os.fstat(file.fileno()).st_ino
        for line in _shown(file, wish, os.fstat(file.fileno()).st_size):
            print(line)
        sys.stdout.flush()
        if turned:
            file.close()
            file = path.open("rb")
        else:
            time.sleep(EVERY_S)


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        line = json.loads(text)
    except ValueError:
        return None
    return line if isinstance(line, dict) else None


def _rank(line: dict[str, Any]) -> int:
    level = str(line.get("level", "info"))
    return LEVELS.index(level) if level in LEVELS else LEVELS.index("info")


def for_people(line: dict[str, Any]) -> str:
    """A line as people read it: when, how bad, what, and the facts; a traceback below it."""
    level = str(line.get("level", "info"))
    when = str(line.get("timestamp", ""))[:19].replace("T", " ")
    facts = "  ".join(f"{name}={_value(fact)}" for name, fact in line.items() if name not in TOLD)
    first = f"{when}  {terminal.paint(f'{level:<8}', COLOURS.get(level, 'bad'))}{line.get('event')}"
    below = [str(line[name]) for name in ("exception", "stack") if line.get(name)]
    return "\n".join([f"{first}  {terminal.paint(facts, 'faint')}".rstrip(), *below])


def _value(fact: object) -> str:
    if isinstance(fact, str):
        return fact if fact and " " not in fact else json.dumps(fact, ensure_ascii=False)
    return json.dumps(fact, ensure_ascii=False, separators=(",", ":"))

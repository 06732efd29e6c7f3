"""What the site meets when it runs: the clock, its port, who keeps it running, what is optional."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from clutch_ops import (
    clock,
    committed,
    environment,
    identity,
    keepers,
    processes,
    services,
    status,
    terminal,
)
from clutch_ops.findings import BAD, DOUBTFUL, GOOD, Finding
from clutch_ops.journal import journals
from clutch_ops.place import Place
from clutch_ops.redis import set_address

OLD_GATE_S = 600
EXTRAS = {
    "live": "websockets",
    "redis": "redis",
    "statistics": "openskill",
    "metrics": "prometheus_client",
}


def clock_of_machine(place: Place) -> Iterator[Finding]:
    """The clock against the database's server, and against what happened already."""
    trouble, future = clock.trouble(place), clock.from_future(place)
    if trouble:
        yield Finding("clock", BAD, trouble, clock.SET)
    elif future:
        sentence = f"It is right now, and was ahead once: {future.what} is from the future."
        yield Finding("clock", DOUBTFUL, sentence)
    elif clock.is_kept() is False:
        yield Finding("clock", DOUBTFUL, "Nobody keeps this machine's clock right.", clock.SET)
    else:
        yield Finding("clock", GOOD, f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC")


def port(place: Place) -> Iterator[Finding]:
    """The site answers there, or could."""
    host = place.settings.get("CLUTCH_HOST") or "127.0.0.1"
    text = place.settings.get("CLUTCH_PORT") or "1337"
    if not text.isdecimal() or not 0 < int(text) < 65536:
        return
    where = f"{host}:{text}"
    if processes.serving(place):
        trouble = status.ask(status.ANYWHERE.get(host, host), int(text))
        if trouble:
            logs = f"{place.typed} logs --level warning"
            yield Finding("port", BAD, f"The site runs, but {trouble}.", logs)
        else:
            yield Finding("port", GOOD, f"the site answers at {where}")
        return
    trouble = _taken(host, int(text))
    if trouble and not processes.is_held(place):
        sentence = f"The site can't listen at {where}: {trouble}."
        yield Finding("port", BAD, sentence, f"ss -ltnp 'sport = :{text}'")
    elif processes.is_held(place):
        way = f"{place.typed} logs --level warning"
        yield Finding("port", BAD, "The site's holder runs, and no release serves.", way)
    elif place.binding:
        yield Finding("port", BAD, "The site does not run.", services.start(place.layout))
    else:
        sentence = f"The site does not run; {where} is free."
        yield Finding("port", DOUBTFUL, sentence, f"{place.typed} serve")


def _taken(host: str, number: int) -> str | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, number))
        except OSError as error:
            return (error.strerror or str(error)).lower()
    return None


def leftovers(place: Place) -> Iterator[Finding]:
    """What was cut off, edited or forgotten."""
    if place.binding and place.fault is None:
        identity.check_settings(place.layout, committed.check(place.layout))
    gate = place.run / "gate"
    if gate.exists() and time.time() - gate.stat().st_mtime > OLD_GATE_S:
        sentence = f"Nothing can be written: the gate is closed for {_age(gate)}."
        yield Finding("gate", BAD, sentence, f"rm {gate}")
    stale = [path for path in place.run.glob("process-*.json") if _is_left(path)]
    if stale:
        sentence = f"{terminal.plural(len(stale), 'file')} of processes that are gone."
        yield Finding("leftovers", DOUBTFUL, sentence, "", _removing(stale))
    if place.binding and any(not one.is_ended for one in journals(place.layout)):
        sentence = "A command was cut off, and what it left lies about."
        yield Finding("leftovers", BAD, sentence, f"{place.typed} recover")


def _age(path: Path) -> str:
    return terminal.duration(time.time() - path.stat().st_mtime)


def _is_left(path: Path) -> bool:
    number = path.stem.partition("-")[2]
    return number.isdecimal() and not processes.is_alive(int(number))


def _removing(paths: list[Path]) -> Callable[[], None]:
    def remove() -> None:
        for path in paths:
            path.unlink(missing_ok=True)

    return remove


def keeper(place: Place) -> Iterator[Finding]:
    """Who starts the site again when the machine starts."""
    if place.binding is None:
        return
    kept = keepers.ask(place.layout)
    again = f"{place.release}/bin/clutch install {place.root}"
    if kept is None:
        sentence = "Nobody starts the site again when this machine starts."
        yield Finding("kept by", DOUBTFUL, sentence, f"{again} --manager systemd")
        return
    if services.stale(place.layout):
        sentence = f"What {kept.kind} has of the site is not as the settings are now."
        yield Finding("kept by", DOUBTFUL, sentence, f"{again}; {services.advice(place.layout)}")
    if kept.trouble:
        yield Finding("kept by", BAD, kept.trouble, kept.advice)
    else:
        yield Finding("kept by", GOOD, f"{kept.kind}, as {kept.name}")


def capabilities(place: Place) -> Iterator[Finding]:
    """What is optional, how it stands or will stand at the next start, and how to get it."""
    serving = processes.serving(place)
    will_be = _by_settings(place)
    known = status.states(serving) if serving else will_be
    if serving:
        # The serving processes count it only where somebody asks for it.
        known = {"metrics": will_be["metrics"], **known}
    for name, (state, reason) in sorted(known.items()):
        level = BAD if state == "down" else GOOD if state in {"up", "off"} else DOUBTFUL
        advice = "" if state in {"up", "probing"} else how_to_get(place, name, state)
        word = state if serving else f"will be {state}"
        yield Finding(name, level, f"{word}: {reason}", advice)


def _by_settings(place: Place) -> dict[str, tuple[str, str]]:
    """How each will stand at the next start, as far as settings and packages tell."""
    settings = place.settings
    told = dict.fromkeys(("live", "notices", "metrics"), ("up", "it needs no setting."))
    told["redis"] = _set(set_address(settings) is not None, "REDIS_URL")
    told["mail"] = _set(bool(settings.get("CLUTCH_MAIL_HOST")), "CLUTCH_MAIL_HOST")
    for name in ("achievements", "statistics"):
        setting = f"CLUTCH_{name.upper()}"
        is_on = settings.get(setting, "on") == "on"
        told[name] = ("up", "it is on.") if is_on else ("off", f"{setting} is off.")
    found = environment.ask(place)
    for name, module in EXTRAS.items():
        if isinstance(found, environment.Found) and module not in found.modules:
            told[name] = "absent", f"The package {module} is not installed."
    return told


def _set(is_set: bool, setting: str) -> tuple[str, str]:
    return ("up", "it is set up.") if is_set else ("off", f"{setting} is not set.")


def how_to_get(place: Place, name: str, state: str) -> str:
    """What to type to have something optional."""
    if state == "absent":
        return environment.remedy(place)
    if name == "redis":
        return f"{place.typed} redis enable"
    if name == "mail" and state == "off":
        return f"set CLUTCH_MAIL_HOST in {place.settings_file}"
    if state == "off":
        return f"set CLUTCH_{name.upper()}=on in {place.settings_file}"
    return f"{place.typed} logs --level warning"

"""Seeded faults of what a site shows of itself: health, log, what it keeps open."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from tests.faults import checks_site
from tests.faults.history import Asked, History, Line, Stock
from tests.faults.sample import FAULT
from tests.faults.seeding import Mutate, change_one

HEALTH_MS, MAY_DIFFER = 300.0, 5
EXPECTED = "made on purpose"

CHECKS: Mapping[str, Callable[[History], list[str]]] = {
    "health": lambda history: checks_site.health(
        history.probes, "/healthz", FAULT, ("200 warn",), HEALTH_MS
    ),
    "left behind": lambda history: checks_site.left_behind(history.stocks, MAY_DIFFER),
    "bugs in the log": lambda history: checks_site.bugs(history.lines, EXPECTED),
}


def _probe(change: Callable[[Asked], Asked | None]) -> Mutate:
    return lambda history, chance: change_one(
        chance, history.probes, change, lambda one: FAULT.began <= one.began < FAULT.ended
    )


def _stock(change: Callable[[Stock], Stock | None]) -> Mutate:
    return lambda history, chance: change_one(
        chance, history.stocks, change, lambda one: one.count == 1
    )


def _line(line: Line) -> Mutate:
    return lambda history, chance: history.lines.insert(
        chance.randrange(len(history.lines) + 1), line
    )


MUTATIONS: Mapping[str, Mapping[str, Mutate]] = {
    "health": {
        "a 503": _probe(lambda one: replace(one, status=503)),
        "no answer": _probe(lambda one: replace(one, status=0)),
        "says that all is well": _probe(lambda one: replace(one, trouble="pass")),
        "says nothing": _probe(lambda one: replace(one, trouble="")),
        "an answer that hangs": _probe(lambda one: replace(one, ended=one.began + 0.4)),
        "nobody asked": lambda history, _: history.probes.clear(),
    },
    "left behind": {
        "files": _stock(lambda one: replace(one, files=one.files + 6)),
        "threads": _stock(lambda one: replace(one, threads=one.threads + 6)),
        "a process was replaced": _stock(lambda one: replace(one, process=99)),
        "a process is gone": _stock(lambda _: None),
        "counted once": lambda history, _: history.stocks.__setitem__(
            slice(None), [one for one in history.stocks if not one.count]
        ),
        "never counted": lambda history, _: history.stocks.clear(),
    },
    "bugs in the log": {
        "an error": _line(Line("error", "bug", "/x", "Traceback\nKeyError: 'x'")),
        "a critical line": _line(Line("critical", "it ends")),
        "an error without a traceback": _line(Line("error", "a task failed")),
        "another exception than the one expected": _line(
            Line("error", "bug", "/x", "Traceback\nRuntimeError: made by chance")
        ),
        "an error that only speaks of the one expected": _line(
            Line("error", f"bug {EXPECTED}", "/x", "Traceback\nKeyError: 'x'")
        ),
    },
}

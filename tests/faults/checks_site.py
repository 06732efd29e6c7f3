"""What a site shows of itself from outside: its health, its log, what it keeps open."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from tests.faults.checks import Faults, Window, some_of
from tests.faults.history import Asked, Line, Stock


def probed(probes: Sequence[Asked], path: str, window: Window) -> list[Asked]:
    """The probes of a path in this part of the round."""
    return [one for one in probes if one.path == path and window.began <= one.began < window.ended]


def health(
    probes: Sequence[Asked],
    path: str,
    window: Window,
    allowed: Collection[str],
    longest_ms: float = float("inf"),
) -> Faults:
    """Each probe got one of these answers in time: a status, or a status and the answer's word.

    `/healthz` says `200 warn`. Without any probe in the window there is nothing to judge, which is
    a fault too.
    """
    asked = probed(probes, path, window)
    if not asked:
        return [f"nobody asked {path}"]
    faults: Faults = []
    for one in asked:
        if not {str(one.status), f"{one.status} {one.trouble}"} & set(allowed):
            faults.append(f"{path} got {one.status} {one.trouble}".strip())
        elif one.seconds * 1000 > longest_ms:
            faults.append(f"{path} took {one.seconds * 1000:.0f} ms")
    return some_of(faults)


def left_behind(stocks: Sequence[Stock], may_differ: int) -> Faults:
    """At the last count each process has as many open files and threads as at the first.

    A process of the first count that is gone was replaced: it ended, which is a fault too.
    """
    counts = sorted({one.count for one in stocks})
    if len(counts) < 2:
        return ["counted only once"]
    first, last = (
        {one.process: one for one in stocks if one.count == at} for at in (0, counts[-1])
    )
    if not first:
        return ["nothing was counted before"]
    faults: Faults = []
    for process, before in first.items():
        now = last.get(process)
        if now is None:
            faults.append(f"process {process} is gone")
            continue
        for what in ("files", "threads"):
            had, has = getattr(before, what), getattr(now, what)
            if has - had > may_differ:
                faults.append(f"process {process} has {has} {what} instead of {had}")
    return faults


def bugs(lines: Sequence[Line], expected: str = "") -> Faults:
    """Lines about what nobody expected; those whose traceback names what is `expected` are none."""
    found = [
        f"{line.event} {line.path} {line.last_words}".strip()
        for line in lines
        if line.level in {"error", "critical"} and not (expected and expected in line.exception)
    ]
    return some_of(found)

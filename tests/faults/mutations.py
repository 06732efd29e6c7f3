"""Seeded faults: what a broken site would leave in a history. Each breaks one promise.

Those of live updates and of rights are in `mutations_live.py`.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

from msgspec.structs import replace

from tests.faults import checks
from tests.faults.history import Asked, Found, History, Said
from tests.faults.sample import BASELINE, FAULT, PROCESSES
from tests.faults.seeding import (
    Mutate,
    change_asked,
    change_one,
    change_said,
    change_showed,
    in_fault,
)

CHECKS: Mapping[str, Callable[[History], list[str]]] = {
    "stale reads": checks.stale_reads,
    "acknowledged writes": checks.acknowledged,
    "extra errors": lambda history: checks.extra_errors(history, BASELINE, FAULT),
    "polite refusals": lambda history: checks.polite(history, FAULT, 5.0),
    "latency": lambda history: checks.slow(history, [BASELINE], FAULT),
    "one line a change": lambda history: checks.one_line_a_change(
        history.said, "redis", PROCESSES, 5
    ),
    "missing parts named": lambda history: checks.named(
        history.showed, "achievements", FAULT, FAULT.ended + 5
    ),
}


# --- reads --------------------------------------------------------------------------------------


def _old_head(asked: Asked) -> Asked:
    return replace(asked, heads={stream: seq - 1 for stream, seq in asked.heads.items()})


def _new_head(asked: Asked) -> Asked:
    return replace(asked, heads={stream: seq + 10_000 for stream, seq in asked.heads.items()})


def _old_versions(asked: Asked) -> Asked:
    return replace(asked, versions={place: old - 1 for place, old in asked.versions.items()})


def _new_versions(asked: Asked) -> Asked:
    return replace(asked, versions=dict.fromkeys(asked.versions, 10000))


def _late_reads(asked: Asked) -> bool:
    return bool(asked.heads) and asked.began > 10


def _from_before_the_outage(history: History, chance: random.Random) -> None:
    """A cached answer of before the outage comes back after it."""
    paths = [one for one in history.asked if one.heads]
    old = chance.choice([one for one in paths if one.ended < FAULT.began])
    again = next(one for one in paths if one.began > FAULT.ended and one.path == old.path)
    at = history.asked.index(again)
    history.asked[at] = replace(again, heads=old.heads, versions=old.versions)


def _one_match_of_a_bracket_is_old(history: History, chance: random.Random) -> None:
    """Everything else in the answer is fresh."""

    def change(asked: Asked) -> Asked:
        place = max(asked.versions, key=lambda one: asked.versions[one])
        return replace(asked, versions={**asked.versions, place: asked.versions[place] - 1})

    change_one(chance, history.asked, change, _late_reads)


def _behind_a_frame(history: History, chance: random.Random) -> None:
    """A page is older than what its reader has been told live, before anything was answered."""
    told = chance.choice([one for one in history.told if one.applied and one.at > 10])
    stream, seq = told.frame["stream"], told.frame["seq"]
    late = told.at + 0.0001
    history.asked.append(
        Asked("page", "/x", late, late, late + 0.001, 200, heads={stream: seq - 1})
    )


# --- writes -------------------------------------------------------------------------------------


def _lost_write(history: History, chance: random.Random) -> None:
    place = chance.choice(history.wrote).place
    found = history.truth.matches[place]
    history.truth.matches[place] = Found(found.version - 1, found.scores)


def _written_twice(history: History, chance: random.Random) -> None:
    place = chance.choice(history.wrote).place
    found = history.truth.matches[place]
    history.truth.matches[place] = Found(found.version + 1, found.scores)


def _other_scores(history: History, chance: random.Random) -> None:
    place = chance.choice(history.wrote).place
    found = history.truth.matches[place]
    history.truth.matches[place] = Found(found.version, (0, 2))


def _match_gone(history: History, chance: random.Random) -> None:
    del history.truth.matches[chance.choice(history.wrote).place]


def _same_version_twice(history: History, chance: random.Random) -> None:
    """Two writers are both told that they wrote this version."""
    wrote = chance.choice(history.wrote)
    again = replace(wrote, key="another", ended=wrote.ended + 0.0001)
    history.wrote.append(again)


# --- errors, times, lines, parts ----------------------------------------------------------------


def _slow_hundredth(since: float, until: float, seconds: float) -> Mutate:
    """A few of a hundred take this long."""

    def mutate(history: History, chance: random.Random) -> None:
        inside = [at for at, one in enumerate(history.asked) if since <= one.due < until]
        for at in chance.sample(inside, max(2, len(inside) // 30)):
            one = history.asked[at]
            history.asked[at] = replace(one, ended=one.due + seconds)

    return mutate


def _sent_late(history: History, chance: random.Random) -> None:
    """The client waits with sending: what was due earlier took longer than it seems."""
    history.asked = [
        replace(one, began=one.began + 0.5, ended=one.ended + 0.5) if in_fault(one) else one
        for one in history.asked
    ]


def _silence(since: float, until: float) -> Mutate:
    def mutate(history: History, chance: random.Random) -> None:
        history.asked = [
            replace(one, status=0) if since <= one.due < until else one for one in history.asked
        ]

    return mutate


def _said_again(history: History, chance: random.Random) -> None:
    line = chance.choice(history.said)
    history.said.append(replace(line, at=line.at + 0.01))


def _flaps(history: History, chance: random.Random) -> None:
    process = chance.randrange(PROCESSES)
    history.said += [
        Said(30 + number / 10, process, "redis", ("probing", "down")[number % 2])
        for number in range(10)
    ]


def _more_than_before(history: History, chance: random.Random) -> None:
    """An error in the baseline excuses one, not two."""
    for fits in (lambda one: one.due < FAULT.began, in_fault, in_fault):
        change_one(chance, history.asked, lambda one: replace(one, status=500), fits)


MUTATIONS: Mapping[str, Mapping[str, Mutate]] = {
    "stale reads": {
        "a head one event old": change_asked(_old_head, _late_reads),
        "a head that never was": change_asked(_new_head, _late_reads),
        "all versions one old": change_asked(_old_versions, _late_reads),
        "versions that never were": change_asked(_new_versions, _late_reads),
        "an answer of before the outage": _from_before_the_outage,
        "one match of a bracket is old": _one_match_of_a_bracket_is_old,
        "a page behind a frame": _behind_a_frame,
    },
    "acknowledged writes": {
        "the last write is lost": _lost_write,
        "a write is done twice": _written_twice,
        "another result is kept": _other_scores,
        "the match is gone": _match_gone,
        "two are told the same version": _same_version_twice,
        "a key is used twice": lambda history, _: history.wrote.append(
            replace(history.wrote[0], status=409)
        ),
    },
    "extra errors": {
        "one 500": change_asked(lambda one: replace(one, status=500), in_fault),
        "one 503": change_asked(lambda one: replace(one, status=503, retry_after=1), in_fault),
        "one without an answer": change_asked(lambda one: replace(one, status=0), in_fault),
        "one 502": change_asked(lambda one: replace(one, status=502), in_fault),
        "more than before": lambda history, chance: (
            [
                change_one(chance, history.asked, lambda one: replace(one, status=500), fits)  # type: ignore[func-returns-value]
                for fits in (lambda one: one.due < FAULT.began, in_fault, in_fault)
            ]
            and None
        ),
    },
    "polite refusals": {
        "a 500": change_asked(lambda one: replace(one, status=500), in_fault),
        "a 503 without Retry-After": change_asked(lambda one: replace(one, status=503), in_fault),
        "a 503 that says at once": change_asked(
            lambda one: replace(one, status=503, retry_after=0), in_fault
        ),
        "no answer": change_asked(lambda one: replace(one, status=0), in_fault),
        "an answer after six seconds": change_asked(
            lambda one: replace(one, ended=one.began + 6), in_fault
        ),
    },
    "latency": {
        "a few slow ones": _slow_hundredth(FAULT.began + 1, FAULT.ended, 0.06),
        "a few very slow ones": _slow_hundredth(FAULT.began + 1, FAULT.ended, 3.0),
        "a slow first second": _slow_hundredth(FAULT.began, FAULT.began + 1, 0.3),
        "a client that waits with sending": _sent_late,
        "nothing in the first second": _silence(FAULT.began, FAULT.began + 1),
        "nothing at all": _silence(FAULT.began, FAULT.ended),
    },
    "one line a change": {
        "a line said again": _said_again,
        "a state that flaps": _flaps,
        "never up again": lambda history, chance: change_one(
            chance, history.said, lambda _: None, lambda one: one.at > 40.55
        ),
        "a change unsaid": change_said(lambda _: None, lambda one: one.state == "down"),
        "a process that says nothing": lambda history, _: history.said.__setitem__(
            slice(None), [one for one in history.said if one.process]
        ),
    },
    "missing parts named": {
        "zero for unknown": change_showed(lambda one: replace(one, value=0), 20, 40),
        "an empty list for unknown": change_showed(lambda one: replace(one, value=[]), 20, 40),
        "not named": change_showed(lambda one: replace(one, degraded=()), 20, 40),
        "a 500 for the page": change_showed(lambda one: replace(one, status=500), 20, 40),
        "never healed": change_showed(lambda one: replace(one, value=None), 45, 60),
        "still named": change_showed(lambda one: replace(one, degraded=("achievements",)), 45, 60),
        "nobody looked": lambda history, _: history.showed.clear(),
    },
}

"""Seeded faults of updates, of cuts and of ways back; all seeded faults together."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from tests.faults import checks_updates, mutations_live, mutations_site
from tests.faults.history import Attempt, Cut, History, Return, Told
from tests.faults.sample import BASELINE, CLIENTS, FAULT
from tests.faults.sample_updates import DEEDS, FILLED, KINDS, PLACES, sample
from tests.faults.seeding import Mutate, change_asked, change_one, in_fault


def _moved_on(history: History) -> History:
    """The round, and then everybody meets a new epoch."""
    met = {"type": "hello", "epoch": "f"}
    history.told += [Told(61.0, client, met) for client in history.follows]
    return history


CHECKS: Mapping[str, Callable[[History], list[str]]] = {
    **mutations_live.CHECKS,
    **mutations_site.CHECKS,
    "bad releases": lambda history: checks_updates.refused(history.attempts, len(KINDS)),
    "full while it stands still": lambda history: checks_updates.back_or_on(
        history.filled, "0.1.1", len(FILLED)
    ),
    "cuts": lambda history: checks_updates.cuts(history.cuts, len(PLACES)),
    "delay": lambda history: checks_updates.delayed(history, BASELINE, FAULT, 5.0),
    "epochs": lambda history: checks_updates.epochs(_moved_on(history), 1),
    "ways back": lambda history: checks_updates.returned(history.returns),
    "order on the disk": lambda history: checks_updates.order(history.deeds),
}


def _attempt(**changed: Any) -> Mutate:
    def change(one: Attempt) -> Attempt:
        return replace(one, **changed)

    return lambda history, chance: change_one(chance, history.attempts, change, lambda _: True)


def _filled(**changed: Any) -> Mutate:
    def change(one: Attempt) -> Attempt:
        return replace(one, **changed)

    return lambda history, chance: change_one(chance, history.filled, change, lambda _: True)


def _cut(who: str = "", **changed: Any) -> Mutate:
    def change(one: Cut) -> Cut:
        return replace(one, **changed)

    return lambda history, chance: change_one(
        chance, history.cuts, change, lambda one: not who or one.who == who
    )


def _return(kept: bool, **changed: Any) -> Mutate:
    def change(one: Return) -> Return:
        return replace(one, **changed)

    return lambda history, chance: change_one(
        chance, history.returns, change, lambda one: one.kept is kept
    )


def _without(kind: str, path: str) -> Mutate:
    """A deed that is not done."""

    def mutate(history: History, _: random.Random) -> None:
        history.deeds.remove(next(one for one in DEEDS if (one.kind, one.path) == (kind, path)))

    return mutate


def _late_sync(path: str) -> Mutate:
    """A file is synced when it has its name already."""

    def mutate(history: History, _: random.Random) -> None:
        at = next(at for at, one in enumerate(DEEDS) if (one.kind, one.path) == ("fsync", path))
        history.deeds[at], history.deeds[at + 1] = history.deeds[at + 1], history.deeds[at]

    return mutate


def _tell(epoch: str, at: int) -> Mutate:
    """A client meets this epoch, early or late among all that it is told."""

    def mutate(history: History, chance: random.Random) -> None:
        met = {"type": "hello", "epoch": epoch}
        history.told.insert(at % (len(history.told) + 1), Told(30, chance.randrange(CLIENTS), met))

    return mutate


def _there_and_back(history: History, chance: random.Random) -> None:
    client = chance.randrange(CLIENTS)
    history.told += [Told(59, client, {"type": "hello", "epoch": epoch}) for epoch in "fe"]


def _silent(history: History, chance: random.Random) -> None:
    client = chance.randrange(CLIENTS)
    history.told = [one for one in history.told if one.client != client]


def _nobody(history: History, _: random.Random) -> None:
    history.told, history.follows = [], {}


def _one_place_twice(history: History, _: random.Random) -> None:
    history.cuts[0] = replace(history.cuts[1], who="updater")


MUTATIONS: Mapping[str, Mapping[str, Mutate]] = {
    **mutations_live.MUTATIONS,
    **mutations_site.MUTATIONS,
    "bad releases": {
        "one was taken": _attempt(status=0),
        "one needs a person": _attempt(status=4),
        "another cause is told": _attempt(reason="The release is bad."),
        "another binding": _attempt(after=(2, "0.1.0", "rows")),
        "another version answers": _attempt(after=(1, "0.1.1", "rows")),
        "a row changed": _attempt(after=(1, "0.1.0", "other rows")),
        "a visitor got an error": _attempt(failed=("HTTP Error 500",)),
        "nobody looked": _attempt(asked=0),
        "a generation is left": _attempt(left=("gen-2",)),
        "one was not tried": lambda history, _: history.attempts.pop(),
    },
    "full while it stands still": {
        "one needs a person": _filled(status=4),
        "done, and the old one runs": _filled(status=0, after=(2, "0.1.0", "rows")),
        "done, on the old binding": _filled(status=0, after=(1, "0.1.1", "rows")),
        "a row is gone": _filled(after=(1, "0.1.1", "other rows")),
        "a visitor got an error": _filled(failed=("HTTP Error 500",)),
        "nobody looked": _filled(asked=0),
        "a generation is left": _filled(left=("gen-2",)),
        "one was not tried": lambda history, _: history.filled.pop(),
    },
    "cuts": {
        "never back": _cut(seconds=None),
        "back too late": _cut(seconds=61.0),
        "new before the commit": _cut("updater", found="new"),
        "neither old nor new": _cut(found="0.1.1 on the binding of old"),
        "a write is lost": _cut(lost=("alice-7",)),
        "the doctor finds something": _cut(bad=("The file is damaged.",)),
        "a lock is left": _cut(status=2),
        "a draft is left": _cut(left=(".a.new",)),
        "one place twice": _one_place_twice,
    },
    "delay": {
        "one waits six seconds": change_asked(
            lambda one: replace(one, ended=one.due + 6), in_fault
        ),
        "one gets no answer for that long": change_asked(
            lambda one: replace(one, ended=one.due + 6, status=0), in_fault
        ),
        "one is sent six seconds late": change_asked(
            lambda one: replace(one, began=one.began + 6, ended=one.ended + 6), in_fault
        ),
        "one waits a minute": change_asked(lambda one: replace(one, ended=one.due + 60), in_fault),
        "nobody asks": lambda history, _: history.asked.__setitem__(
            slice(None), [one for one in history.asked if not FAULT.began <= one.due < FAULT.ended]
        ),
    },
    "epochs": {
        "moved twice": _tell("g", -1),
        "there and back": _there_and_back,
        "another at first": _tell("g", 0),
        "a client that was never there before": _silent,
        "a client that never moves": lambda history, chance: history.follows.pop(
            chance.randrange(CLIENTS)
        ),
        "nobody follows": _nobody,
    },
    "ways back": {
        "refused": _return(True, status=2),
        "another release": _return(True, version="0.1.1"),
        "what was written since is gone": _return(True, after=("rows of then", "e2")),
        "the epoch moved for nothing": _return(True, after=("rows of now", "e3")),
        "the data of that time is not there": _return(False, after=("rows of now", "e3")),
        "the epoch stayed": _return(False, after=("rows of then", "e2")),
        "a network was needed": _return(True, reached=("git fetch",)),
        "nobody went back": lambda history, _: history.returns.clear(),
    },
    "order on the disk": {
        "a line of the journal not synced": _without("fsync", "journal/1.jsonl"),
        "a release not synced": _without("sync", ""),
        "a file named before it is synced": _late_sync("bindings/2/.binding.json.new"),
        "a file's folder not synced": _without("fsync", "bindings/2"),
        "a binding's folder not synced": _without("fsync", "bindings"),
        "a generation's folder not synced": _without("fsync", "data"),
        "the copy not synced": _without("fsync", "data/gen-2/clutch.db"),
        "the commit not synced": _without("fsync", "."),
        "no commit": _without("os.rename", ".current.new"),
        "two commits": lambda history, _: history.deeds.extend(history.deeds[-5:]),
    },
}


def mutated(checker: str, fault: str, seed: int) -> History:
    """A round in which this went wrong."""
    history = sample(seed)
    MUTATIONS[checker][fault](history, random.Random(seed))
    return history


def unnoticed(seeds: Sequence[int]) -> list[str]:
    """Every seeded fault that its checker let pass, with the seed."""
    return [
        f"{checker}: {fault}, seed {seed}"
        for checker, faults in MUTATIONS.items()
        for fault in faults
        for seed in seeds
        if not CHECKS[checker](mutated(checker, fault, seed))
    ]

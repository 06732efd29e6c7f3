"""From a record to all that its holder has reached."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from clutch.achievements import challenges
from clutch.achievements.catalogue import for_kind
from clutch.achievements.counters import Step, best, reached
from clutch.achievements.models import Achievement, Name, Unlock
from clutch.achievements.own import OwnAchievement, counter_of, narrowed
from clutch.achievements.record import HolderKind, Record


@dataclass(frozen=True, slots=True)
class Yardstick:
    """An organizer's own achievement, and the tournaments that count for it (None: all)."""

    one: OwnAchievement
    tournaments: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a holder has come: the value of each count by key, and what that unlocked."""

    values: Mapping[str, int] = field(default_factory=dict)
    unlocks: tuple[Unlock, ...] = ()

    @property
    def by_name(self) -> dict[Name, Unlock]:
        return {one.name: one for one in self.unlocks}


def evaluate(record: Record, own: Sequence[Yardstick] = ()) -> Reached:
    """Put every rule to a record. Pure: the same record gives the same, to the moment."""
    values: dict[str, int] = {}
    unlocks: list[Unlock] = []
    for achievement in for_kind(record.holder.kind):
        steps = list(achievement.rule(record))
        values[achievement.key] = best(steps)
        unlocks += _reached(achievement, steps)
    if record.holder.kind is HolderKind.PLAYER:
        unlocks += challenges.met(record)
        unlocks += _own(record, own, values)
    return Reached({key: value for key, value in values.items() if value}, tuple(unlocks))


def measure(record: Record, yardstick: Yardstick) -> tuple[int, list[Step]]:
    """How far a record gets with an organizer's own achievement, and the step to each tier."""
    making = yardstick.one.making
    part = narrowed(record, yardstick.one, yardstick.tournaments)
    steps = list(counter_of(making.rule)(part))
    found = (reached(steps, target) for target in making.targets)
    return best(steps), [step for step in found if step is not None]


def _reached(achievement: Achievement, steps: Iterable[Step]) -> Iterator[Unlock]:
    found = list(steps)
    for number, tier in enumerate(achievement.tiers, start=1):
        step = reached(found, tier.target)
        if step is None:
            return
        yield Unlock(Name(achievement.key, number), step.at, step.cause, tier.points)


def _own(record: Record, own: Iterable[Yardstick], values: dict[str, int]) -> Iterator[Unlock]:
    for yardstick in own:
        key = yardstick.one.key
        values[key], steps = measure(record, yardstick)
        for tier, step in enumerate(steps, start=1):
            # Whoever makes achievements must not be able to hand out levels with them.
            yield Unlock(Name(key, tier), step.at, step.cause, points=0)

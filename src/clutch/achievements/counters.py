"""Building blocks of rules: pure functions from a record to the steps by which a count grew.

A rule is a counter and the target that it has to reach. The first step that reaches the target is
the moment of the achievement, and what that step came by is its cause.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from clutch.achievements.record import Cause, Happening, Part, Record

H = TypeVar("H", bound=Happening)


@dataclass(frozen=True, slots=True)
class Step:
    """The count became `value` at that moment, by that cause."""

    value: int
    at: datetime
    cause: Cause


Steps = Iterable[Step]
Counter = Callable[[Record], Steps]


def reached(steps: Steps, target: int) -> Step | None:
    """The first step that reaches the target."""
    return next((step for step in steps if step.value >= target), None)


def best(steps: Steps) -> int:
    """The highest value so far; 0 when nothing counts."""
    return max((step.value for step in steps), default=0)


def always(_: Happening) -> bool:
    """Everything counts."""
    return True


def counting(part: Part[H], where: Callable[[H], bool] = always) -> Counter:
    """How many there are."""

    def count(record: Record) -> Steps:
        found = (one for one in part(record) if where(one))
        return _steps((number, one) for number, one in enumerate(found, start=1))

    return count


def adding(part: Part[H], amount: Callable[[H], int]) -> Counter:
    """The sum of something over all of them."""

    def count(record: Record) -> Iterator[Step]:
        total = 0
        for one in part(record):
            total += amount(one)
            yield _step(total, one)

    return count


def largest(part: Part[H], size: Callable[[H], int]) -> Counter:
    """The largest of something among them."""

    def count(record: Record) -> Steps:
        return _steps((size(one), one) for one in part(record))

    return count


def distinct(
    part: Part[H], of: Callable[[H], Hashable], where: Callable[[H], bool] = always
) -> Counter:
    """How many different values of something there are."""

    def count(record: Record) -> Iterator[Step]:
        seen: set[Hashable] = set()
        for one in part(record):
            if where(one) and of(one) not in seen:
                seen.add(of(one))
                yield _step(len(seen), one)

    return count


def most_of_one(
    part: Part[H], of: Callable[[H], Hashable], where: Callable[[H], bool] = always
) -> Counter:
    """How many share the same value of something, of the value that most of them share."""

    def count(record: Record) -> Iterator[Step]:
        counts: Tally[Hashable] = Tally()
        for one in part(record):
            if where(one):
                counts[of(one)] += 1
                yield _step(counts[of(one)], one)

    return count


def most_different_at_once(
    part: Part[H], at: Callable[[H], Hashable], of: Callable[[H], Hashable]
) -> Counter:
    """How many different values of something share the same value of something else."""

    def count(record: Record) -> Iterator[Step]:
        seen: defaultdict[Hashable, set[Hashable]] = defaultdict(set)
        for one in part(record):
            seen[at(one)].add(of(one))
            yield _step(len(seen[at(one)]), one)

    return count


def in_a_row(part: Part[H], where: Callable[[H], bool]) -> Counter:
    """How many came one after the other, up to each of them."""

    def count(record: Record) -> Iterator[Step]:
        run = 0
        for one in part(record):
            run = run + 1 if where(one) else 0
            if run:
                yield _step(run, one)

    return count


def periods_in_a_row(part: Part[H], number: Callable[[date], int]) -> Counter:
    """In how many periods in a row something happened; `number` numbers them without gaps."""

    def count(record: Record) -> Iterator[Step]:
        run, last = 0, None
        for one in part(record):
            this = number(one.at.date())
            if this == last:
                continue
            run = run + 1 if last is not None and this == last + 1 else 1
            last = this
            yield _step(run, one)

    return count


def years_after(part: Part[H]) -> Counter:
    """How many whole years lie between the holder's beginning and what they did."""

    def count(record: Record) -> Steps:
        return _steps((_years(record.since, one.at), one) for one in part(record))

    return count


def after_losing(times: int) -> Callable[[Record], Iterable[Happening]]:
    """The wins that came right after so many losses in a row."""

    def part(record: Record) -> Iterator[Happening]:
        lost = 0
        for one in record.matches:
            if one.won and lost >= times:
                yield one
            lost = 0 if one.won else lost + 1

    return part


def most_at_once(record: Record) -> Iterator[Step]:
    """How many were in the team at the same time."""
    inside: dict[int, datetime | None] = {}
    for one in record.memberships:
        inside = {who: left for who, left in inside.items() if left is None or left > one.at}
        inside[one.account_id] = one.left_at
        yield _step(len(inside), one)


def among_the_first(many: int) -> Counter:
    """1 for the first so many of their kind."""

    def count(record: Record) -> Iterator[Step]:
        if record.number <= many:
            yield Step(1, record.since, Cause())

    return count


def day_number(day: date) -> int:
    return day.toordinal()


def week_number(day: date) -> int:
    """ISO weeks, counted on through the years."""
    return (day - timedelta(days=day.weekday())).toordinal() // 7


def month_number(day: date) -> int:
    return day.year * 12 + day.month


def _years(since: datetime, at: datetime) -> int:
    return at.year - since.year - ((at.month, at.day) < (since.month, since.day))


def _steps(found: Iterable[tuple[int, Happening]]) -> Iterator[Step]:
    return (_step(value, one) for value, one in found)


def _step(value: int, one: Happening) -> Step:
    return Step(value, one.at, one.cause)

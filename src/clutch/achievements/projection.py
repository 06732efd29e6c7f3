"""The follower of the log that gives achievements and takes them back.

What a holder has is a function of their record as it is now, so an event is only a reason to look
again; nothing is counted up or down. Rebuilding gives the same rows for the same reason. Only what
is kept once it is held is not emptied before that: it is given, not derived.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace

from sqlalchemy import Connection

from clutch.achievements import repository, tables
from clutch.achievements.catalogue import BY_KEY, CATALOGUE, VERSION
from clutch.achievements.evaluate import Reached, Yardstick, evaluate
from clutch.achievements.events import (
    AchievementHeldAgain,
    AchievementTakenBack,
    AchievementUnlocked,
)
from clutch.achievements.models import Name, Unlock
from clutch.achievements.own_rows import yardsticks
from clutch.achievements.reading import CHUNK, read_records
from clutch.achievements.record import Holder
from clutch.achievements.repository import NOTHING, Change, Standing, ToldUnlock
from clutch.achievements.touched import KINDS, OF_NUMBERS, Touched, changes_numbers, touched_by
from clutch.kernel import log
from clutch.kernel.log import Event, Fact
from clutch.kernel.parts import in_parts
from clutch.kernel.projections import Effect
from clutch.kernel.writing import Transaction

KEPT = frozenset(one.key for one in CATALOGUE if one.keeps)

Told = list[tuple[str, Fact]]


class Achievements:
    """The projection. It remembers up to which position it has seen each holder's record."""

    name = "achievements"
    version = VERSION
    kinds = KINDS | OF_NUMBERS
    own_tables = (tables.unlock, tables.standing, tables.tally)

    def __init__(self) -> None:
        self._seen: Touched = {}
        self._next = -1

    def clear(self, tx: Transaction) -> None:
        repository.clear(tx, KEPT)

    def work_out(self, conn: Connection, after: int, events: Sequence[Event]) -> Effect | None:
        if after != self._next:
            self._seen.clear()
        self._next = events[-1].position
        touched = touched_by(conn, events)
        # A record is read as it is now, so it may have been ahead of the events.
        stale = {one: at for one, at in touched.items() if at > self._seen.get(one, -1)}
        changes, told = _look(conn, stale)
        self._seen |= dict.fromkeys(stale, log.last_position(conn))
        is_counted_anew = bool(told) or changes_numbers(events)
        if not changes and not is_counted_anew:
            return None
        return Effect(lambda tx: _write(tx, changes, counted_anew=is_counted_anew), tuple(told))


def _write(tx: Transaction, changes: Sequence[Change], *, counted_anew: bool) -> None:
    repository.write_changes(tx, changes)
    if counted_anew:
        repository.count_anew(tx)


def _look(conn: Connection, touched: Mapping[Holder, int]) -> tuple[list[Change], Told]:
    """What becomes of the holders that were touched, and what they are told."""
    own = yardsticks(conn) if touched else []
    holders = sorted(touched)
    changes: list[Change] = []
    told: Told = []
    for some in in_parts(holders, CHUNK):
        for change, facts in _changes(conn, some, own, touched):
            changes.append(change)
            told += facts
    return changes, told


def _changes(
    conn: Connection,
    holders: Sequence[Holder],
    own: Sequence[Yardstick],
    touched: Mapping[Holder, int],
) -> list[tuple[Change, Told]]:
    unlocks = repository.unlocks_of(conn, holders)
    standings = repository.standings_of(conn, holders)
    found = []
    for holder, record in read_records(conn, holders).items():
        before = unlocks.get(holder, {})
        change = compare(holder, before, evaluate(record, own))
        if change.gone or change.written or change.standing != standings.get(holder, NOTHING):
            found.append((change, before))
    new = {one.holder.stream for one, before in found if _new(one, before)}
    known = repository.told_unlocks(conn, sorted(new))
    return [
        (change, _facts(change, before, touched[change.holder], known)) for change, before in found
    ]


def compare(holder: Holder, before: Mapping[Name, Unlock], now: Reached) -> Change:
    """What has to be written, so that the holder has what they have reached.

    What is kept stays as it was given first; the rest is as the record says, cause and all.
    """
    reached = now.by_name
    after = reached | _kept(before)
    return Change(
        holder=holder,
        gone=tuple(sorted(name for name in before if name not in after)),
        written=tuple(one for name, one in sorted(after.items()) if before.get(name) != one),
        standing=Standing(
            points=sum(one.points for one in after.values()),
            held=sum(name.key in BY_KEY and not name.period for name in after),
            counts=dict(now.values),
        ),
    )


def _kept(before: Mapping[Name, Unlock]) -> dict[Name, Unlock]:
    """What stays as it was given, worth what it is worth today."""
    return {
        name: replace(one, points=BY_KEY[name.key].tier(name.tier).points)
        for name, one in before.items()
        if name.key in KEPT and name.tier <= len(BY_KEY[name.key].tiers)
    }


def _facts(
    change: Change, before: Mapping[Name, Unlock], cause: int, known: Set[ToldUnlock]
) -> Told:
    stream = change.holder.stream
    gone: Told = [(stream, _taken_back(before[name], cause)) for name in change.gone]
    return gone + [
        (
            stream,
            _again(one, cause) if (stream, one.name, one.cause) in known else _unlocked(one, cause),
        )
        for one in sorted(_new(change, before), key=_when)
    ]


def _new(change: Change, before: Mapping[Name, Unlock]) -> list[Unlock]:
    return [one for one in change.written if one.name not in before]


def _when(one: Unlock) -> tuple[object, Name]:
    return one.at, one.name


def _unlocked(one: Unlock, cause: int) -> AchievementUnlocked:
    return AchievementUnlocked(
        key=one.name.key,
        tier=one.name.tier,
        period=one.name.period,
        points=one.points,
        cause=cause,
        tournament_id=one.cause.tournament_id,
        match_id=one.cause.match_id,
        team_id=one.cause.team_id,
    )


def _taken_back(one: Unlock, cause: int) -> AchievementTakenBack:
    return AchievementTakenBack(one.name.key, one.name.tier, one.name.period, one.points, cause)


def _again(one: Unlock, cause: int) -> AchievementHeldAgain:
    return AchievementHeldAgain(one.name.key, one.name.tier, one.name.period, one.points, cause)

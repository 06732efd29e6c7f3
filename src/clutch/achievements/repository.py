"""Rows of achievements: what is held and how far everybody is. Only the projection writes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, and_, bindparam, delete, insert, select, update

from clutch.achievements.events import UNLOCKED, AchievementUnlocked
from clutch.achievements.models import Name, Unlock
from clutch.achievements.record import Cause, Holder, HolderKind
from clutch.achievements.tables import standing, tally, unlock
from clutch.kernel.parts import in_parts
from clutch.kernel.tables import event
from clutch.kernel.writing import Transaction

CHUNK = 500

ToldUnlock = tuple[str, Name, Cause]


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a holder is: points, held tiers of the catalogue, and each count by key."""

    points: int
    held: int
    counts: Mapping[str, int]


# Who has done nothing has no row.
NOTHING = Standing(0, 0, {})


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one holder's rows."""

    holder: Holder
    gone: tuple[Name, ...]
    written: tuple[Unlock, ...]
    standing: Standing


def unlocks_of(conn: Connection, holders: Iterable[Holder]) -> dict[Holder, dict[Name, Unlock]]:
    """What these holders have."""
    found: dict[Holder, dict[Name, Unlock]] = {}
    for kind, ids in _by_kind(holders):
        rows = conn.execute(_UNLOCKS, {"kind": kind.value, "holders": ids})
        for row in rows:
            mine = found.setdefault(Holder(kind, row.holder_id), {})
            one = unlock_of(row)
            mine[one.name] = one
    return found


def standings_of(conn: Connection, holders: Iterable[Holder]) -> dict[Holder, Standing]:
    """How far these holders are; who has done nothing yet is left out."""
    found: dict[Holder, Standing] = {}
    for kind, ids in _by_kind(holders):
        rows = conn.execute(_STANDINGS, {"kind": kind.value, "holders": ids})
        found |= {Holder(kind, row.holder_id): standing_of(row) for row in rows}
    return found


def told_unlocks(conn: Connection, streams: Sequence[str]) -> set[ToldUnlock]:
    """What these streams have been told of as unlocked, by which causes, taken back or not."""
    found: set[ToldUnlock] = set()
    for some in in_parts(streams, CHUNK):
        for row in conn.execute(_TOLD, {"streams": list(some)}):
            fact = _UNLOCKED.decode(row.body)
            cause = Cause(fact.tournament_id, fact.match_id, fact.team_id)
            found.add((row.stream, fact.name, cause))
    return found


def unlock_of(row: Any) -> Unlock:
    """The unlock in a row of its table."""
    return Unlock(
        name=Name(row.key, row.tier, row.period),
        at=row.at,
        cause=Cause(row.tournament_id, row.match_id, row.team_id),
        points=row.points,
    )


def standing_of(row: Any) -> Standing:
    """The standing in a row of its table."""
    return Standing(row.points, row.held, _COUNTS.decode(row.counts))


def write_changes(tx: Transaction, changes: Sequence[Change]) -> None:
    """Put the rows of these holders in the place of those that they had."""
    written = [_unlock_row(change.holder, one) for change in changes for one in change.written]
    gone = [
        _unlock_key(change.holder, name)
        for change in changes
        for name in (*change.gone, *(one.name for one in change.written))
    ]
    holders = [_holder_key(change.holder) for change in changes]
    if gone:
        tx.conn.execute(_DROP_UNLOCK, gone)
    if written:
        tx.conn.execute(insert(unlock), written)
    if holders:
        tx.conn.execute(_DROP_STANDING, holders)
    standings = [_standing_row(one) for one in changes if one.standing != NOTHING]
    if standings:
        tx.conn.execute(insert(standing), standings)


def count_anew(tx: Transaction) -> None:
    """What was counted over all holders is old now."""
    tx.conn.execute(update(tally).values(seq=tally.c.seq + 1))


def clear(tx: Transaction, keeping: Iterable[str]) -> None:
    """Empty the tables, but for what is kept once it is held."""
    tx.conn.execute(delete(unlock).where(unlock.c.key.not_in(sorted(keeping))))
    tx.conn.execute(delete(standing))
    count_anew(tx)


def _by_kind(holders: Iterable[Holder]) -> Iterable[tuple[HolderKind, Sequence[int]]]:
    wanted = sorted(set(holders))
    for kind in HolderKind:
        ids = [one.id for one in wanted if one.kind is kind]
        for some in in_parts(ids, CHUNK):
            yield kind, some


def _holder_key(holder: Holder) -> dict[str, Any]:
    return {"the_kind": holder.kind.value, "the_id": holder.id}


def _unlock_key(holder: Holder, name: Name) -> dict[str, Any]:
    given = {"the_key": name.key, "the_tier": name.tier, "the_period": name.period}
    return _holder_key(holder) | given


def _unlock_row(holder: Holder, one: Unlock) -> dict[str, Any]:
    return {
        "holder_kind": holder.kind.value,
        "holder_id": holder.id,
        "key": one.name.key,
        "tier": one.name.tier,
        "period": one.name.period,
        "at": one.at,
        "tournament_id": one.cause.tournament_id,
        "match_id": one.cause.match_id,
        "team_id": one.cause.team_id,
        "points": one.points,
    }


def _standing_row(change: Change) -> dict[str, Any]:
    return {
        "holder_kind": change.holder.kind.value,
        "holder_id": change.holder.id,
        "points": change.standing.points,
        "held": change.standing.held,
        "counts": msgspec.json.encode(change.standing.counts, order="sorted").decode(),
    }


_UNLOCKED = msgspec.json.Decoder(AchievementUnlocked)
_TOLD = select(event.c.stream, event.c.body).where(
    event.c.stream.in_(bindparam("streams", expanding=True)), event.c.kind == UNLOCKED
)
_COUNTS = msgspec.json.Decoder(dict[str, int])
_UNLOCKS = select(unlock).where(
    unlock.c.holder_kind == bindparam("kind"),
    unlock.c.holder_id.in_(bindparam("holders", expanding=True)),
)
_STANDINGS = select(standing).where(
    standing.c.holder_kind == bindparam("kind"),
    standing.c.holder_id.in_(bindparam("holders", expanding=True)),
)
_DROP_UNLOCK = delete(unlock).where(
    and_(
        unlock.c.holder_kind == bindparam("the_kind"),
        unlock.c.holder_id == bindparam("the_id"),
        unlock.c.key == bindparam("the_key"),
        unlock.c.tier == bindparam("the_tier"),
        unlock.c.period == bindparam("the_period"),
    )
)
_DROP_STANDING = delete(standing).where(
    standing.c.holder_kind == bindparam("the_kind"), standing.c.holder_id == bindparam("the_id")
)

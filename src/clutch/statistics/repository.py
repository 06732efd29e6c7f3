"""The statistics' rows, read and written. Writing is gathered in `Rows` and done at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import (
    Connection,
    Executable,
    Table,
    bindparam,
    delete,
    insert,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from clutch.kernel.parts import in_parts
from clutch.kernel.writing import Transaction
from clutch.statistics import tables
from clutch.statistics.models import (
    Axis,
    Decided,
    Holder,
    MapWon,
    MatchKey,
    Mode,
    Placed,
    Side,
)
from clutch.statistics.ratings import floor_of
from clutch.statistics.tallies import Tally, TallyKey
from clutch.tournaments.models import TournamentId

AT_ONCE = 300
LEAST_FORM = 5

Row = dict[str, Any]
Tallies = dict[Holder, dict[TallyKey, Tally]]

_SIDES = msgspec.json.Decoder(tuple[Side, Side])
_MAPS = msgspec.json.Decoder(tuple[MapWon, ...])
_COUNTERS = Tally.__struct_fields__


# --- decided matches ---


def decided_row(one: Decided) -> Row:
    """A decided match as its row keeps it."""
    scores = one.scores or (None, None)
    return {
        "tournament_id": one.tournament_id,
        "match_id": one.match_id,
        "place": one.place,
        "at": one.at,
        "game": one.game,
        "format": one.format,
        "by_teams": one.by_teams,
        "sides": msgspec.json.encode(one.sides).decode(),
        "outcome": one.outcome,
        "winner": one.winner,
        "score_a": scores[0],
        "score_b": scores[1],
        "best_of": one.best_of,
        "maps": msgspec.json.encode(one.maps).decode() if one.maps else None,
        "counts": one.counts,
        "standing": one.standing,
        "awaiting": one.awaiting,
    }


def decided_of(row: Any) -> Decided:
    """A row as a value."""
    return Decided(
        tournament_id=TournamentId(row.tournament_id),
        match_id=row.match_id,
        place=row.place,
        at=row.at,
        game=row.game,
        format=row.format,
        by_teams=row.by_teams,
        sides=_SIDES.decode(row.sides),
        outcome=row.outcome,
        winner=row.winner,
        scores=None if row.score_a is None else (row.score_a, row.score_b),
        best_of=row.best_of,
        maps=_MAPS.decode(row.maps) if row.maps else (),
        counts=row.counts,
        standing=row.standing,
        awaiting=row.awaiting,
    )


_DECIDED = select(tables.decided)
_AWAITING = _DECIDED.where(tables.decided.c.awaiting.is_(True))
_COUNTED = (tables.decided.c.counts.is_(True), tables.decided.c.standing.is_(True))
_FROM = (
    _DECIDED.where(*_COUNTED, tables.decided.c.place >= bindparam("first"))
    .order_by(tables.decided.c.place)
    .limit(bindparam("most"))
)
_OF_HOLDER = (
    _DECIDED.join(tables.played, tables.played.c.place == tables.decided.c.place)
    .where(
        tables.played.c.mode == bindparam("of_mode"),
        tables.played.c.holder_id == bindparam("of_id"),
    )
    .order_by(tables.decided.c.place)
)


def find_decided(conn: Connection, keys: Sequence[MatchKey]) -> list[Decided]:
    """Those of these matches that are kept, and all that wait for a corrected result."""
    found = [decided_of(row) for row in conn.execute(_AWAITING)]
    wanted = tuple_(tables.decided.c.tournament_id, tables.decided.c.match_id)
    for some in in_parts(keys, AT_ONCE):
        rows = conn.execute(_DECIDED.where(wanted.in_([tuple(key) for key in some])))
        found.extend(decided_of(row) for row in rows)
    return found


def decided_in(conn: Connection, tournaments: Sequence[TournamentId]) -> list[Decided]:
    """All that is kept of these tournaments."""
    found: list[Decided] = []
    for some in in_parts(tournaments, AT_ONCE):
        rows = conn.execute(_DECIDED.where(tables.decided.c.tournament_id.in_(some)))
        found.extend(decided_of(row) for row in rows)
    return found


def decided_from(conn: Connection, first: int, most: int) -> list[Decided]:
    """Counted matches from a place on, in their order."""
    return [decided_of(row) for row in conn.execute(_FROM, {"first": first, "most": most})]


def decided_of_holder(conn: Connection, holder: Holder) -> list[Decided]:
    """All counted matches of a holder, in their order."""
    return [decided_of(row) for row in conn.execute(_OF_HOLDER, of(holder))]


# --- placements ---


def placed_row(one: Placed) -> Row:
    row = msgspec.structs.asdict(one)
    holder = row.pop("holder")
    return {"mode": holder.mode.value, "holder_id": holder.id} | row


def placed_of(row: Any) -> Placed:
    values = dict(row._mapping)
    holder = Holder(Mode(values.pop("mode")), values.pop("holder_id"))
    return Placed(holder=holder, **values)


def placed_in(conn: Connection, tournaments: Sequence[TournamentId]) -> list[Placed]:
    """The kept placements of these tournaments."""
    found: list[Placed] = []
    for some in in_parts(tournaments, AT_ONCE):
        rows = conn.execute(select(tables.placed).where(tables.placed.c.tournament_id.in_(some)))
        found.extend(placed_of(row) for row in rows)
    return found


def placed_of_holder(conn: Connection, holder: Holder) -> list[Placed]:
    return [placed_of(row) for row in conn.execute(_PLACED_OF_HOLDER, of(holder))]


_PLACED_OF_HOLDER = (
    select(tables.placed)
    .where(
        tables.placed.c.mode == bindparam("of_mode"),
        tables.placed.c.holder_id == bindparam("of_id"),
    )
    .order_by(tables.placed.c.place)
)


# --- tallies ---


def tally_row(holder: Holder, key: TallyKey, tally: Tally) -> Row:
    """A tally as its row keeps it, with what leaderboards rank by."""
    form_share = tally.form.count("W") / len(tally.form) if len(tally.form) >= LEAST_FORM else None
    rated = tally.skill is not None and tally.doubt is not None
    row: Row = {
        "mode": holder.mode.value,
        "holder_id": holder.id,
        "axis": key.axis.value,
        "value": key.value,
        "period": key.period,
        "floor": floor_of(tally.skill or 0.0, tally.doubt or 0.0) if rated else None,
        "form_share": form_share,
    }
    for name in _COUNTERS:
        row[name] = getattr(tally, name)
    return row


def tally_of(row: Any) -> Tally:
    return Tally(*[getattr(row, name) for name in _COUNTERS])


def key_of(row: Any) -> TallyKey:
    return TallyKey(Axis(row.axis), row.value, row.period)


def tallies_of(conn: Connection, holders: Iterable[Holder]) -> Tallies:
    """All tallies of these holders."""
    wanted = list(holders)
    found: Tallies = {holder: {} for holder in wanted}
    for mode in Mode:
        ids = [holder.id for holder in wanted if holder.mode is mode]
        for some in in_parts(ids, AT_ONCE):
            rows = conn.execute(_TALLIES, {"of_mode": mode.value, "ids": list(some)})
            for row in rows:
                found[Holder(mode, row.holder_id)][key_of(row)] = tally_of(row)
    return found


_TALLIES = select(tables.tally).where(
    tables.tally.c.mode == bindparam("of_mode"),
    tables.tally.c.holder_id.in_(bindparam("ids", expanding=True)),
)


def of(holder: Holder) -> Mapping[str, Any]:
    """The parameters of statements about one holder."""
    return {"of_mode": holder.mode.value, "of_id": holder.id}


# --- writing ---


class Rows:
    """Rows to be written, in the order in which they were asked for, many a statement."""

    def __init__(self) -> None:
        self._steps: list[tuple[str, Table, list[Row]]] = []

    def insert(self, table: Table, rows: list[Row]) -> None:
        self._add("insert", table, rows)

    def put(self, table: Table, rows: list[Row]) -> None:
        """Insert, or replace the row of the same key."""
        self._add("put", table, rows)

    def rerate(self, rows: list[Row]) -> None:
        """Give played matches (`of_mode`, `of_id`, `of_place`) other ratings (`new_...`)."""
        self._add("rerate", tables.played, rows)

    def delete(self, table: Table, keys: list[Row]) -> None:
        """Delete the rows whose columns have these values."""
        self._add("delete", table, keys)

    def write(self, tx: Transaction) -> None:
        """Do all of it."""
        for how, table, rows in self._steps:
            tx.conn.execute(_statement(how, table, rows[0], tx.conn.dialect.name), rows)

    def _add(self, how: str, table: Table, rows: list[Row]) -> None:
        if rows:
            self._steps.append((how, table, rows))


def _statement(how: str, table: Table, row: Row, dialect: str) -> Executable:
    if how == "insert":
        return insert(table)
    if how == "delete":
        return delete(table).where(
            *[table.c[name.removeprefix("of_")] == bindparam(name) for name in row]
        )
    return _RERATE if how == "rerate" else _put(table, dialect)


@cache
def _put(table: Table, dialect: str) -> Executable:
    new = (sqlite.insert if dialect == "sqlite" else postgresql.insert)(table)
    keys = [column.name for column in table.primary_key]
    others = {name: new.excluded[name] for name in table.c.keys() if name not in keys}  # noqa: SIM118
    return new.on_conflict_do_update(index_elements=keys, set_=others)


_NEW = ("chance", "skill", "doubt", "game_skill", "game_doubt")
_RERATE = (
    update(tables.played)
    .where(
        tables.played.c.mode == bindparam("of_mode"),
        tables.played.c.holder_id == bindparam("of_id"),
        tables.played.c.place == bindparam("of_place"),
    )
    .values({name: bindparam(f"new_{name}") for name in _NEW})
)

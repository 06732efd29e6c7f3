"""The log: the append-only record of everything that happened, and the site's spine.

An event belongs to a stream and has a gapless `seq` in it, and a `position` in the order
of commits. Bodies hold ids, never names. Nothing here can change or delete an event, and
the database refuses it too.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Connection, bindparam, func, select

from clutch.kernel.tables import event as event_table
from clutch.kernel.tables import stream as stream_table


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """What happened, in the past tense. Subclasses are made known by `@fact(kind)`."""


class Body(msgspec.Struct, frozen=True):
    """A fact ready for the log: its kind, the number of its form, and JSON."""

    kind: str
    schema: int
    json: str


class Event(msgspec.Struct, frozen=True):
    """One line of the log."""

    position: int
    stream: str
    seq: int
    kind: str
    schema: int
    json: str
    actor_id: int | None
    at: datetime

    def fact(self) -> Any:
        """The fact in today's form; old forms are upcast.

        Raises:
            UnknownKind: newer code wrote this event, or its context was not imported.
        """
        kind = _KINDS.get(self.kind)
        if kind is None:
            raise UnknownKind(self.kind)
        return kind.read(self.schema, msgspec.json.decode(self.json))


class UnknownKind(LookupError):
    """An event of a kind that this release does not know."""


Upcast = Callable[[int, dict[str, Any]], dict[str, Any]]


class _Kind(msgspec.Struct, frozen=True):
    name: str
    schema: int
    build: Callable[[dict[str, Any]], Any]
    upcast: Upcast | None

    def read(self, schema: int, body: dict[str, Any]) -> Any:
        if schema < self.schema and self.upcast is not None:
            body = self.upcast(schema, body)
        return self.build(body)


_KINDS: dict[str, _Kind] = {}
_BY_TYPE: dict[type, _Kind] = {}
_F = TypeVar("_F", bound=type[Fact])


def fact(kind: str, schema: int = 1, upcast: Upcast | None = None) -> Callable[[_F], _F]:
    """Make a fact known to the log under `kind`.

    `upcast(schema, body)` turns older bodies into today's.
    """

    def known(cls: _F) -> _F:
        _BY_TYPE[cls] = register(kind, schema, lambda body: msgspec.convert(body, cls), upcast)
        return cls

    return known


def register(
    kind: str, schema: int, build: Callable[[dict[str, Any]], Any], upcast: Upcast | None = None
) -> _Kind:
    """Make a kind of event known whose facts are not `Fact` structs (the engine's are its own)."""
    if kind in _KINDS:
        raise ValueError(f"two facts are called {kind}")
    _KINDS[kind] = _Kind(kind, schema, build, upcast)
    return _KINDS[kind]


def known_kinds() -> frozenset[str]:
    """Every kind that this release can read."""
    return frozenset(_KINDS)


def body_of(value: Fact | Body) -> Body:
    """What the log keeps of a fact."""
    if isinstance(value, Body):
        return value
    kind = _BY_TYPE[type(value)]
    return Body(kind.name, kind.schema, msgspec.json.encode(value).decode())


_HEADS = select(stream_table.c.name, stream_table.c.seq).where(
    stream_table.c.name.in_(bindparam("streams", expanding=True))
)
MOST_NAMES = 500
_AFTER = (
    select(event_table)
    .where(event_table.c.stream == bindparam("stream"), event_table.c.seq > bindparam("after"))
    .order_by(event_table.c.seq)
    .limit(bindparam("most"))
)
_TAIL = (
    select(event_table)
    .where(event_table.c.position > bindparam("after"))
    .order_by(event_table.c.position)
    .limit(bindparam("most"))
)
_TAIL_OF = (
    select(event_table)
    .where(
        event_table.c.position > bindparam("after"),
        event_table.c.kind.in_(bindparam("kinds", expanding=True)),
    )
    .order_by(event_table.c.position)
    .limit(bindparam("most"))
)
_LAST = select(func.max(event_table.c.position))


def heads(conn: Connection, streams: Sequence[str]) -> dict[str, int]:
    """The seq of each stream's last event; 0 where nothing happened yet."""
    found = dict.fromkeys(streams, 0)
    for begin in range(0, len(streams), MOST_NAMES):
        names = streams[begin : begin + MOST_NAMES]
        rows = conn.execute(_HEADS, {"streams": names}).all()
        found |= {name: seq for name, seq in rows}  # noqa: C416 - rows are no pairs to dict()
    return found


def last_position(conn: Connection) -> int:
    """The position of the last event of all; 0 when the log is empty."""
    return conn.execute(_LAST).scalar() or 0


def read_stream(
    conn: Connection, stream: str, after: int = 0, most: int = 1_000_000
) -> list[Event]:
    """Events of one stream with `seq > after`, in order."""
    return _events(conn.execute(_AFTER, {"stream": stream, "after": after, "most": most}).all())


def read_tail(
    conn: Connection, after: int, most: int = 1_000, kinds: Collection[str] | None = None
) -> list[Event]:
    """Events of all streams with `position > after`, in the order of their commits.

    With `kinds`, those of these kinds only; the database leaves the others out.
    """
    if kinds is None:
        return _events(conn.execute(_TAIL, {"after": after, "most": most}).all())
    found = {"after": after, "most": most, "kinds": sorted(kinds)}
    return _events(conn.execute(_TAIL_OF, found).all())


class Past(msgspec.Struct, frozen=True):
    """A page of what happened in a stream, newest first."""

    events: list[Event]
    page: int
    pages: int


def read_past(
    conn: Connection,
    stream: str,
    page: int = 1,
    most: int = 50,
    besides: Collection[str] = frozenset(),
) -> Past:
    """A page of a stream's past, from 1; one beyond the last is the last.

    Kinds in `besides` are left out: what followers note by themselves is no history.
    """
    told = (event_table.c.stream == stream, event_table.c.kind.not_in(besides))
    count = conn.execute(select(func.count()).select_from(event_table).where(*told)).scalar_one()
    pages = max(1, -(-count // most))
    number = min(max(1, page), pages)
    newest = select(event_table).where(*told).order_by(event_table.c.seq.desc())
    rows = conn.execute(newest.limit(most).offset((number - 1) * most)).all()
    return Past(_events(rows), number, pages)


def _events(rows: Sequence[Any]) -> list[Event]:
    return [Event(*row) for row in rows]

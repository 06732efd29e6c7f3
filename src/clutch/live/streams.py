"""Kinds of streams: who may follow one, and which of its events they may read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec
from sqlalchemy import Connection

from clutch.accounts.models import Actor
from clutch.kernel.log import Event

LONGEST_NAME = 64


def nothing(_: Connection, __: Sequence[Event]) -> frozenset[int]:
    """No event of such streams tells of something else that is hidden."""
    return frozenset()


class StreamKind(msgspec.Struct, frozen=True):
    """What the site knows of streams whose names begin alike (`tournament-...`).

    `may_follow(conn, actor, stream)`: whatever a guest may follow, everybody may. `is_open(event)`:
    whether everybody who may follow the stream may also read this event; of the others only the
    seq is told, so that nobody's count has a gap. `hidden(conn, events)`: seqs of open events that
    are told in full to the stream's owner alone, because of what they name.
    """

    may_follow: Callable[[Connection, Actor, str], bool]
    is_open: Callable[[Event], bool]
    hidden: Callable[[Connection, Sequence[Event]], frozenset[int]] = nothing


Kinds = Mapping[str, StreamKind]


def kind_of(stream: str) -> str:
    """`tournament-ab12cd34` is of the kind `tournament`."""
    return stream.partition("-")[0]


def is_name(stream: str) -> bool:
    """Whether a stream can be called so at all: what came from outside is asked of no database."""
    return len(stream) <= LONGEST_NAME and stream.isascii() and stream.isprintable()


def may_follow(kinds: Kinds, conn: Connection, actor: Actor, stream: str) -> bool:
    """Whether the actor may follow the stream, now."""
    kind = kinds.get(kind_of(stream))
    return kind is not None and is_name(stream) and kind.may_follow(conn, actor, stream)

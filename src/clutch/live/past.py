"""What a listener missed, read from the log; runs in worker threads."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from clutch.kernel import log
from clutch.kernel.log import Event
from clutch.kernel.points import points
from clutch.kernel.refusals import Refusal
from clutch.live.drawing import Drawer
from clutch.live.frames import Wish
from clutch.live.listener import Who
from clutch.live.news import News
from clutch.live.refusals import StreamUnknown
from clutch.live.rights import Rights
from clutch.live.streams import Kinds

MOST_MISSED = 1_000


class Past(msgspec.Struct, frozen=True):
    """Where a stream stands, and how a listener gets there from where they are.

    Either `refusal`; or `reason` for which they must fetch; or they begin after `seq`, with
    `events` that they missed, if any. All of one transaction.
    """

    stream: str
    epoch: str
    seq: int = 0
    head: int = 0
    events: tuple[Event, ...] = ()
    reason: str | None = None
    refusal: Refusal | None = None
    missed: News | None = None


class Look(msgspec.Struct, frozen=True):
    """Where somebody wishes to begin; beside each wish stands how many follow its stream."""

    wishes: tuple[tuple[Wish, int], ...]
    who: Who


def look_back(
    conn: Connection, kinds: Kinds, drawer: Drawer, looks: Sequence[Look]
) -> list[list[Past]]:
    """What to answer to each wish of each look."""
    sight = _Sight(conn, kinds, looks)
    pasts = [[sight.past_of(wish, one.who) for wish, _ in one.wishes] for one in looks]
    # Drawn last: a query that fails there spoils the transaction on PostgreSQL.
    return [
        [
            _with_news(conn, drawer, past, one.who, listeners)
            for past, (_, listeners) in zip(own, one.wishes, strict=True)
        ]
        for own, one in zip(pasts, looks, strict=True)
    ]


def _with_news(conn: Connection, drawer: Drawer, past: Past, who: Who, listeners: int) -> Past:
    if not past.events:
        return past
    audience = who.audience_of(past.stream)
    missed = drawer.kept_news(conn, past.epoch, past.events, audience, listeners)
    return msgspec.structs.replace(past, missed=missed)


class _Sight:
    """One snapshot, looked at for many: what was read for one is not read again for another."""

    def __init__(self, conn: Connection, kinds: Kinds, looks: Sequence[Look]) -> None:
        self._conn = conn
        self._rights = Rights(conn, kinds)
        self._events: dict[tuple[str, int], tuple[Event, ...]] = {}
        asked = [(one.who, wish.stream) for one in looks for wish, _ in one.wishes]
        followed = {stream for who, stream in asked if self._rights.may_follow(who, stream)}
        self._epoch, self._heads = points(conn, sorted(followed))

    def past_of(self, wish: Wish, who: Who) -> Past:
        stream, epoch = wish.stream, self._epoch
        if not self._rights.may_follow(who, stream):
            return Past(stream, epoch, refusal=StreamUnknown())
        head = self._heads[stream]
        if wish.seq is None or wish.epoch is None:
            return Past(stream, epoch, head, head)
        reason = _reason_to_fetch(wish.seq, head, same_epoch=wish.epoch == epoch)
        if reason is not None:
            return Past(stream, epoch, head, head, reason=reason)
        return Past(stream, epoch, wish.seq, head, self._events_after(stream, wish.seq, head))

    def _events_after(self, stream: str, seq: int, head: int) -> tuple[Event, ...]:
        if seq == head:
            return ()
        if (stream, seq) not in self._events:
            read = log.read_stream(self._conn, stream, seq, MOST_MISSED)
            self._events[stream, seq] = tuple(read)
        return self._events[stream, seq]


def _reason_to_fetch(seq: int, head: int, *, same_epoch: bool) -> str | None:
    if not same_epoch:
        return "epoch"
    if seq > head or seq < 0:
        return "future"
    return "gap" if head - seq > MOST_MISSED else None

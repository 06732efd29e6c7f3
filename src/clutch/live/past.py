"""What a listener missed, read from the log; runs in worker threads."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from clutch.accounts.models import Actor
from clutch.kernel import log
from clutch.kernel.epoch import get_epoch
from clutch.kernel.log import Event
from clutch.kernel.refusals import Refusal
from clutch.live.drawing import Drawer
from clutch.live.frames import Wish
from clutch.live.listener import Who
from clutch.live.news import News
from clutch.live.rendering import Audience
from clutch.live.streams import Kinds, require_follow

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


def look_back(
    conn: Connection,
    kinds: Kinds,
    drawer: Drawer,
    wishes: Sequence[tuple[Wish, int]],
    who: Who,
) -> list[Past]:
    """What to answer to each wish; beside a wish stands how many follow its stream."""
    epoch = get_epoch(conn)
    actor = who.now(conn)
    pasts = [_past_of(conn, kinds, epoch, wish, actor) for wish, _ in wishes]
    # Drawn last: a query that fails there spoils the transaction on PostgreSQL.
    return [
        msgspec.structs.replace(
            past, missed=_missed(conn, drawer, past, who.audience_of(past.stream), listeners)
        )
        if past.events
        else past
        for past, (_, listeners) in zip(pasts, wishes, strict=True)
    ]


def _missed(
    conn: Connection, drawer: Drawer, past: Past, audience: Audience, listeners: int
) -> News:
    return drawer.kept_news(conn, past.epoch, past.events, audience, listeners)


def _past_of(conn: Connection, kinds: Kinds, epoch: str, wish: Wish, actor: Actor) -> Past:
    try:
        require_follow(kinds, conn, actor, wish.stream)
    except Refusal as refusal:
        return Past(wish.stream, epoch, refusal=refusal)
    head = log.head(conn, wish.stream)
    if wish.seq is None or wish.epoch is None:
        return Past(wish.stream, epoch, head, head)
    reason = _reason_to_fetch(wish.seq, head, same_epoch=wish.epoch == epoch)
    if reason is not None:
        return Past(wish.stream, epoch, head, head, reason=reason)
    events = log.read_stream(conn, wish.stream, wish.seq, MOST_MISSED) if wish.seq < head else []
    return Past(wish.stream, epoch, wish.seq, head, tuple(events))


def _reason_to_fetch(seq: int, head: int, *, same_epoch: bool) -> str | None:
    if not same_epoch:
        return "epoch"
    if seq > head or seq < 0:
        return "future"
    return "gap" if head - seq > MOST_MISSED else None

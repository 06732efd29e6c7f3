"""Makes news out of events: asks who draws each kind of stream, once an audience."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from threading import Lock
from typing import TypeVar

import structlog
from sqlalchemy import Connection

from clutch.kernel.database import storage_errors
from clutch.kernel.log import Event
from clutch.kernel.refusals import StorageUnavailable
from clutch.live.news import News, Telling, tell
from clutch.live.rendering import FETCH_ALL, Audience, Draw, Drawn, Picture
from clutch.live.streams import Kinds, kind_of

T = TypeVar("T")

_log = structlog.get_logger("live")

KEPT = 64
# One listener's fetch costs the site about this much; a crowd's fetches are spread accordingly.
SPREAD_MS_EACH = 2
LONGEST_SPREAD_MS = 10_000
FEW = 25


class Drawer:
    """Draws events for audiences; used by several threads at once."""

    def __init__(self, kinds: Kinds) -> None:
        self._kinds = kinds
        self._draws: dict[str, Draw] = {}
        self._kept: OrderedDict[tuple[object, ...], News] = OrderedDict()
        self._lock = Lock()

    def draw_with(self, kind: str, draw: Draw) -> None:
        """Say who draws streams of a kind."""
        self._draws[kind] = draw

    def news(
        self,
        conn: Connection,
        epoch: str,
        events: Sequence[Event],
        audiences: Iterable[Audience],
        listeners: int,
    ) -> News:
        """News of one stream's events, which `conn` sees."""
        happened = self._tell(conn, events)
        picture, stream = self._picture(conn, events), events[0].stream
        drawn = {one: _guarded(stream, partial(picture, one), FETCH_ALL) for one in audiences}
        return News(epoch, events, happened, drawn, spread_ms(listeners))

    def kept_news(
        self,
        conn: Connection,
        epoch: str,
        events: Sequence[Event],
        audience: Audience,
        listeners: int,
    ) -> News:
        """The same for one who comes back; a crowd that was cut off together is drawn for once."""
        key = (epoch, events[0].stream, events[0].seq, events[-1].seq, audience)
        with self._lock:
            if key in self._kept:
                return self._kept[key]
        made = self.news(conn, epoch, events, (audience,), listeners)
        with self._lock:
            self._kept[key] = made
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return made

    def _tell(self, conn: Connection, events: Sequence[Event]) -> Telling:
        kind = self._kinds[kind_of(events[0].stream)]
        open_ones = {event.seq for event in events if kind.is_open(event)}
        hidden = kind.hidden(conn, events)
        to_owner = tell(events, open_ones)
        return Telling(tell(events, open_ones - hidden) if hidden else to_owner, to_owner)

    def _picture(self, conn: Connection, events: Sequence[Event]) -> Picture:
        stream = events[0].stream
        draw = self._draws.get(kind_of(stream))
        if draw is None:
            drawn = self._without_pieces(events)
            return lambda _: drawn
        return _guarded(stream, partial(draw, conn, stream, events), lambda _: FETCH_ALL)

    def _without_pieces(self, events: Sequence[Event]) -> Drawn:
        kind = self._kinds[kind_of(events[0].stream)]
        # What is told to nobody changes no page.
        return FETCH_ALL if any(kind.is_open(event) for event in events) else Drawn()


def _guarded(stream: str, act: Callable[[], T], otherwise: T) -> T:
    try:
        with storage_errors():
            return act()
    except StorageUnavailable:
        raise  # the look at the log fails as a whole, and is repeated
    except Exception:  # noqa: BLE001 - a broken piece must not silence the rest: pages fetch
        _log.exception("piece not drawn", stream=stream)
        return otherwise


def spread_ms(listeners: int) -> int:
    """Within how long so many listeners should fetch: at once when they are few."""
    if listeners < FEW:
        return 0
    return min(listeners * SPREAD_MS_EACH, LONGEST_SPREAD_MS)

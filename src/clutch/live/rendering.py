"""What a stream's events change on a page: the seam between `live` and who draws pages.

`web` registers one `Draw` for each kind of stream that it has pieces for
(`site.hub.draw_with("tournament", draw)`); without one, pages fetch what is stale.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec
from sqlalchemy import Connection

from clutch.kernel.log import Event
from clutch.live.frames import EVERYTHING, Toast


class Audience(msgspec.Struct, frozen=True):
    """Readers who get the same text.

    `is_owner`: the stream is their own account's, so they may read what nobody else may, in their
    own IANA zone. For all others pieces are drawn once a language: what a client says of its zone
    makes no work for the site, and pieces should show no times.
    """

    language: str
    zone: str = "UTC"
    is_owner: bool = False


class Drawn(msgspec.Struct, frozen=True):
    """What one audience sees change.

    `pieces`: element id to HTML of that one element, the same for everybody: no name, token or
    relative time of a visitor. `stale`: ids of elements that pages must fetch anew; `untouched`:
    those that they need not; a name that ends with `*` stands for all that begin so, but an id
    that is stale word for word is fetched whatever else is said. `says`:
    sentences read out to people who can't see the change; few and short. `toasts`: notes on every
    open page; only for an audience that is the owner, and only what the owner should know now.
    """

    pieces: dict[str, str] = {}
    stale: tuple[str, ...] = ()
    untouched: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    toasts: tuple[Toast, ...] = ()


FETCH_ALL = Drawn(stale=(EVERYTHING,))


Picture = Callable[[Audience], Drawn]


class Draw(Protocol):
    """Reads what `events` of `stream` (in order, at least one) changed; the picture of it is then
    made for each audience.

    Runs in a worker thread in a read transaction that sees the events; what it draws may be newer
    than them, never older. It should take milliseconds; it runs once, the picture once an audience.
    """

    def __call__(self, conn: Connection, stream: str, events: Sequence[Event]) -> Picture: ...

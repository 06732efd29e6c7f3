"""News: events of one stream, found in one look at the log, drawn and encoded once an audience."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import NamedTuple

import msgspec

from clutch.kernel.log import Event
from clutch.live.frames import LARGEST_FRAME, Events, Happened, Parcel, Snapshot, encode
from clutch.live.rendering import FETCH_ALL, Audience, Drawn

# Characters of facts in one frame: their letters, and the pieces beside them, have room to grow.
LARGEST_PORTION = LARGEST_FRAME // 4


class Telling(NamedTuple):
    """Events as everybody is told of them, and as the stream's owner is."""

    to_all: tuple[Happened, ...]
    to_owner: tuple[Happened, ...]


class News:
    """Follows on the event `after`, ends with the event `seq`; one parcel an audience."""

    def __init__(
        self,
        epoch: str,
        events: Sequence[Event],
        happened: Telling,
        drawn: Mapping[Audience, Drawn],
        spread_ms: int,
    ) -> None:
        self.epoch = epoch
        self.stream = events[0].stream
        self.after = events[0].seq - 1
        self.seq = events[-1].seq
        self._happened = happened
        self._drawn = drawn
        self._spread_ms = spread_ms
        self._parcels = {audience: self._encode(audience, self.after) for audience in drawn}

    def parcel_for(self, audience: Audience, after: int) -> Parcel:
        """The frame for a listener who has everything up to `after`."""
        if after > self.after:
            return self._encode(audience, after)
        # An audience that came while this was being drawn fetches instead.
        return self._parcels.get(audience) or self._encode(audience, after)

    def _encode(self, audience: Audience, after: int) -> Parcel:
        drawn = self._drawn.get(audience, FETCH_ALL)
        happened = self._happened.to_owner if audience.is_owner else self._happened.to_all
        parcel = encode(
            Events(
                self.stream,
                self.epoch,
                after,
                self.seq,
                tuple(one for one in happened if one.seq > after),
                drawn.pieces,
                drawn.stale,
                drawn.untouched,
                drawn.says,
                tuple(one for one in drawn.toasts if one.seq > after),
                self._spread_ms,
            )
        )
        if len(parcel) <= LARGEST_FRAME:
            return parcel
        return encode(Snapshot(self.stream, self.epoch, self.seq, "large", self._spread_ms))


def tell(events: Iterable[Event], open_ones: Set[int]) -> tuple[Happened, ...]:
    """Events as they are told: of those whose seqs are not among the open ones, the seq alone."""
    return tuple(
        Happened(event.seq, event.kind, event.at, msgspec.Raw(event.json.encode()))
        if event.seq in open_ones
        else Happened(event.seq)
        for event in events
    )


def portions(events: Iterable[Event]) -> Iterator[list[Event]]:
    """Events apart by stream, in order, so many together as one frame carries well."""
    apart: dict[str, list[Event]] = {}
    for event in events:
        apart.setdefault(event.stream, []).append(event)
    for of_stream in apart.values():
        portion: list[Event] = []
        size = 0
        for event in of_stream:
            size += len(event.json)
            if portion and size > LARGEST_PORTION:
                yield portion
                portion, size = [], len(event.json)
            portion.append(event)
        yield portion

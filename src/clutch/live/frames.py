"""The protocol: what a client and the site say to each other, on whatever transport.

Each message is one JSON object with a `type`. `docs/live.md` is written for clients.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

LARGEST_MESSAGE = 64 * 1024
LARGEST_FRAME = 256 * 1024
STREAMS_A_LISTENER = 64
HEARTBEAT_S = 10
EVERYTHING = "*"


class Wish(msgspec.Struct, frozen=True):
    """A stream to follow, and the last event that the client has of it.

    Without epoch and seq the client begins with what comes. One of them alone is nobody's place.
    """

    stream: str
    epoch: str | None = None
    seq: int | None = None

    def __post_init__(self) -> None:
        if (self.epoch is None) != (self.seq is None):
            raise ValueError("epoch and seq go together")


class Subscribe(msgspec.Struct, frozen=True, tag="subscribe"):
    """Follow these streams; a stream that is followed already is resumed from the wish."""

    streams: tuple[Wish, ...]


class Unsubscribe(msgspec.Struct, frozen=True, tag="unsubscribe"):
    """Follow these streams no longer."""

    streams: tuple[str, ...]


class Ping(msgspec.Struct, frozen=True, tag="ping"):
    """Ask for a heartbeat now."""


Message = Subscribe | Unsubscribe | Ping
_decoder: msgspec.json.Decoder[Message] = msgspec.json.Decoder(Message)


def read_message(text: str | bytes) -> Message:
    """What a client says.

    Raises:
        msgspec.DecodeError: it is none of the messages above.
    """
    return _decoder.decode(text)


class Hello(msgspec.Struct, frozen=True, tag="hello"):
    """The first frame of a connection."""

    epoch: str
    heartbeat_s: int = HEARTBEAT_S


class Subscribed(msgspec.Struct, frozen=True, tag="subscribed"):
    """What comes next on this stream is the event `seq + 1`; the stream stands at `head`."""

    stream: str
    epoch: str
    seq: int
    head: int


class Happened(msgspec.Struct, frozen=True, omit_defaults=True):
    """One event. Of what is not for everybody who follows the stream, only the seq is told."""

    seq: int
    kind: str | None = None
    at: datetime | None = None
    facts: msgspec.Raw | None = None


class Toast(msgspec.Struct, frozen=True, omit_defaults=True):
    """A short note on every open page of its reader, about the event `seq` of their stream.

    `href` is an address of this site; `tone`: `good`, `wait`, or empty.
    """

    seq: int
    text: str
    href: str = ""
    tone: str = ""


class Events(msgspec.Struct, frozen=True, tag="events"):
    """The events `after + 1` to `seq` of a stream, and what they change on a page.

    `pieces`: HTML by the id of the element that it replaces. `stale`: ids of elements that are to
    be fetched anew, but for those that are `untouched` or came as pieces; in both a name that ends
    with `*` stands for all that begin so. An id that is stale word for word is fetched even where
    it is one of many untouched ones. `says`: sentences for who can't see the change. `toasts`:
    notes for whose stream it is.
    `spread_ms`: fetch within so many milliseconds, at a random moment: others fetch too.
    """

    stream: str
    epoch: str
    after: int
    seq: int
    events: tuple[Happened, ...]
    pieces: dict[str, str]
    stale: tuple[str, ...]
    untouched: tuple[str, ...]
    says: tuple[str, ...]
    toasts: tuple[Toast, ...]
    spread_ms: int


class Snapshot(msgspec.Struct, frozen=True, tag="snapshot"):
    """Events up to `seq` are not sent: fetch the page (or the resource) anew.

    What comes next is the event `seq + 1`.

    `reason`: `gap` (too much was missed), `epoch` (another history), `future` (a seq that never
    was), `slow` (the client read too slowly), `large` (more than fits into a frame).
    """

    stream: str
    epoch: str
    seq: int
    reason: str
    spread_ms: int = 0


class Heartbeat(msgspec.Struct, frozen=True, tag="heartbeat"):
    """Where the followed streams stand: a client that has less has lost something."""

    epoch: str
    heads: dict[str, int]


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """The stream (or, without one, the last message) is refused; `message` is for people."""

    stream: str | None
    code: str
    message: str


class Bye(msgspec.Struct, frozen=True, tag="bye"):
    """The last frame: the site ends the connection."""

    code: str
    message: str


Frame = Hello | Subscribed | Events | Snapshot | Heartbeat | Refused | Bye
_encoder = msgspec.json.Encoder()


class Parcel:
    """A frame ready to travel: encoded once, for all who get it.

    `place` is the stream, epoch and seq at which the reader stands after it, if it moves them.
    `packed` and `event` belong to the transports that wrap bodies in something of their own, once
    for all: as a WebSocket's frame, and as a Server-Sent Event for who follows this stream alone.
    """

    __slots__ = ("body", "event", "kind", "packed", "place")

    def __init__(self, kind: str, body: bytes, place: tuple[str, str, int] | None = None) -> None:
        self.kind = kind
        self.body = body
        self.place = place
        self.packed: bytes | None = None
        self.event: bytes | None = None

    def __len__(self) -> int:
        return len(self.body)


def encode(frame: Frame) -> Parcel:
    """The frame as it travels."""
    place = None
    if isinstance(frame, Subscribed | Events | Snapshot):
        place = (frame.stream, frame.epoch, frame.seq)
    return Parcel(str(frame.__struct_config__.tag), _encoder.encode(frame), place)

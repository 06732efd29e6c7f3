"""What happened during a round, as it was recorded; the checkers read nothing else.

Times are seconds of the monotonic clock of the process that records.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

NO_ANSWER = 0


class MatchPlace(msgspec.Struct, frozen=True, order=True):
    """A match of the site."""

    tournament: str
    match: str


class Asked(msgspec.Struct, frozen=True):
    """One request. `status` 0: no answer came. `due` is when it should have been sent.

    `heads` and `versions` are what the answer showed of streams and matches.
    """

    kind: str
    path: str
    due: float
    began: float
    ended: float
    status: int
    retry_after: int | None = None
    trouble: str = ""
    heads: Mapping[str, int] = {}
    versions: Mapping[MatchPlace, int] = {}

    @property
    def seconds(self) -> float:
        """From when it was due, so that a client that falls behind hides nothing."""
        return self.ended - self.due


class Wrote(msgspec.Struct, frozen=True):
    """One write, with all its tries under one key. `version` is the reply's, 0 without a reply.

    `unsure`: no try was answered by a yes or a no; it may or may not have happened.
    """

    place: MatchPlace
    act: str
    key: str
    began: float
    ended: float
    status: int
    version: int = 0
    scores: tuple[int, int] | None = None
    tries: int = 1

    @property
    def acknowledged(self) -> bool:
        return 200 <= self.status < 300

    @property
    def unsure(self) -> bool:
        return self.status == NO_ANSWER or self.status >= 500


class Told(msgspec.Struct, frozen=True):
    """A frame that a client got, without its pieces. `marks` are digests of its events by seq."""

    at: float
    client: int
    frame: Mapping[str, Any]
    marks: Mapping[int, int] = {}
    applied: tuple[int, ...] = ()
    """The seqs that the client's own rule took from it."""


class Moved(msgspec.Struct, frozen=True):
    """From now on this client is on this transport; on none: an empty name."""

    at: float
    client: int
    transport: str


class Said(msgspec.Struct, frozen=True):
    """A line of the site's log about a capability."""

    at: float
    process: int
    capability: str
    state: str


class Showed(msgspec.Struct, frozen=True):
    """A reply that has parts which may be missing: what it said of one of them.

    `value` is what stood in the field, `degraded` what the reply named.
    """

    at: float
    path: str
    status: int
    part: str
    value: Any
    degraded: tuple[str, ...]


class Line(msgspec.Struct, frozen=True):
    """A line of the site's log, as far as a checker reads it."""

    level: str
    event: str = ""
    path: str = ""
    exception: str = ""

    @property
    def last_words(self) -> str:
        """Of a traceback only how it ended."""
        return (self.exception.strip().splitlines() or [""])[-1]


class Stock(msgspec.Struct, frozen=True):
    """What a process kept open at the first count (0), the second, ..."""

    count: int
    process: int
    files: int
    threads: int


class Lost(msgspec.Struct, frozen=True):
    """A frame that was taken out on its way to a client: the last event in it."""

    at: float
    client: int
    seq: int


class Tried(msgspec.Struct, frozen=True):
    """A wish that must not be granted: what should come, with which reason, and all that came."""

    name: str
    stream: str
    expected: str
    told: str
    frames: tuple[Mapping[str, Any], ...]


class Attempt(msgspec.Struct, frozen=True):
    """A command that may not change what runs: how it ended, and how the site stood around it.

    `cause` has to stand in `reason`, which is the report's. `before` and `after` are the binding,
    the version that answers and a digest of what people did; `failed` are requests of visitors.
    `left` names generations and drafts that nobody needs.
    """

    kind: str
    cause: str
    status: int
    reason: str
    before: tuple[int, str, str]
    after: tuple[int, str, str]
    asked: int = 0
    failed: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    seconds: float = 0.0


class Cut(msgspec.Struct, frozen=True):
    """A kill in the middle of an update, and how the site stood when it was back.

    `at` is the deed that was not done any more, `who` was killed, `again` also during the recovery.
    `expected` and `found` are releases: `old`, `new`, or `either`. `seconds` until it answered;
    None: never. `bad` is what the doctor finds, `lost` what was acknowledged and is not there,
    `status` that of the next command.
    """

    at: str
    who: str
    expected: str
    found: str
    seconds: float | None
    status: int
    again: bool = False
    bad: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


class Deed(msgspec.Struct, frozen=True):
    """What the operator's tool did to the disk, in order; `at` names its place in the journal."""

    at: str
    kind: str
    path: str
    to: str = ""


class Return(msgspec.Struct, frozen=True):
    """A rollback: how it ended, which rows (a digest) and epoch the site had and has afterwards.

    `kept`: the data had to stay as it was; else it had to become what `then` was.
    """

    kind: str
    kept: bool
    status: int
    wanted: str
    version: str
    now: tuple[str, str]
    then: tuple[str, str]
    after: tuple[str, str]
    reached: tuple[str, ...] = ()


class Found(msgspec.Struct, frozen=True):
    """A match as the database has it in the end."""

    version: int
    scores: tuple[int, int] | None


@dataclass
class Truth:
    """What the database says in the end: digests of a stream's events in order, and matches.

    `times` are those of the events' transactions, by the same clock as everything else here.
    """

    streams: dict[str, list[int]] = field(default_factory=dict)
    times: dict[str, list[float]] = field(default_factory=dict)
    matches: dict[MatchPlace, Found] = field(default_factory=dict)


@dataclass
class History:
    """Everything that was recorded in a round."""

    asked: list[Asked] = field(default_factory=list)
    wrote: list[Wrote] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    moved: list[Moved] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    probes: list[Asked] = field(default_factory=list)
    """Looks at health; in `trouble` the word for it that stood in the answer."""
    lines: list[Line] = field(default_factory=list)
    stocks: list[Stock] = field(default_factory=list)
    showed: list[Showed] = field(default_factory=list)
    lost: list[Lost] = field(default_factory=list)
    tried: list[Tried] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    filled: list[Attempt] = field(default_factory=list)
    cuts: list[Cut] = field(default_factory=list)
    deeds: list[Deed] = field(default_factory=list)
    returns: list[Return] = field(default_factory=list)
    follows: dict[int, tuple[str, int]] = field(default_factory=dict)
    """Of each client its stream and the seq from which it followed."""
    again: set[int] = field(default_factory=set)
    """Clients that subscribed again on an open line: what was on its way comes to them twice."""
    truth: Truth = field(default_factory=Truth)

"""What happens from the draw on: the engine's own facts, and the people's around them.

The engine's facts stand in the log in the engine's own form.
"""

from __future__ import annotations

from typing import Any

import msgspec

from clutch import engine
from clutch.engine.codec import KINDS
from clutch.kernel.log import Body, Fact, fact, register

ENGINE_SCHEMA = 1
ENGINE_KINDS = frozenset(KINDS)

for _kind in KINDS:
    register(_kind, ENGINE_SCHEMA, engine.decode)


def engine_body(value: engine.Fact) -> Body:
    """What the log keeps of one of the engine's facts."""
    plain = engine.encode(value)
    return Body(plain["kind"], ENGINE_SCHEMA, msgspec.json.encode(plain).decode())


@fact("result-reported")
class ResultReported(Fact, frozen=True):
    """A side claimed a result. `result` has the engine's form."""

    match: str
    opponents: tuple[int, ...]
    side: int
    result: dict[str, Any]


@fact("report-withdrawn")
class ReportWithdrawn(Fact, frozen=True):
    """A side took its claim back."""

    match: str
    side: int


@fact("report-dropped")
class ReportDropped(Fact, frozen=True):
    """A claim went away with the opponents it was about."""

    match: str
    side: int


@fact("result-disputed")
class ResultDisputed(Fact, frozen=True):
    """The two sides claim different results: an organizer decides."""

    match: str


@fact("result-confirmed")
class ResultConfirmed(Fact, frozen=True):
    """A result was accepted; `how`: by the opponent, an organizer or the deadline."""

    match: str
    opponents: tuple[int, ...]
    result: dict[str, Any]
    how: str


@fact("result-corrected")
class ResultCorrected(Fact, frozen=True):
    """An organizer replaced a decided result, or (`result` None) took it back.

    The results of the `revoked` matches went with it.
    """

    match: str
    opponents: tuple[int, ...]
    result: dict[str, Any] | None
    revoked: tuple[str, ...]
    reason: str | None


@fact("disqualification-decided")
class DisqualificationDecided(Fact, frozen=True):
    """An organizer disqualified a participant, or (`lifted`) took that back.

    Lifting it, the results of the `revoked` matches went with it.
    """

    participant: int
    reason: str | None
    lifted: bool
    revoked: tuple[str, ...] = ()


@fact("match-scheduled")
class MatchScheduled(Fact, frozen=True):
    """A match got a start time (ISO, UTC), or lost it."""

    match: str
    starts_at: str | None


@fact("round-scheduled")
class RoundScheduled(Fact, frozen=True):
    """The open matches of a round got start times (ISO, UTC), or lost them.

    The first of `matches` begins at `starts_at`, each other one `every_minutes` after the one
    before it.
    """

    matches: tuple[str, ...]
    starts_at: str | None
    every_minutes: int


@fact("tournament-completed")
class TournamentCompleted(Fact, frozen=True):
    """The organizer closed the tournament: placements are final, trophies are given."""

    champion: int | None


@fact("tournament-reopened")
class TournamentReopened(Fact, frozen=True):
    """A correction opened the completed tournament again: trophies are taken back."""

    match: str | None

"""Values of the tournaments context."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import NewType

import msgspec

from clutch.accounts.models import AccountId
from clutch.engine import ParticipantId
from clutch.teams.models import TeamId

TournamentId = NewType("TournamentId", str)
RegistrationId = NewType("RegistrationId", int)

MAX_PARTICIPANTS = 1_024
NAME_LIMIT = 80


class Status(StrEnum):
    """Where a tournament stands; it goes forward one step at a time, or is cancelled."""

    DRAFT = "draft"
    REGISTRATION = "registration"
    CHECK_IN = "check_in"
    SEEDING = "seeding"
    RUNNING = "running"
    COMPLETED = "completed"
    CANCELLED = "cancelled"

    @property
    def is_before_draw(self) -> bool:
        """Whether participants and settings can still change."""
        return self in {Status.DRAFT, Status.REGISTRATION, Status.CHECK_IN, Status.SEEDING}

    @property
    def is_gathering(self) -> bool:
        """Whether it is published and not drawn yet: people come and go."""
        return self in {Status.REGISTRATION, Status.CHECK_IN, Status.SEEDING}

    @property
    def is_over(self) -> bool:
        """Whether it was completed or cancelled."""
        return self in {Status.COMPLETED, Status.CANCELLED}


class Visibility(StrEnum):
    """Public tournaments are listed; unlisted ones are found by who knows the address."""

    PUBLIC = "public"
    UNLISTED = "unlisted"


class PlayedBy(StrEnum):
    """Who plays: single people or teams."""

    SOLO = "solo"
    TEAM = "team"


class RegistrationStatus(StrEnum):
    """How a request to play stands."""

    ADMITTED = "admitted"
    WAITING = "waiting"
    WITHDRAWN = "withdrawn"
    REMOVED = "removed"
    ABSENT = "absent"

    @property
    def is_living(self) -> bool:
        """Whether it holds a place, or waits for one."""
        return self in {RegistrationStatus.ADMITTED, RegistrationStatus.WAITING}


class FormatSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a format can be told. `best_of` None: any two different whole numbers, the higher wins.

    `rounds` overrides the best-of of a round by its key (`U2`, `L3`, `F`, `T`), `final` that of the
    deciding match or matches.
    """

    third_place: bool = False
    grand_final: str = "double"
    best_of: int | None = 1
    rounds: Mapping[str, int] = {}
    final: int | None = None


class Tournament(msgspec.Struct, frozen=True):
    """A tournament as its organizer set it up.

    `version` grows with each change of these fields or of the status.
    """

    id: TournamentId
    owner_id: AccountId
    name: str
    game: str
    status: Status
    visibility: Visibility
    format: str
    format_settings: FormatSettings
    played_by: PlayedBy
    roster_min: int
    roster_max: int
    max_participants: int
    starts_at: datetime | None
    zone: str
    report_minutes: int
    description: str
    rules: str
    cancel_reason: str | None
    draw_seed: int | None
    version: int
    seeding_version: int
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None

    @property
    def stream(self) -> str:
        """The log stream of everything that happens in it."""
        return stream_of(self.id)


class Registration(msgspec.Struct, frozen=True):
    """A request to play, of a player or of a team by its captain (`account_id`).

    `name` is the display name, None once the player is erased. `version` grows with each change.
    """

    id: RegistrationId
    tournament_id: TournamentId
    account_id: AccountId
    team_id: TeamId | None
    name: str | None
    status: RegistrationStatus
    checked_in_at: datetime | None
    reason: str | None
    version: int
    registered_at: datetime


class RosterPlayer(msgspec.Struct, frozen=True):
    """Somebody who plays for a registration; `name` is None once they are erased."""

    account_id: AccountId
    name: str | None
    is_captain: bool


class Participant(msgspec.Struct, frozen=True):
    """An admitted player or team: a snapshot of its name, tag, colour and roster.

    Ids are unique in the whole site and never used again. `seed` is None until seeding begins.
    """

    id: ParticipantId
    tournament_id: TournamentId
    registration_id: RegistrationId
    account_id: AccountId | None
    team_id: TeamId | None
    name: str | None
    tag: str | None
    colour: str | None
    seed: int | None
    disqualified: bool
    disqualified_reason: str | None


def stream_of(tournament_id: TournamentId) -> str:
    """The log stream of a tournament."""
    return f"tournament-{tournament_id}"

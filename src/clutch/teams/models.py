"""Teams, who is and was in them, and the links that let others in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from clutch.accounts.models import AccountId

TeamId = NewType("TeamId", int)
InviteId = NewType("InviteId", int)

TAG_SHORTEST = 2
TAG_LONGEST = 5
MEMBERS_LIMIT = 50
INVITES_LIMIT = 20
INVITE_DAYS_LIMIT = 30
INVITE_USES_LIMIT = 100


def stream_of(team_id: TeamId) -> str:
    """The log stream of everything that happens in a team."""
    return f"team-{team_id}"


class Ending(StrEnum):
    """How a membership ended."""

    LEFT = "left"
    REMOVED = "removed"
    DISBANDED = "disbanded"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Team:
    """A team; `version` grows when its name, tag, colour or captain changes, or it is disbanded.

    `colour` is `#rrggbb` as chosen; see `colours.shades` for what each theme shows. A disbanded
    team has no captain and no members, and others may take its name.
    """

    id: TeamId
    name: str
    tag: str
    colour: str
    captain_id: AccountId | None
    version: int
    created_at: datetime
    disbanded_at: datetime | None

    @property
    def stream(self) -> str:
        return stream_of(self.id)

    @property
    def is_disbanded(self) -> bool:
        return self.disbanded_at is not None


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who is in a team now."""

    account_id: AccountId
    name: str
    captain: bool
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class Membership:
    """A time that somebody was in a team; `left_at` is None while it lasts, `name` if deleted."""

    account_id: AccountId
    name: str | None
    joined_at: datetime
    left_at: datetime | None
    ending: Ending | None


@dataclass(frozen=True, slots=True)
class PlayedFor:
    """A time that a player was in a team, seen from the player."""

    team: Team
    joined_at: datetime
    left_at: datetime | None
    ending: Ending | None


@dataclass(frozen=True, slots=True)
class TeamSummary:
    """A team as a list shows it; disbanded teams have no members and no captain."""

    team: Team
    members: int
    captain_name: str | None


@dataclass(frozen=True, slots=True)
class Invite:
    """A link that lets others in; of its token only the `start` is known here."""

    id: InviteId
    team_id: TeamId
    start: str
    created_by: AccountId | None
    created_at: datetime
    expires_at: datetime
    uses_limit: int | None
    uses: int
    revoked_at: datetime | None

    def works(self, now: datetime) -> bool:
        """Whether somebody could still come in by it."""
        used_up = self.uses_limit is not None and self.uses >= self.uses_limit
        return self.revoked_at is None and now < self.expires_at and not used_up

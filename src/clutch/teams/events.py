"""What happens to teams, by ids, without names: in the team's stream, partly in the player's."""

from __future__ import annotations

from datetime import datetime

from clutch.kernel.log import Fact, fact


@fact("team-created")
class TeamCreated(Fact, frozen=True):
    """A team began; its creator is the captain and the first member."""

    team_id: int
    captain_id: int


@fact("team-changed")
class TeamChanged(Fact, frozen=True):
    """Any of name, tag, colour changed."""

    team_id: int
    fields: tuple[str, ...]


@fact("team-disbanded")
class TeamDisbanded(Fact, frozen=True):
    """The team ended; everybody left it with that."""

    team_id: int


@fact("team-captain-changed")
class CaptainChanged(Fact, frozen=True):
    team_id: int
    before: int
    after: int


@fact("team-member-joined")
class MemberJoined(Fact, frozen=True):
    team_id: int
    account_id: int
    invite_id: int


@fact("team-member-left")
class MemberLeft(Fact, frozen=True):
    """A membership ended: `ending` is left, removed or erased."""

    team_id: int
    account_id: int
    ending: str


@fact("team-invite-made")
class InviteMade(Fact, frozen=True):
    """A link was made; `uses_limit` None lets anybody in who has it, until it expires."""

    team_id: int
    invite_id: int
    expires_at: datetime
    uses_limit: int | None


@fact("team-invite-revoked")
class InviteRevoked(Fact, frozen=True):
    team_id: int
    invite_id: int


@fact("player-joined-team")
class PlayerJoinedTeam(Fact, frozen=True):
    """In the player's stream: they are in a team (as its creator, or by invitation)."""

    team_id: int


@fact("player-left-team")
class PlayerLeftTeam(Fact, frozen=True):
    """In the player's stream: they are in a team no longer, whatever the reason."""

    team_id: int

"""What the pages of one team have in common."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup
from sqlalchemy import Connection

from clutch.accounts.models import Actor
from clutch.kernel import log
from clutch.kernel.log import Event, Past
from clutch.kernel.refusals import N_
from clutch.teams import policy, queries
from clutch.teams.models import Ending, Member, Team, TeamId
from clutch.tournaments.models import stream_of as tournament_stream
from clutch.tournaments.records import Whose, running_of
from clutch.web.reader import current_reader
from clutch.web.sentences import UNTOLD
from clutch.web.views.streams import follow

HISTORY_PER_PAGE = 50
_INSIDE = {"team-invite-made", "team-invite-revoked"}


@dataclass(frozen=True, slots=True)
class TeamFrame:
    """A team, who is in it, and what the visitor may do there."""

    team: Team
    members: list[Member]
    may_lead: bool
    is_member: bool
    follow: Markup

    @property
    def captain(self) -> Member | None:
        return next((member for member in self.members if member.captain), None)

    @property
    def sees_inside(self) -> bool:
        """Whether the visitor is shown unlisted tournaments and invites: members and admins are."""
        return self.is_member or self.may_lead

    @property
    def whose(self) -> Whose:
        return Whose(team_id=self.team.id)

    @property
    def sees_unlisted(self) -> bool:
        return self.sees_inside

    @property
    def is_alone(self) -> bool:
        """Whether whoever leaves now ends the team."""
        return len(self.members) == 1


def team_frame(conn: Connection, actor: Actor, team_id: TeamId) -> TeamFrame:
    """Read what stands on every page of a team.

    Raises:
        TeamMissing: there is no such team.
    """
    team = queries.get_team(conn, team_id)
    members = queries.roster(conn, team_id)
    is_member = any(member.account_id == actor.account_id for member in members)
    may_lead = policy.may_lead(actor, team)
    running = running_of(conn, Whose(team_id=team_id), unlisted=is_member or may_lead)
    return TeamFrame(
        team=team,
        members=members,
        may_lead=may_lead,
        is_member=is_member,
        follow=follow(conn, [team.stream, *map(tournament_stream, running)]),
    )


_ENDINGS = {
    Ending.LEFT: N_("left on their own"),
    Ending.REMOVED: N_("removed by the captain"),
    Ending.DISBANDED: N_("team disbanded"),
    Ending.ERASED: N_("account deleted"),
}


def ending_word(ending: Ending | None) -> str:
    """How a time in a team ended, in the reader's language; nothing while it lasts."""
    return "" if ending is None else current_reader().gettext(_ENDINGS[ending])


def team_past(conn: Connection, team: Team, page: int) -> Past:
    """A page of a team's history, newest first."""
    return log.read_past(conn, team.stream, page, HISTORY_PER_PAGE, UNTOLD)


def open_to(frame: TeamFrame, events: Iterable[Event]) -> list[Event]:
    """The events that this visitor may read: who was invited is the team's own business."""
    return [event for event in events if frame.sees_inside or event.kind not in _INSIDE]

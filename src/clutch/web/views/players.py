"""What the pages of one player have in common."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup
from sqlalchemy import Connection

from clutch.accounts.models import AccountId, Actor, Player, Role
from clutch.accounts.queries import get_account, get_player
from clutch.teams.models import Team
from clutch.teams.models import stream_of as team_stream
from clutch.teams.queries import teams_of
from clutch.tournaments.models import stream_of as tournament_stream
from clutch.tournaments.records import Whose, running_of
from clutch.web.views.streams import follow


@dataclass(frozen=True, slots=True)
class PlayerFrame:
    """A player, the teams they are in, and how the visitor sees them.

    `is_self`: it is the visitor's own page; `sees_unlisted`: theirs, or the visitor is an admin.
    """

    player: Player
    teams: list[Team]
    is_self: bool
    is_banned: bool
    sees_unlisted: bool
    follow: Markup

    @property
    def whose(self) -> Whose:
        return Whose(account_id=self.player.id)

    @property
    def is_deleted(self) -> bool:
        return self.player.name is None


def player_frame(conn: Connection, actor: Actor, account_id: AccountId) -> PlayerFrame:
    """Read what stands on every page of a player.

    Raises:
        AccountMissing: there never was such an account.
    """
    player = get_player(conn, account_id)
    teams = teams_of(conn, account_id)
    is_self = actor.account_id == account_id
    sees_unlisted = is_self or actor.has(Role.ADMIN)
    streams = _streams(conn, Whose(account_id=account_id), teams, unlisted=sees_unlisted)
    return PlayerFrame(
        player=player,
        teams=teams,
        is_self=is_self,
        is_banned=player.name is not None and get_account(conn, account_id).banned_at is not None,
        sees_unlisted=sees_unlisted,
        follow=follow(conn, streams),
    )


def _streams(conn: Connection, whose: Whose, teams: list[Team], *, unlisted: bool) -> list[str]:
    running = running_of(conn, whose, unlisted=unlisted)
    return [
        f"player-{whose.account_id}",
        *(tournament_stream(found) for found in running),
        *(team_stream(team.id) for team in teams),
    ]

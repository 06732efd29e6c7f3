"""A community of people who make teams, by the same commands as the pages."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from clutch.accounts.desk import Caller
from clutch.accounts.login import begin_session
from clutch.accounts.models import SITE, AccountId, Actor, Role, Scope
from clutch.accounts.queries import get_account
from clutch.accounts.repository import insert_account
from clutch.accounts.tokens import make_token_for
from clutch.bootstrap import Site
from clutch.kernel.clock import FrozenClock
from clutch.kernel.database import Database
from clutch.kernel.log import Event, read_stream
from clutch.kernel.writing import Transaction
from clutch.teams import queries
from clutch.teams.create import create_team
from clutch.teams.invite import make_invite
from clutch.teams.join import join_team
from clutch.teams.models import Member, Team, TeamId

T = TypeVar("T")
HERE = Caller("192.0.2.7", "Tests")


@dataclass
class Club:
    """A community of people who make teams."""

    site: Site
    clock: FrozenClock

    @property
    def database(self) -> Database:
        return self.site.database

    def person(self, name: str, role: Role = Role.PLAYER) -> Actor:
        """Somebody with an account."""
        made = self.write(lambda tx: insert_account(tx, name, role=role.value))
        return Actor(made.id, name, role)

    def session(self, actor: Actor) -> str:
        """The secret of a new browser session of somebody."""
        with self.database.read() as conn:
            owner = get_account(conn, account_id(actor))
        return self.write(lambda tx: begin_session(tx, owner, HERE)).secret

    def token(self, actor: Actor, *scopes: Scope) -> str:
        """The secret of a new personal token; without scopes it may write teams."""
        wished = scopes or (Scope.READ, Scope.TEAMS_WRITE)
        made = self.write(lambda tx: make_token_for(tx, SITE, account_id(actor), "test", wished))
        return made.secret

    def write(self, work: Callable[[Transaction], T]) -> T:
        return self.site.writer.write(work)

    def team(self, captain: Actor, name: str = "Red", tag: str = "RED") -> Team:
        return self.write(lambda tx: create_team(tx, captain, name, tag, "#3b7ddd"))

    def invite(self, captain: Actor, team: Team, days: int = 7, uses: int | None = None) -> str:
        """The token of a new invite."""
        return self.write(lambda tx: make_invite(tx, captain, team.id, days, uses))[1]

    def join(self, actor: Actor, token: str) -> Team:
        return self.write(lambda tx: join_team(tx, actor, token))

    def let_in(self, captain: Actor, team: Team, *people: Actor) -> None:
        """Everybody of `people` joins by one invite."""
        token = self.invite(captain, team)
        for one in people:
            self.join(one, token)

    def get(self, team_id: TeamId) -> Team:
        with self.database.read() as conn:
            return queries.get_team(conn, team_id)

    def get_first(self) -> Team:
        """The first team that was made here."""
        return self.get(TeamId(1))

    def roster(self, team_id: TeamId) -> list[Member]:
        with self.database.read() as conn:
            return queries.roster(conn, team_id)

    def names(self, team_id: TeamId) -> list[str]:
        """Who is in the team, the captain first."""
        return [member.name for member in self.roster(team_id)]

    def log(self, stream: str) -> list[Event]:
        with self.database.read() as conn:
            return read_stream(conn, stream)

    def kinds(self, stream: str) -> list[str]:
        return [event.kind for event in self.log(stream)]


def account_id(actor: Actor) -> AccountId:
    """The account of somebody who is no guest."""
    return actor.require_login()

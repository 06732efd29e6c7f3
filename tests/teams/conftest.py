"""Teams without HTTP: a database, a writer, a clock that stands, and people."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import pytest

from clutch.accounts.models import AccountId, Actor, Role
from clutch.accounts.repository import insert_account
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


@pytest.fixture
def club(site: Site, clock: FrozenClock) -> Club:
    """People and teams, once on SQLite and once on PostgreSQL."""
    return Club(site, clock)


def account_id(actor: Actor) -> AccountId:
    """The account of somebody who is no guest."""
    return actor.require_login()

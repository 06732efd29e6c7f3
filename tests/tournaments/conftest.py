"""Tournaments without ceremony: people, teams, cups at any point before the draw."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from threading import Barrier
from typing import Any, TypeVar

import pytest
from fastapi import FastAPI

from clutch.accounts.models import AccountId, Actor, Role, Scope
from clutch.accounts.repository import insert_account
from clutch.accounts.sessions import open_session
from clutch.accounts.tokens import make_token
from clutch.bootstrap import Site
from clutch.kernel.clock import FrozenClock
from clutch.kernel.log import Event, read_stream
from clutch.kernel.refusals import Refusal
from clutch.kernel.writing import Transaction
from clutch.teams.create import create_team
from clutch.teams.invite import make_invite
from clutch.teams.join import join_team
from clutch.teams.models import Team
from clutch.tournaments import drafting, drawing, moving, registering
from clutch.tournaments.models import (
    Participant,
    Registration,
    RegistrationStatus,
    Status,
    Tournament,
    TournamentId,
)
from clutch.tournaments.participants import participants_of
from clutch.tournaments.registering import Wish
from clutch.tournaments.repository import get_tournament, registrations_of
from clutch.tournaments.settings import Setup
from tests.fixtures.browsing import Api, Browser, Bugs

T = TypeVar("T")


@dataclass
class Community:
    """A site with people in it; commands run as they do behind pages and API."""

    site: Site
    clock: FrozenClock
    app: FastAPI
    bugs: Bugs
    people: dict[str, Actor] = field(default_factory=dict)

    # --- people and teams

    def person(self, name: str, role: Role = Role.PLAYER) -> Actor:
        """Somebody with an account, made when first named."""
        if name not in self.people:
            made = self.write(lambda tx: insert_account(tx, name, role=role.value))
            self.people[name] = Actor(made.id, name, role)
        return self.people[name]

    @property
    def boss(self) -> Actor:
        """The organizer."""
        return self.people["boss"]

    def players(self, count: int) -> list[Actor]:
        return [self.person(f"player{number}") for number in range(1, count + 1)]

    def team(self, name: str, captain: Actor, *members: Actor) -> Team:
        """A team with members, its tag taken from its name."""
        tag = name[:3].upper()
        team = self.write(lambda tx: create_team(tx, captain, name, tag, "#3b7ddd"))
        link = self.write(lambda tx: make_invite(tx, captain, team.id, 7, None))[1]
        for member in members:
            self.write(partial(join_team, actor=member, token=link))
        return team

    def browser(self, who: Actor | None = None, language: str = "en") -> Browser:
        """Somebody's browser, logged in; a guest's for nobody."""
        made = Browser(self.app, self.bugs, language)
        if who is None:
            return made
        return made.log_in(self.write(lambda tx: open_session(tx, id_of(who), "", ""))[1])

    def api(self, who: Actor | None = None, *scopes: Scope) -> Api:
        """The API as somebody calls it, by a token for tournaments or for other scopes."""
        if who is None:
            return Api(self.app, self.bugs)
        wanted = list(scopes) or [Scope.TOURNAMENTS_WRITE]
        return Api(
            self.app, self.bugs, self.write(lambda tx: make_token(tx, who, "t", wanted)).secret
        )

    # --- tournaments

    def write(self, work: Callable[[Transaction], T]) -> T:
        return self.site.writer.write(work)

    def draft(self, name: str = "Cup", **settings: Any) -> Tournament:
        """A draft of the organizer's."""
        setup = Setup(name=name, game=settings.pop("game", "Chess"), **settings)
        return self.write(lambda tx: drafting.create_tournament(tx, self.boss, setup))

    def cup(self, *players: Actor, **settings: Any) -> Tournament:
        """A tournament open for registration, in which these players registered in this order."""
        made = self.move(self.draft(**settings), Status.REGISTRATION)
        for player in players:
            self.register(made, player)
        return self.now(made)

    def move(self, cup: Tournament, to: Status) -> Tournament:
        """The organizer takes a step."""
        version = self.now(cup).version
        return self.write(lambda tx: moving.move_tournament(tx, self.boss, cup.id, version, to))

    def start(self, cup: Tournament) -> Tournament:
        """From the seeding step into the draw."""
        version = self.now(cup).seeding_version
        return self.write(lambda tx: drawing.start_tournament(tx, self.boss, cup.id, version))

    def register(self, cup: Tournament, player: Actor, wish: Wish = Wish()) -> Registration:  # noqa: B008 - frozen
        return self.write(lambda tx: registering.register(tx, player, cup.id, wish))

    def now(self, cup: Tournament) -> Tournament:
        """The tournament as it is now."""
        with self.site.database.read() as conn:
            return get_tournament(conn, cup.id)

    def now_of(self, path: str) -> Tournament:
        """The tournament of a page's address."""
        with self.site.database.read() as conn:
            return get_tournament(conn, TournamentId(path.split("/")[2]))

    def registration(self, cup: Tournament, player: Actor) -> Registration:
        """The player's latest registration."""
        return [one for one in self.registrations(cup) if one.account_id == player.account_id][-1]

    def registrations(self, cup: Tournament) -> list[Registration]:
        with self.site.database.read() as conn:
            return registrations_of(conn, cup.id)

    def names(self, cup: Tournament, status: RegistrationStatus) -> list[str]:
        """Whose registrations stand so, in the order in which they came."""
        return [one.name or "" for one in self.registrations(cup) if one.status is status]

    def participants(self, cup: Tournament) -> list[Participant]:
        with self.site.database.read() as conn:
            return participants_of(conn, cup.id)

    def seeding(self, cup: Tournament) -> list[str]:
        """The participants' names, best seed first."""
        return [one.name or "" for one in self.participants(cup)]

    def events(self, stream: str) -> list[Event]:
        with self.site.database.read() as conn:
            return read_stream(conn, stream)

    def kinds(self, stream: str) -> list[str]:
        return [event.kind for event in self.events(stream)]

    def at_once(self, *acts: Callable[[Transaction], object]) -> list[str]:
        """Run acts in threads that start together; each gives "done" or its refusal's code."""
        begin = Barrier(len(acts))

        def run(act: Callable[[Transaction], object]) -> str:
            begin.wait()
            try:
                self.write(act)
            except Refusal as refusal:
                return refusal.code
            return "done"

        with ThreadPoolExecutor(len(acts)) as pool:
            return sorted(pool.map(run, acts))


@pytest.fixture
def community(site: Site, clock: FrozenClock, app: FastAPI, bugs: Bugs) -> Community:
    """People and tournaments, once on SQLite and once on PostgreSQL."""
    found = Community(site, clock, app, bugs)
    found.person("boss", Role.ORGANIZER)
    return found


def id_of(who: Actor) -> AccountId:
    """The account of somebody who is no guest."""
    return who.require_login()

"""A field to play on: people with tokens and tournaments that wait for their first result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from clutch.accounts.models import SITE, Actor, Role, Scope
from clutch.accounts.repository import insert_account
from clutch.accounts.sessions import open_session
from clutch.accounts.tokens import make_token_for
from clutch.bootstrap import open_site, prepare
from clutch.kernel.settings import Settings
from clutch.kernel.writing import Transaction
from clutch.tournaments import drafting, drawing, moving, registering
from clutch.tournaments.matches import matches_of
from clutch.tournaments.models import FormatSettings, Status, TournamentId, Visibility
from clutch.tournaments.participants import participants_of
from clutch.tournaments.registering import Wish
from clutch.tournaments.repository import get_tournament
from clutch.tournaments.settings import Setup


@dataclass(frozen=True)
class Person:
    """An account with a token for all that the load does, and logged in at a browser."""

    actor: Actor
    token: str
    session: str


@dataclass(frozen=True)
class Cup:
    """A drawn tournament; `captains` speak for the participants, by participant id."""

    id: str
    captains: Mapping[int, Person]
    matches: tuple[str, ...]

    @property
    def stream(self) -> str:
        return f"tournament-{self.id}"


@dataclass(frozen=True)
class Field:
    """Who is there and what they play; `hidden` is a draft that nobody else may see.

    `unlisted` is for those alone who have its address, which two players do: they are registered.
    """

    organizer: Person
    players: tuple[Person, ...]
    cups: tuple[Cup, ...]
    hidden: str
    unlisted: str = ""


def make_field(settings: Settings, cups: int, players: int) -> Field:
    """Prepare an empty database and draw so many double eliminations of so many players."""
    prepare(settings)
    site = open_site(settings)
    try:
        organizer, people = site.writer.write(lambda tx: _people(tx, players))
        drawn = [
            site.writer.write(partial(_cup, organizer=organizer, people=people, number=number))
            for number in range(cups)
        ]
        hidden = site.writer.write(lambda tx: _draft(tx, organizer, "Hidden"))
        unlisted = site.writer.write(lambda tx: _unlisted(tx, organizer, people[:2]))
    finally:
        site.close()
    return Field(organizer, tuple(people), tuple(drawn), hidden, unlisted)


def _people(tx: Transaction, count: int) -> tuple[Person, list[Person]]:
    organizer = _person(tx, "boss", Role.ORGANIZER)
    return organizer, [_person(tx, f"player{number}", Role.PLAYER) for number in range(count)]


def _person(tx: Transaction, name: str, role: Role) -> Person:
    account = insert_account(tx, name, role=role.value)
    made = make_token_for(tx, SITE, account.id, "faults", (Scope.READ, Scope.TOURNAMENTS_WRITE))
    _, session = open_session(tx, account.id, "", "")
    return Person(Actor(account.id, name, role), made.secret, session)


def _unlisted(tx: Transaction, organizer: Person, people: list[Person]) -> str:
    cup = get_tournament(tx.conn, _draft(tx, organizer, "Unlisted", visibility=Visibility.UNLISTED))
    moving.move_tournament(tx, organizer.actor, cup.id, cup.version, Status.REGISTRATION)
    for person in people:
        registering.register(tx, person.actor, cup.id, Wish())
    return cup.id


def _draft(
    tx: Transaction,
    organizer: Person,
    name: str,
    most: int = 16,
    visibility: Visibility = Visibility.PUBLIC,
) -> TournamentId:
    setup = Setup(
        name=name,
        game="Chess",
        format="double_elimination",
        format_settings=FormatSettings(best_of=3),
        visibility=visibility,
        max_participants=most,
    )
    return drafting.create_tournament(tx, organizer.actor, setup).id


def _cup(tx: Transaction, organizer: Person, people: list[Person], number: int) -> Cup:
    cup = get_tournament(tx.conn, _draft(tx, organizer, f"Cup {number}", len(people)))
    boss = organizer.actor
    cup = moving.move_tournament(tx, boss, cup.id, cup.version, Status.REGISTRATION)
    for person in people:
        registering.register(tx, person.actor, cup.id, Wish())
    version = get_tournament(tx.conn, cup.id).version
    moving.move_tournament(tx, boss, cup.id, version, Status.SEEDING)
    version = get_tournament(tx.conn, cup.id).seeding_version
    drawing.start_tournament(tx, boss, cup.id, version)
    by_account = {person.actor.account_id: person for person in people}
    captains = {
        int(one.id): by_account[one.account_id]
        for one in participants_of(tx.conn, cup.id)
        if one.account_id in by_account
    }
    return Cup(cup.id, captains, tuple(one.id for one in matches_of(tx.conn, cup.id)))

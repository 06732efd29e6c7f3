"""A community that plays: tournaments from draft to placements, by the real commands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from clutch import engine
from clutch.accounts.models import Actor, Role
from clutch.engine import ParticipantId
from clutch.tournaments.completing import complete
from clutch.tournaments.drafting import create_tournament
from clutch.tournaments.drawing import start_tournament
from clutch.tournaments.matches import MatchRow, Seen, get_match
from clutch.tournaments.models import Registration, Status, Tournament, TournamentId
from clutch.tournaments.moving import move_tournament
from clutch.tournaments.participants import participants_of
from clutch.tournaments.registering import Wish, register
from clutch.tournaments.repository import get_tournament
from clutch.tournaments.results import set_result
from clutch.tournaments.settings import Setup
from tests.teams.club import Club


@dataclass
class Arena(Club):
    """People, teams, and what they play."""

    def organizer(self, name: str = "olga") -> Actor:
        return self.person(name, Role.ORGANIZER)

    def draft(self, organizer: Actor, name: str = "Spring Cup", **settings: object) -> Tournament:
        """A draft; best of three unless said otherwise."""
        setup = Setup(name=name, game="Chess")
        setup = msgspec.structs.replace(setup, **settings)
        return self.write(lambda tx: create_tournament(tx, organizer, setup))

    def open_cup(
        self, organizer: Actor, name: str = "Spring Cup", **settings: object
    ) -> Tournament:
        """A tournament that takes registrations."""
        return self.move(organizer, self.draft(organizer, name, **settings), Status.REGISTRATION)

    def move(self, organizer: Actor, cup: Tournament, to: Status) -> Tournament:
        version = self.cup(cup.id).version
        return self.write(lambda tx: move_tournament(tx, organizer, cup.id, version, to))

    def cup(self, tournament_id: TournamentId) -> Tournament:
        with self.database.read() as conn:
            return get_tournament(conn, tournament_id)

    def register(self, cup: Tournament, actor: Actor, wish: Wish | None = None) -> Registration:
        return self.write(lambda tx: register(tx, actor, cup.id, wish or Wish()))

    def start(self, organizer: Actor, cup: Tournament) -> Tournament:
        """Close registration, and draw in the order of registration."""
        seeded = self.move(organizer, cup, Status.SEEDING)
        version = self.cup(seeded.id).seeding_version
        return self.write(lambda tx: start_tournament(tx, organizer, cup.id, version))

    def match(self, cup: Tournament, match_id: str) -> MatchRow:
        with self.database.read() as conn:
            return get_match(conn, cup.id, engine.MatchId(match_id))

    def participants(self, cup: Tournament) -> list[ParticipantId]:
        """In seed order."""
        with self.database.read() as conn:
            return [one.id for one in participants_of(conn, cup.id)]

    def decide(
        self, organizer: Actor, cup: Tournament, match_id: str, scores: tuple[int, int]
    ) -> None:
        """The organizer sets a played result; scores follow the match's opponents."""
        row = self.match(cup, match_id)
        sides = row.participants
        result = engine.played(sides, scores)
        seen = Seen(cup.id, row.id, row.version)
        self.write(lambda tx: set_result(tx, organizer, seen, result))

    def decide_all(self, organizer: Actor, cup: Tournament, match_ids: Sequence[str]) -> None:
        """Each of these matches is won by its first opponent."""
        for match_id in match_ids:
            self.decide(organizer, cup, match_id, (1, 0))

    def complete(self, organizer: Actor, cup: Tournament) -> Tournament:
        version = self.cup(cup.id).version
        return self.write(lambda tx: complete(tx, organizer, cup.id, version))

    def played_cup(
        self,
        organizer: Actor,
        people: Sequence[Actor],
        name: str = "Spring Cup",
        starts_at: datetime | None = None,
        **settings: object,
    ) -> Tournament:
        """A completed tournament of four, won by who registered first; the second is second."""
        cup = self.open_cup(organizer, name, starts_at=starts_at, **settings)
        for one in people:
            self.register(cup, one)
        self.start(organizer, cup)
        third = ["T1"] if self.cup(cup.id).format_settings.third_place else []
        self.decide_all(organizer, cup, ["U1.1", "U1.2", "U2.1", *third])
        return self.complete(organizer, cup)

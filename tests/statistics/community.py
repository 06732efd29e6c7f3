"""A community that plays in one process, fast: people, teams, and random acts of organizers."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from random import Random
from typing import Any

from sqlalchemy import Connection, Table, select

from clutch import engine
from clutch.accounts.models import Actor
from clutch.bootstrap import Site
from clutch.engine import MatchId, Outcome, Result
from clutch.engine.refusals import RuleRefusal
from clutch.kernel.refusals import Refusal
from clutch.statistics import tables
from clutch.tournaments import completing, drafting, results
from clutch.tournaments.matches import MatchRow, Seen, get_match
from clutch.tournaments.models import FormatSettings, PlayedBy, Tournament, Visibility
from clutch.tournaments.registering import Wish
from clutch.tournaments.results import Consent
from clutch.tournaments.stages import read_stage
from tests.profile.arena import Arena

GAMES = ("Chess", "Go")
MAPS = ("Inferno", "Mirage", None)


def rows_of(conn: Connection, table: Table) -> list[tuple[Any, ...]]:
    """Every row, as the database has it, in the order of its key."""
    return [tuple(row) for row in conn.execute(select(table).order_by(*table.primary_key))]


def everything(site: Site) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of the statistics."""
    with site.database.read() as conn:
        return {table.name: rows_of(conn, table) for table in tables.ALL_TABLES}


def fold(site: Site) -> None:
    """Take in the log until nothing is left to do."""
    while True:
        site.projector.catch_up("statistics")
        with site.database.read() as conn:
            if not rows_of(conn, tables.refold):
                return


@dataclass
class Season:
    """Tournaments that are played at the same time, and acts of their organizer by chance."""

    arena: Arena
    dice: Random
    boss: Actor
    cups: list[Tournament] = field(default_factory=list)

    def begin(self, cup: Tournament) -> None:
        self.arena.start(self.boss, cup)
        self.cups.append(cup)

    def act(self) -> None:
        """One act; a refusal is as good as any other answer."""
        with contextlib.suppress(Refusal, RuleRefusal):
            self.dice.choices(
                [
                    self._decide,
                    self._revoke,
                    self._disqualify,
                    self._reinstate,
                    self._complete,
                    self._edit,
                ],
                [60, 12, 2, 2, 6, 2],
            )[0]()

    def play(self, cup: Tournament) -> None:
        """The first opponent wins every match that is open."""
        while ready := engine.open_matches(self._stage(cup)):
            for match in ready:
                self.arena.decide(self.boss, cup, match.id, (2, 0))

    # --- acts

    def _decide(self) -> None:
        match = self._any_match()
        result = self._result(match)
        seen = Seen(match.tournament_id, match.id, match.version)
        consent = self._consent()
        self.arena.write(lambda tx: results.set_result(tx, self.boss, seen, result, consent))

    def _revoke(self) -> None:
        match = self._any_match()
        seen = Seen(match.tournament_id, match.id, match.version)
        consent = self._consent()
        self.arena.write(lambda tx: results.revoke_result(tx, self.boss, seen, consent))

    def _disqualify(self) -> None:
        cup = self._any_cup()
        one = self.dice.choice(self.arena.participants(cup))
        self.arena.write(lambda tx: results.disqualify(tx, self.boss, cup.id, one, "left"))

    def _reinstate(self) -> None:
        cup = self._any_cup()
        one = self.dice.choice(self.arena.participants(cup))
        consent = self._consent()
        self.arena.write(lambda tx: results.reinstate(tx, self.boss, cup.id, one, consent))

    def _complete(self) -> None:
        cup = self.arena.cup(self._any_cup().id)
        self.arena.write(lambda tx: completing.complete(tx, self.boss, cup.id, cup.version))

    def _edit(self) -> None:
        cup = self.arena.cup(self._any_cup().id)
        choices: list[dict[str, Any]] = [
            {"game": self.dice.choice(GAMES)},
            {"visibility": self.dice.choice(list(Visibility))},
            {"description": str(self.dice.random())},
        ]
        change = self.dice.choice(choices)
        self.arena.write(
            lambda tx: drafting.edit_tournament(tx, self.boss, cup.id, cup.version, change)
        )

    # --- chance

    def _result(self, match: MatchRow) -> Result:
        first, second = match.participants
        kind = self.dice.random()
        if kind < 0.08:
            return engine.walkover(self.dice.choice([first, second]))
        if kind < 0.12:
            return engine.forfeit(first, (1, 0))
        if kind < 0.15:
            return Result(Outcome.DOUBLE_FORFEIT, None)
        wins = self.dice.choice([[0, 0], [1, 1], [0, 1, 0], [1, 0, 1]])
        games = tuple(
            engine.Game((13, 7) if side == 0 else (5, 13), self.dice.choice(MAPS)) for side in wins
        )
        scores = wins.count(0), wins.count(1)
        return engine.played((first, second), scores, games)

    def _consent(self) -> Consent:
        return Consent(self.dice.choice([0, 0, 0, 1, 1, 2, 3]), "because")

    def _any_cup(self) -> Tournament:
        return self.dice.choice(self.cups)

    def _any_match(self) -> MatchRow:
        """Mostly one that is open or decided."""
        cup = self._any_cup()
        matches = list(self._stage(cup).matches.values())
        known = [one for one in matches if len(one.participants) == 2]
        chosen: MatchId = self.dice.choice(known or matches).id
        with self.arena.database.read() as conn:
            return get_match(conn, cup.id, chosen)

    def _stage(self, cup: Tournament) -> engine.Stage:
        with self.arena.database.read() as conn:
            return read_stage(conn, self.arena.site.writer.kept, cup.id)


def season(arena: Arena, dice: Random, cups: int = 6) -> Season:
    """Some cups of solo players and of teams, drawn; every fourth one unlisted."""
    boss = arena.organizer("boss")
    made = Season(arena, dice, boss)
    people = [arena.person(f"player{number}") for number in range(12)]
    teams = []
    for number in range(4):
        captain, *others = people[number * 3 : number * 3 + 3]
        team = arena.team(captain, f"Team {number}", f"T{number}")
        arena.let_in(captain, team, *others)
        teams.append((captain, team))
    for number in range(cups):
        settings: dict[str, Any] = {
            "game": dice.choice(GAMES),
            "format": dice.choice(["single_elimination", "double_elimination"]),
            "format_settings": FormatSettings(best_of=3),
            "visibility": Visibility.UNLISTED if number % 4 == 3 else Visibility.PUBLIC,
        }
        made.begin(_cup(arena, boss, number, people, teams, settings, dice))
    return made


def _cup(
    arena: Arena,
    boss: Actor,
    number: int,
    people: list[Actor],
    teams: list[Any],
    settings: dict[str, Any],
    dice: Random,
) -> Tournament:
    if number % 3 == 2:
        by_teams = {"played_by": PlayedBy.TEAM, "roster_min": 1, "roster_max": 3}
        cup = arena.open_cup(boss, f"Cup {number}", max_participants=4, **settings, **by_teams)
        for captain, team in teams:
            arena.register(cup, captain, Wish(team_id=team.id))
        return cup
    field = dice.sample(people, dice.choice([2, 4, 5, 8]))
    cup = arena.open_cup(boss, f"Cup {number}", max_participants=8, **settings)
    for one in field:
        arena.register(cup, one)
    return cup


def meet(
    arena: Arena,
    boss: Actor,
    people: list[Actor],
    name: str,
    visibility: Visibility,
    game: str = "Chess",
) -> Tournament:
    """A cup of two that the first one wins, best of three."""
    cup = arena.open_cup(
        boss,
        name,
        game=game,
        visibility=visibility,
        format_settings=FormatSettings(best_of=3),
    )
    for one in people:
        arena.register(cup, one)
    arena.start(boss, cup)
    row = arena.match(cup, "U1.1")
    games = tuple(engine.Game((13, 7), "Nuke") for _ in range(2))
    result = engine.played(row.participants, (2, 0), games)
    arena.write(
        lambda tx: results.set_result(tx, boss, Seen(cup.id, MatchId("U1.1"), row.version), result)
    )
    return arena.complete(boss, cup)

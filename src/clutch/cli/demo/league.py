"""Duel nights: a few friends who play one against one often enough for ratings to mean something.

A night's beginning, from the announcement to the draw, is one write: a first `clutch run` waits.
"""

from __future__ import annotations

from clutch.accounts.models import Actor
from clutch.cli.demo import facts
from clutch.cli.demo.story import Story
from clutch.engine import DOUBLE_ELIMINATION, Game, ParticipantId, Result, played
from clutch.kernel.ids import chance
from clutch.kernel.writing import Transaction
from clutch.tournaments.completing import complete
from clutch.tournaments.drafting import create_tournament
from clutch.tournaments.drawing import start_tournament
from clutch.tournaments.matches import MatchRow, Seen, matches_of
from clutch.tournaments.models import FormatSettings, Status, TournamentId
from clutch.tournaments.moving import move_tournament
from clutch.tournaments.participants import participants_of
from clutch.tournaments.registering import Wish, register
from clutch.tournaments.repository import get_tournament
from clutch.tournaments.results import set_result
from clutch.tournaments.settings import Setup

# What happens on the nights is the same in every demo.
SEED = 20240331
# How often the stronger one takes a map: more with every one who stands between them.
BASE, STEP, SUREST = 0.5, 0.06, 0.8
MINUTES = 9


class League:
    """The nights of one organizer and the same few players."""

    def __init__(self, story: Story, organizer: Actor) -> None:
        self._story = story
        self._organizer = organizer
        self._players = story.meet_all(facts.LEAGUE_PLAYERS)
        self._dice = chance(SEED)

    def night(self, number: int, days_ago: int, hour: int = 20) -> None:
        """Play one night from its announcement to its trophy."""
        self._story.go_to(self._story.day(days_ago, hour))
        night = self._story.do(lambda tx: self._begin(tx, number))
        strength = self._strengths(night)
        while ready := self._ready(night):
            for match in ready:
                result = self._result(match, strength)
                self._decide(Seen(night, match.id, match.version), result)
            self._story.wait(MINUTES)
        self._story.do(
            lambda tx: complete(tx, self._organizer, night, get_tournament(tx.conn, night).version)
        )

    def _begin(self, tx: Transaction, number: int) -> TournamentId:
        setup = Setup(
            name=f"{facts.LEAGUE} {number}",
            game=facts.LEAGUE_GAME,
            format=DOUBLE_ELIMINATION,
            format_settings=FormatSettings(best_of=3),
            max_participants=len(self._players),
            zone=self._story.zone,
            description=facts.LEAGUE_DESCRIPTION,
        )
        made = create_tournament(tx, self._organizer, setup)
        ready = move_tournament(tx, self._organizer, made.id, made.version, Status.REGISTRATION)
        for player in self._dice.sample(self._players, len(self._players)):
            register(tx, player, made.id, Wish())
        version = get_tournament(tx.conn, ready.id).version
        seeded = move_tournament(tx, self._organizer, made.id, version, Status.SEEDING)
        start_tournament(tx, self._organizer, made.id, seeded.seeding_version)
        return made.id

    def _strengths(self, night: TournamentId) -> dict[ParticipantId, int]:
        """How many are weaker than each participant."""
        playing = self._story.read(lambda conn: participants_of(conn, night))
        order = facts.LEAGUE_PLAYERS[::-1]
        return {one.id: order.index(str(one.name)) for one in playing}

    def _ready(self, night: TournamentId) -> list[MatchRow]:
        """What can be played now."""
        found = self._story.read(lambda conn: matches_of(conn, night))
        return [one for one in found if one.is_ready]

    def _decide(self, seen: Seen, result: Result) -> None:
        self._story.do(lambda tx: set_result(tx, self._organizer, seen, result))

    def _result(self, match: MatchRow, strength: dict[ParticipantId, int]) -> Result:
        """A best of three by chance, of which the stronger one has the better."""
        first, second = (strength[one] for one in match.participants)
        lead = min(BASE + STEP * abs(first - second), SUREST)
        odds = lead if first > second else 1 - lead
        games: list[Game] = []
        won = [0, 0]
        for arena in self._dice.sample(facts.ARENAS, 3):
            if max(won) == 2:
                break
            winner = 0 if self._dice.random() < odds else 1
            won[winner] += 1
            frags = 10 + self._dice.randrange(8), 2 + self._dice.randrange(8)
            games.append(Game(frags if winner == 0 else frags[::-1], arena))
        return played(match.participants, (won[0], won[1]), tuple(games))

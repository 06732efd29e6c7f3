"""A tournament that is being played, and what its people can do in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
import pytest

from clutch import engine
from clutch.accounts.models import Actor, Role
from clutch.engine import MatchId, Outcome, ParticipantId, Stage
from clutch.tournaments import completing, reporting, results, stages
from clutch.tournaments.bracket import Bracket, get_bracket
from clutch.tournaments.matches import MatchRow, Seen, claims_of, get_match, result_of
from clutch.tournaments.models import FormatSettings, Status, Tournament, Visibility
from clutch.tournaments.refusals_play import ConfirmationNeeded
from clutch.tournaments.repository import get_tournament
from clutch.tournaments.results import Consent
from tests.tournaments.conftest import Community, community

__all__ = ["community"]

Scores = tuple[int, int]
Done = TypeVar("Done")


def agreeing(work: Callable[[Consent], Done], consent: Consent) -> Done:
    """Do it as somebody who looked at the preview, but counted for themselves."""
    try:
        return work(consent)
    except ConfirmationNeeded as asked:
        if consent.played != asked.played:
            raise
        return work(msgspec.structs.replace(consent, losses=asked.losses))


@dataclass
class Running:
    """A tournament from the draw on. Players are named for their seeds: `player1` is the best."""

    people: Community
    cup: Tournament

    @property
    def boss(self) -> Actor:
        return self.people.person("boss", Role.ORGANIZER)

    def player(self, seed: int) -> Actor:
        return self.people.person(f"player{seed}")

    def participant(self, seed: int) -> ParticipantId:
        return next(
            ParticipantId(one.id) for one in self.people.participants(self.cup) if one.seed == seed
        )

    # --- looking

    def match(self, match_id: str) -> MatchRow:
        with self.people.site.database.read() as conn:
            return get_match(conn, self.cup.id, match_id)

    def bracket(self) -> Bracket:
        with self.people.site.database.read() as conn:
            cup = get_tournament(conn, self.cup.id)
            return get_bracket(conn, self.people.site.writer.kept, cup)

    def stage(self) -> Stage:
        with self.people.site.database.read() as conn:
            return stages.read_stage(conn, self.people.site.writer.kept, self.cup.id)

    def status(self) -> Status:
        with self.people.site.database.read() as conn:
            return get_tournament(conn, self.cup.id).status

    def claims(self, match_id: str) -> list[int]:
        """The sides that have a claim beside the match."""
        with self.people.site.database.read() as conn:
            return [claim.side for claim in claims_of(conn, self.cup.id, match_id)]

    def seen(self, match_id: str, version: int | None = None) -> Seen:
        now = self.match(match_id).version
        return Seen(self.cup.id, MatchId(match_id), now if version is None else version)

    def placements(self) -> dict[int, tuple[int, int]]:
        """Rank and last shared rank by seed."""
        seeds = {one.id: one.seed for one in self.people.participants(self.cup)}
        return {
            seeds[place.participant] or 0: (place.rank, place.to)
            for place in self.bracket().placements
        }

    # --- doing

    def report(
        self,
        seed: int,
        match_id: str,
        scores: Scores | None,
        version: int | None = None,
        **more: Any,
    ) -> str:
        """The player of this seed reports; scores in the order of the match's opponents."""
        match, seen = self.match(match_id), self.seen(match_id, version)
        result = result_of(match, more.get("outcome", Outcome.PLAYED), more.get("winner"), scores)
        return self.people.write(
            lambda tx: reporting.report_result(tx, self.player(seed), seen, result)
        )

    def confirm(self, seed: int, match_id: str) -> None:
        seen, player = self.seen(match_id), self.player(seed)
        self.people.write(lambda tx: reporting.confirm_report(tx, player, seen))

    def withdraw(self, seed: int, match_id: str) -> None:
        seen, player = self.seen(match_id), self.player(seed)
        self.people.write(lambda tx: reporting.withdraw_report(tx, player, seen))

    def decide(
        self,
        match_id: str,
        scores: Scores | None,
        consent: Consent = results.NOTHING_LOST,
        outcome: Outcome = Outcome.PLAYED,
        winner: int | None = None,
    ) -> MatchRow:
        """The organizer sets or corrects a result; `winner` is a seed."""
        who = None if winner is None else self.participant(winner)
        result = result_of(self.match(match_id), outcome, who, scores)
        seen, boss = self.seen(match_id), self.boss
        write = self.people.write
        return agreeing(
            lambda agreed: write(lambda tx: results.set_result(tx, boss, seen, result, agreed)),
            consent,
        )

    def revoke(self, match_id: str, consent: Consent = results.NOTHING_LOST) -> None:
        seen, boss, write = self.seen(match_id), self.boss, self.people.write
        agreeing(
            lambda agreed: write(lambda tx: results.revoke_result(tx, boss, seen, agreed)), consent
        )

    def disqualify(self, seed: int, reason: str = "left") -> None:
        who, boss = self.participant(seed), self.boss
        self.people.write(lambda tx: results.disqualify(tx, boss, self.cup.id, who, reason))

    def reinstate(self, seed: int, consent: Consent = results.NOTHING_LOST) -> None:
        who, boss, write = self.participant(seed), self.boss, self.people.write
        agreeing(
            lambda agreed: write(lambda tx: results.reinstate(tx, boss, self.cup.id, who, agreed)),
            consent,
        )

    def complete(self) -> None:
        boss, version = self.boss, self.people.now(self.cup).version
        self.people.write(lambda tx: completing.complete(tx, boss, self.cup.id, version))

    def play_out(self) -> None:
        """The better seed wins every match that is left, 2:0."""
        seeds = {one.id: one.seed or 0 for one in self.people.participants(self.cup)}
        while ready := engine.open_matches(self.stage()):
            for match in ready:
                first, second = match.participants
                self.decide(match.id, (2, 0) if seeds[first] < seeds[second] else (0, 2))


@pytest.fixture
def run(community: Community) -> Callable[..., Running]:
    """Begin a tournament of so many players, best of three."""

    def begin(
        players: int,
        format_name: str = "single_elimination",
        visibility: Visibility = Visibility.PUBLIC,
        **settings: Any,
    ) -> Running:
        community.person("boss", Role.ORGANIZER)
        chosen = FormatSettings(**{"best_of": 3, **settings})
        cup = community.cup(
            *community.players(players),
            format=format_name,
            format_settings=chosen,
            max_participants=players,
            visibility=visibility,
        )
        community.move(cup, Status.SEEDING)
        return Running(community, community.start(cup))

    return begin

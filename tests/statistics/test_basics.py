"""Basic numbers, as sums over a record."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from clutch.statistics.basics import add_up
from clutch.statistics.models import BestPlace
from clutch.tournaments.models import Status, TournamentId
from clutch.tournaments.records import Games, Played

AT = datetime(2026, 3, 14, tzinfo=UTC)


def played(
    number: int, game: str, rank: int | None = None, to: int | None = None, **more: object
) -> Played:
    usual = Played(
        tournament_id=TournamentId(f"t{number}"),
        name=f"Cup {number}",
        game=game,
        status=Status.RUNNING if rank is None else Status.COMPLETED,
        by_teams=False,
        at=AT,
        participants=8,
        max_participants=8,
        began=True,
        waiting=False,
        rank=rank,
        to=rank if to is None else to,
        won=2,
        lost=1,
        created_at=AT,
    )
    return msgspec.structs.replace(usual, **more)


def test_a_game_that_is_played_alone_and_in_teams_counts_in_each_apart() -> None:
    found = add_up([played(1, "Go"), played(2, "Go", by_teams=True), played(3, "Chess")], {})
    assert {game: one.tournaments for game, one in found.solo_games.items()} == {
        "Chess": 1,
        "Go": 1,
    }
    assert {game: one.tournaments for game, one in found.team_games.items()} == {"Go": 1}
    assert found.has_several_games


def test_games_are_those_of_matches_in_which_they_are_known() -> None:
    unknown = add_up([played(1, "Go")], {}).solo
    assert (unknown.games_won, unknown.games_lost, unknown.games_from) == (None, None, 0)
    known = add_up([played(1, "Go"), played(2, "Go")], {TournamentId("t2"): Games(5, 3, 2)}).solo
    assert (known.games_won, known.games_lost, known.games_from, known.matches) == (5, 3, 2, 6)


def test_the_best_place_is_a_range_in_its_field_and_a_podium_a_win_or_more_than_three() -> None:
    shared = add_up([played(1, "Go", 5, 8), played(2, "Go", 5, 6, participants=6)], {}).solo
    assert shared.best == BestPlace(5, 8, 8)
    lost = add_up([played(1, "Go", 2, participants=2), played(2, "Go", 1, participants=2)], {}).solo
    assert (lost.titles, lost.podiums) == (1, 1)

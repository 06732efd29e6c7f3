"""The board of points: by game and period, and always with the line of whoever looks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from clutch.accounts.models import Actor
from clutch.achievements.boards import (
    PointsWish,
    games_with_points,
    periods_with_points,
    read_points,
)
from clutch.achievements.record import HolderKind
from clutch.statistics import boards
from clutch.statistics.boards import Board
from tests.achievements.conftest import Trophies
from tests.fixtures.browsing import Api, Browser
from tests.fixtures.site import on_sqlite
from tests.teams.club import account_id


def points(
    trophies: Trophies, wish: PointsWish | None = None, page: int = 1, own: list[int] | None = None
) -> Board:
    with trophies.database.read() as conn:
        return read_points(conn, wish or PointsWish(), page, own or [])


def by_name(board: Board) -> dict[str, int]:
    return {one.name: one.points or 0 for one in board.lines}


def test_equal_points_share_a_rank_and_the_own_line_comes_from_any_page(
    trophies: Trophies, four: list[Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    trophies.played_cup(trophies.organizer(), four)
    trophies.follow()
    whole = points(trophies)
    assert [one.name for one in whole.lines[:2]] == ["alice", "bob"]
    ranks = {one.name: one.rank for one in whole.lines}
    assert ranks["carol"] == ranks["dave"]
    monkeypatch.setattr(boards, "PER_PAGE", 2)
    first = points(trophies, own=[account_id(four[3])])
    assert [one.name for one in first.lines] == ["alice", "bob"]
    assert first.own is not None
    assert (first.own.name, first.is_own_below) == ("dave", True)
    second = points(trophies, page=2, own=[account_id(four[0])])
    assert second.own is not None
    assert (second.own.rank, second.is_own_above, second.is_own_below) == (1, True, False)


def test_a_period_counts_what_was_unlocked_in_it(trophies: Trophies, four: list[Actor]) -> None:
    boss = trophies.organizer()
    trophies.played_cup(boss, four)
    trophies.follow()
    march = by_name(points(trophies))
    trophies.clock.advance(timedelta(days=60))
    trophies.played_cup(boss, four[::-1], "Summer Cup")
    trophies.follow()
    of_march = by_name(points(trophies, PointsWish(period="2026-03")))
    of_may = by_name(points(trophies, PointsWish(period="2026-05")))
    of_year = by_name(points(trophies, PointsWish(period="2026")))
    assert of_march == march
    assert of_year == by_name(points(trophies))
    assert of_may["dave"] == of_year["dave"] - of_march["dave"]
    assert points(trophies, PointsWish(period="2026-04")).lines == []
    assert points(trophies, PointsWish(period="2025")).lines == []
    with trophies.database.read() as conn:
        assert periods_with_points(conn) == ["2026-05", "2026-04", "2026-03", "2026"]


def test_a_game_counts_what_its_public_tournaments_unlocked(
    trophies: Trophies, four: list[Actor]
) -> None:
    boss = trophies.organizer()
    trophies.played_cup(boss, four)
    trophies.played_cup(boss, four[::-1], "Stones", game="Go")
    trophies.follow()
    chess = by_name(points(trophies, PointsWish(game="Chess")))
    go = by_name(points(trophies, PointsWish(game="Go")))
    assert chess["alice"] > go["alice"] > 0
    assert go["dave"] > go["alice"]
    assert points(trophies, PointsWish(game="Whist")).lines == []
    with trophies.database.read() as conn:
        assert games_with_points(conn) == ["Chess", "Go"]


def test_the_best_of_several_teams_is_ones_own_line_and_has_its_tag(
    trophies: Trophies, four: list[Actor]
) -> None:
    alice, bob = four[:2]
    trophies.team(alice, "First", "ONE")
    second = trophies.team(bob, "Second", "TWO")
    trophies.let_in(
        bob, second, alice, *four[2:], *(trophies.person(f"more{one}") for one in range(2))
    )
    trophies.follow()
    board = points(trophies, PointsWish(HolderKind.TEAM), own=[1, second.id])
    assert board.own is not None
    assert (board.own.name, board.own.tag, board.own.rank) == ("Second", "TWO", 1)


@on_sqlite
def test_over_the_api_no_other_board_comes_than_was_asked_for(
    trophies: Trophies, four: list[Actor], api: Api
) -> None:
    trophies.played_cup(trophies.organizer(), four)
    trophies.follow()
    whole = api.get("/leaderboards/achievements").json()
    assert whole["items"][0]["name"] == "alice"
    assert api.get("/leaderboards/achievements?game=Go").json()["items"] == []
    assert api.get("/leaderboards/achievements?period=2026-02").json()["items"] == []
    assert api.get("/leaderboards/achievements?game=Chess&period=2026").json()["total"] >= 4
    refused = api.get("/leaderboards/achievements?mode=roster")
    assert (refused.status_code, refused.json()["code"]) == (422, "leaderboard-mode-refused")
    for query in ("mode=nobody", "period=13", "period=0000", "game=" + "x" * 61):
        assert api.get(f"/leaderboards/achievements?{query}").status_code == 422, query


@on_sqlite
def test_the_page_offers_games_and_periods_and_says_what_is_missing_to_who_is_not_on_it(
    trophies: Trophies, four: list[Actor], make_client: Callable[..., Browser]
) -> None:
    trophies.played_cup(trophies.organizer(), four)
    trophies.follow()
    eve = make_client().log_in(trophies.session(trophies.person("eve")))
    page = eve.get("/leaderboards?by=achievements&mode=solo&game=Chess&period=2026-03")
    assert '<option value="Chess" selected>' in page.html
    assert '<option value="2026-03" selected>' in page.html
    assert "eve not on this board yet It takes an achievement." in page.piece("board")
    teams = eve.get("/leaderboards?by=achievements&mode=team")
    assert "You are in no team." in teams.piece("board")
    guest = make_client().get("/leaderboards?by=achievements&mode=solo")
    assert "not on this board yet" not in guest.text

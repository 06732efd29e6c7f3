"""Filtering, sorting and paging of a record's tournaments."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from clutch.tournaments.models import Status, TournamentId
from clutch.tournaments.records import Played
from clutch.web.views import records
from clutch.web.views.records import COLUMNS, Wanted, read_wanted, record_page

MOSCOW = ZoneInfo("Europe/Moscow")
NOON = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
PLAIN = Played(
    tournament_id=TournamentId("a"),
    name="Cup",
    game="Chess",
    status=Status.COMPLETED,
    by_teams=False,
    at=NOON,
    participants=4,
    max_participants=8,
    began=True,
    waiting=False,
    rank=None,
    to=None,
    won=0,
    lost=0,
    created_at=NOON,
)


def played(name: str, **facts: Any) -> Played:
    return msgspec.structs.replace(PLAIN, name=name, tournament_id=TournamentId(name), **facts)


def names(found: list[Played], wanted: Wanted, page: int = 1) -> list[str]:
    return [one.name for one in record_page(found, wanted, page, MOSCOW).items]


def test_names_are_found_in_any_case_in_any_alphabet() -> None:
    found = [played("Кубок весны"), played("Spring Cup")]
    assert names(found, Wanted(name="КУБОК")) == ["Кубок весны"]
    assert names(found, Wanted(name="cup")) == ["Spring Cup"]


def test_game_and_status_are_exact() -> None:
    found = [played("a", game="Dota 2"), played("b", status=Status.RUNNING), played("c")]
    assert names(found, Wanted(game="Dota 2")) == ["a"]
    assert names(found, Wanted(status="running")) == ["b"]
    assert names(found, Wanted(game="Dota 2", status="running")) == []


def test_days_are_those_of_the_readers_zone_and_both_ends_count() -> None:
    late = played("late", at=datetime(2026, 5, 1, 22, 30, tzinfo=UTC))  # already 2 May in Moscow
    found = [late, played("noon"), played("undated", at=None)]
    assert names(found, Wanted(since=date(2026, 5, 2))) == ["late"]
    assert names(found, Wanted(until=date(2026, 5, 1))) == ["noon"]
    assert names(found, Wanted(since=date(2026, 5, 1), until=date(2026, 5, 2))) == ["late", "noon"]


def test_the_latest_come_first_and_those_without_a_date_last() -> None:
    early = played("early", at=NOON - timedelta(days=3))
    undated = played("undated", at=None, created_at=NOON + timedelta(days=9))
    assert names([early, undated, played("late")], Wanted()) == ["late", "early", "undated"]
    assert names([early, undated, played("late")], Wanted(sort="date")) == [
        "early",
        "late",
        "undated",
    ]


def test_placement_sorts_with_the_unplaced_last_both_ways() -> None:
    found = [
        played("fifth", rank=5, to=8),
        played("none"),
        played("first", rank=1, to=1),
        played("sixteenth", rank=9, to=16),
    ]
    assert names(found, Wanted(sort="placement")) == ["first", "fifth", "sixteenth", "none"]
    assert names(found, Wanted(sort="-placement")) == ["sixteenth", "fifth", "first", "none"]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("name", ["a", "b"]),
        ("-name", ["b", "a"]),
        ("game", ["b", "a"]),
        ("-participants", ["a", "b"]),
        ("status", ["b", "a"]),
        ("-record", ["b", "a"]),
        ("record", ["a", "b"]),
    ],
)
def test_every_column_sorts_both_ways(sort: str, order: list[str]) -> None:
    a = played("a", game="Zelda", participants=9, won=1, lost=1)
    b = played("b", game="Chess", participants=2, won=1, lost=0, status=Status.RUNNING)
    assert names([a, b], Wanted(sort=sort)) == order


def test_equal_ones_stay_latest_first() -> None:
    found = [played(str(day), at=NOON + timedelta(days=day)) for day in range(4)]
    for column in COLUMNS:
        if column.key not in {"date", "name"}:
            assert names(found, Wanted(sort=column.key)) == ["3", "2", "1", "0"]
            assert names(found, Wanted(sort=f"-{column.key}")) == ["3", "2", "1", "0"]


def test_pages_count_what_matches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "PER_PAGE", 2)
    found = [played(name) for name in "abcde"]
    page = record_page(found, Wanted(sort="name"), 9, MOSCOW)
    assert ([one.name for one in page.items], page.page, page.pages) == (["e"], 3, 3)
    some = record_page(found, Wanted(name="a"), 1, MOSCOW)
    assert (some.total, some.matching, some.pages) == (5, 1, 1)


def test_an_address_that_makes_no_sense_shows_everything() -> None:
    odd = {
        "sort": "password",
        "status": "nonsense",
        "since": "yesterday",
        "until": "2026-13-01",
        "layout": "spiral",
        "name": "x" * 5000,
    }
    wanted = read_wanted(odd)
    assert (wanted.sort, wanted.status, wanted.since, wanted.until) == ("-date", "", None, None)
    assert (wanted.layout, len(wanted.name)) == ("auto", 100)


def test_a_wish_survives_its_address() -> None:
    wish = Wanted("Dota 2", "a&b=c", "running", date(2026, 5, 1), None, "name", "cards")
    from urllib.parse import parse_qsl

    assert read_wanted(dict(parse_qsl(wish.query()))) == wish
    assert Wanted().query() == ""
    assert wish.query(sort="-date", layout="auto", game="").count("=") == 3

"""The pages and the API of statistics: full and empty, leaderboards, and seeding by rating."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from clutch.accounts.models import AccountId, Actor, Role, Scope
from clutch.bootstrap import Site
from clutch.kernel.capabilities import State
from clutch.kernel.clock import FrozenClock
from clutch.tournaments.models import PlayedBy, Status, Visibility
from clutch.tournaments.participants import participants_of
from clutch.tournaments.registering import Wish
from tests.fixtures.browsing import Api, Browser
from tests.fixtures.site import on_sqlite
from tests.profile.arena import Arena
from tests.statistics.community import fold, meet, season

pytestmark = on_sqlite


def test_a_profile_shows_enhanced_numbers(client: Browser, played: list[Actor]) -> None:
    page = client.get(f"/players/{played[0].account_id}/statistics")
    assert page.status == 200
    for text in ("Rating", "12 won in a row", "Nuke", "bob", "Highest rating", "Recommendations"):
        assert text in page.text
    assert "<polyline" in page.html
    assert "style=" not in page.html


def test_an_overview_shows_the_rating_and_its_trend_while_somebody_can_tell(
    client: Browser, site: Site, played: list[Actor]
) -> None:
    ann, bob = (f"/players/{one.account_id}" for one in played)
    assert "in 10 matches" in client.get(ann).piece("headlines")
    assert "+" in client.get(ann).piece("headlines")
    assert "−" in client.get(bob).piece("headlines")
    site.capabilities.set("statistics", State.DOWN, "It does not work.")
    down = client.get(ann).piece("headlines")
    assert "in 10 matches" not in down
    assert "Ratings can't be told at the moment." in down


def test_an_unlisted_tournament_leaks_nowhere(
    client: Browser, api: Api, played: list[Actor]
) -> None:
    for one in played:
        for path in ("/statistics", "/statistics/solo"):
            page = client.get(f"/players/{one.account_id}{path}")
            assert "Secret" not in page.html
            assert "Hidden Game" not in page.html
        answer = api.get(f"/players/{one.account_id}/statistics").json()
        assert answer["basic"]["solo"]["tournaments"] == 12
        assert answer["enhanced"]["solo"]["total"]["played"] == 12
    assert "Hidden Game" not in client.get("/leaderboards").html


@pytest.mark.parametrize("language", ["en", "ru"])
def test_nobody_has_played_yet(
    make_client: Callable[..., Browser], arena: Arena, site: Site, language: str
) -> None:
    ann = arena.person("ann")
    team = arena.team(ann)
    fold(site)
    client = make_client(language)
    for path in (
        f"/players/{ann.account_id}/statistics",
        f"/players/{ann.account_id}/statistics/roster",
        f"/teams/{team.id}/statistics",
        "/leaderboards",
        "/leaderboards?by=titles&mode=team&game=Chess&period=2026-03",
        "/leaderboards?by=nonsense&mode=nobody&period=13",
    ):
        assert client.get(path).status == 200
    assert client.get(f"/players/{ann.account_id}/statistics/team").status == 404
    assert client.get("/players/999/statistics").status == 404


def test_a_kept_profile_is_drawn_anew_after_the_next_result(
    client: Browser, arena: Arena, site: Site, played: list[Actor]
) -> None:
    path = f"/players/{played[0].account_id}/statistics"
    assert "12 won in a row" in client.get(path).text
    boss = Actor(AccountId(1), "olga", Role.ORGANIZER)
    meet(arena, boss, played, "One more", Visibility.PUBLIC)
    fold(site)
    assert "13 won in a row" in client.get(path).text


def test_a_board_shows_the_own_line_beyond_its_page(
    arena: Arena, site: Site, make_client: Callable[..., Browser], api: Api
) -> None:
    boss = arena.organizer()
    people = [arena.person(f"number{number:02}") for number in range(32)]
    cup = arena.open_cup(boss, max_participants=32)
    for one in people:
        arena.register(cup, one)
    arena.start(boss, cup)
    ready = [f"U1.{number}" for number in range(1, 17)]
    arena.decide_all(boss, cup, ready)
    fold(site)
    loser = people[31]
    mine = make_client().log_in(arena.session(loser))
    page = mine.get("/leaderboards")
    assert "your line" in page.text
    assert "Page 1 of 2" in page.text
    guest = make_client().get("/leaderboards")
    assert "your line" not in guest.text
    own = api.by(arena.token(loser)).get("/leaderboards/rating").json()["own"]
    assert own["name"] == "number31"
    assert own["rank"] == 17


def test_the_first_board_is_one_on_which_somebody_stands(
    arena: Arena, site: Site, client: Browser, make_client: Callable[..., Browser]
) -> None:
    boss = arena.organizer()
    by_teams = {"played_by": PlayedBy.TEAM, "roster_min": 1, "roster_max": 2}
    cup = arena.open_cup(boss, "Team Cup", **by_teams)
    for number in range(2):
        captain = arena.person(f"captain{number}")
        team = arena.team(captain, f"Team {number}", f"T{number}")
        arena.register(cup, captain, Wish(team_id=team.id))
    arena.start(boss, cup)
    arena.decide_all(boss, cup, ["U1.1"])
    fold(site)
    first = client.get("/leaderboards").html
    assert '<option value="roster" selected>' in first
    assert "captain0" in first
    assert "Nobody stands here yet" in client.get("/leaderboards?mode=solo").text
    assert (
        '<option value="2026-03">март 2026</option>' in make_client("ru").get("/leaderboards").html
    )


def test_equal_ones_share_a_rank(api: Api, arena: Arena, site: Site) -> None:
    boss = arena.organizer()
    people = [arena.person(f"number{number}") for number in range(4)]
    arena.played_cup(boss, people)
    fold(site)
    board = api.get("/leaderboards/titles").json()
    assert [one["rank"] for one in board["items"]] == [1, 2, 2, 2][: len(board["items"])]
    assert board["items"][0]["name"] == "number0"


def test_a_deleted_player_stands_on_no_board_but_their_results_stay(
    api: Api, arena: Arena, site: Site, played: list[Actor]
) -> None:
    ann, bob = played
    arena.write(lambda tx: site.personal.erase(tx, bob.require_login()))
    fold(site)
    board = api.get("/leaderboards/rating").json()
    assert [one["name"] for one in board["items"]] == ["ann"]
    assert (
        api.get(f"/players/{ann.account_id}/statistics").json()["enhanced"]["solo"]["total"]["won"]
        == 12
    )


def test_what_is_kept_about_a_person_stands_in_their_download(
    site: Site, played: list[Actor], clock: FrozenClock
) -> None:
    with site.database.read() as conn:
        found = site.personal.export(conn, played[0].require_login(), clock.now())
    assert found["statistics"]["solo"][0]["numbers"].won == 12


def test_an_organizer_seeds_by_rating(
    arena: Arena, site: Site, client: Browser, played: list[Actor]
) -> None:
    boss = Actor(AccountId(1), "olga", Role.ORGANIZER)
    ann, bob = played
    cup = arena.open_cup(boss, "Rated", game="Chess")
    newcomer = arena.person("cid")
    for one in (newcomer, bob, ann):
        arena.register(cup, one)
    arena.move(boss, cup, Status.SEEDING)
    mine = client.log_in(arena.session(boss))
    page = mine.get(f"/tournaments/{cup.id}/console/seeding")
    assert "no rating" in page.text
    after = mine.send(page.form(f"/tournaments/{cup.id}/console/seeding/rating"))
    assert "Order set by rating" in after.text
    with site.database.read() as conn:
        order = [one.name for one in participants_of(conn, cup.id)]
    assert order == ["ann", "bob", "cid"]


def test_the_api_seeds_by_rating_or_says_that_it_can_not(
    arena: Arena, site: Site, api: Api, played: list[Actor]
) -> None:
    boss = Actor(AccountId(1), "olga", Role.ORGANIZER)
    cup = arena.open_cup(boss, "Rated", game="Chess")
    for one in (arena.person("cid"), *reversed(played)):
        arena.register(cup, one)
    version = arena.move(boss, cup, Status.SEEDING).seeding_version
    mine = api.by(arena.token(boss, Scope.READ, Scope.TOURNAMENTS_WRITE))
    path = f"/tournaments/{cup.id}/seeding/rating"
    seeded = mine.post(path, version=version).json()
    with site.database.read() as conn:
        everybody = participants_of(conn, cup.id)
    assert [one.name for one in everybody] == ["ann", "bob", "cid"]
    assert seeded["participants"] == [one.id for one in everybody]
    assert mine.post(path, version=version).status_code == 412
    site.capabilities.set("statistics", State.DOWN, "It does not work.")
    refused = mine.post(path, version=seeded["version"])
    assert (refused.status_code, refused.json()["code"]) == (503, "ratings-unavailable")


def test_seeding_by_rating_is_refused_while_nobody_knows_them(
    arena: Arena, site: Site, client: Browser, played: list[Actor]
) -> None:
    boss = Actor(AccountId(1), "olga", Role.ORGANIZER)
    cup = arena.open_cup(boss, "Rated", game="Chess")
    for one in played:
        arena.register(cup, one)
    arena.move(boss, cup, Status.SEEDING)
    mine = client.log_in(arena.session(boss))
    page = mine.get(f"/tournaments/{cup.id}/console/seeding")
    form = page.form(f"/tournaments/{cup.id}/console/seeding/rating")
    site.capabilities.set("statistics", State.DOWN, "It does not work.")
    refused = mine.send(form)
    assert refused.status == 503
    assert "Ratings can't be read now" in refused.text


def test_pages_hold_whatever_was_played(
    arena: Arena, site: Site, make_client: Callable[..., Browser]
) -> None:
    made = season(arena, Random(11), cups=12)
    for _ in range(300):
        made.act()
    fold(site)
    for language in ("en", "ru"):
        client = make_client(language)
        for number in range(2, 14):
            assert client.get(f"/players/{number}/statistics").status == 200
            assert client.get(f"/players/{number}/statistics/solo").status == 200
        for number in range(1, 5):
            assert client.get(f"/teams/{number}/statistics").status == 200
        for by in ("rating", "titles", "form", "achievements"):
            for mode in ("solo", "roster", "team"):
                assert client.get(f"/leaderboards?by={by}&mode={mode}").status == 200

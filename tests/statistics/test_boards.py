"""Leaderboards and seeding by rating: one's own line, and what is said while ratings move."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import insert, text

from clutch.accounts.models import AccountId, Actor, Role
from clutch.bootstrap import Site
from clutch.statistics import boards, tables
from clutch.tournaments.models import Status, Tournament
from tests.fixtures.browsing import Api, Browser
from tests.fixtures.site import on_sqlite
from tests.profile.arena import Arena
from tests.statistics.community import fold

pytestmark = on_sqlite

RECOMPUTED = "Ratings are being recomputed"
BOSS = Actor(AccountId(1), "olga", Role.ORGANIZER)


@pytest.fixture
def pair(arena: Arena, site: Site) -> list[Actor]:
    """Ann has beaten Bob twice."""
    boss, ann, bob = arena.organizer(), arena.person("ann"), arena.person("bob")
    for number in range(2):
        cup = arena.open_cup(boss, f"Cup {number}")
        for one in (ann, bob):
            arena.register(cup, one)
        arena.start(boss, cup)
        arena.decide_all(boss, cup, ["U1.1"])
        arena.complete(boss, cup)
    fold(site)
    return [ann, bob]


@pytest.fixture
def seeding(arena: Arena, pair: list[Actor]) -> Tournament:
    """A cup of the two that waits for its seeds."""
    cup = arena.open_cup(BOSS, "Rated")
    for one in pair:
        arena.register(cup, one)
    return arena.move(BOSS, cup, Status.SEEDING)


def begin_refold(site: Site) -> None:
    """As the projection leaves it between two stretches of a long recomputing."""
    site.writer.write(
        lambda tx: tx.conn.execute(insert(tables.refold).values(id=1, since=1, next=2))
    )


def break_reading(site: Site) -> None:
    site.writer.write(
        lambda tx: tx.conn.execute(text("ALTER TABLE statistics_tally RENAME TO broken"))
    )


def test_who_is_not_on_a_board_reads_what_it_takes_and_what_they_have(
    arena: Arena, pair: list[Actor], make_client: Callable[..., Browser], api: Api
) -> None:
    ann = make_client().log_in(arena.session(pair[0]))
    needs = "ann not on this board yet It takes 5 rated matches; so far there are 2."
    assert needs in ann.get("/leaderboards?by=form&mode=solo").piece("board")
    hers = api.by(arena.token(pair[0]))
    form = hers.get("/leaderboards/form").json()
    assert (form["own"], form["own_needs"]) == (None, {"needed": 5, "have": 2, "has_team": True})
    assert hers.get("/leaderboards/rating").json()["own_needs"] is None
    other_game = hers.get("/leaderboards/form?game=Go").json()["own_needs"]
    assert other_game["have"] == 0
    team = hers.get("/leaderboards/rating?mode=team").json()["own_needs"]
    assert team == {"needed": 1, "have": 0, "has_team": False}
    assert api.get("/leaderboards/form").json()["own_needs"] is None


def test_an_own_line_of_an_earlier_page_stands_above_the_page(
    arena: Arena,
    pair: list[Actor],
    make_client: Callable[..., Browser],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(boards, "PER_PAGE", 1)
    ann, bob = (make_client().log_in(arena.session(one)) for one in pair)
    above = ann.get("/leaderboards?mode=solo&page=2").piece("board")
    assert above.index("ann your line") < above.index("bob")
    below = bob.get("/leaderboards?mode=solo").piece("board")
    assert below.index("ann") < below.index("bob your line")


def test_every_board_with_ratings_is_marked_while_they_are_recomputed(
    site: Site, pair: list[Actor], make_client: Callable[..., Browser], api: Api
) -> None:
    paths = [f"/leaderboards?by={by}&mode=solo" for by in ("rating", "titles", "form")]
    assert not any(RECOMPUTED in make_client().get(path).text for path in paths)
    begin_refold(site)
    # Another address than before: guests have their pages as bytes until the log goes on.
    assert all(RECOMPUTED in make_client().get(f"{path}&page=1").text for path in paths)
    for by in ("rating", "titles", "form"):
        assert api.get(f"/leaderboards/{by}").json()["recomputing"] is True, by
    assert api.get("/leaderboards/achievements").json()["recomputing"] is False


def test_an_organizer_who_seeds_is_told_that_ratings_are_recomputed(
    arena: Arena, site: Site, seeding: Tournament, client: Browser
) -> None:
    mine = client.log_in(arena.session(BOSS))
    path = f"/tournaments/{seeding.id}/console/seeding"
    assert RECOMPUTED not in mine.get(path).text
    begin_refold(site)
    assert RECOMPUTED in mine.get(path).text


def test_a_failing_read_leaves_the_pages_and_says_what_is_missing(
    arena: Arena, site: Site, seeding: Tournament, client: Browser, api: Api
) -> None:
    mine = client.log_in(arena.session(BOSS))
    path = f"/tournaments/{seeding.id}/console/seeding"
    form = mine.get(path).form(f"{path}/rating")
    break_reading(site)
    board = client.get("/leaderboards")
    assert (board.status, "Not available now" in board.text) == (200, True)
    answer = api.get("/leaderboards/rating")
    assert (answer.status_code, answer.json()["items"]) == (200, None)
    assert answer.json()["degraded"] == ["statistics"]
    page = mine.get(path)
    assert page.status == 200
    assert "Ratings can't be shown now" in page.text
    assert mine.send(form).status == 503

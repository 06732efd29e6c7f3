"""Profiles in a browser without scripts."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from clutch.accounts.models import Actor
from clutch.accounts.tables import account
from clutch.kernel.epoch import get_epoch
from clutch.tournaments.models import Visibility
from clutch.web.views.records import MOST_TROPHIES
from tests.fixtures.browsing import Browser
from tests.fixtures.site import on_sqlite
from tests.profile.arena import Arena
from tests.teams.club import account_id

TABS = ("", "/tournaments", "/matches", "/teams")


@pytest.fixture
def four(arena: Arena) -> list[Actor]:
    """Alice, who wins what she plays, and three others."""
    return [arena.person(name) for name in ("alice", "bob", "carol", "dave")]


def profile(actor: Actor, tab: str = "") -> str:
    return f"/players/{actor.account_id}{tab}"


def test_a_profile_shows_what_was_played(arena: Arena, four: list[Actor], client: Browser) -> None:
    alice = four[0]
    arena.team(alice, "Night Owls", "OWL")
    arena.played_cup(arena.organizer(), four, starts_at=arena.clock.now() + timedelta(hours=1))
    overview = client.get(profile(alice))
    assert "1st Spring Cup" in overview.piece("trophies")
    assert overview.piece("last-results").count("Won") == 2
    assert "Night Owls" in overview.piece("player-head")
    assert "member since 14 March 2026" in overview.piece("player-head")
    line = "Chess Spring Cup 4 of 16 Completed 14 March 2026 1st 2–0"
    assert line in client.get(profile(alice, "/tournaments")).piece("record")
    assert "Won 1:0 bob Spring Cup Chess" in client.get(profile(alice, "/matches")).piece("matches")
    assert "Night Owls" in client.get(profile(alice, "/teams")).piece("times")


@on_sqlite
def test_the_weightiest_trophies_are_shown_and_the_others_counted(
    arena: Arena, four: list[Actor], client: Browser, make_client: Callable[..., Browser]
) -> None:
    olga = arena.organizer()
    for number in range(MOST_TROPHIES + 5):
        arena.played_cup(olga, four, f"Cup {number}")
    address = profile(four[0])
    shown = client.get(address).piece("trophies")
    assert shown.count("1st Cup") == MOST_TROPHIES
    assert "5 more trophies among the tournaments" in shown
    assert "Ещё 5 трофеев среди турниров" in make_client("ru").get(address).piece("trophies")


def test_a_shared_place_is_a_range_in_the_readers_language(
    arena: Arena, four: list[Actor], make_client: Callable[..., Browser]
) -> None:
    arena.played_cup(arena.organizer(), four)
    page = profile(four[3], "/tournaments")
    assert "3–4" in make_client("en").get(page).piece("record")
    assert "3–4 место" in make_client("ru").get(page).piece("record")


@on_sqlite
def test_nothing_yet_is_not_nothing_found(arena: Arena, four: list[Actor], client: Browser) -> None:
    newcomer = arena.person("eve")
    assert "No tournaments yet" in client.get(profile(newcomer, "/tournaments")).text
    arena.played_cup(arena.organizer(), four)
    page = client.get(profile(four[0], "/tournaments?name=zzz"))
    assert "Nothing matches" in page.piece("record")
    assert "No tournaments yet" not in page.text
    assert page.link("Show all tournaments") == profile(four[0], "/tournaments")


@on_sqlite
def test_the_record_is_filtered_sorted_and_laid_out_by_links_and_a_form(
    arena: Arena, four: list[Actor], client: Browser
) -> None:
    olga = arena.organizer()
    arena.played_cup(olga, four, "B Cup", game="Dota 2")
    arena.played_cup(olga, four, "A Cup")
    page = client.get(profile(four[0], "/tournaments"))
    by_name = client.get(page.link("Tournament"))
    assert by_name.piece("record").index("A Cup") < by_name.piece("record").index("B Cup")
    assert 'aria-sort="ascending"' in by_name.html
    cards = client.get(by_name.link("Cards"))
    assert 'class="record-cards"' in cards.html
    found = client.send(cards.form("Show"), game="Dota 2")
    assert "1 of 2 tournaments" in found.piece("record")
    assert ("A Cup" in found.piece("record"), 'class="record-cards"' in found.html) == (False, True)
    assert "sort=name" in found.path


@on_sqlite
def test_a_deleted_player_has_a_page_without_a_name(
    arena: Arena, four: list[Actor], client: Browser
) -> None:
    bob = four[1]
    arena.played_cup(arena.organizer(), four)
    team = arena.team(bob, "Bobs Team", "BOB")
    arena.let_in(bob, team, four[2])
    arena.write(lambda tx: arena.site.personal.erase(tx, account_id(bob)))
    for tab in TABS:
        page = client.get(profile(bob, tab))
        assert (page.status, "deleted player" in page.text, "bob" in page.text) == (
            200,
            True,
            False,
        )
        assert "noindex" in page.html
    assert "2nd" in client.get(profile(bob)).piece("trophies")
    assert "deleted player" in client.get(f"/teams/{team.id}/history").piece("memberships")
    assert "deleted player" in client.get(profile(four[0], "/matches")).piece("matches")
    assert "carol Captain" in client.get(f"/teams/{team.id}").piece("members")


@on_sqlite
def test_a_banned_player_is_marked_without_the_reason(
    arena: Arena, four: list[Actor], client: Browser
) -> None:
    where = account.c.id == four[0].account_id
    values = {"banned_at": arena.clock.now(), "ban_reason": "private reason"}
    arena.write(lambda tx: tx.conn.execute(account.update().where(where).values(values)))
    page = client.get(profile(four[0]))
    assert ("Banned" in page.piece("player-head"), "private reason" in page.html) == (True, False)


@on_sqlite
def test_a_player_who_never_was_is_missing(client: Browser) -> None:
    for tab in TABS:
        assert client.get(f"/players/999{tab}").status == 404
    assert client.get(f"/players/{2**70}").status == 404


@on_sqlite
def test_what_is_unlisted_is_shown_to_the_player_only(
    arena: Arena, four: list[Actor], client: Browser, make_client: Callable[..., Browser]
) -> None:
    olga = arena.organizer()
    done = arena.played_cup(olga, four, "Secret Cup", visibility=Visibility.UNLISTED)
    running = arena.open_cup(olga, "Secret Open", visibility=Visibility.UNLISTED)
    arena.register(running, four[0])
    own = make_client().log_in(arena.session(four[0]))
    for tab in TABS[:3]:
        html = client.get(profile(four[0], tab)).html
        assert not any(secret in html for secret in ("Secret", done.id, running.id))
    assert "Secret Cup" in own.get(profile(four[0])).piece("trophies")
    assert f"tournament-{running.id}@" in own.get(profile(four[0])).html


@on_sqlite
def test_a_profile_names_the_streams_that_change_it(
    arena: Arena, four: list[Actor], client: Browser
) -> None:
    alice = four[0]
    team = arena.team(alice)
    cup = arena.open_cup(arena.organizer())
    arena.register(cup, alice)
    html = client.get(profile(alice)).html
    for stream in (f"player-{alice.account_id}", f"tournament-{cup.id}", f"team-{team.id}"):
        assert f"{stream}@{len(arena.log(stream))}" in html
    with arena.site.database.read() as conn:
        assert f'data-epoch="{get_epoch(conn)}"' in html


@on_sqlite
def test_players_are_listed_and_searched(arena: Arena, client: Browser) -> None:
    assert "No players yet" in client.get("/players").text
    for name in ("Мирослава", "bob"):
        arena.person(name)
    assert "Мирослава" in client.get("/players?q=СЛАВА").text
    assert "bob" not in client.get("/players?q=СЛАВА").text
    assert "No player matches" in client.get("/players?q=zzz").text


@on_sqlite
def test_odd_names_are_harmless(arena: Arena, client: Browser) -> None:
    people = [arena.person(name) for name in ("<b>x</b>", "=cmd()", "فريق النجوم", "🦊" * 32)]
    arena.played_cup(arena.organizer(), people, "<i>Cup</i>", game="<u>Game</u>")
    for tab in TABS:
        page = client.get(profile(people[0], tab))
        assert not any(tag in page.html for tag in ("<b>x", "<i>Cup", "<u>Game"))
        assert "<b>x</b>" in page.text


@on_sqlite
def test_a_profile_is_said_in_russian(
    arena: Arena, four: list[Actor], make_client: Callable[..., Browser]
) -> None:
    arena.played_cup(arena.organizer(), four, "Кубок")
    browser = make_client("ru")
    for tab in TABS:
        text = browser.get(profile(four[0], tab)).text
        for english in ("member", "Tournament", "Won", "Team", "tournaments", "Status", "since"):
            assert english not in text
    assert "1 место" in browser.get(profile(four[0])).piece("trophies")

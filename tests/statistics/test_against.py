"""Head to head: all opponents, and one of them with the matches that were played."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from clutch import engine
from clutch.accounts.models import Actor
from clutch.bootstrap import Site
from clutch.engine import MatchId
from clutch.kernel.capabilities import State
from clutch.tournaments.matches import Seen
from clutch.tournaments.models import PlayedBy, Tournament, Visibility
from clutch.tournaments.registering import Wish
from clutch.tournaments.results import set_result
from tests.fixtures.browsing import Api, Browser
from tests.fixtures.site import on_sqlite
from tests.profile.arena import Arena
from tests.statistics.community import fold

pytestmark = on_sqlite

OTHERS = 27


@pytest.fixture
def boss(arena: Arena) -> Actor:
    return arena.organizer()


def meet(
    arena: Arena, boss: Actor, people: list[Actor], name: str = "Cup", **settings: object
) -> Tournament:
    """The first of two wins."""
    cup = arena.open_cup(boss, name, **settings)
    for one in people:
        arena.register(cup, one)
    arena.start(boss, cup)
    arena.clock.advance(timedelta(hours=1))
    arena.decide(boss, cup, "U1.1", (1, 0))
    return cup


def test_everybody_met_is_found_page_by_page_and_by_name(
    arena: Arena, site: Site, boss: Actor, client: Browser
) -> None:
    ann = arena.person("ann")
    others = [arena.person(f"other{number:02}") for number in range(OTHERS)]
    for one in others:
        meet(arena, boss, [ann, one])
    meet(arena, boss, [others[26], ann])
    fold(site)
    path = f"/players/{ann.account_id}"
    statistics = client.get(f"{path}/statistics")
    assert ("All opponents", f"{path}/opponents") in statistics.links
    first = client.get(f"{path}/opponents")
    assert "Page 1 of 2" in first.text
    assert first.text.index("other26") < first.text.index("other00")
    assert "other25" in client.get(f"{path}/opponents?page=2").text
    found = client.get(f"{path}/opponents?q=OTHER07")
    assert "other07" in found.piece("opponents")
    assert "other08" not in found.text
    assert "No opponent matches" in client.get(f"{path}/opponents?q=nobody").text
    assert "Nobody met yet" in client.get(f"/players/{boss.account_id}/opponents").text


def test_a_pair_shows_its_matches_and_what_they_add_up_to(
    arena: Arena, site: Site, boss: Actor, client: Browser, api: Api
) -> None:
    ann, bob, cid = (arena.person(name) for name in ("ann", "bob", "cid"))
    first = meet(arena, boss, [ann, bob], "First")
    meet(arena, boss, [bob, ann], "Second")
    meet(arena, boss, [ann, cid], "Other")
    meet(arena, boss, [ann, bob], "Secret", visibility=Visibility.UNLISTED)
    fold(site)
    path = f"/players/{ann.account_id}/against/{bob.account_id}"
    page = client.get(path)
    assert page.title.startswith("ann against bob")
    for name, is_there in (("First", True), ("Second", True), ("Other", False), ("Secret", False)):
        assert (name in page.piece("matches")) is is_there
    assert "1–1 50%" in page.piece("against")
    answer = api.get(path).json()
    assert (answer["against"]["name"], answer["against"]["won"], answer["total"]) == ("bob", 1, 2)
    assert [one["won"] for one in answer["matches"]] == [False, True]
    assert answer["matches"][1]["tournament_id"] == first.id
    turned = api.get(f"/players/{bob.account_id}/against/{ann.account_id}").json()
    assert [one["won"] for one in turned["matches"]] == [True, False]


def test_two_who_never_met_have_nothing_and_nobody_meets_themselves(
    arena: Arena, site: Site, client: Browser, api: Api
) -> None:
    ann, bob = arena.person("ann"), arena.person("bob")
    fold(site)
    path = f"/players/{ann.account_id}/against"
    assert "The two have not met" in client.get(f"{path}/{bob.account_id}").text
    never = api.get(f"{path}/{bob.account_id}").json()
    assert (never["against"]["played"], never["against"]["games_won"], never["total"]) == (
        0,
        None,
        0,
    )
    for nobody in (ann.account_id, 999):
        assert client.get(f"{path}/{nobody}").status == 404
        assert api.get(f"{path}/{nobody}").status_code == 404


def test_a_deleted_opponent_keeps_the_matches_and_loses_the_name(
    arena: Arena, site: Site, boss: Actor, client: Browser, api: Api
) -> None:
    ann, bob = arena.person("ann"), arena.person("bob")
    meet(arena, boss, [ann, bob])
    arena.write(lambda tx: site.personal.erase(tx, bob.require_login()))
    fold(site)
    path = f"/players/{ann.account_id}"
    assert "deleted player" in client.get(f"{path}/opponents").piece("opponents")
    assert "deleted player" in client.get(f"{path}/against/{bob.account_id}").text
    against = api.get(f"{path}/against/{bob.account_id}").json()["against"]
    assert (against["name"], against["won"]) == (None, 1)


def test_without_statistics_a_pair_still_shows_its_matches(
    arena: Arena, site: Site, boss: Actor, client: Browser, api: Api
) -> None:
    ann, bob = arena.person("ann"), arena.person("bob")
    meet(arena, boss, [ann, bob])
    fold(site)
    site.capabilities.set("statistics", State.DOWN, "It does not work.")
    path = f"/players/{ann.account_id}"
    opponents = client.get(f"{path}/opponents").text
    assert "Basic numbers only" in opponents
    # No number stands there.
    assert "straight from the matches" not in opponents
    page = client.get(f"{path}/against/{bob.account_id}")
    assert "Basic numbers only" in page.text
    assert "Cup" in page.piece("matches")
    answer = api.get(f"{path}/against/{bob.account_id}").json()
    assert (answer["against"], answer["degraded"], answer["total"]) == (None, ["statistics"], 1)


def test_teams_and_their_players_meet_teams(
    arena: Arena, site: Site, boss: Actor, client: Browser, api: Api
) -> None:
    captains = [arena.person("ann"), arena.person("cid")]
    teams = [arena.team(one, f"Team {one.name}", one.name.upper()) for one in captains]
    cup = arena.open_cup(boss, played_by=PlayedBy.TEAM, roster_min=1, roster_max=2)
    for captain, team in zip(captains, teams, strict=True):
        arena.register(cup, captain, Wish(team_id=team.id))
    arena.start(boss, cup)
    row = arena.match(cup, "U1.1")
    seen = Seen(cup.id, MatchId("U1.1"), row.version)
    arena.write(lambda tx: set_result(tx, boss, seen, engine.walkover(row.participants[0])))
    fold(site)
    one, other = teams
    for path in (
        f"/players/{captains[0].account_id}/against/team/{other.id}",
        f"/teams/{one.id}/against/{other.id}",
    ):
        page = client.get(path)
        assert "Team cid" in page.piece("against")
        assert "Spring Cup" in page.piece("matches")
        against = api.get(path).json()["against"]
        assert (against["won"], against["games_won"], against["name"]) == (1, None, "Team cid")
    roster = client.get(f"/players/{captains[0].account_id}/opponents/roster")
    assert ("Team cid", f"/teams/{other.id}") in roster.links
    assert f"/against/team/{other.id}" in roster.html
    assert f"/teams/{one.id}/against/{other.id}" in client.get(f"/teams/{one.id}/opponents").html


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_match_leads_to_the_head_to_head_once_both_sides_are_known(
    arena: Arena, boss: Actor, make_client: Callable[..., Browser], language: str
) -> None:
    people = [arena.person(f"player{number}") for number in range(4)]
    cup = arena.open_cup(boss)
    for one in people:
        arena.register(cup, one)
    arena.start(boss, cup)
    client = make_client(language)
    known = client.get(f"/tournaments/{cup.id}/matches/U1.1").html
    assert f'href="/players/{people[0].account_id}/against/{people[3].account_id}"' in known
    assert "/against/" not in client.get(f"/tournaments/{cup.id}/matches/U2.1").html

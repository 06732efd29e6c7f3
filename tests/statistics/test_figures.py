"""What pages and the API say of figures: all that is known, and that the rest is not."""

from __future__ import annotations

import re

import pytest

from clutch import engine
from clutch.accounts.models import AccountId, Actor, Role
from clutch.bootstrap import Site
from clutch.engine import MatchId
from clutch.statistics import projection
from clutch.statistics.models import Holder, Mode
from clutch.statistics.repository import decided_of_holder
from clutch.tournaments.matches import Seen, get_match
from clutch.tournaments.models import FormatSettings, Visibility
from clutch.tournaments.results import set_result
from tests.fixtures.browsing import Api, Browser
from tests.fixtures.site import on_sqlite
from tests.profile.arena import Arena
from tests.statistics.community import fold, meet
from tests.teams.club import account_id

pytestmark = on_sqlite


def test_games_maps_formats_and_months_have_form_streaks_places_and_rates(
    client: Browser, api: Api, played: list[Actor]
) -> None:
    path = f"/players/{played[0].account_id}/statistics"
    page = client.get(path).piece("enhanced")
    for title in ("By game", "By map", "By format", "Matches by month"):
        assert title in page
    lines = page[page.index("By game") : page.index("By map")]
    for text in ("12–0 100%", "12 won in a row", "1st of 2", "12 100%", "Form, the latest last"):
        assert text in lines
    solo = api.get(path).json()["enhanced"]["solo"]
    assert solo["best_month"] == solo["months"][0]["name"] == "2026-03"
    for one in (solo["total"], solo["games"][0], solo["formats"][0], solo["months"][0]):
        assert (one["title_rate"], one["podium_rate"], one["average_place"]) == (100, 100, 1.0)
        assert one["best_place"] == {"rank": 1, "to": 1, "participants": 2}
        assert one["first_at"] is not None
    nuke = solo["maps"][0]
    assert (nuke["name"], nuke["played"], nuke["form"], nuke["streak"]) == (
        "Nuke",
        24,
        "W" * 20,
        24,
    )
    assert not {"titles", "placed", "games_won", "rating"} & set(nuke)
    assert not {"titles", "placed", "rating"} & set(solo["opponents"][0])


def test_what_is_drawn_is_said_too(
    client: Browser, arena: Arena, site: Site, played: list[Actor]
) -> None:
    boss = Actor(AccountId(1), "olga", Role.ORGANIZER)
    for number in range(30):
        meet(arena, boss, [played[1], played[0]], f"More {number}", Visibility.PUBLIC)
    fold(site)
    page = client.get(f"/players/{played[0].account_id}/statistics")
    drawn = re.search(r'<polyline class="line" points="([^"]*)"', page.html)
    assert drawn is not None
    table = page.html[page.html.index("Expected to win") :]
    assert table[: table.index("</table>")].count("<tr>") == len(drawn[1].split()) == 42
    form = page.piece("key-figures")
    assert "Form, the latest last: " + ", ".join(["Lost"] * 20) in form
    assert page.html[: page.html.index("enhanced")].count('<rect class="lost"') == 20


def test_too_few_matches_give_a_sentence_instead_of_a_number(
    client: Browser, api: Api, arena: Arena, site: Site, played: list[Actor]
) -> None:
    boss, ann = Actor(AccountId(1), "olga", Role.ORGANIZER), played[0]
    path = f"/players/{ann.account_id}/statistics"
    assert "No next tournament" in client.get(path).text
    following = arena.open_cup(boss, "Next", game="Go")
    arena.register(following, ann)
    assert "Nobody else is in it yet" in client.get(path).text
    arena.register(following, played[1])
    assert "it takes ten rated ones in Go, and there are 0." in client.get(path).text
    told = api.get(path).json()["enhanced"]["solo"]["next"]
    assert (told["place"], told["chance_percent"], told["matches"]) == (None, None, 0)
    page = client.get(path).piece("enhanced")
    for part in ("Strengths", "Weak spots", "Consistency", "Recommendations"):
        assert part in page
    assert "not enough matches yet" in page


def test_who_is_in_a_tournament_and_has_no_match_yet_reads_what_it_takes(
    client: Browser, arena: Arena, site: Site
) -> None:
    boss, ann = arena.organizer(), arena.person("ann")
    path = f"/players/{ann.account_id}/statistics"
    assert "Nothing played yet" in client.get(path).text
    cup = arena.open_cup(boss)
    for one in (ann, arena.person("bob")):
        arena.register(cup, one)
    # Who only signed up has played in nothing yet.
    assert "Nothing played yet" in client.get(path).text
    arena.start(boss, cup)
    fold(site)
    arena.decide_all(boss, cup, ["U1.1"])
    fold(site)
    # No title is known; what share of none that is, is not.
    assert "Titles0 Top three0" in client.get(path).text
    assert "Not enough matches yet" in client.get(path).piece("enhanced")


def test_games_are_counted_from_the_matches_in_which_they_are_known(
    client: Browser, api: Api, arena: Arena, site: Site, played: list[Actor]
) -> None:
    ann, bob = played
    boss = Actor(AccountId(1), "olga", Role.ORGANIZER)
    cup = arena.open_cup(boss, "Points", format_settings=FormatSettings(best_of=None))
    for one in (bob, ann):
        arena.register(cup, one)
    arena.start(boss, cup)
    arena.decide(boss, cup, "U1.1", (30, 7))
    fold(site)
    path = f"/players/{ann.account_id}/statistics"
    answer = api.get(path).json()
    for numbers in (answer["basic"]["solo"], answer["enhanced"]["solo"]["total"]):
        assert (numbers["games_won"], numbers["games_lost"], numbers["games_from"]) == (24, 0, 12)
        assert (numbers["won"], numbers["lost"]) == (12, 1)
    page = client.get(path)
    assert "24–0 from 12 of 13 matches" in page.piece("basics")
    assert "24–0 from 12 of 13 matches" in page.piece("enhanced")


def test_what_is_not_known_is_null_and_never_0(
    client: Browser, api: Api, arena: Arena, site: Site
) -> None:
    boss, ann, bob = arena.organizer(), arena.person("ann"), arena.person("bob")
    cup = arena.open_cup(boss)
    arena.register(cup, ann)
    arena.register(cup, bob)
    arena.start(boss, cup)
    row = arena.match(cup, "U1.1")
    seen = Seen(cup.id, MatchId("U1.1"), row.version)
    walkover = engine.walkover(row.participants[0])
    arena.write(lambda tx: set_result(tx, boss, seen, walkover))
    fold(site)
    answer = api.get(f"/players/{ann.account_id}/statistics").json()
    total = answer["enhanced"]["solo"]["total"]
    assert total["won"] == 1
    nothing = {name: total[name] for name in ("rating", "streak", "average_place", "best_place")}
    assert set(nothing.values()) == {None}
    games = ("games_won", "games_lost", "deciders_won", "deciders_lost")
    rates = ("title_rate", "podium_rate")
    assert {total[name] for name in games + rates} == {None}
    against = answer["enhanced"]["solo"]["opponents"][0]
    assert (against["id"], against["name"]) == (bob.account_id, "bob")
    assert {against[name] for name in games} == {None}
    basic = answer["basic"]["solo"]
    assert (basic["games_won"], basic["games_lost"], basic["games_from"]) == (None, None, 0)
    assert "0–0" not in client.get(f"/players/{ann.account_id}/statistics").text
    assert answer["enhanced"]["solo"]["analysis"] is None
    assert answer["enhanced"]["roster"] is None
    assert answer["degraded"] == []


def test_ratings_are_marked_while_a_correction_is_worked_through(
    client: Browser,
    api: Api,
    arena: Arena,
    site: Site,
    played: list[Actor],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(projection.Statistics, "stretch", 4)
    boss, ann = Actor(AccountId(1), "olga", Role.ORGANIZER), played[0]
    following = arena.open_cup(boss, "Next", game="Chess")
    for one in played:
        arena.register(following, one)
    fold(site)
    path = f"/players/{ann.account_id}"
    before = api.get(f"{path}/statistics").json()["enhanced"]
    assert "being recomputed" not in client.get(path).text + client.get(f"{path}/statistics").text
    assert (before["recomputing"], before["solo"]["next"]["recomputing"]) == (False, False)
    with site.database.read() as conn:
        first = decided_of_holder(conn, Holder(Mode.SOLO, account_id(ann)))[0]
        row = get_match(conn, first.tournament_id, MatchId(first.match_id))
    seen = Seen(first.tournament_id, row.id, row.version)
    arena.write(lambda tx: set_result(tx, boss, seen, engine.played(row.participants, (1, 2))))
    site.projector.catch_up("statistics")
    overview = client.get(path).piece("headlines")
    assert "being recomputed" in overview
    assert f"{before['solo']['total']['rating']['points']:,}" in overview
    page = client.get(f"{path}/statistics")
    assert "being recomputed" in page.piece("key-figures")
    assert page.piece("enhanced").count("being recomputed") == 5
    now = api.get(f"{path}/statistics").json()["enhanced"]
    assert (now["recomputing"], now["solo"]["next"]["recomputing"]) == (True, True)
    assert now["solo"]["total"]["rating"] == before["solo"]["total"]["rating"]
    fold(site)
    assert "being recomputed" not in client.get(path).text + client.get(f"{path}/statistics").text


def test_advice_names_an_opponent_beyond_those_met_most(
    client: Browser, arena: Arena, site: Site
) -> None:
    boss, ann = arena.organizer(), arena.person("ann")
    for number in range(10):
        other = arena.person(f"other{number}")
        for meeting in range(6):
            meet(arena, boss, [ann, other], f"Cup {number}.{meeting}", Visibility.PUBLIC)
    nemesis = arena.person("zoe")
    for meeting in range(5):
        meet(arena, boss, [nemesis, ann], f"Lost {meeting}", Visibility.PUBLIC)
    fold(site)
    page = client.get(f"/players/{ann.account_id}/statistics")
    assert "Study zoe: 0 of 5 (0%) against 60 of 60 (100%) with everybody else." in page.text
    assert "(almost certainly)" in page.text
    # The score says where each part of it comes from.
    for figures in ("Matches won 60 of 65", "in 65 tournaments", "expected"):
        assert figures in page.text
    assert "deleted player" not in page.text

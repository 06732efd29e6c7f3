"""The pages and the API of statistics: full, empty, and without enhanced numbers."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

import pytest

from clutch import engine
from clutch.accounts.models import AccountId, Actor, Role
from clutch.bootstrap import Site, open_site
from clutch.engine import MatchId
from clutch.kernel import optional, troubles
from clutch.kernel.capabilities import State
from clutch.kernel.clock import FrozenClock
from clutch.kernel.settings import Settings
from clutch.statistics import projection, queries
from clutch.statistics.models import Holder, Mode
from clutch.statistics.repository import decided_of_holder
from clutch.tournaments.matches import Seen, get_match
from clutch.tournaments.models import FormatSettings, PlayedBy, Status, Tournament, Visibility
from clutch.tournaments.participants import participants_of
from clutch.tournaments.registering import Wish
from clutch.tournaments.results import set_result
from tests.fixtures.browsing import Api, Browser
from tests.fixtures.site import on_sqlite
from tests.profile.arena import Arena
from tests.statistics.community import fold, season
from tests.teams.club import account_id

pytestmark = on_sqlite


@pytest.fixture
def played(arena: Arena, site: Site) -> list[Actor]:
    """Two people who met twelve times in public, and once in secret."""
    boss, ann, bob = arena.organizer(), arena.person("ann"), arena.person("bob")
    for number in range(12):
        _meet(arena, boss, [ann, bob], f"Cup {number}", Visibility.PUBLIC)
    _meet(arena, boss, [bob, ann], "Secret Cup", Visibility.UNLISTED, "Hidden Game")
    fold(site)
    return [ann, bob]


def _meet(
    arena: Arena,
    boss: Actor,
    people: list[Actor],
    name: str,
    visibility: Visibility,
    game: str = "Chess",
) -> Tournament:
    cup = arena.open_cup(
        boss,
        name,
        game=game,
        visibility=visibility,
        format_settings=FormatSettings(best_of=3),
    )
    for one in people:
        arena.register(cup, one)
    arena.start(boss, cup)
    row = arena.match(cup, "U1.1")
    games = tuple(engine.Game((13, 7), "Nuke") for _ in range(2))
    result = engine.played(row.participants, (2, 0), games)
    arena.write(lambda tx: set_result(tx, boss, Seen(cup.id, MatchId("U1.1"), row.version), result))
    return arena.complete(boss, cup)


def test_a_profile_shows_enhanced_numbers(client: Browser, played: list[Actor]) -> None:
    page = client.get(f"/players/{played[0].account_id}/statistics")
    assert page.status == 200
    for text in ("Rating", "12 won in a row", "Nuke", "bob", "Highest rating", "Recommendations"):
        assert text in page.text
    assert "<polyline" in page.html
    assert "style=" not in page.html


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
        assert (one["title_rate"], one["podium_rate"], one["average_place"]) == (100, 0, 1.0)
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
        _meet(arena, boss, [played[1], played[0]], f"More {number}", Visibility.PUBLIC)
    fold(site)
    page = client.get(f"/players/{played[0].account_id}/statistics")
    drawn = re.search(r'<polyline class="line" points="([^"]*)"', page.html)
    assert drawn is not None
    table = page.html[page.html.index("Expected to win") :]
    assert table[: table.index("</table>")].count("<tr>") == len(drawn[1].split()) == 42
    form = page.piece("key-figures")
    assert "Form, the latest last: " + ", ".join(["Lost"] * 20) in form
    assert page.html[: page.html.index("enhanced")].count('<rect class="lost"') == 20


def test_an_overview_shows_the_rating_and_its_trend_while_somebody_can_tell(
    client: Browser, site: Site, played: list[Actor]
) -> None:
    ann, bob = (f"/players/{one.account_id}" for one in played)
    assert "in 10 matches" in client.get(ann).piece("headlines")
    assert "+" in client.get(ann).piece("headlines")
    assert "-" in client.get(bob).piece("headlines")
    site.capabilities.set("statistics", State.DOWN, "It does not work.")
    down = client.get(ann).piece("headlines")
    assert "in 10 matches" not in down
    assert "Ratings can't be told at the moment." in down


def test_a_broken_read_leaves_basic_numbers_a_note_and_one_line_in_the_log(
    client: Browser,
    api: Api,
    played: list[Actor],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object) -> None:
        raise LookupError("broken")

    lines: list[str] = []
    monkeypatch.setattr(troubles._log, "error", lambda what, **_: lines.append(what))
    monkeypatch.setattr(queries, "numbers", broken)
    monkeypatch.setattr(queries, "rating_history", broken)
    ann = f"/players/{played[0].account_id}"
    overview = client.get(ann)
    assert overview.status == 200
    assert "Ratings can't be told at the moment." in overview.piece("headlines")
    assert "1st" in overview.piece("trophies")
    page = client.get(f"{ann}/statistics")
    assert page.status == 200
    assert "Basic numbers only" in page.text
    assert "24–0" in page.piece("basics")
    answer = api.get(f"{ann}/statistics")
    assert answer.status_code == 200
    assert (answer.json()["enhanced"], answer.json()["degraded"]) == (None, ["statistics"])
    assert answer.json()["basic"]["solo"]["won"] == 12
    assert lines == ["statistics could not be told"]
    monkeypatch.undo()
    assert "Highest rating" in client.get(f"{ann}/statistics").text


def test_a_broken_table_leaves_a_teams_basic_numbers(
    client: Browser, api: Api, arena: Arena, site: Site
) -> None:
    team = arena.team(arena.person("ann"))
    fold(site)
    with site.database.begin_write() as conn:
        conn.exec_driver_sql("ALTER TABLE statistics_tally RENAME TO gone")
    assert client.get(f"/teams/{team.id}").status == 200
    assert "Basic numbers only" in client.get(f"/teams/{team.id}/statistics").text
    assert api.get(f"/teams/{team.id}/statistics").json()["degraded"] == ["statistics"]


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


def test_a_rebuild_under_way_shows_basic_numbers_with_a_note(
    client: Browser, api: Api, site: Site, played: list[Actor]
) -> None:
    path = f"/players/{played[0].account_id}/statistics"
    site.projector._runners["statistics"]._steps.restart()
    page = client.get(path)
    assert page.status == 200
    assert "Basic numbers only" in page.text
    assert "Highest rating" not in page.text
    answer = api.get(path).json()
    assert (answer["enhanced"], answer["degraded"]) == (None, ["statistics"])
    assert answer["basic"]["solo"]["won"] == 12
    assert "Not available now" in client.get("/leaderboards").text
    board = api.get("/leaderboards/rating").json()
    assert (board["items"], board["degraded"]) == (None, ["statistics"])
    fold(site)
    assert "Highest rating" in client.get(path).text


def test_a_projection_that_is_down_takes_its_page_down_to_basic_numbers(
    client: Browser, site: Site, played: list[Actor]
) -> None:
    path = f"/players/{played[0].account_id}/statistics"
    assert "Highest rating" in client.get(path).text
    site.capabilities.set("statistics", State.DOWN, "It does not work.")
    assert "Basic numbers only" in client.get(path).text
    site.capabilities.set("statistics", State.UP, "It works.")
    assert "Highest rating" in client.get(path).text


@pytest.mark.parametrize("how", ["off", "absent"])
def test_without_statistics_the_site_starts_and_says_so(
    how: str,
    sqlite_settings: Settings,
    clock: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = sqlite_settings
    if how == "off":
        settings = settings.model_copy(update={"statistics": "off"})
    else:
        absent = optional.Absent("openskill", "statistics")
        monkeypatch.setattr(projection, "load_rater", lambda: absent)
    opened = open_site(settings, clock)
    try:
        assert opened.capabilities.get("statistics").state.value == how
        assert "statistics" not in opened.projector.names
    finally:
        opened.close()


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
            _meet(arena, boss, [ann, other], f"Cup {number}.{meeting}", Visibility.PUBLIC)
    nemesis = arena.person("zoe")
    for meeting in range(5):
        _meet(arena, boss, [nemesis, ann], f"Lost {meeting}", Visibility.PUBLIC)
    fold(site)
    page = client.get(f"/players/{ann.account_id}/statistics")
    assert "Study zoe: 0 of 5 (0%) against 60 of 60 (100%) with everybody else." in page.text
    assert "(almost certainly)" in page.text
    assert "deleted player" not in page.text


def test_a_kept_profile_is_drawn_anew_after_the_next_result(
    client: Browser, arena: Arena, site: Site, played: list[Actor]
) -> None:
    path = f"/players/{played[0].account_id}/statistics"
    assert "12 won in a row" in client.get(path).text
    boss = Actor(AccountId(1), "olga", Role.ORGANIZER)
    _meet(arena, boss, played, "One more", Visibility.PUBLIC)
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

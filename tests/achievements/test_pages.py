"""Achievements in a browser without scripts, and pages that go on without them."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from clutch.accounts.models import Actor
from clutch.achievements import projection
from clutch.achievements.catalogue.challenges import FIRST
from clutch.achievements.evaluate import Reached
from clutch.achievements.models import Span
from clutch.achievements.queries import goals_at
from clutch.bootstrap import open_site
from clutch.kernel.capabilities import State
from clutch.kernel.clock import FrozenClock
from clutch.kernel.settings import Settings
from clutch.web.app import create_app
from clutch.web.reader import Reader, reading
from clutch.web.views.achievement_words import held_by
from clutch.web.views.notes import note, toasts_of
from tests.achievements.conftest import Trophies
from tests.fixtures.browsing import Browser, Bugs
from tests.fixtures.site import on_sqlite

pytestmark = on_sqlite

MISSING = "Achievements can't be told at the moment."


def tab(actor: Actor, query: str = "") -> str:
    return f"/players/{actor.account_id}/achievements{query}"


@pytest.fixture
def boss(trophies: Trophies) -> Actor:
    """Who organizes."""
    return trophies.organizer()


@pytest.fixture
def played(trophies: Trophies, boss: Actor, four: list[Actor]) -> list[Actor]:
    """Alice has won a cup, and everything followed."""
    trophies.played_cup(boss, four)
    trophies.follow()
    return four


def test_a_profile_shows_level_and_what_was_unlocked_last(
    trophies: Trophies, played: list[Actor], client: Browser
) -> None:
    overview = client.get(f"/players/{played[0].account_id}")
    part = overview.piece("achievements")
    level = trophies.holding(played[0]).level
    assert f"Level {level}" in part
    assert "Spring Cup" in part
    assert overview.link("All achievements") == tab(played[0])


def test_others_see_what_is_held_and_the_holder_sees_what_is_not(
    trophies: Trophies, played: list[Actor], make_client: Callable[..., Browser]
) -> None:
    alice = played[0]
    guest = make_client().get(tab(alice)).piece("achievements")
    assert "Champion" in guest
    assert "Dark horse" not in guest
    everything = make_client().get(tab(alice, "?show=all")).piece("achievements")
    assert "Dark horse" in everything
    # Of how many there are does not depend on what is shown.
    counted = re.findall(r"\d+ / \d+", guest)
    assert set(counted) <= set(re.findall(r"\d+ / \d+", everything))
    assert any(held != of for held, of in (one.split(" / ") for one in counted))
    herself = make_client().log_in(trophies.session(alice)).get(tab(alice))
    assert "Dark horse" in herself.piece("achievements")
    assert "Challenges" in herself.piece("achievements")
    assert re.search(r"Next: Play 5 tournaments to their end 1 / 5", herself.text)


def test_what_is_hidden_is_told_only_to_its_holder(
    trophies: Trophies, four: list[Actor], make_client: Callable[..., Browser]
) -> None:
    trophies.clock.advance(timedelta(hours=11))  # two in the morning
    trophies.played_cup(trophies.organizer(), four)
    trophies.follow()
    alice, secret = four[0], "between midnight and five"
    assert "night-owl" in trophies.held(alice)
    herself = make_client().log_in(trophies.session(alice))
    assert secret in herself.get(tab(alice)).text
    assert secret in herself.get("/achievements").text
    carol = make_client().log_in(trophies.session(four[2]))
    for path in (tab(alice), tab(four[2]), "/achievements"):
        page = carol.get(path)
        assert secret not in page.text
        assert ("Night owl" in page.text) is (path == tab(alice))
        assert ("night-owl" in page.html) is (path == tab(alice))
    assert "Hidden" in carol.get("/achievements").text


def test_the_catalogue_says_how_many_hold_it(
    trophies: Trophies, played: list[Actor], make_client: Callable[..., Browser]
) -> None:
    page = make_client().get("/achievements")
    # One of five accounts has won a tournament: the organizer is a player too.
    assert (
        "Champion Win a tournament of at least four participants 1 Uncommon 15 points "
        "held by 20% of players"
    ) in page.text
    assert "Выиграть турнир, где не меньше четырёх участников" in (
        make_client("ru").get("/achievements").text
    )


@pytest.mark.parametrize(
    ("percent", "english", "russian"),
    [
        (None, "", ""),
        (0, "held by no player yet", "пока ни у кого из игроков"),
        (0.04, "held by under 0.1% of players", "есть менее чем у 0,1 % игроков"),
        (3, "held by 3% of players", "есть у 3 % игроков"),
    ],
)
def test_a_share_says_who_holds_it_and_nothing_while_it_is_not_known(
    percent: float | None, english: str, russian: str
) -> None:
    readers = Reader("en", ZoneInfo("UTC")), Reader("ru", ZoneInfo("UTC"))
    for reader, said in zip(readers, (english, russian), strict=True):
        with reading(reader):
            assert held_by(percent).replace("\N{NO-BREAK SPACE}", " ") == said


def test_a_team_has_its_own(trophies: Trophies, make_client: Callable[..., Browser]) -> None:
    alice = trophies.person("alice")
    team = trophies.team(alice, "Night Owls", "OWL")
    others = [trophies.person(f"member{one}") for one in range(4)]
    trophies.let_in(alice, team, *others)
    trophies.follow()
    page = make_client().get(f"/teams/{team.id}/achievements")
    assert "Full house" in page.piece("achievements")
    assert "held by 100% of teams" in page.piece("achievements")
    history = make_client().log_in(trophies.session(alice)).get(f"/teams/{team.id}/history")
    assert "Unlocked: Full house" in history.text


def test_challenges_show_progress_and_what_was_met(
    trophies: Trophies, played: list[Actor], make_client: Callable[..., Browser]
) -> None:
    guest = make_client().get("/achievements/challenges")
    assert guest.text.count(" 5 points") == guest.text.count(" 15 points") == 2
    alice = make_client().log_in(trophies.session(played[0])).get("/achievements/challenges")
    met = [name for name in trophies.holding(played[0]).unlocks if name.period]
    assert len(met) > 0
    assert "None yet" not in alice.piece("challenges-met")
    assert "Spring Cup" in alice.piece("challenges-met")


def test_the_catalogue_shows_all_challenges_and_marks_those_of_now(
    trophies: Trophies, played: list[Actor], make_client: Callable[..., Browser]
) -> None:
    now = {goal.challenge.name for goal in goals_at(trophies.clock.now())}
    page = make_client().log_in(trophies.session(played[0])).get("/achievements")
    text = page.piece("catalogue")
    for one in FIRST:
        when = "Today" if one.span is Span.DAY else "This week"
        assert (f"{one.name} {when} " in text) is (one.name in now), one.key
    assert text.count("For one ") == len(FIRST) - len(now)
    # Whoever was away could not have met them, so nobody is counted.
    assert "held by" not in text[text.index("Good day") :]


def test_an_unlock_is_a_note_on_every_page_of_its_holder(
    trophies: Trophies, played: list[Actor]
) -> None:
    events = trophies.log(f"player-{played[0].account_id}")
    title = next(one for one in events if b"titles" in one.json.encode())
    reader = Reader("ru", ZoneInfo("UTC"))
    with trophies.database.read() as conn:
        (toast,) = toasts_of(conn, [title], reader, trophies.clock.now())
    assert toast.text == "Открыто достижение: Чемпион\N{NO-BREAK SPACE}I."
    assert toast.href == tab(played[0]) + "#achievement-titles"


def test_a_kind_of_note_is_said_by_one_function_only() -> None:
    with pytest.raises(ValueError, match="achievement-unlocked"):
        note("achievement-unlocked")(lambda *_: None)


def test_organizers_make_preview_change_and_retire_their_own(
    trophies: Trophies, boss: Actor, played: list[Actor], make_client: Callable[..., Browser]
) -> None:
    browser = make_client().log_in(trophies.session(boss))
    page = browser.get("/achievements/own/new")
    chosen = {"rule": "wins", "target": 2, "name_en": "Twice", "text_en": "Win two matches"}
    shown = browser.send(page.form("Save achievement"), "Who would hold it now?", **chosen)
    assert "4 players count. From 2 on: 1 player · alice" in shown.piece("preview")
    assert "Twice" in shown.html
    saved = browser.send(shown.form("Save achievement"), "Save achievement")
    assert saved.path == "/achievements/own"
    trophies.follow()
    assert "own-1" in trophies.held(played[0])
    assert trophies.holding(played[0]).points == sum(
        one.points for one in trophies.holding(played[0]).unlocks.values()
    )
    listed = make_client("ru").get("/achievements/own").piece("own")
    assert "Twice" in listed
    assert "Выигранные матчи: 2" in listed
    assert "Twice" in make_client().get(tab(played[0])).piece("achievements")
    edit = browser.get("/achievements/own/1/edit")
    browser.send(edit.form("Save achievement"), "Save achievement", target=3)
    trophies.follow()
    assert "own-1" not in trophies.held(played[0])
    browser.send(browser.get("/achievements/own/1/retire").form("Retire achievement"))
    assert "Retired" in browser.get("/achievements/own").piece("own")


def test_formats_are_named_in_the_language_of_who_reads(
    trophies: Trophies, boss: Actor, make_client: Callable[..., Browser]
) -> None:
    browser = make_client("ru").log_in(trophies.session(boss))
    page = browser.get("/achievements/own/new")
    assert "Одиночное выбывание" in page.html
    assert "Single elimination" not in page.html
    chosen = {"rule": "wins", "target": 2, "format": "single_elimination"}
    named = {"name_ru": "Дважды", "text_ru": "Выиграйте два матча"}
    browser.send(page.form("Сохранить достижение"), "Сохранить достижение", **chosen, **named)
    listed = browser.get("/achievements/own").piece("own")
    assert "Выигранные матчи: 2 · Одиночное выбывание" in listed


def test_tiers_are_previewed_and_listed_each_by_itself(
    trophies: Trophies, boss: Actor, played: list[Actor], make_client: Callable[..., Browser]
) -> None:
    browser = make_client().log_in(trophies.session(boss))
    page = browser.get("/achievements/own/new")
    chosen = {
        "rule": "matches",
        "target": 1,
        "target_2": 2,
        "format": "single_elimination",
        "name_en": "Here",
        "text_en": "Play",
    }
    shown = browser.send(page.form("Save achievement"), "Who would hold it now?", **chosen)
    preview = shown.piece("preview")
    assert "From 1 on: 4 players · alice, bob, carol, dave From 2 on: 2 players · alice, bob" in (
        preview
    )
    browser.send(shown.form("Save achievement"), "Save achievement")
    trophies.follow()
    listed = browser.get("/achievements/own").piece("own")
    assert "Matches played: 1, 2 · Single elimination" in listed
    assert "I 4 80% II 2 40%" in listed.replace("\N{NO-BREAK SPACE}", " ")
    assert "Here II" in browser.get(tab(played[0])).piece("achievements")
    edit = browser.get("/achievements/own/1/edit").form("Save achievement")
    browser.send(edit, "Save achievement", target_2="", format="double_elimination")
    trophies.follow()
    assert "own-1" not in trophies.held(played[0])


def test_a_refused_one_keeps_what_was_typed(
    trophies: Trophies, make_client: Callable[..., Browser]
) -> None:
    browser = make_client().log_in(trophies.session(trophies.organizer()))
    page = browser.get("/achievements/own/new")
    again = browser.send(page.form("Save achievement"), name_en="Half", target=0)
    assert again.status == 422
    assert "The number to reach is from 1 to 100,000." in again.text
    assert "Half" in again.html
    player = make_client().log_in(trophies.session(trophies.person("eve")))
    assert player.get("/achievements/own/new").status == 403


# --- without achievements


PATHS = ("/players/1", "/players/1/achievements", "/achievements", "/achievements/challenges")


def test_a_failing_rule_leaves_every_page_and_comes_back_by_itself(
    trophies: Trophies, played: list[Actor], client: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Reached:
        raise ZeroDivisionError("a rule is broken")

    site = trophies.site
    monkeypatch.setattr(projection, "evaluate", broken)
    site.projector.start()
    trophies.team(played[1])
    wait_for(lambda: site.capabilities.get("achievements").state is State.DOWN)
    for path in PATHS:
        page = client.get(path)
        assert page.status == 200, path
        assert MISSING in page.text, path
        assert "Level" not in page.text
    monkeypatch.undo()
    wait_for(lambda: site.capabilities.is_up("achievements"))
    assert "Level" in client.get("/players/1").text
    assert MISSING not in client.get("/players/1").text
    assert "founder" in trophies.held(played[1])


def wait_for(come_true: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not come_true():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_before_the_log_was_followed_nothing_is_said_to_be_zero(
    four: list[Actor], client: Browser, trophies: Trophies
) -> None:
    with trophies.database.begin_write() as conn:
        conn.exec_driver_sql("DELETE FROM cursor")
    assert MISSING in client.get(tab(four[0])).text


def test_a_broken_read_breaks_nothing_else(
    trophies: Trophies, played: list[Actor], client: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    with trophies.database.begin_write() as conn:
        conn.exec_driver_sql("ALTER TABLE achievement_standing RENAME TO gone")
    page = client.get(f"/players/{played[0].account_id}")
    assert page.status == 200
    assert MISSING in page.piece("achievements")
    assert "1st Spring Cup" in page.piece("trophies")


def test_switched_off_it_is_said_and_nothing_runs(
    sqlite_settings: Settings, clock: FrozenClock, bugs: Bugs
) -> None:
    site = open_site(sqlite_settings.model_copy(update={"achievements": "off"}), clock)
    try:
        arena = Trophies(site, clock)
        arena.played_cup(arena.organizer(), [arena.person(f"player{one}") for one in range(4)])
        assert "achievements" not in site.projector.names
        browser = Browser(create_app(site, on_bug=bugs.append), bugs)
        for path in PATHS:
            assert "Achievements are switched off on this site." in browser.get(path).text
    finally:
        site.close()

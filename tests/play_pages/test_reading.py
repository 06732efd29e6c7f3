"""What everybody sees of a tournament from the draw on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest

from clutch.accounts import profile
from clutch.engine import MatchId, Outcome
from clutch.kernel.refusals import Refusal
from clutch.tournaments import history, scheduling
from clutch.tournaments.matches import Seen
from clutch.tournaments.models import FormatSettings, Status
from clutch.tournaments.registering import Wish
from clutch.tournaments.results import Consent
from tests.fixtures.browsing import Browser, SeenPage
from tests.fixtures.site import on_sqlite
from tests.play.conftest import Running
from tests.play_pages.conftest import Begin, Cup
from tests.tournaments.conftest import Community, id_of

pytestmark = on_sqlite

HARD_NAMES = (
    "Сборная Нижнего Новгорода",
    "فريق الصقور",
    "=1+1",
    "🦊🦊",
    "קבוצת הכלב",
    "<b>1</b> & 2",
    "Ж" * 40,
    "日本代表",
)


@pytest.fixture
def crowded(community: Community) -> Cup:
    """Eight players of hard names, double elimination, with everything that can happen in it."""
    settings = FormatSettings(best_of=3, final=5)
    made = community.cup(
        name="Кубок",
        game="Шахматы",
        format="double_elimination",
        format_settings=settings,
        max_participants=8,
    )
    for player, name in zip(community.players(8), HARD_NAMES, strict=True):
        community.register(made, player, Wish(name=name))
    community.move(made, Status.SEEDING)
    running = Running(community, community.start(made))
    running.decide("U1.1", (2, 0))
    running.decide("U1.1", (2, 1))
    running.decide("U1.2", None, outcome=Outcome.DOUBLE_FORFEIT)
    running.decide("U1.3", None, outcome=Outcome.WALKOVER, winner=2)
    running.report(3, "U1.4", (2, 0))
    running.report(6, "U1.4", (0, 2))
    running.report(8, "L1.1", (2, 0)) if running.match("L1.1").status == "ready" else None
    running.disqualify(2, "две учётные записи")
    _schedule(running, "F1")
    return Cup(running)


def _schedule(running: Running, match_id: str) -> None:
    starts_at = running.people.clock.now() + timedelta(days=1)
    seen = Seen(running.cup.id, MatchId(match_id), running.match(match_id).version)
    boss = running.boss
    running.people.write(lambda tx: scheduling.schedule_match(tx, boss, seen, starts_at))


TABS = ("/bracket", "/schedule", "/placements", "/history")


def pages_of(cup: Cup) -> Iterator[tuple[Browser, str]]:
    """Every page of a running tournament, each for somebody for whom it says most."""
    boss, player = cup.boss, cup.player(3)
    yield from ((player, cup.base + tab) for tab in TABS)
    yield from ((boss, cup.at(match.id)) for match in cup.running.bracket().matches)
    yield from ((player, cup.at(match_id)) for match_id in ("U1.4", "U1.1", "F1", "F2"))
    yield from ((boss, cup.at(match_id, "/organize")) for match_id in ("U1.1", "U1.4", "F1"))
    yield boss, cup.at("U1.1", "/revoke")
    yield boss, f"{cup.base}/console/play"
    yield boss, f"{cup.base}/console/times"
    yield boss, f"{cup.base}/participants/{cup.running.participant(3)}/disqualify"
    yield boss, f"{cup.base}/participants/{cup.running.participant(2)}/reinstate"


class _Spoken(HTMLParser):
    """What a page says in attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def handle_starttag(self, _: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {"title", "aria-label", "placeholder", "data-on", "data-off"}
        self.texts += [value for name, value in attrs if name in said and value]


# The site's own name, codes of matches and zones, the languages, and our test's accounts.
NOT_A_TRANSLATION = re.compile(
    r"\b(?:Clutch|API|UTC|English|EN|RU|Bo\d|boss|player\d|[ULFT]\d(?:\.\d+)?|w|b)\b"
)
ENGLISH = re.compile(r"[A-Za-z]{2,}")


def english_words(page: SeenPage) -> set[str]:
    spoken = _Spoken()
    spoken.feed(page.html)
    text = " ".join([page.text, *spoken.texts])
    return set(ENGLISH.findall(NOT_A_TRANSLATION.sub(" ", text)))


def test_every_page_speaks_russian_to_who_reads_russian(crowded: Cup) -> None:
    found: dict[str, Any] = {}
    for browser, path in pages_of(crowded):
        browser.http.headers["accept-language"] = "ru"
        page = browser.get(path)
        if page.status != 200 or english_words(page):
            found[path] = page.status, english_words(page)
    assert found == {}


def test_every_page_speaks_english_to_who_reads_english(crowded: Cup) -> None:
    for browser, path in pages_of(crowded):
        page = browser.get(path)
        assert page.status == 200, path
        left = re.sub("|".join(map(re.escape, HARD_NAMES)), "", page.text)
        left = re.sub("Кубок|Шахматы|две учётные записи|Русский", "", left)
        assert not re.search("[а-яА-Я]{2,}", left), path


def test_hard_names_are_shown_as_they_are_and_do_nothing(crowded: Cup) -> None:
    page = crowded.guest.get(f"{crowded.base}/bracket")
    assert "<b>1</b>" not in page.html
    for name in HARD_NAMES:
        assert name in page.text
    assert "<bdi>فريق الصقور</bdi>" in page.html


def test_the_bracket_of_a_visitor_knows_their_matches_and_a_guests_does_not(four: Cup) -> None:
    mine = four.running.participant(2)
    assert f'data-mine="{mine}"' in four.player(2).get(f"{four.base}/bracket").html
    assert "data-mine" not in four.guest.get(f"{four.base}/bracket").html


def test_a_bracket_that_is_not_drawn_says_when_it_will_be(community: Community) -> None:
    cup = community.cup(*community.players(2))
    guest = community.browser()
    for tab, said in (("/bracket", "No bracket yet"), ("/schedule", "No matches yet")):
        page = guest.get(f"/tournaments/{cup.id}{tab}")
        assert (page.status, said in page.text) == (200, True)


def test_placements_stand_between_those_that_are_still_open(four: Cup) -> None:
    guest = four.guest
    assert "1–4 not decided yet" in guest.get(f"{four.base}/placements").text
    for match_id in ("U1.1", "U1.2"):
        four.running.decide(match_id, (2, 0))
    text = guest.get(f"{four.base}/placements").text
    assert re.search("1–2 not decided yet 3–4 ?player3 0–1 ?player4 0–1", text)
    assert re.search("2 participants still play .*player1 1–0 ?player2 1–0", text)


def test_where_the_final_has_no_winner_nobody_is_first(four: Cup) -> None:
    for match_id in ("U1.1", "U1.2"):
        four.running.decide(match_id, (2, 0))
    four.running.decide("U2.1", None, outcome=Outcome.DOUBLE_FORFEIT)
    text = four.guest.get(f"{four.base}/placements").text
    assert re.search("1st nobody 2–3 ?player1 1–1 ?player2 1–1", text)


def test_a_match_says_what_it_decides(run: Begin) -> None:
    cup = Cup(run(4, "double_elimination"))
    guest = cup.guest
    first = cup.look(guest, "U1.1").piece("leads-of-U1.1")
    assert "Winner U2.1 Upper final against: Winner of U1.2" in first
    assert "Loser L1.1 Lower round 1 against: Loser of U1.2" in first
    assert "The champion, unless the side from the lower bracket wins" in cup.look(
        guest, "F1"
    ).piece("leads-of-F1")
    assert "The loser takes: 3rd" in cup.look(guest, "L2.1").piece("leads-of-L2.1")
    cup.running.decide("U1.1", (2, 0))
    decided = cup.look(guest, "U1.1").piece("leads-of-U1.1")
    assert "player1 U2.1 Upper final" in decided
    assert "player4 L1.1 Lower round 1" in decided


def test_history_tells_who_did_what_and_leaves_small_steps_out(four: Cup) -> None:
    four.report(four.player(1), "U1.1", 2, 1)
    four.running.decide("U1.1", (2, 1))
    four.running.disqualify(2, "left early")
    page = four.guest.get(f"{four.base}/history")
    lines = page.piece("history")
    assert "Result of U1.1 set by an organizer: player1 2:1 player4. boss" in lines
    assert "Result of U1.1 reported: player1 2:1 player4. player1" in lines
    assert "Disqualified: player2. Reason: left early boss" in lines
    assert "U1.2 decided without play: player2 – player3 (walkover for player3)." in lines
    assert "goes to" not in lines
    assert lines.count("U1.1") == 2
    own = four.look(four.guest, "U1.1").piece("history-of-U1.1")
    assert (own.count("U1.1"), "U1.2" in own) == (2, False)


def test_a_long_history_is_paged_newest_first(four: Cup, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "PER_PAGE", 8)
    for _ in range(2):
        four.running.report(1, "U1.1", (2, 0))
        four.running.withdraw(1, "U1.1")
    guest = four.guest
    page = guest.get(f"{four.base}/history")
    newest = page.piece("history")
    assert "Page 1 of 2" in page.text
    assert newest.index("taken back") < newest.index("reported") < newest.index("Bracket drawn")
    assert "Registration opened" not in newest
    older = guest.get(page.link("Next"))
    assert "Page 2 of 2" in older.text
    assert older.piece("history").endswith("Draft made. boss · 14 Mar 2026, 15:00 UTC")
    assert guest.get(f"{four.base}/history?page=99").piece("history") == older.piece("history")


def test_the_history_of_a_match_has_what_another_ones_correction_did_to_it(four: Cup) -> None:
    four.running.play_out()
    four.running.decide("U1.1", (0, 2), Consent(1, "typed wrong"))
    own = four.look(four.guest, "U2.1").piece("history-of-U2.1")
    assert "Result of U1.1 corrected: player1 0:2 player4." in own
    assert "Results taken back with it: U2.1" in own


def test_a_deleted_players_name_is_gone_from_kept_pages_at_once(four: Cup) -> None:
    four.report(four.player(1), "U1.1", 2, 0)
    pages = [f"{four.base}{tab}" for tab in TABS] + [four.at("U1.1")]
    guest, people = four.guest, four.running.people
    assert all("player1" in guest.get(path).text for path in pages)
    leaving = id_of(four.running.player(1))
    people.write(lambda tx: people.site.personal.erase(tx, leaving))
    for path in pages:
        text = guest.get(path).text
        assert ("player1" in text, "deleted player" in text) == (False, True), path


def test_an_organizer_who_renames_themselves_has_the_new_name_in_kept_histories(four: Cup) -> None:
    four.running.decide("U1.1", (2, 0))
    guest, people = four.guest, four.running.people
    assert "Set by: boss" in four.look(guest, "U1.1").text
    assert "boss" in guest.get(f"{four.base}/history").text
    people.write(
        lambda tx: profile.change_profile(tx, four.running.boss, profile.Changes(name="chief"))
    )
    assert "Set by: chief" in four.look(guest, "U1.1").text
    assert "chief" in guest.get(f"{four.base}/history").text


def test_the_start_time_of_a_match_is_set_by_the_api_too(four: Cup) -> None:
    api = four.running.people.api(four.running.boss)
    path = f"{four.base}/matches/U1.1/start"
    body = {"starts_at": "2026-03-15T12:00:00Z"}
    assert api.put(path, body).status_code == 428
    assert api.put(path, body, version=99).status_code == 412
    answer = api.put(path, body, version=four.running.match("U1.1").version)
    assert answer.json()["match"]["starts_at"] == "2026-03-15T12:00:00Z"
    four.running.decide("U1.1", (2, 0))
    answer = api.put(path, body, version=four.running.match("U1.1").version)
    assert (answer.status_code, answer.json()["code"]) == (409, "match-over")
    guest = four.running.people.api()
    assert guest.put(path, body, version=1).status_code == 401
    kinds = [one["kind"] for one in guest.get(f"{four.base}/history").json()["events"]]
    assert kinds[:2] == ["result-confirmed", "match-scheduled"]


def test_the_overview_shows_what_is_played_now_and_next(run: Begin) -> None:
    cup = Cup(run(16))
    _schedule(cup.running, "U1.7")
    cup.running.decide("U1.1", (2, 0))
    page = cup.guest.get(cup.base)
    found = re.findall(r"U1\.\d", page.piece("upcoming"))
    assert found == ["U1.7", "U1.2", "U1.3", "U1.4", "U1.5"]
    cup.running.play_out()
    assert "Now and next" not in cup.guest.get(cup.base).text


def test_the_start_times_of_a_round_are_set_by_the_api_too(four: Cup) -> None:
    api = four.running.people.api(four.running.boss)
    path = f"{four.base}/rounds/U1/start"
    body = {"starts_at": "2026-03-15T12:00:00Z", "every_minutes": 30}
    version = four.running.people.now(four.running.cup).version
    assert api.put(path, body).status_code == 428
    assert api.put(path, body, version=99).status_code == 412
    answer = api.put(path, body, version=version)
    times = [match["starts_at"] for match in answer.json()["matches"]]
    assert times == ["2026-03-15T12:00:00Z", "2026-03-15T12:30:00Z"]
    assert api.put(path, body, version=version).status_code == 200
    kinds = [one["kind"] for one in api.get(f"{four.base}/history").json()["events"]]
    assert kinds.count("round-scheduled") == 1
    for match_id in ("U1.1", "U1.2"):
        four.running.decide(match_id, (2, 0))
    answer = api.put(path, body, version=version)
    assert (answer.status_code, answer.json()["code"]) == (409, "round-over")
    answer = api.put(f"{four.base}/rounds/L7/start", body, version=version)
    assert (answer.status_code, answer.json()["code"]) == (404, "round-missing")
    player = four.running.people.api(four.running.player(1))
    assert player.put(path, body, version=version).status_code == 403


def test_a_rule_of_refusals_is_kept_by_scheduling(four: Cup) -> None:
    seen = Seen(four.running.cup.id, MatchId("U2.1"), four.running.match("U2.1").version)
    with pytest.raises(Refusal, match="may not do this"):
        four.running.people.write(
            lambda tx: scheduling.schedule_match(tx, four.running.player(1), seen, None)
        )

"""What organizers do on pages: set, correct, take back, disqualify, complete."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from clutch.accounts.models import AccountId
from clutch.engine import MatchId
from clutch.tournaments import organizing, scheduling
from clutch.tournaments.matches import Seen
from clutch.tournaments.models import Status
from tests.fixtures.site import on_sqlite
from tests.play_pages.conftest import Begin, Cup

pytestmark = on_sqlite


def test_a_new_score_with_the_same_winner_needs_no_reason(played: Cup) -> None:
    boss = played.boss
    preview = played.decide(boss, "U1.1", 2, 1)
    assert "No other match changes." in preview.text
    page = boss.send(preview.form("Correct the result"))
    assert "corrected" in page.piece("of-U1.1")
    assert played.running.status() is Status.COMPLETED


def test_what_a_preview_no_longer_shows_is_refused_and_shown_anew(four: Cup) -> None:
    boss = four.boss
    for match_id in ("U1.1", "U1.2"):
        four.running.decide(match_id, (2, 0))
    preview = four.decide(boss, "U1.1", 0, 2)
    assert "1 played match" not in preview.text
    four.running.decide("U2.1", (2, 1))
    page = boss.send(preview.form("Correct the result"))
    assert page.status == 412
    assert "Something happened since you looked" in page.text
    assert "1 played match loses its result" in page.text
    assert four.running.match("U1.1").scores == (2, 0)


def test_a_result_is_taken_back_after_its_preview(played: Cup) -> None:
    boss = played.boss
    preview = boss.get(played.look(boss, "U1.2").link("Take the result back"))
    assert "Afterwards open again, to be played" in preview.text
    page = boss.send(preview.form("Take the result back"), confirm_played=1, reason="wrong map")
    assert "Result taken back" in page.text
    assert played.running.match("U1.2").status == "ready"
    assert "Result of U1.2 taken back. Results taken back with it: U2.1." in page.text


def test_every_ending_can_be_set(run: Begin) -> None:
    cup = Cup(run(16))
    endings = {
        "U1.1": "walkover_b",
        "U1.2": "forfeit_a",
        "U1.3": "double_forfeit",
        "U1.4": "won_b",
    }
    boss = cup.boss
    for match_id, ending in endings.items():
        form = boss.get(cup.at(match_id, "/organize")).form(cup.at(match_id, "/decide"))
        assert "Result set" in boss.send(form, ending=ending).text
    found = {one: cup.running.match(one) for one in endings}
    assert [one.outcome for one in found.values()] == [
        "walkover",
        "forfeit",
        "double_forfeit",
        "played",
    ]
    first, second, third, fourth = found.values()
    assert (first.winner_id, second.winner_id) == (first.participants[1], second.participants[0])
    assert (third.winner_id, fourth.winner_id) == (None, fourth.participants[1])
    assert "nobody left" in cup.guest.get(f"{cup.base}/bracket").text


def test_a_match_gets_a_start_time_that_the_schedule_shows(four: Cup) -> None:
    boss = four.boss
    form = boss.get(four.at("U2.1", "/organize")).form("Save start time")
    page = boss.send(form, starts_at="2026-03-14T18:30")
    assert "Start time saved" in page.text
    assert "14 Mar, 18:30 UTC" in four.guest.get(f"{four.base}/schedule").text
    page = boss.send(form, starts_at="2026-03-14T19:00")
    assert page.status == 412
    form = boss.get(four.at("U2.1", "/organize")).form("Save start time")
    assert "Start time removed" in boss.send(form, starts_at="").text
    form = boss.get(four.at("U2.1", "/organize")).form("Save start time")
    page = boss.send(form, starts_at="1815-06-18T11:00")
    assert (page.status, "between the years" in page.text) == (422, True)


def test_a_round_gets_its_start_times_at_once(run: Begin) -> None:
    cup = Cup(run(8))
    boss, path = cup.boss, f"{cup.base}/console/times"
    cup.running.decide("U1.2", (2, 0))
    form = boss.get(f"{path}?round=U1").form("Save start times")
    page = boss.send(form, round="U1", starts_at="2026-03-14T18:30", every_minutes="40")
    assert "Start times saved" in page.text
    assert "3 matches · 14 Mar, 18:30 UTC – 14 Mar, 19:50 UTC" in page.text
    again = boss.get(f"{path}?round=U1").form("Save start times")
    assert {("starts_at", "2026-03-14T18:30"), ("every_minutes", "40")} <= set(again.fields)
    assert cup.running.match("U1.2").starts_at is None
    told = "Start times from U1.1 to U1.4: 14 Mar 2026, 18:30 UTC. One match every 40 min."
    assert told in cup.guest.get(f"{cup.base}/history").text
    assert told in cup.look(cup.guest, "U1.3").text
    assert "Start times removed" in boss.send(again, starts_at="").text
    page = boss.send(again, round="X9")
    assert (page.status, "no such round" in page.text) == (404, True)
    page = boss.send(again, every_minutes="9999")
    assert (page.status, "0 to 1,440 minutes" in page.text) == (422, True)
    page = boss.send(again, round="U2", starts_at="2100-12-31T23:00", every_minutes="1440")
    assert (page.status, "between the years" in page.text) == (422, True)
    assert cup.running.match("U2.1").starts_at is None


def test_a_time_that_is_left_as_it_is_stays_to_the_second(four: Cup) -> None:
    """Clocks in New York show 01:30 twice that night; the second one was meant."""
    boss, starts_at = four.boss, datetime(2026, 11, 1, 6, 30, 20, tzinfo=UTC)
    boss.http.cookies.set("zone", "America/New_York")
    running = four.running
    seen = Seen(running.cup.id, MatchId("U2.1"), running.match("U2.1").version)
    running.people.write(lambda tx: scheduling.schedule_match(tx, running.boss, seen, starts_at))
    form = boss.get(four.at("U2.1", "/organize")).form("Save start time")
    assert ("starts_at", "2026-11-01T01:30") in form.fields
    boss.send(form)
    assert running.match("U2.1").starts_at == starts_at
    form = boss.get(four.at("U2.1", "/organize")).form("Save start time")
    boss.send(form, starts_at="2026-11-01T03:30")
    assert running.match("U2.1").starts_at == datetime(2026, 11, 1, 8, 30, tzinfo=UTC)


def test_disputes_come_first_in_the_console(four: Cup) -> None:
    boss = four.boss
    assert "Nothing needs you now" in boss.get(f"{four.base}/console").text
    four.report(four.player(1), "U1.1", 2, 0)
    four.report(four.player(4), "U1.1", 0, 2)
    four.report(four.player(2), "U1.2", 2, 0)
    page = boss.get(f"{four.base}/console")
    assert page.text.index("Disputes") < page.text.index("Waiting for confirmation")
    assert ("U1.1 player1 – player4", four.at("U1.1", "/organize")) in [
        (words.split(" since:")[0], href) for words, href in page.links
    ]


def test_a_disqualification_is_explained_and_lifted_after_a_preview(four: Cup) -> None:
    boss, running = four.boss, four.running
    out = f"{four.base}/participants/{running.participant(4)}"
    page = boss.get(f"{out}/disqualify")
    assert "Decided at once U1.1 player1 – player4" in page.text
    page = boss.send(page.form("Disqualify"), reason="")
    assert page.status == 422
    page = boss.send(page.form("Disqualify"), reason="two accounts")
    assert "Participant disqualified" in page.text
    assert running.match("U1.1").winner_id == running.participant(1)
    running.decide("U1.2", (2, 0))
    running.decide("U2.1", (2, 0))
    page = boss.get(f"{out}/reinstate")
    assert "It was given for: two accounts" in page.text
    assert "U2.1 Final played loses its result" in page.text
    page = boss.send(page.form("Lift the disqualification"), confirm_played=1, reason="a mistake")
    assert "Disqualification lifted" in page.text
    assert running.match("U1.1").status == "ready"
    history = four.guest.get(f"{four.base}/history").text
    assert "Disqualification of player4 lifted. Results taken back with it: U2.1." in history


def test_the_tournament_is_completed_when_no_match_is_left(four: Cup) -> None:
    boss = four.boss
    assert "Complete tournament" not in boss.get(f"{four.base}/console").text
    four.running.play_out()
    page = boss.get(f"{four.base}/console")
    assert "No match is left" in page.text
    page = boss.send(page.form("Complete tournament"))
    assert page.path == f"{four.base}/placements"
    assert re.search("1st ?player1 2–0 ?2nd ?player2 1–1 ?3–4 ?player3 0–1", page.text)
    assert "Completed on" in boss.get(f"{four.base}/console").text


ORGANIZERS_PAGES = ("/matches/U1.1/organize", "/matches/U1.1/revoke", "/console/play")


def test_the_organizers_pages_are_theirs_alone(four: Cup) -> None:
    four.running.decide("U1.1", (2, 0))
    out = f"/participants/{four.running.participant(4)}/disqualify"
    for page in (*ORGANIZERS_PAGES, out):
        assert four.guest.get(four.base + page).path.startswith("/login")
        assert four.player(1).get(four.base + page).status == 403
        assert four.boss.get(four.base + page).status == 200


def test_a_co_organizer_who_was_removed_can_not_send_the_form_they_have_open(four: Cup) -> None:
    people, cup = four.running.people, four.running.cup
    helper = people.person("alice")
    people.write(lambda tx: organizing.add_organizer(tx, people.boss, cup.id, "alice"))
    browser = people.browser(helper)
    form = browser.get(four.at("U1.1", "/organize")).form(four.at("U1.1", "/decide"))
    gone = AccountId(helper.account_id or 0)
    people.write(lambda tx: organizing.remove_organizer(tx, people.boss, cup.id, gone))
    assert browser.send(form, score_a=2, score_b=0).status == 403
    assert four.running.match("U1.1").status == "ready"


def test_forged_addresses_lead_nowhere(run: Begin, four: Cup) -> None:
    boss = four.boss
    elsewhere = f"{four.base}/participants/999999"
    for path in (
        four.at("U9.9"),
        four.at("U9.9", "/organize"),
        f"{elsewhere}/disqualify",
        f"{elsewhere}/reinstate",
        "/tournaments/nothing0/bracket",
        "/tournaments/nothing0/matches/U1.1",
    ):
        assert boss.get(path).status == 404, path
    assert boss.get(four.at("U1.1", "/revoke")).status == 409

"""Captains report on the page of their match."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.fixtures.site import on_sqlite
from tests.play_pages.conftest import Begin, Cup

pytestmark = on_sqlite


def test_two_different_reports_stand_side_by_side_until_the_organizer_accepts_one(
    four: Cup,
) -> None:
    four.report(four.player(1), "U1.1", 2, 1)
    page = four.report(four.player(4), "U1.1", 0, 2)
    assert "an organizer decides" in page.text
    shown = four.look(four.guest, "U1.1").piece("of-U1.1")
    assert "Report of: player1 player1 2:1 player4" in shown
    assert "Report of: player4 player1 0:2 player4" in shown
    page = four.boss.get(four.at("U1.1", "/organize"))
    assert "Accept the report of: player4" in page.text
    boss = four.boss
    accept = [
        form
        for form in boss.get(four.at("U1.1", "/organize")).forms
        if form.action.endswith("accept")
    ]
    page = boss.send(accept[1])
    assert "Set by: boss" in page.piece("of-U1.1")
    assert four.running.match("U1.1").scores == (0, 2)


def test_a_report_can_be_taken_back_and_made_anew(four: Cup) -> None:
    mine = four.player(1)
    page = four.report(mine, "U1.1", 2, 0)
    page = mine.send(page.form("Take your report back"))
    assert "Report taken back" in page.text
    four.report(mine, "U1.1", 2, 1)
    assert four.running.claims("U1.1") == [0]


def test_who_did_not_come_and_who_gives_up_is_said_without_scores(four: Cup) -> None:
    four.report(four.player(1), "U1.1", "", "", ending="walkover")
    other = four.player(4)
    page = other.send(four.look(other, "U1.1").form("Confirm result"))
    assert "Walkover" in page.piece("of-U1.1")
    four.report(four.player(3), "U1.2", 1, 0, ending="forfeit")
    other = four.player(2)
    other.send(four.look(other, "U1.2").form("Confirm result"))
    match = four.running.match("U1.2")
    assert (match.outcome, match.scores, match.winner_id) == (
        "forfeit",
        (1, 0),
        four.running.participant(2),
    )


IMPOSSIBLE: tuple[tuple[dict[str, Any], str], ...] = (
    ({"score_a": 3, "score_b": 0}, "A best-of-3 can't end 3:0"),
    ({"score_a": 2, "score_b": 2}, "A best-of-3 can't end 2:2"),
    ({"score_a": -1, "score_b": 2}, "A score is a whole number from 0"),
    ({"score_a": 10**9, "score_b": 2}, "A score is a whole number from 0"),
    ({"score_a": "abc", "score_b": 2}, "A score is a whole number."),
    ({"score_a": "٢", "score_b": 1}, "A score is a whole number."),
    ({"score_a": 2, "score_b": ""}, "Write both scores"),
    ({"score_a": "", "score_b": ""}, "Write the score."),
    ({"score_a": 2, "score_b": 0, "ending": "walkover"}, "A walkover has no scores"),
    ({"game_a": [13, "", ""], "game_b": ["", "", ""]}, "Write both scores of each game"),
    ({"game_a": [13, 13, ""], "game_b": [13, 1, ""]}, "Each game needs a winner"),
    ({"score_a": 2, "score_b": 1, "game_a": [13, 13], "game_b": [1, 1]}, "add up to 2:0"),
)


def test_an_impossible_result_is_refused_with_its_rule_and_stays_in_the_form(four: Cup) -> None:
    mine = four.player(1)
    form = four.look(mine, "U1.1").form("Report result")
    for typed, said in IMPOSSIBLE:
        page = mine.send(form, **typed)
        assert (page.status, said in page.text) == (422, True), typed
        kept = page.form(four.at("U1.1", "/report")).fields
        for name, value in typed.items():
            texts = [str(one) for one in (value if isinstance(value, list) else [value])]
            shown = [text for field, text in kept if field == name]
            assert shown[: len(texts)] == texts, typed
    assert four.running.claims("U1.1") == []


def test_an_ending_that_is_not_offered_is_refused(four: Cup) -> None:
    mine = four.player(1)
    form = four.look(mine, "U1.1").form("Report result")
    page = mine.send(form, score_a=2, score_b=0, ending="double_forfeit")
    assert (page.status, "Choose how the match ended." in page.text) == (422, True)


def test_a_form_that_grew_old_says_what_happened_and_keeps_what_was_typed(four: Cup) -> None:
    mine = four.player(1)
    old = four.look(mine, "U1.1").form("Report result")
    four.report(four.player(4), "U1.1", 1, 2)
    assert mine.send(old, score_a="abc").status == 412
    page = mine.send(old, score_a=2, score_b=0)
    assert page.status == 412
    assert "Match U1.1 changed meanwhile" in page.text
    assert "What happened since you opened the form Result of U1.1 reported" in page.text
    again = page.form(four.at("U1.1", "/report"))
    assert ("score_a", "2") in again.fields
    # The page that answered a form can be looked at again, by hand or by live updates.
    assert "player1 1:2 player4" in mine.get(page.path).piece("of-U1.1")
    page = mine.send(again)
    assert "Your report differs from theirs" in page.text


def test_a_confirmation_that_grew_old_leaves_the_report_form_as_it_was(four: Cup) -> None:
    mine = four.player(1)
    four.report(four.player(4), "U1.1", 1, 2)
    old = four.look(mine, "U1.1").form("Confirm result")
    four.report(four.player(4), "U1.1", 0, 2)
    page = mine.send(old)
    assert (page.status, "player1 0:2 player4" in page.piece("of-U1.1")) == (412, True)
    assert ("ending", "played") in page.form(four.at("U1.1", "/report")).fields
    assert four.running.match("U1.1").status == "ready"


def test_what_was_typed_is_not_lost_when_the_match_was_decided_meanwhile(four: Cup) -> None:
    mine = four.player(1)
    old = four.look(mine, "U1.1").form("Report result")
    four.running.decide("U1.1", (0, 2))
    page = mine.send(old, score_a=2, score_b=0)
    assert page.status == 412
    assert "What you typed: 2 : 0. It was not reported." in page.text
    assert "Result of U1.1 set by an organizer: player1 0:2 player4." in page.text


def test_only_the_two_sides_are_offered_a_form_and_nobody_else_may_send_it(four: Cup) -> None:
    form = four.look(four.player(1), "U1.1").form("Report result")
    for who in (four.guest, four.player(2)):
        page = four.look(who, "U1.1")
        assert not [one for one in page.forms if "/matches/" in one.action]
        other = {"csrf": _token(page)} if who is not four.guest else {}
        page = who.send(form, score_a=2, score_b=0, **other)
        assert page.path.startswith("/login") or page.status == 403
    assert four.running.claims("U1.1") == []


def test_an_unanswered_report_stands_by_itself_after_the_deadline(four: Cup) -> None:
    site, clock = four.running.people.site, four.running.people.clock
    four.report(four.player(1), "U1.1", 2, 0)
    shown = four.look(four.guest, "U1.1").piece("of-U1.1")
    assert "Stands by itself if the other side says nothing until:" in shown
    clock.advance(timedelta(minutes=four.running.cup.report_minutes + 1))
    site.background.run_due()
    assert "Nobody objected in time." in four.look(four.guest, "U1.1").piece("of-U1.1")


def test_one_game_is_reported_by_its_own_score(run: Begin) -> None:
    cup = Cup(run(2, best_of=1))
    page = cup.report(cup.player(1), "U1.1", 13, 11, map="Nuke")
    assert "player1 1:0 player2 Nuke 13:11" in page.piece("of-U1.1")
    mine = cup.player(2)
    page = mine.send(cup.look(mine, "U1.1").form(cup.at("U1.1", "/report")), score_a=7, score_b=7)
    assert "7:7 names no winner" in page.text


def test_where_any_score_goes_the_higher_one_wins(run: Begin) -> None:
    cup = Cup(run(2, best_of=None))
    page = cup.report(cup.player(1), "U1.1", 87, 101)
    assert "player1 87:101 player2" in page.piece("of-U1.1")
    assert not [name for name in page.form(cup.at("U1.1", "/report")).names if "game" in name]


def _token(page: object) -> str:
    forms = page.forms  # type: ignore[attr-defined]
    return next((value for form in forms for name, value in form.fields if name == "csrf"), "")

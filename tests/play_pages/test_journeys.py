"""The two journeys that everything else builds on, on both databases."""

from __future__ import annotations

from clutch.tournaments.models import Status
from tests.play_pages.conftest import Cup


def test_a_captain_reports_and_the_opponent_confirms(four: Cup) -> None:
    first, second = four.player(1), four.player(4)
    page = four.report(
        first, "U1.1", "", "", map=["Nuke", "Dust", "Mill"], game_a=[13, 9, 13], game_b=[7, 13, 11]
    )
    assert "Result reported. It stands when the other side confirms it." in page.text
    assert "Your report waits for the other side." in page.text
    seen = four.look(second, "U1.1")
    assert "player1 2:1 player4 Nuke 13:7, Dust 9:13, Mill 13:11" in seen.piece("of-U1.1")
    page = second.send(seen.form("Confirm result"))
    assert "Result confirmed: it stands." in page.text
    assert "Reported by: player1 · Confirmed by: player4" in page.piece("of-U1.1")
    match = four.running.match("U1.1")
    assert (match.scores, match.confirmed_how, len(match.games)) == ((2, 1), "opponent", 3)
    assert "player1 Seed 1" in four.look(four.guest, "U2.1").piece("of-U2.1")


def test_a_correction_is_shown_then_agreed_to_and_does_what_was_shown(played: Cup) -> None:
    boss = played.boss
    preview = played.decide(boss, "U1.1", 0, 2)
    assert "Now player1 2:0 player4 Afterwards player1 0:2 player4" in preview.text
    assert "U2.1 Final played loses its result: player1 2:0 player2" in preview.text
    assert "1 played match loses its result" in preview.text
    assert "This opens it again" in preview.text
    assert played.running.match("U1.1").scores == (2, 0)

    page = boss.send(preview.form("Correct the result"), confirm_played=3, reason="typed wrong")
    assert (page.status, "confirm that number" in page.text) == (409, True)
    page = boss.send(page.form("Correct the result"), confirm_played=1, reason="  ")
    assert (page.status, page.form("Correct the result") is not None) == (422, True)
    page = boss.send(page.form("Correct the result"), confirm_played=1, reason="typed wrong")
    assert "Result corrected" in page.text
    assert "Corrected by: boss" in page.piece("of-U1.1")
    assert "Reason: typed wrong" in page.piece("history-of-U1.1")

    final = played.running.match("U2.1")
    assert (final.status, played.running.status()) == ("ready", Status.RUNNING)
    assert final.participants == (played.running.participant(4), played.running.participant(2))
    console = boss.get(f"{played.base}/console")
    assert "A correction opened the completed tournament again." in console.text

"""The bracket as it is drawn."""

from __future__ import annotations

import re
from collections import Counter
from zoneinfo import ZoneInfo

import pytest

from clutch.accounts.models import Language
from clutch.engine import GrandFinal, Settings
from clutch.web.reader import Reader
from clutch.web.templating import render
from clutch.web.views.bracket import BracketView
from tests.fixtures.browsing import _Reader
from tests.web.drawn import HARD_NAMES, example, names_for, play_some, view_of


def columns(view: BracketView) -> dict[str, int]:
    return {one.key: one.column for one in view.rounds}


def html_of(view: BracketView, language: Language = "en") -> str:
    return render("bracket/bracket.html", Reader(language, ZoneInfo("UTC")), {"bracket": view})


def test_rounds_of_a_single_elimination_stand_side_by_side() -> None:
    assert columns(example("single", 8)) == {"U1": 1, "U2": 2, "U3": 3, "T1": 3}


def test_lower_rounds_stand_where_they_can_be_played() -> None:
    assert columns(example("double", 8)) == {
        "U1": 1,
        "U2": 2,
        "U3": 4,
        "L1": 2,
        "L2": 3,
        "L3": 4,
        "L4": 5,
        "F1": 6,
        "F2": 7,
    }


@pytest.mark.parametrize("count", [2, 3, 4, 5, 7, 16, 33])
@pytest.mark.parametrize("kind", ["single", "double"])
def test_no_two_rounds_of_a_row_share_a_column_and_time_runs_to_the_right(
    kind: str, count: int
) -> None:
    view = example(kind, count)
    for part in view.parts:
        places = [one.column for one in part.rounds]
        assert places == sorted(set(places))
    after = columns(view)
    for one in view.rounds:
        for cell in one.cells:
            target = cell.match.winner_to
            if target is not None:
                assert after[re.sub(r"\.\d+$", "", target)] > one.column


@pytest.mark.parametrize("count", [2, 5, 16, 21])
@pytest.mark.parametrize("kind", ["single", "double"])
def test_every_match_is_drawn_once_under_its_own_id(kind: str, count: int) -> None:
    view = example(kind, count)
    html = html_of(view)
    drawn = Counter(re.findall(r'id="match-([^"]+)"', html))
    expected = {
        cell.match.id for one in view.rounds for cell in one.cells if not cell.match.is_blank
    }
    assert drawn == dict.fromkeys(expected, 1)


def test_lines_join_pairs_go_straight_and_rise_to_the_grand_final() -> None:
    lines = {cell.match.id: cell.line for one in example("double", 8).rounds for cell in one.cells}
    assert (lines["U1.1"], lines["U1.2"], lines["U2.2"]) == ("pair", "pair", "pair")
    assert (lines["U3.1"], lines["L1.1"], lines["L2.1"]) == ("straight", "straight", "pair")
    assert (lines["L4.1"], lines["F1"], lines["F2"]) == ("rise", "straight", "")


def test_a_bye_leaves_no_line_and_no_card_where_nobody_was_due() -> None:
    view = example("double", 5, share=0)
    cells = {cell.match.id: cell for one in view.rounds for cell in one.cells}
    assert cells["U1.1"].match.status == "bye"
    assert cells["U1.1"].line == ""
    assert cells["U1.2"].line == "pair"
    assert cells["U2.1"].fed
    assert not cells["U2.2"].fed
    assert "bye" in html_of(view)


def test_without_a_grand_final_nothing_rises() -> None:
    stage = play_some("double_elimination", 8, 0.5, settings=Settings(grand_final=GrandFinal.NONE))
    view = view_of(stage, names_for(8))
    assert view.rise is None
    assert "F1" not in columns(view)


def test_two_participants_have_a_final_right_after_their_match() -> None:
    assert columns(example("double", 2)) == {"U1": 1, "F1": 2, "F2": 3}


def test_more_than_sixteen_are_a_large_bracket() -> None:
    assert [example("single", count, 0).is_large for count in (16, 17)] == [False, True]


def test_headings_and_lists_stand_under_the_picture() -> None:
    html = html_of(example("double", 8))
    assert re.findall(r"<h3[^>]*>([^<]+)</h3>", html) == [
        "Upper bracket",
        "Lower bracket",
        "Grand final",
    ]
    assert len(re.findall(r"<h4", html)) == 9
    assert html.count("<ol") == html.count("</ol>")


def test_names_are_shown_as_they_are_and_never_run() -> None:
    html = html_of(example("single", 10, 0.5, HARD_NAMES))
    assert "<b>Bold" not in html
    assert "&lt;b&gt;Bold&lt;/b&gt; &amp; Sons" in html
    seen = _Reader("http://testserver/")
    seen.feed(html)
    words = {text for text, _ in seen.links}
    assert set(HARD_NAMES) <= words


def test_a_match_says_who_won_in_words_too() -> None:
    html = html_of(example("single", 4, 1))
    assert html.count("won</span>") == html.count("lost</span>") == 4


def test_russian_heads_name_the_fraction_of_the_final() -> None:
    html = html_of(example("single", 16), "ru")
    assert re.findall(r'round-name">([^<]+)<', html) == [
        "1/8 финала",
        "Четвертьфиналы",
        "Полуфиналы",
        "Финал",
        "Матч за 3-е место",
    ]


def test_what_is_to_come_is_said_by_where_it_comes_from() -> None:
    html = html_of(example("double", 4, 0))
    assert "Winner of U1.1" in html
    assert "Loser of U2.1" in html
    assert "if needed" in html


def test_a_match_alone_is_the_same_as_in_the_bracket() -> None:
    view = example("double", 8)
    whole = html_of(view)
    for one in view.rounds:
        for cell in one.cells:
            alone = render(
                "bracket/match.html", Reader("en", ZoneInfo("UTC")), {"match": cell.match}
            )
            assert alone.strip() in whole


@pytest.mark.parametrize("kind", ["single", "double"])
def test_the_largest_tournament_is_drawn(kind: str) -> None:
    html = html_of(example(kind, 1024, 0))
    assert html.count('class="match ') == {"single": 1024, "double": 2047}[kind]
    assert len(html.encode()) < 2_500_000

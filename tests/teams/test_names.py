"""What a team may be called."""

import pytest

from clutch.accounts.refusals import NameDirectional, NameEmpty, NameTooLong
from clutch.teams.names import check_tag
from clutch.teams.refusals import TagRefused, TagReserved, TeamNameLooksTaken, TeamNameTaken
from tests.fixtures.site import on_sqlite
from tests.teams.club import Club


@pytest.mark.parametrize("raw", ["RED", "К9", "100T", "خصم", "ℵ0", "é́é́"])
def test_a_tag_is_two_to_five_letters_or_digits_of_any_alphabet(raw: str) -> None:
    assert check_tag(f" {raw} ") == check_tag(raw)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "A",
        "SIXSIX",
        "A B",
        "A-B",
        "<b>",
        "🦊🦊",
        "=A1",
        "\u200bA",
        "A\u202eB",
        "\u0301\u0301",
        "A" * 5000,
    ],
)
def test_anything_else_is_no_tag(raw: str) -> None:
    with pytest.raises(TagRefused, match="2 to 5 letters"):
        check_tag(raw)


@pytest.mark.parametrize("raw", ["bye", "TBD", "ТВD", "admin"])
def test_a_tag_is_not_taken_for_a_place_in_a_bracket(raw: str) -> None:
    with pytest.raises(TagReserved):
        check_tag(raw)


@on_sqlite
@pytest.mark.parametrize("name", ["Alpha", " aLPHA ", "Ａｌｐｈａ"])
def test_a_team_name_is_taken_however_it_is_written(club: Club, name: str) -> None:
    captain = club.person("alice")
    club.team(captain, "Alpha")
    with pytest.raises(TeamNameTaken, match="Alpha"):
        club.team(captain, name)


@on_sqlite
def test_a_team_name_is_taken_by_one_that_looks_the_same(club: Club) -> None:
    captain = club.person("alice")
    club.team(captain, "Alpha")
    with pytest.raises(TeamNameLooksTaken, match="Alpha"):
        club.team(captain, "Αlрhа")  # Greek and Cyrillic letters among the Latin ones


@on_sqlite
def test_a_team_may_be_called_like_a_person_and_two_teams_may_share_a_tag(club: Club) -> None:
    captain = club.person("alice")
    assert club.team(captain, "alice", "RED").tag == club.team(captain, "Other", "RED").tag


@on_sqlite
@pytest.mark.parametrize(
    ("name", "refusal"),
    [
        ("   ", NameEmpty),
        ("x" * 33, NameTooLong),
        ("x" * 300, NameTooLong),
        ("a\u202eb", NameDirectional),
    ],
)
def test_the_rules_for_names_hold_for_teams(
    club: Club, name: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        club.team(club.person("alice"), name)


@on_sqlite
@pytest.mark.parametrize(
    "name", ["=cmd()", "🦊 Foxes", "فريق النجوم", "x" * 32, "<script>alert(1)</script>"]
)
def test_odd_names_are_welcome(club: Club, name: str) -> None:
    assert club.team(club.person("alice"), name).name == name

"""Settings of a tournament: what they may be, and what may still change when."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from clutch.accounts.models import Actor, Role
from clutch.accounts.refusals import RoleNeeded
from clutch.kernel.refusals import Forbidden, LoginRequired, Refusal, VersionStale
from clutch.tournaments import drafting, organizing
from clutch.tournaments.models import FormatSettings, PlayedBy, Status, Tournament, Visibility
from clutch.tournaments.refusals import (
    SettingFixed,
    SizeBelowAdmitted,
    TeamsOutside,
    TimeSkipped,
)
from clutch.tournaments.registering import Wish
from clutch.tournaments.settings import RULES_LIMIT, Setup, check_setup, moment_in
from tests.fixtures.site import on_sqlite
from tests.tournaments.conftest import Community, id_of


def edit(community: Community, cup: Tournament, actor: Actor, **changes: Any) -> Tournament:
    version = community.now(cup).version
    return community.write(lambda tx: drafting.edit_tournament(tx, actor, cup.id, version, changes))


def test_a_draft_keeps_what_its_organizer_set(community: Community) -> None:
    draft = community.draft(
        name="  Зимний   кубок ",
        game="Dota 2",
        played_by=PlayedBy.TEAM,
        roster_min=5,
        roster_max=7,
        starts_at=datetime(2026, 12, 5, 16, tzinfo=UTC),
        zone="Europe/Moscow",
        rules="# Rules\r\n\r\nBe *fair*.\n",
        format="double_elimination",
        format_settings=FormatSettings(best_of=3, rounds={"U2": 5}, final=5),
    )
    now = community.now(draft)
    assert now.name == "Зимний кубок"
    assert now.rules == "# Rules\n\nBe *fair*."
    assert now.starts_at == datetime(2026, 12, 5, 16, tzinfo=UTC)
    assert now.format_settings == FormatSettings(best_of=3, rounds={"U2": 5}, final=5)
    assert (now.roster_min, now.roster_max, now.status) == (5, 7, Status.DRAFT)
    assert community.kinds(now.stream) == ["tournament-created"]


@on_sqlite
def test_only_organizers_make_tournaments(community: Community) -> None:
    player, guest = community.person("player1"), Actor(None, "", None)
    setup = Setup(name="Cup", game="Chess")
    with pytest.raises(RoleNeeded):
        community.write(lambda tx: drafting.create_tournament(tx, player, setup))
    with pytest.raises(LoginRequired):
        community.write(lambda tx: drafting.create_tournament(tx, guest, setup))


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"name": ""}, "name-empty"),
        ({"name": "\u3000 \u2003"}, "name-empty"),
        ({"name": "x" * 300}, "name-too-long"),
        ({"game": "  "}, "game-invalid"),
        ({"game": "x" * 61}, "game-invalid"),
        ({"format": "swiss"}, "format-unknown"),
        ({"max_participants": 1}, "size-invalid"),
        ({"max_participants": 1025}, "size-invalid"),
        ({"played_by": PlayedBy.TEAM, "roster_min": 3, "roster_max": 2}, "roster-invalid"),
        ({"played_by": PlayedBy.TEAM, "roster_min": 0}, "roster-invalid"),
        ({"report_minutes": 0}, "report-deadline-invalid"),
        ({"zone": "Mars/Olympus"}, "zone-unknown"),
        ({"starts_at": datetime(1999, 1, 1, tzinfo=UTC)}, "time-invalid"),
        ({"rules": "x" * (RULES_LIMIT + 1)}, "text-too-long"),
        ({"rules": "bell\x07"}, "text-not-printable"),
        ({"description": "x" * 2001}, "text-too-long"),
        ({"format_settings": FormatSettings(best_of=2)}, "best-of-invalid"),
        ({"format_settings": FormatSettings(final=-1)}, "best-of-invalid"),
        ({"format_settings": FormatSettings(rounds={"U2": 4})}, "best-of-invalid"),
        ({"format_settings": FormatSettings(rounds={"X1": 3})}, "round-unknown"),
        ({"format_settings": FormatSettings(grand_final="thrice")}, "grand-final-unknown"),
        (
            {"format": "double_elimination", "format_settings": FormatSettings(third_place=True)},
            "third-place-not-played",
        ),
    ],
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, Any], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_setup(Setup(**{"name": "Cup", "game": "Chess"} | wrong))
    assert refused.value.code == code
    assert refused.value.field is not None


@pytest.mark.parametrize(
    ("zone", "typed", "moment"),
    [
        ("Europe/Moscow", "2026-12-05T19:00", datetime(2026, 12, 5, 16, tzinfo=UTC)),
        ("Europe/Berlin", "2026-07-05T18:00", datetime(2026, 7, 5, 16, tzinfo=UTC)),
        # Clocks are put back at three: half past two comes twice, the first one is summer time.
        ("Europe/Berlin", "2026-10-25T02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("Asia/Kathmandu", "2026-01-01T05:45", datetime(2026, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_start_is_typed_in_the_organizers_zone(zone: str, typed: str, moment: datetime) -> None:
    assert moment_in(zone, typed) == moment


def test_a_time_that_clocks_skip_is_refused() -> None:
    with pytest.raises(TimeSkipped) as refused:
        moment_in("Europe/Berlin", "2026-03-29T02:30")
    assert refused.value.typed == "2026-03-29 02:30"


def test_an_edit_changes_only_what_differs(community: Community) -> None:
    cup = community.cup()
    after = edit(community, cup, community.boss, name="Cup", rules="New", game="Go")
    assert (after.rules, after.game, after.version) == ("New", "Go", cup.version + 1)
    assert community.events(cup.stream)[-1].fact().fields == ("game", "rules")
    assert edit(community, cup, community.boss, rules="New").version == after.version


@on_sqlite
def test_an_edit_of_an_older_version_is_refused(community: Community) -> None:
    cup = community.cup()
    edit(community, cup, community.boss, rules="First")
    with pytest.raises(VersionStale) as refused:
        community.write(
            lambda tx: drafting.edit_tournament(
                tx, community.boss, cup.id, cup.version, {"rules": "Second"}
            )
        )
    assert (refused.value.seen, refused.value.current) == (cup.version, cup.version + 1)
    assert community.now(cup).rules == "First"


@on_sqlite
def test_other_organizers_and_players_do_not_edit(community: Community) -> None:
    cup = community.cup()
    other = community.person("other", Role.ORGANIZER)
    for who in (other, community.person("player1")):
        with pytest.raises(Forbidden):
            edit(community, cup, who, rules="Mine")


@on_sqlite
def test_what_the_draw_was_made_from_is_fixed_after_it(community: Community) -> None:
    cup = community.cup(*community.players(2))
    community.move(cup, Status.SEEDING)
    community.start(cup)
    for changes in (
        {"format": "double_elimination"},
        {"format_settings": FormatSettings(best_of=3)},
        {"max_participants": 32},
        {"starts_at": datetime(2026, 12, 5, tzinfo=UTC)},
    ):
        with pytest.raises(SettingFixed) as refused:
            edit(community, cup, community.boss, **changes)
        assert refused.value.setting in changes
    assert edit(community, cup, community.boss, rules="New", name="Grand cup").rules == "New"


@on_sqlite
def test_places_do_not_go_below_those_who_are_admitted(community: Community) -> None:
    cup = community.cup(*community.players(5))
    with pytest.raises(SizeBelowAdmitted) as refused:
        edit(community, cup, community.boss, max_participants=4)
    assert refused.value.admitted == 5
    assert edit(community, cup, community.boss, max_participants=5).max_participants == 5


@on_sqlite
def test_who_plays_is_fixed_once_somebody_registered(community: Community) -> None:
    cup = community.cup(*community.players(1))
    with pytest.raises(SettingFixed):
        edit(community, cup, community.boss, played_by=PlayedBy.TEAM, roster_max=5)
    empty = community.cup()
    assert (
        edit(community, empty, community.boss, played_by=PlayedBy.TEAM, roster_max=5).roster_max
        == 5
    )


@on_sqlite
def test_roster_sizes_do_not_leave_registered_teams_outside(community: Community) -> None:
    alice, bob = community.person("alice"), community.person("bob")
    red = community.team("Red", alice, bob)
    cup = community.cup(played_by=PlayedBy.TEAM, roster_min=2, roster_max=5)
    community.register(cup, alice, Wish(team_id=red.id))
    with pytest.raises(TeamsOutside):
        edit(community, cup, community.boss, roster_min=3)
    assert edit(community, cup, community.boss, roster_max=2).roster_max == 2


@on_sqlite
def test_going_public_and_back_changes_the_home_page(community: Community) -> None:
    cup = community.cup(visibility=Visibility.UNLISTED)
    assert community.kinds("site") == []
    edit(community, cup, community.boss, visibility=Visibility.PUBLIC)
    edit(community, cup, community.boss, visibility=Visibility.UNLISTED)
    assert community.kinds("site") == ["tournament-announced"] * 2


@on_sqlite
def test_a_removed_co_organizer_is_refused_at_the_next_command(community: Community) -> None:
    helper = community.person("carol")
    cup = community.cup()
    community.write(lambda tx: organizing.add_organizer(tx, community.boss, cup.id, "Carol"))
    edit(community, cup, helper, rules="By carol")
    community.write(
        lambda tx: organizing.remove_organizer(tx, community.boss, cup.id, id_of(helper))
    )
    with pytest.raises(Forbidden):
        edit(community, cup, helper, rules="By carol again")
    assert community.now(cup).rules == "By carol"


@on_sqlite
def test_co_organizers_do_not_choose_organizers(community: Community) -> None:
    helper, other = community.person("carol"), community.person("dave")
    cup = community.cup()
    community.write(lambda tx: organizing.add_organizer(tx, community.boss, cup.id, "carol"))
    for act in (
        lambda tx: organizing.add_organizer(tx, helper, cup.id, other.name),
        lambda tx: organizing.remove_organizer(tx, helper, cup.id, id_of(helper)),
    ):
        with pytest.raises(Refusal) as refused:
            community.write(act)
        assert refused.value.code == "owner-only"

"""The demo: true to the event it retells, lively, and made by nobody's back door."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from clutch.accounts.desk import Caller
from clutch.accounts.login import log_in
from clutch.accounts.models import AccountId, Role
from clutch.accounts.queries import count_accounts
from clutch.achievements.queries import holding_of
from clutch.achievements.record import Holder, HolderKind
from clutch.bootstrap import Site, open_site, prepare
from clutch.cli.demo import facts
from clutch.cli.demo.filling import BEGAN_DAYS_AGO, fill, fill_when_empty
from clutch.cli.demo.logins import logins_file, read_logins, unfinished_file
from clutch.kernel.clock import FrozenClock
from clutch.kernel.settings import Settings
from clutch.kernel.tables import event
from clutch.statistics.boards import BOARDS, Wish, read_board
from clutch.statistics.models import Mode
from clutch.tournaments.bracket import Bracket, get_bracket
from clutch.tournaments.models import RegistrationStatus, Status, Tournament, TournamentId
from clutch.tournaments.repository import count_registrations, get_tournament
from clutch.tournaments.tables import tournament as tournament_table
from clutch.web.views.statistics import player_statistics

NOW = datetime(2026, 5, 6, 0, 30, tzinfo=UTC)  # a Wednesday, just after midnight


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    settings = Settings(home=tmp_path_factory.mktemp("demo"), zone="Europe/Berlin")
    prepare(settings)
    clock = FrozenClock(NOW - timedelta(days=BEGAN_DAYS_AGO))
    site = open_site(settings, clock)
    fill(site, clock, NOW)
    yield site
    site.close()


def tournament_called(site: Site, name: str) -> Tournament:
    with site.database.read() as conn:
        found = conn.execute(
            select(tournament_table.c.id).where(tournament_table.c.name == name)
        ).scalar_one()
        return get_tournament(conn, TournamentId(found))


def major(site: Site) -> Bracket:
    with site.database.read() as conn:
        return get_bracket(conn, {}, tournament_called(site, facts.MAJOR))


def test_the_playoff_ends_as_it_did_in_copenhagen(site: Site) -> None:
    bracket = major(site)
    tags = {one.id: one.tag for one in bracket.participants.values()}
    placed = [(one.rank, one.to, tags[one.participant]) for one in bracket.placements]
    assert bracket.tournament.status is Status.COMPLETED
    assert placed[:2] == [(1, 1, "NAVI"), (2, 2, "FAZE")]
    assert {(rank, to) for rank, to, _ in placed} == {(1, 1), (2, 2), (3, 4), (5, 8)}
    assert {tag for rank, _, tag in placed if rank == 3} == {"VIT", "G2"}


def test_every_map_of_the_playoff_stands_in_its_match(site: Site) -> None:
    bracket = major(site)
    tags = {one.id: one.tag for one in bracket.participants.values()}
    found = {
        tuple(tags[each] for each in match.participants): [
            (game.name, *game.scores) for game in match.games
        ]
        for match in bracket.matches
    }
    for meeting in facts.MEETINGS:
        if meeting.tags in found:
            assert found[meeting.tags] == list(meeting.maps)
        else:
            turned = [(name, second, first) for name, first, second in meeting.maps]
            assert found[meeting.tags[::-1]] == turned


@pytest.mark.real_data
def test_teams_and_seeds_are_those_of_the_real_event(test_data: Path) -> None:
    file = test_data / "cs_majors_swiss" / "CS2_2024_Copenhagen_Copenhagen2024.json"
    real = json.loads(file.read_text(encoding="utf-8"))["team_lists"]["finalDataChampions"]
    names = [one["name"] for one in sorted(real, key=lambda one: int(one["seed"]))]
    assert [team.name for team in facts.TEAMS] == names


def test_the_cup_takes_registrations_and_begins_on_a_friday_evening(site: Site) -> None:
    cup = tournament_called(site, facts.CUP)
    with site.database.read() as conn:
        counts = count_registrations(conn, cup.id)
    assert cup.status is Status.REGISTRATION
    assert counts[RegistrationStatus.ADMITTED] == len(facts.CUP_PLAYERS) < cup.max_participants
    assert cup.starts_at == datetime(2026, 5, 8, 16, 0, tzinfo=UTC)
    assert cup.zone == "Europe/Berlin"


def test_nothing_in_it_is_yet_to_happen_and_the_final_was_yesterday(site: Site) -> None:
    with site.database.read() as conn:
        first, last = conn.execute(select(func.min(event.c.at), func.max(event.c.at))).one()
    ended_at = major(site).tournament.ended_at
    assert last < NOW
    assert NOW - first < timedelta(days=BEGAN_DAYS_AGO + 1)
    assert ended_at is not None
    assert NOW - timedelta(days=1) < ended_at < NOW


def test_the_duel_nights_give_boards_an_analysis_and_challenges(site: Site) -> None:
    for projection in ("statistics", "achievements"):
        site.projector.catch_up(projection)
    with site.database.read() as conn:
        for by in BOARDS:
            lines = read_board(conn, Wish(by, Mode.SOLO)).lines
            assert len(lines) >= 5, by
        rated = {one.name: one for one in read_board(conn, Wish("form", Mode.SOLO)).lines}
        assert set(rated) == set(facts.LEAGUE_PLAYERS)
        assert all(len(one.tally.form) >= 10 for one in rated.values() if one.tally)
        captain = AccountId(rated[facts.CAPTAIN].holder_id)
        solo = player_statistics(site, captain).parts[Mode.SOLO]
        assert solo.analysis is not None
        holding = holding_of(conn, Holder(HolderKind.PLAYER, captain))
    assert any(name.period for name in holding.unlocks)


def test_both_logins_work_and_only_this_user_can_read_them(site: Site) -> None:
    file = logins_file(site.settings)
    logins = {login.name: login for login in read_logins(file)}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    roles = {
        name: log_in(site.desk, name, login.password, Caller("127.0.0.1")).account.role
        for name, login in logins.items()
    }
    assert roles == {facts.ORGANIZER: Role.ORGANIZER, facts.CAPTAIN: Role.PLAYER}


def test_a_community_that_has_people_is_left_alone(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    prepare(settings)
    fill_when_empty(settings)
    people, logins = _people(settings), logins_file(settings).read_bytes()
    assert people == len({*facts.CUP_PLAYERS, *_players(), facts.ORGANIZER})
    fill_when_empty(settings)
    assert (_people(settings), logins_file(settings).read_bytes()) == (people, logins)
    assert not unfinished_file(settings).exists()


def _players() -> list[str]:
    return [player for team in facts.TEAMS for player in team.players]


def _people(settings: Settings) -> int:
    site = open_site(settings)
    with site.database.read() as conn:
        found = count_accounts(conn)
    site.close()
    return found

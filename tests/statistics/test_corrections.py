"""What a result, a correction or an edit does to the numbers, and who is told."""

from __future__ import annotations

from random import Random

import pytest

from clutch import engine
from clutch.accounts.models import Actor
from clutch.bootstrap import Site
from clutch.engine import MatchId, Result
from clutch.kernel.log import read_stream
from clutch.statistics import projection, tables
from clutch.statistics.models import Axis, BestPlace, Holder, Mode
from clutch.statistics.repository import tallies_of
from clutch.statistics.tallies import Tally, TallyKey
from clutch.tournaments.drafting import edit_tournament
from clutch.tournaments.matches import Seen
from clutch.tournaments.models import FormatSettings, PlayedBy, Tournament, Visibility
from clutch.tournaments.registering import Wish
from clutch.tournaments.results import Consent, revoke_result, set_result
from tests.fixtures.site import on_sqlite
from tests.profile.arena import Arena
from tests.statistics.community import everything, fold, rows_of, season
from tests.teams.club import account_id


def solo(actor: Actor) -> Holder:
    return Holder(Mode.SOLO, account_id(actor))


def tally(site: Site, holder: Holder, axis: Axis = Axis.ALL, value: str = "") -> Tally | None:
    with site.database.read() as conn:
        return tallies_of(conn, [holder])[holder].get(TallyKey(axis, value))


def correct(arena: Arena, boss: Actor, cup: Tournament, match_id: str, result: Result) -> None:
    row = arena.match(cup, match_id)
    seen = Seen(cup.id, MatchId(match_id), row.version)
    arena.write(lambda tx: set_result(tx, boss, seen, result, Consent(0, "typo")))


@pytest.fixture
def pair(arena: Arena) -> tuple[Actor, Actor, Actor, Tournament]:
    """An organizer, two players, and the final that they are to play."""
    boss, ann, bob = arena.organizer(), arena.person("ann"), arena.person("bob")
    cup = arena.open_cup(boss)
    arena.register(cup, ann)
    arena.register(cup, bob)
    arena.start(boss, cup)
    return boss, ann, bob, cup


def test_a_result_adds_to_both_sides_along_every_axis(
    arena: Arena, site: Site, pair: tuple[Actor, Actor, Actor, Tournament]
) -> None:
    boss, ann, bob, cup = pair
    arena.decide(boss, cup, "U1.1", (1, 0))
    fold(site)
    for axis, value in ((Axis.ALL, ""), (Axis.GAME, "Chess"), (Axis.OPPONENT, str(bob.account_id))):
        won = tally(site, solo(ann), axis, value)
        assert won is not None
        assert (won.played, won.won, won.lost, won.form, won.streak) == (1, 1, 0, "W", 1)
    lost = tally(site, solo(bob))
    assert lost is not None
    assert (lost.played, lost.lost, lost.form, lost.streak) == (1, 1, "L", -1)
    won = tally(site, solo(ann))
    assert won is not None
    assert won.skill is not None
    assert lost.skill is not None
    assert won.skill > 25 > lost.skill


@on_sqlite
def test_a_walkover_is_won_but_rates_nobody_and_is_in_no_form(
    arena: Arena, site: Site, pair: tuple[Actor, Actor, Actor, Tournament]
) -> None:
    boss, ann, _, cup = pair
    winner = arena.participants(cup)[0]
    correct(arena, boss, cup, "U1.1", engine.walkover(winner))
    fold(site)
    found = tally(site, solo(ann))
    assert found is not None
    assert (found.won, found.walkovers_won, found.form, found.streak) == (1, 1, "", 0)
    assert found.skill is None


def test_a_correction_turns_the_numbers_and_the_ratings_round(
    arena: Arena, site: Site, pair: tuple[Actor, Actor, Actor, Tournament]
) -> None:
    boss, ann, bob, cup = pair
    arena.decide(boss, cup, "U1.1", (1, 0))
    fold(site)
    before = tally(site, solo(ann))
    correct(arena, boss, cup, "U1.1", engine.played(arena.match(cup, "U1.1").participants, (0, 1)))
    fold(site)
    now, other = tally(site, solo(ann)), tally(site, solo(bob))
    assert now is not None
    assert other is not None
    assert before is not None
    assert (now.won, now.lost, now.form) == (0, 1, "L")
    assert (other.won, other.form, other.skill) == (1, "W", before.skill)


@on_sqlite
def test_a_revoked_result_leaves_nothing_behind(
    arena: Arena, site: Site, pair: tuple[Actor, Actor, Actor, Tournament]
) -> None:
    boss, _, _, cup = pair
    arena.decide(boss, cup, "U1.1", (1, 0))
    fold(site)
    seen = Seen(cup.id, MatchId("U1.1"), arena.match(cup, "U1.1").version)
    arena.write(lambda tx: revoke_result(tx, boss, seen))
    fold(site)
    assert not any(everything(site).values())


@on_sqlite
def test_a_corrected_old_match_keeps_its_place_in_form_and_rating(arena: Arena, site: Site) -> None:
    boss = arena.organizer()
    ann, bob = arena.person("ann"), arena.person("bob")
    first = arena.open_cup(boss, "First")
    second = arena.open_cup(boss, "Second")
    for cup in (first, second):
        arena.register(cup, ann)
        arena.register(cup, bob)
        arena.start(boss, cup)
        arena.decide(boss, cup, "U1.1", (1, 0))
    fold(site)
    row = arena.match(first, "U1.1")
    correct(arena, boss, first, "U1.1", engine.played(row.participants, (0, 1)))
    fold(site)
    found = tally(site, solo(ann))
    assert found is not None
    assert found.form == "LW"
    assert found.streak == 1


@on_sqlite
def test_an_unlisted_tournament_counts_for_nobody_until_it_is_public(
    arena: Arena, site: Site, pair: tuple[Actor, Actor, Actor, Tournament]
) -> None:
    boss, ann, _, cup = pair
    arena.decide(boss, cup, "U1.1", (1, 0))
    arena.complete(boss, cup)
    fold(site)
    public = everything(site)
    _show(arena, boss, cup, Visibility.UNLISTED)
    fold(site)
    assert tally(site, solo(ann)) is None
    _show(arena, boss, cup, Visibility.PUBLIC)
    fold(site)
    assert everything(site) == public


@on_sqlite
def test_another_game_moves_the_numbers_there(
    arena: Arena, site: Site, pair: tuple[Actor, Actor, Actor, Tournament]
) -> None:
    boss, ann, _, cup = pair
    arena.decide(boss, cup, "U1.1", (1, 0))
    fold(site)
    version = arena.cup(cup.id).version
    arena.write(lambda tx: edit_tournament(tx, boss, cup.id, version, {"game": "Go"}))
    fold(site)
    assert tally(site, solo(ann), Axis.GAME, "Chess") is None
    moved = tally(site, solo(ann), Axis.GAME, "Go")
    assert moved is not None
    assert moved.won == 1


def test_a_team_match_counts_for_the_teams_and_for_their_rosters(arena: Arena, site: Site) -> None:
    boss = arena.organizer()
    captains = [arena.person("ann"), arena.person("cid")]
    cup = arena.open_cup(boss, played_by=PlayedBy.TEAM, roster_min=1, roster_max=2)
    for number, captain in enumerate(captains):
        team = arena.team(captain, f"Team {number}", f"T{number}")
        arena.let_in(captain, team, arena.person(f"mate{number}"))
        arena.register(cup, captain, Wish(team_id=team.id))
    arena.start(boss, cup)
    arena.decide(boss, cup, "U1.1", (1, 0))
    arena.complete(boss, cup)
    fold(site)
    team_won = tally(site, Holder(Mode.TEAM, 1))
    player_won = tally(site, Holder(Mode.ROSTER, account_id(captains[0])))
    assert team_won is not None
    assert player_won is not None
    assert (team_won.won, team_won.titles, team_won.best_place) == (1, 1, BestPlace(1, 1, 2))
    assert (player_won.won, player_won.titles) == (1, 1)
    assert tally(site, solo(captains[0])) is None


def test_those_whose_numbers_changed_are_told_once(
    arena: Arena, site: Site, pair: tuple[Actor, Actor, Actor, Tournament]
) -> None:
    boss, ann, bob, cup = pair
    fold(site)
    arena.decide(boss, cup, "U1.1", (1, 0))
    fold(site)
    fold(site)
    with site.database.read() as conn:
        for one in (ann, bob):
            events = read_stream(conn, f"player-{one.account_id}")
            assert sum(event.kind == "statistics-changed" for event in events) == 1


@on_sqlite
def test_a_long_recomputing_goes_on_in_stretches_and_shows_the_last_ratings_until_its_end(
    arena: Arena, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projection.Statistics, "stretch", 4)
    played = season(arena, Random(1), cups=0)
    people = [arena.person(f"other{number}") for number in range(8)]
    best_of = FormatSettings(best_of=3)
    cups = [
        arena.open_cup(played.boss, f"Long {number}", format_settings=best_of)
        for number in range(3)
    ]
    for cup in cups:
        for one in people:
            arena.register(cup, one)
        arena.start(played.boss, cup)
        played.play(cup)
    fold(site)
    before = tally(site, solo(people[0]))
    first = arena.match(cups[0], "U1.1")
    correct(arena, played.boss, cups[0], "U1.1", engine.walkover(first.participants[0]))
    site.projector.catch_up("statistics")
    with site.database.read() as conn:
        assert rows_of(conn, tables.refold)
    meanwhile = tally(site, solo(people[0]))
    fold(site)
    after = tally(site, solo(people[0]))
    assert before is not None
    assert meanwhile is not None
    assert after is not None
    assert (meanwhile.walkovers_won, meanwhile.skill) == (1, before.skill)
    assert after.skill != before.skill
    folded = everything(site)
    site.projector.rebuild("statistics")
    assert everything(site) == folded


def _show(arena: Arena, boss: Actor, cup: Tournament, to: Visibility) -> None:
    version = arena.cup(cup.id).version
    arena.write(lambda tx: edit_tournament(tx, boss, cup.id, version, {"visibility": to}))

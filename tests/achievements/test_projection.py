"""What happens on the site is unlocked once, taken back when it falls, and rebuilt to the same."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from clutch import engine
from clutch.accounts.models import Actor
from clutch.achievements import projection
from clutch.achievements.models import Name
from clutch.achievements.reading import read_records
from clutch.achievements.tables import standing, unlock
from clutch.kernel.capabilities import State
from clutch.statistics.repository import decided_in
from clutch.tournaments import results
from clutch.tournaments.drafting import edit_tournament
from clutch.tournaments.matches import Seen
from clutch.tournaments.models import FormatSettings, Tournament, Visibility
from clutch.tournaments.registering import Wish
from clutch.tournaments.results import Consent
from tests.achievements.conftest import Trophies, holder_of
from tests.fixtures.site import on_sqlite
from tests.teams.club import account_id


def rows(trophies: Trophies) -> tuple[list[Any], list[Any]]:
    """All rows of the projection."""
    with trophies.database.read() as conn:
        unlocks = conn.execute(select(unlock).order_by(*unlock.primary_key)).all()
        standings = conn.execute(select(standing).order_by(*standing.primary_key)).all()
    return [tuple(row) for row in unlocks], [tuple(row) for row in standings]


def revoke(trophies: Trophies, boss: Actor, cup: Tournament, match_id: str) -> None:
    row = trophies.match(cup, match_id)
    seen = Seen(cup.id, row.id, row.version)
    trophies.write(
        lambda tx: results.revoke_result(tx, boss, seen, Consent(played=0, reason="a mistake"))
    )


def test_a_cup_unlocks_what_was_done_in_it(trophies: Trophies, four: list[Actor]) -> None:
    boss = trophies.organizer()
    cup = trophies.played_cup(boss, four)
    trophies.follow()
    alice, bob, carol = four[:3]
    assert {"titles", "matches-won", "finals", "tournaments-played"} <= trophies.held(alice)
    assert {"matches-played", "finals"} <= trophies.held(bob)
    assert "titles" not in trophies.held(bob)
    assert trophies.held(carol) == {"matches-played", "tournaments-played", "among-the-first"}
    assert {"hosted", "among-the-first"} == trophies.held(boss)
    title = trophies.holding(alice).unlocks[Name("titles")]
    assert title.cause.tournament_id == cup.id
    assert ("+", Name("titles")) in trophies.told(alice)


def test_looking_again_changes_and_tells_nothing(trophies: Trophies, four: list[Actor]) -> None:
    trophies.played_cup(trophies.organizer(), four)
    trophies.follow()
    before, told = rows(trophies), trophies.told(four[0])
    trophies.follow()
    trophies.site.projector.rebuild("achievements")
    assert trophies.told(four[0]) == told
    assert len(set(told)) == len(told)
    assert rows(trophies) == before


def test_a_revoked_result_takes_back_what_no_longer_holds(
    trophies: Trophies, four: list[Actor]
) -> None:
    boss = trophies.organizer()
    cup = trophies.played_cup(boss, four)
    trophies.follow()
    alice = four[0]
    assert "titles" in trophies.held(alice)
    points = trophies.holding(alice).points
    revoke(trophies, boss, cup, "U2.1")
    trophies.follow()
    assert "titles" not in trophies.held(alice)
    assert "matches-won" in trophies.held(alice)
    assert trophies.holding(alice).points < points
    assert ("-", Name("titles")) in trophies.told(alice)
    # What organizers did is not undone by a correction.
    assert "hosted" in trophies.held(boss)
    assert ("-", Name("hosted")) not in trophies.told(boss)
    trophies.decide(boss, cup, "U2.1", (0, 1))
    trophies.complete(boss, cup)
    trophies.follow()
    assert "titles" in trophies.held(four[1])
    assert "titles" not in trophies.held(alice)


def test_a_correction_keeps_the_moment_of_the_match(trophies: Trophies, four: list[Actor]) -> None:
    boss = trophies.organizer()
    cup = trophies.open_cup(boss, format_settings=FormatSettings(best_of=3))
    for one in four:
        trophies.register(cup, one)
    trophies.start(boss, cup)
    trophies.decide(boss, cup, "U1.1", (2, 0))
    trophies.follow()
    alice = four[0]
    before = trophies.holding(alice).unlocks[Name("matches-won")]
    assert "sweeps" in trophies.held(alice)
    trophies.clock.advance(timedelta(days=9))
    trophies.decide(boss, cup, "U1.1", (2, 1))
    trophies.follow()
    assert trophies.match(cup, "U1.1").decided_at == trophies.clock.now()
    assert trophies.holding(alice).unlocks[Name("matches-won")] == before
    assert "sweeps" not in trophies.held(alice)
    assert "clutch" in trophies.held(alice)


@pytest.mark.parametrize(
    ("acts", "moment"),
    [("rd", 1), ("c", 0), ("rdc", 1), ("crd", 1), ("ccrdrd", 2), ("fc", 0), ("rdfc", 1)],
)
def test_what_is_taken_back_is_played_anew_and_what_is_corrected_is_not(
    trophies: Trophies, four: list[Actor], acts: str, moment: int
) -> None:
    boss = trophies.organizer()
    cup = trophies.open_cup(boss, format_settings=FormatSettings(best_of=5))
    for one in four:
        trophies.register(cup, one)
    trophies.start(boss, cup)
    decided = [decide(trophies, boss, cup, (3, 0))]
    for number, act in enumerate(acts):
        trophies.clock.advance(timedelta(days=1))
        if act == "r":
            revoke(trophies, boss, cup, "U1.1")
        else:
            lost = (number + 1) % 3
            at = decide(trophies, boss, cup, (lost, 3) if act == "f" else (3, lost))
            decided += [at] if act == "d" else []
    trophies.follow()
    assert trophies.holding(four[0]).unlocks[Name("matches-won")].at == decided[moment]
    assert times_of_play(trophies, four) == {"U1.1": decided[moment]}
    assert times_in_statistics(trophies, cup) == {"U1.1": decided[moment]}


def decide(trophies: Trophies, boss: Actor, cup: Tournament, scores: tuple[int, int]) -> datetime:
    trophies.decide(boss, cup, "U1.1", scores)
    return trophies.clock.now()


def times_of_play(trophies: Trophies, people: list[Actor]) -> dict[str, datetime]:
    """When each match of these people was played, by its id."""
    with trophies.database.read() as conn:
        records = read_records(conn, map(holder_of, people)).values()
    return {match.id: match.at for record in records for match in record.matches}


def times_in_statistics(trophies: Trophies, cup: Tournament) -> dict[str, datetime]:
    trophies.site.projector.catch_up("statistics")
    with trophies.database.read() as conn:
        return {one.match_id: one.at for one in decided_in(conn, [cup.id]) if one.standing}


def test_teams_unlock_and_so_do_those_who_play_for_them(trophies: Trophies) -> None:
    boss = trophies.organizer()
    people = [trophies.person(f"player{one}") for one in range(1, 5)]
    teams = [
        trophies.team(one, f"Team {number}", f"T{number}") for number, one in enumerate(people)
    ]
    cup = trophies.open_cup(boss, played_by="team", roster_min=1, roster_max=5)
    for one, team in zip(people, teams, strict=True):
        trophies.register(cup, one, Wish(team_id=team.id))
    trophies.start(boss, cup)
    trophies.decide_all(boss, cup, ["U1.1", "U1.2", "U2.1"])
    trophies.complete(boss, cup)
    trophies.follow()
    assert {"titles", "matches-won"} <= trophies.held(teams[0])
    assert {"titles", "team-titles", "team-matches-won", "founder"} <= trophies.held(people[0])
    assert "founder" not in trophies.held(teams[0])
    assert ("+", Name("titles")) in trophies.told(teams[0])


def test_unlisted_tournaments_do_not_count(trophies: Trophies, four: list[Actor]) -> None:
    boss = trophies.organizer()
    cup = trophies.played_cup(boss, four, visibility=Visibility.UNLISTED)
    trophies.follow()
    assert trophies.held(four[0]) == {"among-the-first"}
    assert trophies.told(four[0]) == [("+", Name("among-the-first"))]
    assert cup.visibility is Visibility.UNLISTED


@pytest.mark.parametrize("ends", [engine.walkover, engine.forfeit])
def test_a_match_that_was_given_up_counts_and_a_walkover_does_not(
    trophies: Trophies, four: list[Actor], ends: Callable[[int], engine.Result]
) -> None:
    boss = trophies.organizer()
    cup = trophies.open_cup(boss)
    for one in four:
        trophies.register(cup, one)
    trophies.start(boss, cup)
    row = trophies.match(cup, "U1.1")
    result = ends(row.participants[0])
    seen = Seen(cup.id, row.id, row.version)
    trophies.write(lambda tx: results.set_result(tx, boss, seen, result))
    trophies.follow()
    held = trophies.held(four[0])
    assert ("matches-won" in held, "matches-played" in held) == (ends is engine.forfeit,) * 2


def test_a_rebuild_gives_the_same_rows_and_tells_nothing(
    trophies: Trophies, four: list[Actor]
) -> None:
    boss = trophies.organizer()
    dice = random.Random(20260314)
    for turn in range(4):
        play_at_random(trophies, boss, four, dice, f"Cup {turn}")
        trophies.follow()
    before = rows(trophies)
    told = [trophies.told(one) for one in four]
    assert len(before[0]) > 40
    assert any(sign == "-" for facts in told for sign, _ in facts)
    trophies.site.projector.rebuild("achievements")
    assert rows(trophies) == before
    assert [trophies.told(one) for one in four] == told


def test_what_holds_again_by_the_same_cause_is_not_unlocked_a_second_time(
    trophies: Trophies, four: list[Actor]
) -> None:
    boss = trophies.organizer()
    alice, dave = four[0], four[3]
    cup = trophies.open_cup(boss)
    for one in four:
        trophies.register(cup, one)
    trophies.start(boss, cup)
    for scores in ((1, 0), (1, 0), (0, 1)):
        trophies.decide(boss, cup, "U1.1", scores)
        trophies.follow()
        revoke(trophies, boss, cup, "U1.1")
        trophies.follow()
    for winner, expected in ((alice, "+-=-"), (dave, "+-")):
        told = trophies.told(winner)
        assert "".join(sign for sign, name in told if name == Name("matches-won")) == expected


def play_at_random(
    trophies: Trophies, boss: Actor, people: list[Actor], dice: random.Random, name: str
) -> None:
    """A cup with results, corrections and revocations, followed after each."""
    cup = trophies.open_cup(boss, name, format_settings=FormatSettings(best_of=3))
    for one in dice.sample(people, len(people)):
        trophies.register(cup, one)
    trophies.start(boss, cup)
    scores = [(2, 0), (2, 1), (1, 2), (0, 2)]
    for match_id in ("U1.1", "U1.2"):
        trophies.decide(boss, cup, match_id, dice.choice(scores))
    trophies.follow()
    trophies.decide(boss, cup, "U2.1", dice.choice(scores))
    trophies.complete(boss, cup)
    trophies.follow()
    revoke(trophies, boss, cup, "U2.1")
    trophies.follow()
    trophies.decide(boss, cup, "U2.1", dice.choice(scores))
    trophies.complete(boss, cup)


def test_what_is_kept_stays_through_a_rebuild(trophies: Trophies, four: list[Actor]) -> None:
    boss = trophies.organizer()
    cup = trophies.played_cup(boss, four)
    trophies.follow()
    revoke(trophies, boss, cup, "U2.1")
    trophies.follow()
    before = rows(trophies)
    assert "hosted" in trophies.held(boss)
    trophies.site.projector.rebuild("achievements")
    assert rows(trophies) == before


@on_sqlite
def test_another_visibility_counts_or_does_not_from_then_on(
    trophies: Trophies, four: list[Actor]
) -> None:
    boss = trophies.organizer()
    cup = trophies.played_cup(boss, four)
    trophies.follow()
    assert "titles" in trophies.held(four[0])
    version = trophies.cup(cup.id).version
    change = {"visibility": Visibility.UNLISTED}
    trophies.write(lambda tx: edit_tournament(tx, boss, cup.id, version, change))
    trophies.follow()
    assert "titles" not in trophies.held(four[0])


@on_sqlite
def test_rules_that_raise_hold_nothing_up_and_are_caught_up_with(
    trophies: Trophies, four: list[Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise ZeroDivisionError("a rule is broken")

    monkeypatch.setattr(projection, "evaluate", broken)
    trophies.played_cup(trophies.organizer(), four)
    with pytest.raises(ZeroDivisionError):
        trophies.follow()
    assert "titles" not in trophies.held(four[0])
    monkeypatch.undo()
    trophies.follow()
    assert "titles" in trophies.held(four[0])
    assert trophies.site.capabilities.get("achievements").state is State.UP


def test_a_deleted_account_keeps_what_it_did_and_no_name(
    trophies: Trophies, four: list[Actor]
) -> None:
    trophies.played_cup(trophies.organizer(), four)
    trophies.follow()
    held = trophies.held(four[0])
    trophies.write(lambda tx: trophies.site.personal.erase(tx, account_id(four[0])))
    trophies.follow()
    assert trophies.held(four[0]) == held
    before = rows(trophies)
    trophies.site.projector.rebuild("achievements")
    assert rows(trophies) == before


def test_a_downloads_part_says_what_is_held(trophies: Trophies, four: list[Actor]) -> None:
    trophies.played_cup(trophies.organizer(), four)
    trophies.follow()
    now = trophies.clock.now()
    with trophies.database.read() as conn:
        whole = trophies.site.personal.export(conn, account_id(four[0]), now)
    part = whole["achievements"]
    assert part["points"] == trophies.holding(four[0]).points
    assert Name("titles") in {one.name for one in part["unlocked"]}

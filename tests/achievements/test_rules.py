"""Every rule as a table: just not, just, and over.

`SCENES` has for each achievement a record in which exactly so many of what it asks for happened;
`NEAR_MISSES` has what looks like it and does not count.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from clutch.achievements.catalogue import BY_KEY, CATALOGUE
from clutch.achievements.evaluate import evaluate
from clutch.achievements.models import PLAYERS, TEAMS, Name
from clutch.achievements.record import HolderKind, Record
from tests.achievements.made import (
    ME,
    US,
    at,
    check_in,
    cup,
    games,
    hosted,
    match,
    member,
    record,
    series,
)

Scene = Callable[[int], Record]


def many(make: Callable[[int], Any]) -> Scene:
    """So many of them, one a day; each happens alone, with nothing around it."""
    return lambda number: record(*(make(one) for one in range(1, number + 1)))


def flat(make: Callable[[int], list[Any]]) -> Scene:
    """The same, where one of them takes several things."""
    return lambda number: record(*(thing for one in range(1, number + 1) for thing in make(one)))


def double(number: int, *outcomes: tuple[str, bool], first: str = "played") -> list[Any]:
    """A double elimination that was won: its matches by bracket and outcome, and the title.

    `first`: how the first match came to its end.
    """
    played = [
        match(
            number,
            at=at(number, minute=turn),
            bracket=bracket,
            won=won,
            id=f"M{turn}",
            outcome="played" if turn else first,
        )
        for turn, (bracket, won) in enumerate(outcomes)
    ]
    return [*played, cup(number, format="double_elimination")]


def years(number: int, **more: Any) -> Record:
    """One match, so many years after the beginning."""
    since = datetime(2020, 5, 5, 12, tzinfo=UTC)
    return record(match(at=since.replace(year=2020 + number)), since=since, **more)


def members(number: int) -> Record:
    return record(*(member(one, team_id=1) for one in range(1, number + 1)), holder=US)


def streak_of_losses(number: int) -> list[Any]:
    lost = [match(number, at=at(number, minute=one), won=False) for one in range(3)]
    return [*lost, match(number, at=at(number, minute=3))]


SCENES: dict[str, Scene] = {
    "tournaments-played": many(lambda one: cup(one, rank=7)),
    "titles": many(lambda one: cup(one, size=4)),
    "finals": many(lambda one: cup(one, rank=2, size=4)),
    "podiums": many(lambda one: cup(one, rank=3)),
    "runner-up": many(lambda one: cup(one, rank=2, size=4)),
    "big-title": lambda size: record(cup(size=size)),
    "flawless": flat(
        lambda one: [series(2, 0, one), series(2, 0, one, id="U2.1"), cup(one)],
    ),
    "long-way": flat(
        lambda one: double(one, ("upper", True), ("upper", False), ("lower", True), ("final", True))
    ),
    "back-to-back": many(cup),
    "dark-horse": many(lambda one: cup(one, seed=5)),
    "formats-won": many(lambda one: cup(one, format=f"format{one}")),
    "matches-played": many(lambda one: match(one, won=False)),
    "matches-won": many(match),
    "games-won": many(lambda one: match(one, best_of=1)),
    "sweeps": many(lambda one: series(2, 0, one)),
    "clutch": many(lambda one: series(2, 1, one)),
    "comebacks": many(lambda one: series(2, 1, one, games=games("lww"))),
    "reverse-sweep": many(lambda one: series(3, 2, one, games=games("llwww"))),
    "upsets": many(lambda one: match(one, seed=6, rival_seed=2)),
    "giant-slayer": many(lambda one: match(one, seed=2, rival_seed=1, size=8)),
    "marathon": many(lambda one: match(one, at=at(minute=one))),
    "to-the-last-game": flat(lambda one: [series(2, 1, one), cup(one)]),
    "win-streak": many(match),
    "sweep-streak": many(lambda one: series(2, 0, one)),
    "clutch-streak": many(lambda one: series(2, 1, one)),
    "podium-streak": many(lambda one: cup(one, rank=2)),
    "days-in-a-row": many(match),
    "weeks-in-a-row": many(lambda one: match(one, at=at(7 * one))),
    "rebound": flat(streak_of_losses),
    "games-played": many(lambda one: match(one, game=f"game{one}")),
    "specialist": many(match),
    "titles-in-games": many(lambda one: cup(one, game=f"game{one}")),
    "throne": many(cup),
    "games-in-a-day": many(lambda one: match(one, at=at(minute=one), game=f"game{one}")),
    "founder": many(lambda one: member(one, founded=True)),
    "team-joined": many(member),
    "team-matches-won": many(lambda one: match(one, team_id=1)),
    "team-titles": many(lambda one: cup(one, team_id=1)),
    "loyal": many(lambda one: match(one, team_id=1)),
    "journeyman": many(lambda one: match(one, team_id=one)),
    "alone-and-together": many(lambda one: cup(one, team_id=None if one == 1 else 1)),
    "full-house": members,
    "old-guard": lambda number: years(number, holder=US),
    "hosted": many(hosted),
    "hosted-size": lambda size: record(hosted(size=size)),
    "hosted-matches": lambda number: record(hosted(matches=number)),
    "hosted-games": many(lambda one: hosted(one, game=f"game{one}")),
    "hosted-months": many(lambda one: hosted(one, at=at(31 * one))),
    "hosted-both": many(lambda one: hosted(one, by_teams=one == 1)),
    "crew": many(lambda one: hosted(one, own=False)),
    "among-the-first": lambda number: record(number=101 - number),
    "years": years,
    "opponents-met": many(lambda one: match(one, rival=f"player-{one + 1}")),
    "rivalry": many(match),
    "on-time": many(check_in),
    "handshake": many(lambda one: match(one, agreed=True)),
    "night-owl": many(lambda one: match(one, at=at(one, hour=-12))),
    "revenge": flat(
        lambda one: [
            match(one, won=False, at=at(one, minute=1)),
            match(one, at=at(one, minute=2)),
        ]
    ),
    "spell-broken": flat(streak_of_losses),
    "phoenix": flat(lambda one: double(one, ("upper", False), ("lower", True), ("final", True))),
    "friday-13th": many(lambda one: match(one, at=datetime(2026, 3, 13, 12, one, tzinfo=UTC))),
    "new-year": many(lambda one: match(one, at=datetime(2026, 1, 1, 12, one, tzinfo=UTC))),
    "leap-day": many(lambda one: match(one, at=datetime(2028, 2, 29, 12, one, tzinfo=UTC))),
}

TARGETS = [
    pytest.param(one.key, number, id=f"{one.key}-{number}")
    for one in CATALOGUE
    if one.span is None  # challenges: see test_challenges.py
    for number in range(1, len(one.tiers) + 1)
]


@pytest.mark.parametrize(("key", "number"), TARGETS)
def test_a_tier_is_reached_by_its_target_and_no_sooner(key: str, number: int) -> None:
    target, scene = BY_KEY[key].tier(number).target, SCENES[key]
    name = Name(key, number)
    before, just, over = (evaluate(scene(many)) for many in (target - 1, target, target + 1))
    assert before.values.get(key, 0) == target - 1
    assert name not in before.by_name
    assert just.values[key] == target
    assert name in just.by_name
    assert over.values[key] == target + (key not in ONLY_TWO | ONLY_ONE)
    if key not in BY_ONE_THING:
        # What comes later does not move the moment, or what it came by.
        assert over.by_name[name] == just.by_name[name]


# Of these there can't be more.
ONLY_TWO = {"alone-and-together", "hosted-both"}
ONLY_ONE = {"among-the-first"}
# Here one thing has a size instead of many things happening.
BY_ONE_THING = {"big-title", "hosted-size", "hosted-matches", "years", "old-guard", *ONLY_ONE}

lost = {"won": False}
NEAR_MISSES: list[tuple[str, Record]] = [
    ("titles", record(cup(size=3))),
    ("titles", record(cup(rank=2))),
    ("titles", record(cup(rank=None))),
    ("finals", record(cup(rank=2, size=3))),
    ("finals", record(cup(rank=3))),
    ("podiums", record(cup(rank=3, size=7))),
    ("podiums", record(cup(rank=4))),
    ("runner-up", record(cup(rank=1), cup(2, rank=3), cup(3, rank=2, size=3))),
    ("big-title", record(cup(rank=2, size=64))),
    ("flawless", record(series(2, 0), series(2, 1, id="U2.1"), cup())),
    ("flawless", record(series(2, 0), series(2, 0, id="U2.1"), cup(rank=2))),
    ("flawless", record(series(2, 0), match(best_of=None, own=9, other=2, id="U2.1"), cup())),
    ("flawless", record(cup())),
    ("long-way", record(*double(1, ("upper", True), ("final", True)))),
    ("long-way", record(*double(1, ("upper", True), ("final", False), ("final", True)))),
    ("long-way", record(match(won=False), match(2), cup())),
    ("dark-horse", record(cup(seed=4))),
    ("dark-horse", record(cup(seed=None))),
    ("dark-horse", record(cup(seed=4, size=4))),
    ("games-won", record(match(best_of=None, own=21, other=19))),
    ("games-won", record(match(won=False))),
    ("sweeps", record(match(own=1, other=0, best_of=1))),
    ("sweeps", record(series(2, 1))),
    ("sweeps", record(match(best_of=3))),
    ("sweeps", record(match(best_of=None, own=9, other=0))),
    ("clutch", record(series(2, 0))),
    ("clutch", record(series(1, 2))),
    ("clutch", record(match(own=1, other=0, best_of=1))),
    ("clutch", record(series(3, 1))),
    ("comebacks", record(series(2, 1, games=games("wlw")))),
    ("comebacks", record(series(2, 1))),
    ("comebacks", record(series(1, 2, games=games("lwl")))),
    ("reverse-sweep", record(series(3, 2, games=games("lwlww")))),
    ("reverse-sweep", record(series(2, 3, games=games("llwwl")))),
    ("reverse-sweep", record(series(2, 1, games=games("lww")))),
    ("upsets", record(match(seed=5, rival_seed=2))),
    ("upsets", record(match(seed=6, rival_seed=2, **lost))),
    ("upsets", record(match(seed=None, rival_seed=2))),
    ("giant-slayer", record(match(seed=2, rival_seed=1, size=7))),
    ("giant-slayer", record(match(seed=1, rival_seed=2, size=8))),
    ("giant-slayer", record(match(seed=2, rival_seed=1, size=8, **lost))),
    ("to-the-last-game", record(series(2, 1), series(2, 0, at=at(1, 1)), cup())),
    ("to-the-last-game", record(series(2, 1), cup(rank=2))),
    ("rebound", record(*(match(one, **lost) for one in (1, 2)), match(3))),
    ("team-matches-won", record(match(), match(2, team_id=1, **lost))),
    ("team-titles", record(cup())),
    ("team-joined", record(member(founded=True))),
    ("founder", record(member())),
    ("hosted", record(hosted(own=False))),
    ("crew", record(hosted())),
    ("handshake", record(match())),
    ("night-owl", record(match(at=at(hour=-7)))),
    ("night-owl", record(match(at=at(hour=-12), **lost))),
    ("night-owl", record(match(at=at(hour=-12), zone="Asia/Tokyo"))),
    ("revenge", record(match(**lost), match(2))),
    ("revenge", record(match(rival="player-3", **lost), match(at=at(1, 1)))),
    ("spell-broken", record(*(match(one, **lost) for one in (1, 2)), match(3))),
    (
        "spell-broken",
        record(*(match(one, rival=f"player-{one}", **lost) for one in (2, 3, 4)), match(5)),
    ),
    ("phoenix", record(*double(1, ("upper", True), ("upper", False), ("final", True)))),
    ("phoenix", record(match(**lost), cup())),
    ("friday-13th", record(match(at=datetime(2026, 3, 12, 12, tzinfo=UTC)))),
    ("friday-13th", record(match(at=datetime(2026, 4, 13, 12, tzinfo=UTC)))),
    ("friday-13th", record(match(at=datetime(2026, 3, 13, 12, tzinfo=UTC), **lost))),
    ("new-year", record(match(at=datetime(2026, 1, 2, 0, 30, tzinfo=UTC)))),
    ("leap-day", record(match(at=datetime(2028, 3, 1, 0, 30, tzinfo=UTC)))),
    ("among-the-first", record(number=101)),
    ("years", record(match(at=at(364)), since=at())),
]


@pytest.mark.parametrize(("key", "whole"), NEAR_MISSES)
def test_what_only_looks_like_it_does_not_count(key: str, whole: Record) -> None:
    assert evaluate(whole).values.get(key, 0) == 0


BROKEN: list[tuple[str, Record, int]] = [
    ("win-streak", record(match(1), match(2), match(3, **lost), match(4)), 2),
    ("sweep-streak", record(series(2, 0), series(2, 1, 2), series(2, 0, 3)), 1),
    # A match that was over sooner says nothing of nerves, a lost last game does.
    ("clutch-streak", record(series(2, 1), series(2, 0, 2), series(2, 1, 3)), 2),
    ("clutch-streak", record(series(2, 1), series(1, 2, 2), series(2, 1, 3)), 1),
    ("back-to-back", record(cup(1), cup(2, rank=2), cup(3), cup(4)), 2),
    ("podium-streak", record(cup(1), cup(2, rank=3), cup(3)), 1),
    # Two among themselves neither make a run nor break one.
    ("back-to-back", record(cup(1), cup(2, size=2), cup(3), cup(4, rank=2, size=3)), 2),
    ("podium-streak", record(cup(1), cup(2, rank=2, size=2), cup(3, rank=2)), 2),
    ("days-in-a-row", record(match(1), match(2), match(2, id="b"), match(4)), 2),
    ("weeks-in-a-row", record(match(1), match(5), match(8), match(22)), 2),
    ("hosted-months", record(hosted(1), hosted(2), hosted(70)), 1),
    ("rivalry", record(match(1), match(2, rival="player-3"), match(3)), 2),
    ("opponents-met", record(match(1), match(2), match(3, rival="team-2")), 2),
    ("specialist", record(match(1), match(2, game="Go"), match(3)), 2),
    ("games-in-a-day", record(match(1), match(2, game="Go")), 1),
    ("marathon", record(match(1), match(1, id="b"), match(2)), 2),
    ("games-won", record(series(2, 1), series(1, 2, 2)), 3),
]


@pytest.mark.parametrize(("key", "whole", "value"), BROKEN)
def test_what_comes_between_breaks_a_run(key: str, whole: Record, value: int) -> None:
    assert evaluate(whole).values.get(key, 0) == value


given_up: dict[str, Any] = {"outcome": "forfeit"}
unplayed: dict[str, Any] = {"outcome": "walkover"}
later: dict[str, Any] = {"at": at(1, 1), "id": "U2.1"}
through_below = [("upper", False), ("lower", True), ("final", True)]
ENDED_EARLY: list[tuple[str, Record, int]] = [
    # Given up after the start: lost and won like any other, but not played to its end.
    ("matches-played", record(match(**given_up, **lost)), 1),
    ("matches-won", record(match(**given_up)), 1),
    ("win-streak", record(match(1), match(2), match(3, **lost, **given_up), match(4)), 2),
    ("games-won", record(match(**given_up)), 0),
    ("games-won", record(series(1, 0, best_of=3, **given_up)), 1),
    ("sweeps", record(series(1, 0, best_of=3, **given_up)), 0),
    ("clutch", record(series(2, 1, **given_up)), 0),
    ("comebacks", record(series(1, 1, best_of=3, won=True, games=games("lw"), **given_up)), 0),
    ("reverse-sweep", record(series(3, 2, games=games("llwww"), **given_up)), 0),
    ("flawless", record(series(2, 0), series(1, 0, best_of=3, **given_up, **later), cup()), 1),
    ("flawless", record(series(2, 0), match(best_of=3, **given_up, **later), cup()), 0),
    (
        "flawless",
        record(series(2, 0), series(1, 1, best_of=3, won=True, **given_up, **later), cup()),
        0,
    ),
    ("flawless", record(*double(1, *through_below, first="forfeit")), 0),
    ("long-way", record(*double(1, *through_below, first="forfeit")), 1),
    ("phoenix", record(*double(1, *through_below, first="forfeit")), 1),
    # Nobody played: a step on the way through the bracket, and nothing else.
    ("matches-played", record(match(**unplayed)), 0),
    ("matches-won", record(match(**unplayed)), 0),
    ("win-streak", record(match(1), match(2, **lost, **unplayed), match(3)), 2),
    ("flawless", record(series(2, 0), match(**unplayed, **later), cup()), 1),
    ("flawless", record(*double(1, *through_below, first="walkover")), 0),
    ("long-way", record(*double(1, *through_below, first="double_forfeit")), 1),
    ("phoenix", record(*double(1, *through_below, first="walkover")), 1),
    ("phoenix", record(*double(1, ("upper", True), *through_below, first="walkover")), 0),
    ("to-the-last-game", record(series(2, 1), match(**unplayed, **later), cup()), 0),
]


@pytest.mark.parametrize(("key", "whole", "value"), ENDED_EARLY)
def test_what_was_given_up_counts_and_what_nobody_played_is_only_on_the_way(
    key: str, whole: Record, value: int
) -> None:
    assert evaluate(whole).values.get(key, 0) == value


def test_who_left_is_not_in_the_house_any_more() -> None:
    left = [member(one, team_id=1, left_at=at(4)) for one in (1, 2)]
    later = [member(one, team_id=1) for one in (4, 5, 6)]
    assert evaluate(record(*left, *later, holder=US)).values["full-house"] == 3


def test_every_rule_has_its_scene() -> None:
    assert set(SCENES) == {one.key for one in CATALOGUE if one.span is None}


def test_the_catalogue_is_in_order() -> None:
    assert len(CATALOGUE) >= 40
    assert len(BY_KEY) == len(CATALOGUE)
    assert len({one.name for one in CATALOGUE}) == len(CATALOGUE)
    for one in CATALOGUE:
        targets = [tier.target for tier in one.tiers]
        assert targets == sorted(set(targets)), one.key
        points = [tier.points for tier in one.tiers]
        assert points == sorted(points), one.key
        assert targets == [1] or one.text.plural or one.key in ONLY_TWO


def test_teams_and_players_reach_only_what_is_theirs() -> None:
    whole = (cup(), match(), member(team_id=1), hosted(), check_in())
    for holder, other in ((ME, TEAMS), (US, PLAYERS)):
        kind = holder.kind
        reached = {one.name.key for one in evaluate(record(*whole, holder=holder)).unlocks}
        theirs = {key for key in reached if key in BY_KEY}
        assert all(kind in BY_KEY[key].holders for key in theirs)
        assert not any(BY_KEY[key].holders == other for key in theirs)
    challenges = evaluate(record(*whole, holder=US)).by_name
    assert not any(name.period for name in challenges)
    assert HolderKind.TEAM is US.kind


def test_the_cause_is_what_it_came_by() -> None:
    reached = evaluate(record(match(1), match(2), match(3), cup(3))).by_name
    third = reached[Name("win-streak", 1)]
    assert (third.at, third.cause.tournament_id, third.cause.match_id) == (at(3), "cup3", "U1.3")
    title = reached[Name("titles", 1)]
    assert (title.cause.tournament_id, title.cause.match_id) == ("cup3", None)
    assert title.at == at(3) + timedelta(hours=6)

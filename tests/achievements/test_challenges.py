"""Challenges follow from the date; they are met in their day or week and nowhere else."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from clutch.achievements.catalogue import BY_KEY, CATALOGUE
from clutch.achievements.challenges import (
    AT_ONCE,
    POOLS,
    Period,
    chosen,
    met,
    met_in,
    period_of,
)
from clutch.achievements.evaluate import evaluate
from clutch.achievements.models import Category, Span, level_of, points_for
from clutch.achievements.record import Match, Record
from tests.achievements.made import NOON, at, games, match, record, series

CHALLENGES = [one.key for one in CATALOGUE if one.span is not None]
MONDAY = NOON.date()
DAY = Period(Span.DAY, MONDAY)
WEEK = Period(Span.WEEK, MONDAY)


def test_periods_begin_at_midnight_and_on_monday_by_utc() -> None:
    sunday_night = datetime(2026, 3, 8, 23, 59, tzinfo=UTC)
    assert period_of(Span.DAY, sunday_night).name == "2026-03-08"
    assert period_of(Span.WEEK, sunday_night) == WEEK
    assert WEEK.name == "2026-W10"
    assert period_of(Span.WEEK, sunday_night + timedelta(minutes=1)).name == "2026-W11"
    assert WEEK.ends_at - WEEK.starts_at == timedelta(days=7)
    # The first days of January may belong to the last week of the year before.
    assert period_of(Span.WEEK, datetime(2027, 1, 1, tzinfo=UTC)).name == "2026-W53"


@pytest.mark.parametrize("span", list(Span))
def test_the_choice_is_the_dates_alone_and_uses_the_whole_pool(span: Span) -> None:
    pool = {one.key for one in POOLS[date.min] if one.span is span}
    periods = [period_of(span, NOON + timedelta(days=7 * one)) for one in range(100)]
    if span is Span.DAY:
        periods = [period_of(span, NOON + timedelta(days=one)) for one in range(100)]
    picked = [tuple(one.key for one in chosen(period)) for period in periods]
    assert picked == [tuple(one.key for one in chosen(period)) for period in periods]
    assert all(len(set(keys)) == AT_ONCE for keys in picked)
    assert {key for keys in picked for key in keys} == pool
    assert len(set(picked)) > 10


def test_the_choice_of_a_day_does_not_change_with_a_release() -> None:
    keys = [one.key for period in (DAY, WEEK) for one in chosen(period)]
    assert keys == ["daily-wins", "daily-first", "weekly-wins", "weekly-opponents"]


def test_the_catalogue_has_every_challenge_of_one_tier() -> None:
    assert set(CHALLENGES) == set(SCENES) == {one.key for one in POOLS[date.min]}
    for key in CHALLENGES:
        assert BY_KEY[key].category is Category.CHALLENGES
        assert len(BY_KEY[key].tiers) == 1


def play(*numbers: int, **more: object) -> list[Match]:
    """Matches of one day, a minute apart."""
    return [match(one, **({"at": at(minute=one)} | more)) for one in numbers]


SCENES: dict[str, list[Match]] = {
    "daily-wins": play(1, 2),
    "daily-matches": play(1, 2, won=False),
    "daily-first": play(1),
    "daily-sweep": [series(2, 0)],
    "daily-clutch": [series(2, 1)],
    "daily-opponents": [match(one, rival=f"player-{one}") for one in (2, 3, 4)],
    "daily-agreed": play(1, agreed=True),
    "daily-upset": play(1, seed=2, rival_seed=1),
    "weekly-wins": play(1, 2, 3, 4),
    "weekly-matches": play(1, 2, 3, 4, 5, 6, won=False),
    "weekly-streak": play(1, 2, 3),
    "weekly-sweeps": [series(2, 0, one) for one in (1, 2)],
    "weekly-days": [match(0), match(1)],
    "weekly-opponents": [match(one, rival=f"player-{one}") for one in range(5)],
    "weekly-comeback": [series(2, 1, games=games("lww"))],
    "weekly-tournaments": play(1, 2),
}


@pytest.mark.parametrize("key", CHALLENGES)
def test_a_challenge_is_met_by_its_target_and_no_sooner(key: str) -> None:
    challenge, scene = BY_KEY[key], SCENES[key]
    period = DAY if challenge.span is Span.DAY else WEEK
    found = met_in(challenge, period, record(*scene))
    assert found is not None
    assert found.name.key == key
    assert found.points == challenge.tier(1).points
    assert met_in(challenge, period, record(*scene[:-1])) is None
    spoiled = [match(9, at=one.at, won=False) for one in scene[-1:]]
    if challenge.tier(1).target == 1 or "wins" in key:
        assert met_in(challenge, period, record(*scene[:-1], *spoiled)) is None


def whole_week() -> Record:
    """Eight sweeps a day of best of three for two weeks."""
    played = [
        series(
            2, 0, at=at(day, minute=turn), rival=f"player-{turn}", agreed=True, id=f"{day}-{turn}"
        )
        for day in range(14)
        for turn in range(8)
    ]
    return record(*played)


def test_each_is_met_once_in_its_period_by_the_match_that_did_it() -> None:
    found = list(met(whole_week()))
    assert len({one.name for one in found}) == len(found)
    for one in found:
        period = period_of(BY_KEY[one.name.key].span or Span.DAY, one.at)
        assert period.name == one.name.period
        assert period.starts_at <= one.at < period.ends_at
        assert one.name.key in {each.key for each in chosen(period)}
        assert one.cause.match_id is not None
    monday = {one.name.key: one for one in found if one.name.period == "2026-03-02"}
    assert monday["daily-wins"].cause.match_id == "0-1"
    assert sum(one.name.key.startswith("weekly") for one in found) >= 2


def test_matches_of_two_days_do_not_add_up() -> None:
    two = [date(2026, 3, 2) + timedelta(days=one) for one in range(40)]
    day = next(
        one for one in two if "daily-wins" in {each.key for each in chosen(Period(Span.DAY, one))}
    )
    start = Period(Span.DAY, day).starts_at
    late = [match(1, at=start - timedelta(minutes=1)), match(2, at=start)]
    assert not any(one.name.key == "daily-wins" for one in met(record(*late)))
    both = [match(1, at=start), match(2, at=start + timedelta(hours=23, minutes=59))]
    assert any(one.name.key == "daily-wins" for one in met(record(*both)))


def test_points_of_challenges_are_among_what_is_reached() -> None:
    found = evaluate(whole_week())
    assert {one.name for one in met(whole_week())} <= set(found.by_name)


@pytest.mark.parametrize(
    ("points", "level"),
    [(0, 1), (49, 1), (50, 2), (149, 2), (150, 3), (299, 3), (300, 4), (2249, 9), (2250, 10)],
)
def test_levels_follow_one_formula(points: int, level: int) -> None:
    assert level_of(points) == level
    assert points_for(level) <= points < points_for(level + 1)

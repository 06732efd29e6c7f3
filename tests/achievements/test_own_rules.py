"""What organizers' own achievements count, as a table: just not, just reached."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from clutch.accounts.models import AccountId
from clutch.achievements.evaluate import Yardstick, evaluate, measure
from clutch.achievements.models import Name
from clutch.achievements.own import Making, OwnAchievement, OwnId, Rule, Words
from tests.achievements.made import check_in, cup, match, record, series

WORDS = {"en": Words("Name", "Text")}
# For each rule what reaches 2, the last of it being the second one, and what adds nothing to it.
SCENES: dict[Rule, tuple[list[Any], list[Any]]] = {
    Rule.MATCHES: ([match(1, won=False), match(2)], [cup(3)]),
    Rule.WINS: ([match(1), match(2)], [match(3, won=False)]),
    Rule.STREAK: ([match(1), match(2)], [match(2, won=False)]),
    Rule.SWEEPS: ([series(2, 0, 1), series(3, 0, 2)], [series(2, 1, 3), match(4)]),
    Rule.CLUTCH: ([series(2, 1, 1), series(3, 2, 2)], [series(2, 0, 3), series(1, 2, 4)]),
    Rule.TEAM_MATCHES: ([match(1, team_id=7), match(2, team_id=8, won=False)], [match(3)]),
    Rule.OPPONENTS: ([match(1), match(2, rival="player-3")], [match(3)]),
    Rule.GAMES: ([match(1), match(2, game="Go")], [match(3)]),
    Rule.DAYS: ([match(1), match(2)], [match(3)]),
    Rule.WEEKS: ([match(1), match(8)], [match(20)]),
    Rule.CHECK_INS: ([check_in(1), check_in(2)], [match(3)]),
    Rule.TOURNAMENTS: ([cup(1), cup(2, rank=None)], [match(3)]),
    Rule.PODIUMS: ([cup(1, rank=3), cup(2)], [cup(3, rank=4)]),
    Rule.TITLES: ([cup(1), cup(2)], [cup(3, rank=2)]),
}


def own(rule: Rule, *targets: int) -> Yardstick:
    made = datetime(2026, 1, 1, tzinfo=UTC)
    one = OwnAchievement(OwnId(1), AccountId(1), Making(rule, targets, WORDS), 1, made, None)
    return Yardstick(one, None)


@pytest.mark.parametrize("rule", list(Rule))
def test_a_rule_is_reached_by_its_target_and_no_sooner(rule: Rule) -> None:
    reaching, besides = SCENES[rule]
    value, steps = measure(record(*reaching), own(rule, 2))
    assert (value, len(steps)) == (2, 1)
    assert steps[0].at == reaching[-1].at
    value, steps = measure(record(reaching[0], *besides), own(rule, 2))
    assert (value, steps) == (1, [])


def test_each_tier_is_reached_by_itself_and_gives_no_points() -> None:
    found = evaluate(record(*(match(one) for one in range(1, 5))), [own(Rule.WINS, 2, 4, 6)])
    tiers = {name: one for name, one in found.by_name.items() if name.key == "own-1"}
    assert set(tiers) == {Name("own-1", 1), Name("own-1", 2)}
    assert [one.cause.match_id for _, one in sorted(tiers.items())] == ["U1.2", "U1.4"]
    assert all(one.points == 0 for one in tiers.values())


def test_only_tournaments_that_count_do_check_ins_too() -> None:
    some = Yardstick(own(Rule.CHECK_INS, 1).one, frozenset({"cup2"}))
    value, steps = measure(record(check_in(1), check_in(2)), some)
    assert (value, steps[0].cause.tournament_id) == (1, "cup2")

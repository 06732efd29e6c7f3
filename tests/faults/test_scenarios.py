"""A short round of each scenario: less load, the main thing, no time that a busy machine breaks.

The full rounds are `make faults`: docs/reliability.md.
"""

from __future__ import annotations

import random

import pytest

from tests.faults.__main__ import EITHER, SCENARIOS
from tests.faults.conftest import ROUND
from tests.faults.round import Options, Report

pytestmark = pytest.mark.faults


# A whole update each, or several: `.ci/run` has a step of its own for them.
ROUND_S = 45.0
UPDATES = ("F01", "F02", "F03", "F04", "F05", "F06")


@pytest.mark.parametrize(
    "scenario",
    [pytest.param(one, marks=[pytest.mark.updates] if one in UPDATES else []) for one in SCENARIOS],
)
def test_a_short_round_holds(scenario: str, request: pytest.FixtureRequest) -> None:
    if scenario == "F09":
        request.getfixturevalue("chromium")
    installed = request.getfixturevalue("installed") if scenario in UPDATES else None
    seed = random.SystemRandom().randrange(1_000_000)
    # Every other seed means PostgreSQL where a scenario leaves the choice.
    database = "postgres" if scenario in EITHER and seed % 2 else ""
    asked = f"{scenario} --seed {seed} --short" + (f" --database {database}" if database else "")
    request.node.user_properties.append((ROUND, f"python -m tests.faults {asked}"))
    seconds = ROUND_S if scenario in UPDATES else 0.0
    report = Report()
    try:
        SCENARIOS[scenario](Options(seed, True, database, 1.0, seconds, installed), report)
    finally:
        print(report.text())
    assert not report.faults

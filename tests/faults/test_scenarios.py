"""A short round of each scenario: less load, the main thing, no time that a busy machine breaks.

The full rounds are `make faults`: docs/reliability.md.
"""

from __future__ import annotations

import random

import pytest

from tests.faults.__main__ import SCENARIOS
from tests.faults.round import Options, Report

pytestmark = pytest.mark.faults


# A whole update each, or several: `.ci/run` has a step of its own for them.
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
    print(f"python -m tests.faults {scenario} --seed {seed} --short")
    report = Report()
    try:
        SCENARIOS[scenario](Options(seed, short=True, installed=installed), report)
    finally:
        print(report.text())
    assert not report.faults

"""The checkers let a good round pass and notice every seeded fault."""

from __future__ import annotations

import pytest

from tests.faults.mutations_updates import CHECKS, MUTATIONS, mutated
from tests.faults.sample_updates import sample

SEEDS = (1, 2)


@pytest.mark.parametrize("checker", CHECKS)
def test_a_round_in_which_all_is_well_passes(checker: str) -> None:
    assert [CHECKS[checker](sample(seed)) for seed in SEEDS] == [[], []]


@pytest.mark.parametrize(
    ("checker", "fault"),
    [(checker, fault) for checker in MUTATIONS for fault in MUTATIONS[checker]],
)
def test_a_seeded_fault_is_noticed(checker: str, fault: str) -> None:
    for seed in SEEDS:
        assert CHECKS[checker](mutated(checker, fault, seed)), f"seed {seed}"


def test_every_checker_has_at_least_five_seeded_faults() -> None:
    assert MUTATIONS.keys() == CHECKS.keys()
    assert min(len(faults) for faults in MUTATIONS.values()) >= 5

"""Pauses grow up to a limit, and are never quite the same."""

import pytest

from clutch.kernel.pauses import Pauses, spread


def test_pauses_double_up_to_the_longest_and_begin_anew() -> None:
    pauses = Pauses(first=1, longest=5)
    for expected in (1, 2, 4, 5, 5):
        assert 0.8 * expected <= pauses.next() <= expected
    pauses.begin_anew()
    assert pauses.next() <= 1


@pytest.mark.parametrize(("least", "most"), [(0.8, 1.0), (0.8, 1.2)])
def test_pauses_are_spread(least: float, most: float) -> None:
    several = {spread(10, least, most) for _ in range(50)}
    assert len(several) > 40
    assert all(10 * least <= one <= 10 * most for one in several)

"""When the breaker opens, and that only a probe closes it."""

import pytest

from clutch.kernel.breaker import Breaker


class Clock:
    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    made = Breaker(clock)
    made.close()
    return made


def test_it_begins_open_so_that_nothing_unseen_is_relied_on() -> None:
    assert Breaker().is_open


def test_three_failures_in_a_row_open_it(breaker: Breaker) -> None:
    assert [breaker.note(well=False) for _ in range(4)] == [False, False, True, False]
    assert breaker.is_open


def test_a_success_between_failures_keeps_it_closed(breaker: Breaker) -> None:
    for well in (False, False, True, False, False):
        breaker.note(well=well)
    assert not breaker.is_open


def test_half_of_twenty_calls_within_ten_seconds_open_it(breaker: Breaker) -> None:
    for _ in range(9):
        breaker.note(well=True)
        breaker.note(well=False)
    breaker.note(well=True)
    assert not breaker.is_open
    assert breaker.note(well=False)


def test_a_little_less_than_half_does_not(breaker: Breaker) -> None:
    for _ in range(30):
        for well in (True, False, True):
            breaker.note(well=well)
    assert not breaker.is_open


def test_what_is_older_than_ten_seconds_does_not_count(breaker: Breaker, clock: Clock) -> None:
    for _ in range(9):
        breaker.note(well=True)
        breaker.note(well=False)
    clock.at += 10.1
    breaker.note(well=True)
    assert not breaker.note(well=False)


def test_successes_never_close_it_and_a_probe_begins_anew(breaker: Breaker) -> None:
    assert breaker.trip()
    assert not breaker.trip()
    for _ in range(30):
        breaker.note(well=True)
    still_open = breaker.is_open
    breaker.close()
    assert (still_open, breaker.is_open) == (True, False)
    assert not breaker.note(well=False)

"""The registry of what is optional: states, reasons, since when, how often changed."""

from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from clutch.kernel.capabilities import Capabilities, Capability, State
from clutch.kernel.clock import FrozenClock

START = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(START)


@pytest.fixture
def known(clock: FrozenClock) -> Capabilities:
    return Capabilities(clock)


def test_a_change_has_a_reason_a_time_and_a_count(known: Capabilities, clock: FrozenClock) -> None:
    known.declare("redis", State.UP, "It works.")
    clock.advance(timedelta(minutes=5))
    known.set("redis", State.DOWN, "{host} refuses.", host="cache")
    found = known.get("redis")
    assert (found.state, found.reason, found.changes) == (State.DOWN, "cache refuses.", 1)
    assert found.since == START + timedelta(minutes=5)


def test_another_reason_for_the_same_state_is_no_change(
    known: Capabilities, clock: FrozenClock
) -> None:
    known.set("redis", State.DOWN, "It refuses.")
    clock.advance(timedelta(minutes=5))
    with capture_logs() as lines:
        known.set("redis", State.DOWN, "It does not answer.")
    found = known.get("redis")
    assert (found.reason, found.since, found.changes) == ("It does not answer.", START, 0)
    assert lines == []


def test_a_change_is_one_line_and_is_heard_once(known: Capabilities) -> None:
    heard: list[Capability] = []
    known.declare("redis", State.UP)
    known.on_change(heard.append)
    with capture_logs() as lines:
        for _ in range(100):
            known.set("redis", State.DOWN, "It refuses.")
    assert [(one.name, one.state) for one in heard] == [("redis", State.DOWN)]
    assert [(line["log_level"], line["reason"]) for line in lines] == [("warning", "It refuses.")]


def test_what_was_absent_before_the_trouble_is_absent_after_it(known: Capabilities) -> None:
    known.declare("live", State.ABSENT, "The package {package} is not installed.", package="x")
    known.set("live", State.DOWN, "The log can't be read.")
    known.settle("live")
    assert known.get("live").state is State.ABSENT
    assert known.get("live").reason == "The package x is not installed."


def test_what_nobody_declared_is_not_up(known: Capabilities) -> None:
    assert not known.is_up("statistics")
    known.declare("statistics", State.UP)
    assert known.is_up("statistics")

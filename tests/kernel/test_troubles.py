"""A trouble is a line in the log when it begins and when it is over, never one a request."""

from __future__ import annotations

from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from clutch.kernel.troubles import SILENCE_S, Troubles

WHAT = "numbers could not be read"


def test_the_same_trouble_is_said_once_until_it_is_over() -> None:
    seconds = iter([0.0, 1.0, 2.0, 2.0 + SILENCE_S])
    troubles = Troubles(lambda: next(seconds))
    with capture_logs() as lines:
        troubles.over(WHAT)
        for _ in range(3):
            troubles.met(WHAT, RuntimeError("no table"))
        troubles.met(WHAT, RuntimeError("no column"))
        troubles.met("pictures could not be read", RuntimeError("no table"))
        for _ in range(2):
            troubles.over(WHAT)
        troubles.met(WHAT, RuntimeError("no table"))
    assert [line["event"] for line in lines] == [
        WHAT,
        WHAT,
        "pictures could not be read",
        "it works again",
        WHAT,
    ]
    assert lines[0]["log_level"] == "error"
    assert str(lines[0]["exc_info"]) == "no table"


def test_a_table_that_fails_is_one_trouble_whichever_page_asks_for_it() -> None:
    troubles = Troubles()
    with capture_logs() as lines:
        for number in range(3):
            error = OperationalError(f"SELECT {number}", {}, Exception("no such table: x"))
            troubles.met(WHAT, error)
    assert len(lines) == 1


def test_a_trouble_that_comes_and_goes_is_said_once_a_minute() -> None:
    now = 0.0
    troubles = Troubles(lambda: now)
    with capture_logs() as lines:
        for _ in range(60):
            troubles.met(WHAT, RuntimeError("one page of many"))
            troubles.over(WHAT)
            now += SILENCE_S / 30
    assert [line["event"] for line in lines] == [WHAT, "it works again"] * 2

"""A trouble is a line in the log when it begins and when it is over, never one a request."""

from __future__ import annotations

from structlog.testing import capture_logs

from clutch.kernel.troubles import Troubles


def test_the_same_trouble_is_said_once_until_it_is_over() -> None:
    troubles = Troubles()
    with capture_logs() as lines:
        troubles.over("numbers could not be read")
        for _ in range(3):
            troubles.met("numbers could not be read", RuntimeError("no table"))
        troubles.met("numbers could not be read", RuntimeError("no column"))
        troubles.met("pictures could not be read", RuntimeError("no table"))
        for _ in range(2):
            troubles.over("numbers could not be read")
        troubles.met("numbers could not be read", RuntimeError("no table"))
    assert [line["event"] for line in lines] == [
        "numbers could not be read",
        "numbers could not be read",
        "pictures could not be read",
        "it works again",
        "numbers could not be read",
    ]
    assert lines[0]["log_level"] == "error"
    assert str(lines[0]["exc_info"]) == "no table"

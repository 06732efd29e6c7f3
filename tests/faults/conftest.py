"""What all rounds share: a site that scenarios of updates copy; their seeds, told at the end."""

from __future__ import annotations

import pytest

from tests.ops.conftest import installed

__all__ = ["installed"]

# What a test notes of its round: the command that repeats it.
ROUND = "round"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell the seeds of all rounds, also of those that held."""
    reports = [one for held in ("passed", "failed") for one in terminalreporter.getreports(held)]
    for report in reports:
        for name, command in report.user_properties:
            if name == ROUND and report.when == "call":
                terminalreporter.write_line(f"{command}  {report.outcome}, {report.duration:.0f} s")

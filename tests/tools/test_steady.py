"""The transcript shows the lines that a terminal shows."""

from __future__ import annotations

from tools.steady import Steadier


def test_only_rows_that_were_folded_are_folded_anew() -> None:
    plan = (
        "  folders for releases, data, journals and reports; nothing outside of it is changed here"
    )
    typed = f"                      do: /srv/clutch/bin/clutch {'install ' * 9}".rstrip()
    below = "                do: /srv/clutch/bin/clutch backup"
    said = f"{plan}\n  last backup   none\n{below}\n{typed}"
    assert Steadier().steady(said) == said
    folded = "  gain          little with\n                one process"
    assert Steadier().steady(folded) == "  gain          little with one process"


def test_numbers_of_processes_are_told_as_one() -> None:
    said = "  24316          10.2 MB  works out statistics and achievements"
    assert Steadier().steady(said).startswith("  4712             10 MB  works out")

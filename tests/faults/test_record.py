"""The table of a round stands in its page, in place of the one before."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.__main__ import SCENARIOS
from tests.faults.record import BEGIN, END, Outcome, write
from tests.faults.round import Options, Report


def outcomes() -> list[Outcome]:
    report = Report()
    report.figure("places", "36", "at least 30")
    report.require("whole", [])
    report.require("nothing lost", ["alice-7 | is gone"])
    return [Outcome("F03", "an update is killed", report, 12.3)]


def test_the_table_says_what_held_and_what_broke_and_replaces_the_one_before(
    tmp_path: Path,
) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"Before.\n{BEGIN}\nold\n{END}\nAfter.\n", encoding="utf-8")
    for part in (0.5, 0.3):
        write(page, outcomes(), Options(7, part=part))
    text = page.read_text(encoding="utf-8")
    told = "**broken:** nothing lost: alice-7   is gone; places: 36"
    assert f", seed 7, 0.3 of the load | 1 of 2 promises, 12 s | {told} |\n" in text
    assert text.startswith(f"Before.\n{BEGIN}\n")
    assert text.endswith(f"{END}\nAfter.\n")
    assert text.count("| F03 |") == 1


def test_what_was_not_run_this_time_keeps_its_row(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"{BEGIN}\n{END}\n", encoding="utf-8")
    write(page, [Outcome("F04", "order", Report(), 1.0), *outcomes()], Options(7))
    write(page, [Outcome("F04, PostgreSQL", "order", Report(), 1.0)], Options(8))
    write(page, [Outcome("F04", "order", Report(), 1.0)], Options(9))
    rows = [line for line in page.read_text(encoding="utf-8").splitlines() if ", seed " in line]
    assert [line.split(" | ")[0] for line in rows] == ["| F03", "| F04", "| F04, PostgreSQL"]
    assert [line.split("seed ")[1][0] for line in rows] == ["7", "9", "8"]


def test_a_page_without_marks_is_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("No marks.", encoding="utf-8")
    with pytest.raises(ValueError, match="has no"):
        write(page, outcomes(), Options(7))
    assert page.read_text(encoding="utf-8") == "No marks."


def test_the_page_says_of_each_scenario_what_it_promises_and_how_it_went() -> None:
    page = Path(__file__).parents[2] / "docs" / "reliability.md"
    promised, went = page.read_text(encoding="utf-8").split(BEGIN)
    rows = [line.split(" | ") for line in promised.splitlines() if line.startswith("| F")]
    assert [row[0].removeprefix("| ") for row in rows] == list(SCENARIOS)
    assert not [row for row in rows if ", seed " in row[1]]
    assert not [name for name in SCENARIOS if f"\n| {name} | 20" not in went]

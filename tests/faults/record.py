"""The last round of all scenarios, as a table in a page of the documentation."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.faults.round import Options, Report

BEGIN, END = "<!-- faults: begin -->", "<!-- faults: end -->"
MOST_FIGURES, MOST_FAULTS = 6, 3
JUDGED = {"holds", "BROKEN"}


@dataclass(frozen=True)
class Outcome:
    """How a scenario went."""

    name: str
    title: str
    report: Report
    seconds: float

    @property
    def held(self) -> bool:
        return not self.report.faults


def write(page: Path, outcomes: Sequence[Outcome], options: Options) -> None:
    """Put the table between the marks of the page, in place of the one before.

    Raises:
        ValueError: the page has no marks.
    """
    text = page.read_text(encoding="utf-8")
    if BEGIN not in text or END not in text:
        raise ValueError(f"{page} has no {BEGIN} ... {END}")
    before, after = text.partition(BEGIN)[0], text.partition(END)[2]
    page.write_text(f"{before}{BEGIN}\n{table(outcomes, options)}{END}{after}", encoding="utf-8")


def table(outcomes: Sequence[Outcome], options: Options) -> str:
    """When, on what, and a row a scenario."""
    load = "the whole load" if options.part == 1 else f"{options.part:g} of the load"
    when = f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, seed {options.seed}, {load}"
    rows = "".join(f"| {one.name} | {_held(one)} | {_told(one)} |\n" for one in outcomes)
    return f"{when}.\n\n| | | what came of it |\n|---|---|---|\n{rows}"


def _held(outcome: Outcome) -> str:
    judged = [value for _, value, _ in outcome.report.figures if value in JUDGED]
    kept = sum(value == "holds" for value in judged)
    return f"{kept} of {len(judged)} promises, {outcome.seconds:.0f} s"


def _told(outcome: Outcome) -> str:
    """What broke, then figures: those with a promise first."""
    figures = [one for one in outcome.report.figures if one[1] not in JUDGED]
    first = sorted(figures, key=lambda one: not one[2])[:MOST_FIGURES]
    shown = [f"{name}: {value}" for name, value, _ in figures if (name, value, _) in first]
    broken = [f"**broken:** {fault}" for fault in outcome.report.faults[:MOST_FAULTS]]
    return re.sub(r"[|\n]", " ", "; ".join([*broken, *shown]))

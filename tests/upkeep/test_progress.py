"""Steps on a terminal: one line each, whatever its width, and seconds that go on by themselves."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from clutch_ops.adopt import STEPS as ADOPTING
from clutch_ops.progress import WIDEST
from tests.upkeep.terminals import python, screen, typed
from tools.tracked import ROOT

STEPS = """
import sys, time
from pathlib import Path
from clutch_ops.layout import Layout
from clutch_ops.refusals import Refused
from clutch_ops.report import begin, conclude

layout = Layout(Path(sys.argv[1]))
layout.make()
steps = begin(layout, "update", "Update of this", 11, {})

def work():
    with steps.step("fetch", "Fetch the release") as step:
        step.note = "0.1.1 (2222222)"
    with steps.step("rehearse", "Try it out on a copy of the data") as step:
        time.sleep(float(sys.argv[2]))
        step.note = "left for the next time: there is no room for the tool of the release here"
    with steps.step("prepare", "Bring the data to its schema, start its processes"):
        raise Refused("It did not start.")

conclude(layout, steps, work)
"""


def steps_on(columns: int, folder: Path, seconds: float = 0.7, **environment: str) -> str:
    """What the steps write on a terminal, the second of which takes so many seconds."""
    command = [*python(STEPS), str(folder), str(seconds)]
    return typed(command, columns, folder, PYTHONPATH=str(ROOT / "src"), **environment)


@pytest.mark.parametrize("columns", [80, 60])
def test_each_step_is_one_line_that_fits_and_its_seconds_stand_in_a_column(
    columns: int, tmp_path: Path
) -> None:
    said = steps_on(columns, tmp_path)
    shown = screen(said, columns)
    lines = [row for row in shown if re.match(r" ?\d+/11  ", row)]
    assert [row[:5] for row in lines] == [" 1/11", " 2/11", " 3/11"], shown
    assert len({row.index(" s  ") for row in lines}) == 1
    assert [row.rsplit(" s  ")[1].split("  ")[0] for row in lines] == ["ok", "ok", "failed"]
    drawn = re.split(r"[\r\n]+", re.sub(r"\x1b\[[0-9;]*[mK]", "", said))
    assert max(map(len, (line for line in drawn if "/11  " in line))) < columns
    note = " ".join(row.strip() for row in shown)
    assert "(left for the next time: there is no room for the tool of the release here)" in note


def test_while_a_step_takes_long_its_seconds_go_on(tmp_path: Path) -> None:
    said = steps_on(80, tmp_path, seconds=3)
    moved = set(re.findall(r"2/11  Try it out on a copy of the data +(\d\.\d) s", said))
    assert len(moved) >= 5, said


def test_how_a_step_ended_is_coloured_unless_somebody_wants_none(tmp_path: Path) -> None:
    assert "\x1b[32mok\x1b[0m" in steps_on(80, tmp_path)
    plain = steps_on(80, tmp_path, NO_COLOR="1")
    assert "  ok" in plain
    assert "\x1b[3" not in plain


def test_on_a_terminal_that_can_not_move_each_step_is_said_once(tmp_path: Path) -> None:
    said = steps_on(80, tmp_path, TERM="dumb")
    assert "\x1b" not in said
    assert len(re.findall("Fetch the release", said)) == 1


def test_every_title_has_room_in_its_column() -> None:
    titles = [
        title
        for path in (ROOT / "src" / "clutch_ops").glob("*.py")
        for title in re.findall(r'\.step\(\s*"\w+",\s*"([^"]+)"', path.read_text(encoding="utf-8"))
    ]
    assert len(titles) > ADOPTING
    assert [one for one in titles if len(one) > WIDEST] == []

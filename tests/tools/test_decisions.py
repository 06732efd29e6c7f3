"""Decision records keep to their form, and name checks and dependencies that exist."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "decisions"
RECORDS = sorted(path for path in FOLDER.glob("*.md") if path.name != "README.md")
SECTIONS = ["Situation", "Decision", "Weighed", "Consequences", "Checked by"]


def make_targets() -> set[str]:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return {f"make {name}" for name in re.findall(r"^([a-z-]+):", makefile, flags=re.MULTILINE)}


@pytest.mark.parametrize("record", RECORDS, ids=lambda path: path.stem)
def test_a_record_names_a_check_that_exists(record: Path) -> None:
    text = record.read_text(encoding="utf-8")
    named = re.findall(r"`([^`]+)`", text.partition("## Checked by")[2])
    real = [word for word in named if (ROOT / word).exists() or word in make_targets()]
    assert real, "no file, test or make target in backticks"
    gone = [word for word in named if "/" in word and " " not in word and word not in real]
    assert not gone, gone


@pytest.mark.parametrize("record", RECORDS, ids=lambda path: path.stem)
def test_a_record_has_its_number_and_its_sections(record: Path) -> None:
    text = record.read_text(encoding="utf-8")
    assert text.startswith(f"# {record.name[:4]}: ")
    assert re.findall(r"^## (.+)$", text, flags=re.MULTILINE) == SECTIONS


def test_no_two_records_share_a_number() -> None:
    numbers = [record.name[:4] for record in RECORDS]
    assert len(set(numbers)) == len(numbers)


def test_the_table_of_dependencies_is_the_one_of_pyproject() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"].values()
    asked = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    asked += [one for extra in extras for one in extra]
    text = (FOLDER / "0002-dependencies.md").read_text(encoding="utf-8")
    picks = " ".join(re.findall(r"^\|[^|]*\|([^|]*)\|", text, flags=re.MULTILINE))
    without_remarks = re.sub(r"\([^)]*\)|\[[^]]*\]", "", picks)
    listed = set(re.findall(r"[a-z][a-z0-9-]+", without_remarks)) - {"pick", "on"}
    assert listed == {Requirement(each).name for each in asked}

"""Optional packages are imported in one place, and only the absence of one is forgiven."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from clutch.kernel import optional

ROOT = Path(__file__).parents[2]
THE_PLACE = ROOT / "src" / "clutch" / "kernel" / "optional.py"


def is_for_types(each: ast.AST) -> bool:
    return isinstance(each, ast.If) and "TYPE_CHECKING" in ast.unparse(each.test)


def running_parts(tree: ast.AST) -> Iterator[ast.AST]:
    """Everything that runs: what stands under `if TYPE_CHECKING` does not."""
    yield tree
    for child in ast.iter_child_nodes(tree):
        if not is_for_types(child):
            yield from running_parts(child)


def imports(text: str) -> Iterator[str]:
    """Top-level packages that a file imports, also within functions and by name."""
    for each in running_parts(ast.parse(text)):
        if isinstance(each, ast.Import):
            yield from (alias.name.split(".")[0] for alias in each.names)
        elif isinstance(each, ast.ImportFrom) and each.module:
            yield each.module.split(".")[0]
        elif isinstance(each, ast.Call) and ast.unparse(each.func).endswith(
            ("import_module", "__import__")
        ):
            yield from (ast.unparse(one).strip("'").split(".")[0] for one in each.args)


@pytest.mark.parametrize(
    "text",
    [
        "import redis",
        "import redis.asyncio as r",
        "from websockets.frames import Frame",
        "def f():\n    import openskill",
        "try:\n    import prometheus_client\nexcept ImportError:\n    pass",
        "importlib.import_module('redis.client')",
    ],
)
def test_an_import_in_another_place_is_seen(text: str) -> None:
    assert optional.EXTRAS.keys() & set(imports(text))


def test_an_import_for_the_type_checker_is_none() -> None:
    assert not set(imports("if TYPE_CHECKING:\n    import redis"))


def test_optional_packages_are_imported_in_one_place_only() -> None:
    for path in [*(ROOT / "src").rglob("*.py"), ROOT / "bin" / "clutch"]:
        if path != THE_PLACE:
            found = set(imports(path.read_text(encoding="utf-8")))
            assert not optional.EXTRAS.keys() & found, path


def test_the_extras_are_those_of_pyproject() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    required = {Requirement(each).name for each in project["dependencies"]}
    declared = {
        Requirement(each).name.replace("-", "_"): extra
        for extra, packages in project["optional-dependencies"].items()
        for each in packages
    }
    assert declared == optional.EXTRAS
    assert not required & declared.keys()


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that is looked into first, and no optional package imported yet."""
    monkeypatch.syspath_prepend(tmp_path)
    for name in imported():
        monkeypatch.delitem(sys.modules, name)
    yield tmp_path
    # What other tests import is the real one again.
    for name in imported():
        del sys.modules[name]


def imported() -> list[str]:
    return [name for name in sys.modules if name.partition(".")[0] == "openskill"]


def test_what_is_installed_is_given(installed: Path) -> None:
    (installed / "openskill.py").write_text("RATING = 25")
    module = optional.load("openskill")
    assert module
    assert module.RATING == 25


def test_what_is_not_installed_is_absent_and_names_its_extra(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(optional.EXTRAS, "never_published", "statistics")
    absent = optional.load("never_published.models")
    assert absent == optional.Absent("never_published", "statistics")
    assert not absent


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("def broken(:", SyntaxError),
        ("import something_that_was_never_installed", ModuleNotFoundError),
        ("raise ImportError('libfoo.so is missing')", ImportError),
        ("from os import no_such_thing", ImportError),
    ],
)
def test_a_broken_package_is_not_an_absent_one(
    installed: Path, text: str, error: type[Exception]
) -> None:
    (installed / "openskill.py").write_text(text)
    with pytest.raises(error):
        optional.load("openskill")


def test_a_missing_part_of_an_installed_package_is_no_absence(installed: Path) -> None:
    (installed / "openskill").mkdir()
    (installed / "openskill" / "__init__.py").write_text("")
    with pytest.raises(ModuleNotFoundError):
        optional.load("openskill.models")

"""The engine and the operator's tool need nothing but Python; what is optional stays so."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ALONE = {"clutch.engine": "clutch/engine", "clutch_ops": "clutch_ops"}


@pytest.mark.parametrize("package", ALONE)
def test_it_imports_without_any_installed_package(package: str) -> None:
    modules = [
        ".".join(path.relative_to(ROOT / "src").with_suffix("").parts).removesuffix(".__init__")
        for path in (ROOT / "src" / ALONE[package]).rglob("*.py")
        if path.stem != "__main__"
    ]
    script = f"import sys; sys.path.insert(0, {str(ROOT / 'src')!r})\n" + "\n".join(
        f"import {module}" for module in sorted(modules)
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def imported_by(path: Path) -> set[str]:
    """Top-level names of all modules that a file imports, also within functions."""
    names: set[str] = set()
    for each in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(each, ast.Import):
            names.update(alias.name for alias in each.names)
        elif isinstance(each, ast.ImportFrom) and each.module:
            names.add(each.module)
    return names


@pytest.mark.parametrize("package", ALONE)
def test_it_imports_the_standard_library_and_itself_only(package: str) -> None:
    for path in (ROOT / "src" / ALONE[package]).rglob("*.py"):
        foreign = {
            name
            for name in imported_by(path)
            if not f"{name}.".startswith(f"{package}.")
            and name.split(".")[0] not in sys.stdlib_module_names
        }
        assert not foreign, path

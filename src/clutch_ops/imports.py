"""Does every import of a release find what it asks for? Run by the release's own Python:

    python -P imports.py FOLDER_WITH_PACKAGES PACKAGE...

Prints one fault a line. Every module is compiled and every import in it looked up, also those
inside functions; then every module is imported. What only Alembic can run is not imported.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import re
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

SKIPPED = ("__main__",)
DAMAGED = "which is declared and damaged"


def modules_of(root: Path, package: str) -> dict[str, Path]:
    """Each module of a package and its file."""
    found = {}
    for path in sorted((root / package).rglob("*.py")):
        parts = list(path.relative_to(root).with_suffix("").parts)
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports_of(tree: ast.AST) -> Iterator[tuple[int, str, str]]:
    """Line, module and name (or "") of each import, except those for type checkers alone."""
    for each in ast.iter_child_nodes(tree):
        if isinstance(each, ast.If) and "TYPE_CHECKING" in ast.unparse(each.test):
            continue
        if isinstance(each, ast.Import):
            yield from ((each.lineno, alias.name, "") for alias in each.names)
        elif isinstance(each, ast.ImportFrom) and each.module and not each.level:
            yield from ((each.lineno, each.module, alias.name) for alias in each.names)
        elif isinstance(each, ast.Call) and (called := _called_for(each)):
            yield each.lineno, called, ""
        yield from imports_of(each)


def _called_for(call: ast.Call) -> str:
    """The module that `import_module("name")` or `__import__("name")` asks for; else empty."""
    by = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    first = call.args[0] if call.args else None
    if by not in {"import_module", "__import__"} or not isinstance(first, ast.Constant):
        return ""
    return first.value if isinstance(first.value, str) and first.value[:1] != "." else ""


def can_be_found(module: str) -> bool:
    """Whether there is such a module; its parents are imported for it."""
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def has(module: str, name: str) -> bool:
    """Whether a module offers a name: its own, or a module in it."""
    try:
        return hasattr(importlib.import_module(module), name) or can_be_found(f"{module}.{name}")
    except Exception:  # noqa: BLE001 - what it raises is told when it is imported for its own sake
        return True


def faults_in(path: Path) -> Iterator[str]:
    """What a file asks for and does not get."""
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", 0)
        yield f"{path}:{line}: it can't be read: {getattr(error, 'msg', error)}"
        return
    for line, module, name in imports_of(tree):
        if not can_be_found(module):
            yield _lacking(path, line, module)
        elif name and name != "*" and module.split(".")[0] in OWN and not has(module, name):
            yield f"{path}:{line}: {module} has no {name}"


def _lacking(path: Path, line: int, module: str) -> str:
    """Whether the release asks for the package, and the environment fails it, or not even that."""
    package = module.split(".", maxsplit=1)[0]
    known = metadata.packages_distributions().get(package, [])
    names = {re.sub(r"[-_.]+", "-", name).lower() for name in (package, *known)}
    named = package + (f" ({module})" if module != package else "")
    if names & LOCKED:
        return f"{path}:{line}: it needs the package {named}, which is declared and damaged"
    return f"{path}:{line}: it needs the package {named}, which is not declared"


def import_faults(names: dict[str, Path]) -> Iterator[str]:
    """What is raised when each module is imported."""
    for name, path in names.items():
        last = name.rpartition(".")[2]
        if last in SKIPPED or "migrations" in path.parts[:-1]:
            continue
        try:
            importlib.import_module(name)
        except BaseException as error:  # noqa: BLE001 - SystemExit at import is a fault like any other
            yield f"{path}: importing it fails: {type(error).__name__}: {error}"


OWN: tuple[str, ...] = ()
LOCKED: frozenset[str] = frozenset()


def _locked(lock: Path) -> frozenset[str]:
    text = lock.read_text(encoding="utf-8") if lock.is_file() else ""
    return frozenset(name.lower() for name in re.findall(r"^([\w.-]+)==", text, re.MULTILINE))


def main(root: Path, packages: list[str]) -> int:
    """Print the faults; 1 when there are some."""
    global OWN, LOCKED
    OWN, LOCKED = tuple(packages), _locked(root.parent / "requirements.lock")
    sys.path.insert(0, str(root))
    names: dict[str, Path] = {}
    for package in packages:
        names |= modules_of(root, package)
    faults = [fault for path in names.values() for fault in faults_in(path)]
    faults += import_faults(names) if not faults else []
    print(*faults, sep="\n", end="\n" if faults else "")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))

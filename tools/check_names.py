"""Names in the code are the house's words: what docs/glossary.md bans is not the name of anything.

Looked at is what our own code defines (modules, classes, functions, arguments, variables), not what
it uses of others.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from tools.tracked import ROOT, python_files

BANNED = {
    "contestant",
    "contestants",
    "data",
    "entries",
    "entry",
    "helper",
    "helpers",
    "info",
    "manager",
    "node",
    "nodes",
    "slot",
    "slots",
    "tourney",
    "utils",
}
BANNED_VERBS = {"handle", "process"}
# What a library asks us to define by its own name.
GIVEN = {"handle_starttag", "process_bind_param", "process_result_value"}
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def words(name: str) -> list[str]:
    """The words of a snake_case or CamelCase name, in small letters."""
    return [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", name)]


def fault_of(name: str, *, is_function: bool) -> str | None:
    parts = words(name)
    if name in GIVEN or name.startswith("__"):
        return None
    if bad := BANNED.intersection(parts):
        return f"{name}: {', '.join(sorted(bad))} is a banned word"
    if is_function and len(parts) > 1 and parts[0] in BANNED_VERBS:
        return f"{name}: {parts[0]}_... says nothing; say what it does"
    return None


def defined_names(tree: ast.Module) -> Iterator[tuple[int, str, bool]]:
    """Line, name, and whether it names a function, for all that a module defines."""
    for each in ast.walk(tree):
        if isinstance(each, Definition):
            yield each.lineno, each.name, not isinstance(each, ast.ClassDef)
        elif isinstance(each, ast.arg):
            yield each.lineno, each.arg, False
        elif isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
            yield each.lineno, each.id, False


def numbered_variants(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """``load2`` beside ``load``."""
    defined = {each.name: each.lineno for each in tree.body if isinstance(each, Definition)}
    for name, line in defined.items():
        plain = name.rstrip("0123456789_")
        if plain != name and plain in defined:
            yield line, f"{name}: a numbered variant of {plain}"


def faults_in(path: Path, text: str) -> Iterator[str]:
    tree = ast.parse(text)
    for part in path.with_suffix("").parts[1:]:
        if fault := fault_of(part, is_function=False):
            yield f"{path}: {fault}"
    for line, name, is_function in defined_names(tree):
        if fault := fault_of(name, is_function=is_function):
            yield f"{path}:{line}: {fault}"
    for line, fault in numbered_variants(tree):
        yield f"{path}:{line}: {fault}"


def main() -> int:
    paths = python_files("src", "bench")
    texts = ((path, (ROOT / path).read_text(encoding="utf-8")) for path in paths)
    faults = [fault for path, text in texts for fault in faults_in(path, text)]
    print(*sorted(set(faults)), sep="\n", end="\n" if faults else "")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())

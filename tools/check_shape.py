"""Functions and files stay short: median function 12 lines, few above 30, files up to 400.

A function's length is counted without its docstring and decorators, for neither makes it harder to
follow. Files of tests count as files, their functions do not.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tools.tracked import ROOT, python_files

MEDIAN_LINES = 12
LONG_LINES = 30
LONGEST_LINES = 60
LONG_SHARE = 0.03
FILE_LINES = 400

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Measured:
    path: Path
    line: int
    name: str
    lines: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.name} has {self.lines} lines"


def length(function: Function) -> int:
    first = function.body[0]
    documented = ast.get_docstring(function, clean=False) is not None
    skipped = (first.end_lineno or first.lineno) - first.lineno + 1 if documented else 0
    return (function.end_lineno or function.lineno) - function.lineno + 1 - skipped


def functions_in(path: Path, text: str) -> Iterator[Measured]:
    for each in ast.walk(ast.parse(text)):
        if isinstance(each, Function):
            yield Measured(path, each.lineno, each.name, length(each))


def check_functions(functions: list[Measured]) -> Iterator[str]:
    middle = median(function.lines for function in functions) if functions else 0
    long = [function for function in functions if function.lines > LONG_LINES]
    if middle > MEDIAN_LINES:
        yield f"the median function has {middle:g} lines, more than {MEDIAN_LINES}"
    if len(long) > LONG_SHARE * len(functions):
        yield f"{len(long)} of {len(functions)} functions have more than {LONG_LINES} lines:"
        yield from map(str, long)
    for function in functions:
        if function.lines > LONGEST_LINES:
            yield f"{function}, more than {LONGEST_LINES}"


def check_files(texts: dict[Path, str]) -> Iterator[str]:
    for path, text in texts.items():
        lines = len(text.splitlines())
        if lines > FILE_LINES:
            yield f"{path} has {lines} lines, more than {FILE_LINES}"


def summary(functions: list[Measured], texts: dict[Path, str]) -> str:
    lengths = [function.lines for function in functions]
    long = sum(each > LONG_LINES for each in lengths)
    longest = max(len(text.splitlines()) for text in texts.values())
    return (
        f"Shape: {len(functions)} functions, median {median(lengths):g} lines, "
        f"{long} above {LONG_LINES}, longest {max(lengths)}; longest file {longest}"
    )


def main() -> int:
    paths = python_files("src", "tools", "bench", "tests")
    texts = {path: (ROOT / path).read_text(encoding="utf-8") for path in paths}
    code = {path: text for path, text in texts.items() if path.parts[0] != "tests"}
    functions = [each for path, text in code.items() for each in functions_in(path, text)]
    faults = [*check_functions(functions), *check_files(texts)]
    print(*faults, summary(functions, texts), sep="\n")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())

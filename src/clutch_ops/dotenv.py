"""Changing a setting in `.env`, and leaving every other line as somebody wrote it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from clutch_ops import durable
from clutch_ops.refusals import Refused

SAFE = re.compile(r"[^\s#'\"\\$]*")


def write(file: Path, changes: Mapping[str, str | None]) -> None:
    """Set names to values by one rename; None puts `# ` before the lines that set the name.

    Raises:
        Refused: the file can't be read or written; it is as it was.
    """
    target = file.resolve()
    try:
        lines = target.read_text(encoding="utf-8").splitlines() if target.exists() else []
        mode = target.stat().st_mode & 0o700 if target.exists() else 0o600
        text = "".join(f"{line}\n" for line in changed(lines, changes))
        durable.write_text(target, text, mode)
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{file} can't be changed: {error}.", f"Mend {file}.") from None


def changed(lines: list[str], changes: Mapping[str, str | None]) -> list[str]:
    """The lines with the changes; a name that is set anew keeps its place."""
    left = dict(changes)
    result: list[str] = []
    for line in lines:
        name = _name(line)
        if name not in changes:
            result.append(line)
        elif changes[name] is None:
            result.append(f"# {line}")
        elif name in left:
            result.append(f"{name}={_quoted(left.pop(name) or '')}")
    return result + [
        f"{name}={_quoted(value)}" for name, value in left.items() if value is not None
    ]


def _name(line: str) -> str:
    found = re.match(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=", line)
    return found[1] if found else ""


def _quoted(value: str) -> str:
    if SAFE.fullmatch(value):
        return value
    if "'" in value or "\n" in value:
        raise Refused(
            "A value with a quotation mark or a line break can't be written to .env.",
            "Name one without.",
        )
    return f"'{value}'"

"""Which operator commands there are, and how they are run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from clutch_ops.version import version

Command = Callable[[Path, Sequence[str]], int]

COMMANDS: dict[str, Command] = {"version": version, "--version": version}


def is_operator_command(arguments: Sequence[str]) -> bool:
    """Whether this is ours to run; anything else belongs to the site's environment."""
    return bool(arguments) and arguments[0] in COMMANDS


def run(root: Path, arguments: Sequence[str]) -> int:
    """Run the command that `arguments` begins with; the exit status."""
    return COMMANDS[arguments[0]](root, arguments[1:])

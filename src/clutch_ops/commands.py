"""Which operator commands there are, and how they are run."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from clutch_ops.refusals import Refused

Command = Callable[[Path, Sequence[str]], int]

# `module:function`, imported when called.
COMMANDS = {
    "version": "clutch_ops.version:version",
    "--version": "clutch_ops.version:version",
}
# The same in a checkout and in a site that `clutch install` made.
EVERYWHERE = {
    "backup": "clutch_ops.backup:backup",
    "restore": "clutch_ops.restore:restore",
    "status": "clutch_ops.status:status",
}


def is_operator_command(arguments: Sequence[str]) -> bool:
    """Whether this is ours to run; anything else belongs to the site's environment."""
    return bool(arguments) and arguments[0] in COMMANDS | EVERYWHERE


def run(root: Path, arguments: Sequence[str]) -> int:
    """Run the command that `arguments` begins with; the exit status."""
    return _call((COMMANDS | EVERYWHERE)[arguments[0]], root, arguments[1:])


def _call(where: str, root: Path, arguments: Sequence[str]) -> int:
    module, name = where.split(":")
    command: Command = getattr(import_module(module), name)
    try:
        return command(root, arguments)
    except Refused as refused:
        return _tell(refused)
    except OSError as error:
        what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        return _tell(Refused(f"clutch {name} could not go on ({what})."))


def _tell(refused: Refused) -> int:
    sentences = [refused.reason, refused.advice and f"What to do: {refused.advice}"]
    print(*filter(None, sentences), sep="\n", file=sys.stderr)
    return refused.status

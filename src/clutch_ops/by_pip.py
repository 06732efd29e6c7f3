"""The command `clutch` where pip installed Clutch: what `bin/clutch` is in a checkout."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from clutch_ops import commands

# Where pip puts packages: `clutch` lies beside `clutch_ops`, and nothing of the checkout does.
ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Run an operator's command, or become the process that runs the site's; the exit status."""
    arguments = sys.argv[1:]
    if commands.is_operator_command(arguments):
        return commands.run(ROOT, arguments)
    # -P: a file of the current folder must not be imported in place of a library.
    command = [sys.executable, "-P", "-m", "clutch", *arguments]
    return os.execv(command[0], command)  # noqa: S606 - as the launcher of a checkout does

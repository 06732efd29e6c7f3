"""`clutch simulate FILE|-`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from clutch.cli.simulation import simulate_file


def simulate(
    file: Annotated[str, typer.Argument(help="The file, or - for standard input.")],
) -> None:
    """Run a tournament from a file, without a database, and print what came out as JSON.

    Exit status: 0 when every result was applied, 3 when some were not (see `unapplied`), 2 when
    the file is not of the right shape (one line says why).
    """
    raise typer.Exit(simulate_file(file, sys.stdin.buffer, sys.stdout.buffer, sys.stderr))

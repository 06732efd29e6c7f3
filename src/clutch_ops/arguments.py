"""Command lines: argparse, with our exit status and one sentence in place of a usage dump."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path
from typing import NoReturn

from clutch_ops.refusals import Refused


def clutch() -> str:
    """How `clutch` is typed here: bare where PATH leads to it, else the launcher that was typed."""
    launcher = Path(sys.argv[0])
    if launcher.name != "clutch":
        return "clutch"
    known = shutil.which("clutch")
    same = known is not None and Path(known).resolve() == launcher.resolve()
    return "clutch" if same else str(launcher.absolute())


class Words(argparse.ArgumentParser):
    """What a command understands.

    Raises:
        Refused: something else was typed.
    """

    def __init__(self, command: str, summary: str | None) -> None:
        summary = (summary or "").split("\n")[0]
        super().__init__(prog=f"{clutch()} {command}", description=summary)
        self._command = command

    def error(self, message: str) -> NoReturn:
        raise Refused(f"clutch {self._command}: {message}.", f"{self.prog} --help")

"""Command lines: argparse, with our exit status and one sentence in place of a usage dump."""

from __future__ import annotations

import argparse
from typing import NoReturn

from clutch_ops.refusals import Refused


class Words(argparse.ArgumentParser):
    """What a command understands.

    Raises:
        Refused: something else was typed.
    """

    def __init__(self, command: str, summary: str | None) -> None:
        super().__init__(prog=f"clutch {command}", description=(summary or "").split("\n")[0])

    def error(self, message: str) -> NoReturn:
        raise Refused(f"{self.prog}: {message}.", f"{self.prog} --help")

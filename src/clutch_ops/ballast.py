"""Room on the disk that is kept for the way back.

Once the old release has ended, a disk that somebody else fills must not keep it from starting
again. So some blocks are taken before it ends; going back begins with giving them up.
"""

from __future__ import annotations

import os
from pathlib import Path

from clutch_ops.layout import Binding
from clutch_ops.refusals import Refused
from clutch_ops.report import ROOM

# What a release writes before it serves: a write-ahead log, its state, some lines of log.
BYTES = 32 << 20


def take_on(binding: Binding) -> None:
    """Take the room, on the disk that the binding's data is on.

    Raises:
        Refused: there is none.
    """
    path = _path(binding)
    try:
        with path.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, BYTES)
    except OSError as error:
        drop(binding)
        raise Refused(
            f"No room for the way back: {BYTES >> 20} MB on the disk of {binding.generation} "
            f"({error.strerror}).",
            ROOM,
        ) from None


def drop(binding: Binding) -> None:
    """Give it up; nothing happens when none was taken."""
    _path(binding).unlink(missing_ok=True)


def _path(binding: Binding) -> Path:
    return binding.generation / "run" / "ballast"

"""The journal of an act (update, rollback, ...): JSON lines, each on the disk before its deed.

Nothing is decided from it: whether an act happened is decided by where `current` leads. It says
what was under way, for the report and for whoever tidies up after a power cut.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from clutch_ops import durable
from clutch_ops.layout import Layout
from clutch_ops.refusals import Refused

END = "end"


class Journal:
    """One act's journal. `note` returns once the line is on the disk."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def begin(cls, layout: Layout, act: str, **facts: Any) -> Journal:
        """A new journal, named for the moment and the act."""
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        journal = cls(layout.journal / f"{stamp}-{act}.jsonl")
        journal.note("begin", act=act, **facts)
        durable.sync(layout.journal)
        return journal

    def note(self, step: str, **facts: Any) -> None:
        """Add a line."""
        line = {"at": datetime.now(UTC).isoformat(), "step": step, **facts}
        # A line that a power cut halved is the last one: the next begins on a line of its own.
        text = json.dumps(line, ensure_ascii=False) + "\n"
        is_halved = self.path.exists() and not self.path.read_bytes().endswith(b"\n")
        with self.path.open("a", encoding="utf-8") as file:
            file.write("\n" + text if is_halved else text)
            file.flush()
            os.fsync(file.fileno())

    def lines(self) -> list[dict[str, Any]]:
        """All whole lines, oldest first."""
        found = []
        for text in self.path.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                found.append(json.loads(text))
            except ValueError:
                continue
        return found

    @property
    def is_ended(self) -> bool:
        lines = self.lines()
        return bool(lines) and lines[-1]["step"] == END


def journals(layout: Layout) -> list[Journal]:
    """All journals, oldest first."""
    return [Journal(path) for path in sorted(layout.journal.glob("*.jsonl"))]


@contextmanager
def only_one(layout: Layout, act: str) -> Iterator[None]:
    """Hold the site for one act; the lock dies with the process that holds it.

    Raises:
        Refused: somebody else is at it.
    """
    path = layout.journal / "lock"
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise Refused(
                f"Another command is at work on this site: {file.read().strip() or 'unknown'}.",
                "Wait until it has ended, then type this again.",
            ) from None
        file.truncate(0)
        file.write(f"clutch {act}, process {os.getpid()}")
        file.flush()
        yield


@contextmanager
def switching(layout: Layout, wait: bool = True) -> Iterator[bool]:
    """Held by whoever changes what runs, from the freeze to the thaw.

    A holder that starts waits for it, so that nobody serves a generation that is being copied.
    Gives whether it was got (always, unless `wait` is False).
    """
    with (layout.journal / "switch.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True


@contextmanager
def holding(layout: Layout) -> Iterator[None]:
    """Held by the site's holder as long as it lives: by hand and by a manager are two.

    Raises:
        Refused: the site has one.
    """
    with (layout.journal / "holder.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused(
                "The site runs already: another `serve` holds it.",
                f"See what runs: {layout.launcher} status",
            ) from None
        yield

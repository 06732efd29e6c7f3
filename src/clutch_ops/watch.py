"""The watch after an update: a release that keeps ending is taken back, as far as that is safe.

The gate saw the release answer; what it can't see is what only real visitors bring about. So for
some minutes the holder counts how often the new release, or one of its processes, ends by itself.
When that is too often it types `clutch rollback`, which goes back by code alone where the release
before is proved on the data as it is now, and otherwise says what a person has to do.
"""

from __future__ import annotations

import subprocess
import time

from clutch_ops.journal import Journal, journals
from clutch_ops.layout import Binding, Layout

WATCH_S = 600.0
FALLS, WITHIN_S = 4, 60.0
BECAUSE = f"The release ended {FALLS} times within {WITHIN_S:g} s"


class Watch:
    """Counts falls, and calls for a rollback once a binding."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._falls: list[float] = []
        self._called_for = 0
        self._called: subprocess.Popen[bytes] | None = None

    def note_fall(self, binding: Binding) -> bool:
        """The release, or one of its processes, has ended by itself; whether it is taken back."""
        now = time.monotonic()
        self._falls = [at for at in self._falls if now - at < WITHIN_S] + [now]
        again = self._called_for == binding.number
        if len(self._falls) < FALLS or again or not is_on_trial(self._layout, binding):
            return False
        self._called_for = binding.number
        command = [str(self._layout.launcher), "rollback", "--because", BECAUSE]
        self._called = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        return True

    def reap(self) -> bool:
        """Let a rollback that has ended go; whether none is under way."""
        if self._called is not None and self._called.poll() is not None:
            self._called = None
        return self._called is None


def is_on_trial(layout: Layout, binding: Binding) -> bool:
    """Whether an update has brought this binding, and not long ago.

    What a rollback brought is not: going back from it would lead to what had to be left.
    """
    brought = [one for one in journals(layout) if _has_made(one, binding)]
    act = brought[-1].lines()[0].get("act") if brought else None
    since = time.time() - (layout.root / "current").lstat().st_mtime
    return act == "update" and since < WATCH_S


def _has_made(journal: Journal, binding: Binding) -> bool:
    return any(
        one["step"] == "binding" and one.get("number") == binding.number for one in journal.lines()
    )

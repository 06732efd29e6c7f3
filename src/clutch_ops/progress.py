"""How a step looks while it is under way, and once it has ended."""

from __future__ import annotations

import textwrap
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from clutch_ops import terminal

BAR = 10
EVERY_S = 0.2
# Of the titles of steps, so that their seconds stand in a column.
WIDEST = 49
AROUND = len("11/11   9999.9 s  failed")
COLOURS = {"ok": "good", "failed": "bad"}


@contextmanager
def redrawn(draw: Callable[[], None]) -> Iterator[None]:
    """Draw again and again while the block runs, on a terminal; elsewhere never."""
    if not terminal.moves():
        yield
        return
    ended = threading.Event()

    def go_on() -> None:
        while True:
            draw()
            if ended.wait(EVERY_S):
                return

    drawer = threading.Thread(target=go_on, daemon=True)
    drawer.start()
    try:
        yield
    finally:
        ended.set()
        drawer.join()


def under_way(number: int, count: int, title: str, seconds: float) -> str:
    """A bar of what is done already, and the seconds so far; it takes the place of its line."""
    full = min(BAR, BAR * (number - 1) // count)
    before = f" {'█' * full}{'░' * (BAR - full)} {number:>2}/{count}  "
    after = f" {seconds:6.1f} s"
    # The last column stays free: some terminals begin a new line once it is filled.
    room = terminal.width() - 1 - len(before) - len(after)
    return f"\r\x1b[K{before}{_cut(title, room):<{room}}{after}"


def ended(number: int, count: int, title: str, seconds: float, outcome: str, note: str) -> str:
    """The line that stays; on a terminal a note that has no room there stands below."""
    moves = terminal.moves()
    room = min(WIDEST, terminal.width() - 1 - AROUND) if moves else WIDEST
    shown = _cut(title, room) if moves else title
    painted = terminal.paint(outcome, COLOURS.get(outcome, "strong"))
    line = f"{number:>2}/{count}  {shown:<{room}} {seconds:6.1f} s  {painted}"
    if not moves:
        return f"{line}  ({note})" if note else line
    used = room + AROUND - len("failed") + len(outcome)
    return f"\r\x1b[K{line}{_noted(note, terminal.width() - 1 - used)}"


def _noted(note: str, room: int) -> str:
    if not note:
        return ""
    if len(note) + len("  ()") <= room:
        return f"  ({note})"
    below = " " * len("11/11  ")
    lines = textwrap.wrap(f"({note})", terminal.width() - len(below) - 1)
    return "".join(f"\n{below}{line}" for line in lines)


def _cut(title: str, room: int) -> str:
    return title if len(title) <= room else f"{title[: room - 1].rstrip()}…"

"""How commands look on a terminal: aligned rows within 80 columns, colours only where they help."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from datetime import UTC, datetime

WIDTH = 80
LABEL = 14
COLOURS = {"good": "32", "bad": "31", "doubtful": "33", "faint": "2", "strong": "1"}


def moves() -> bool:
    """Whether a line can be drawn anew where it stands."""
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def paint(text: str, colour: str) -> str:
    """The text in a colour, on a terminal that wants some."""
    if not moves() or "NO_COLOR" in os.environ:
        return text
    return f"\x1b[{COLOURS[colour]}m{text}\x1b[0m"


def width() -> int:
    """Columns to write in: 80, or fewer where there are fewer."""
    return min(WIDTH, max(40, shutil.get_terminal_size((WIDTH, 24)).columns))


def row(label: str, text: str, mark: str = "", colour: str = "") -> str:
    """A label and its text, which goes on below itself; `mark` begins the text, in colour."""
    first, rest = f"  {label:<{LABEL}}", " " * (LABEL + 2)
    whole = f"{mark}  {text}" if mark else text
    # A path or a command stays whole, so that it can be copied.
    lines = textwrap.wrap(
        whole, width() - len(rest), break_on_hyphens=False, break_long_words=False
    ) or [""]
    if mark and colour:
        lines[0] = paint(mark, colour) + lines[0][len(mark) :]
    return "\n".join([first + lines[0], *(rest + line for line in lines[1:])])


def advice(text: str, indent: int = LABEL + 2) -> str:
    """What to do, on one line however long, so that a command in it can be copied."""
    return f"{' ' * indent}do: {text}"


def size(count: int) -> str:
    """Bytes for people."""
    amount, unit = float(count), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if amount < 1000:
            break
        amount, unit = amount / 1000, larger
    return f"{amount:.0f} {unit}" if unit == "B" or amount >= 100 else f"{amount:.1f} {unit}"


def number(count: int) -> str:
    """A number with its thousands apart."""
    return f"{count:,}".replace(",", " ")


def plural(count: int, one: str, many: str = "") -> str:
    """`1 row`, `2 rows`."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def duration(seconds: float) -> str:
    """How long, in its largest unit or two: `40 s`, `3 min`, `2 h 5 min`, `4 days`."""
    minutes, hours = int(seconds // 60), int(seconds // 3600)
    if seconds < 90:
        return f"{max(0, round(seconds))} s"
    if hours < 1:
        return f"{minutes} min"
    if hours < 48:
        return f"{hours} h {minutes % 60} min"
    return f"{hours // 24} days"


def age(moment: datetime) -> str:
    """How long ago."""
    return f"{duration((datetime.now(UTC) - moment).total_seconds())} ago"


def moment(at: datetime) -> str:
    """A moment in UTC, to the minute."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"

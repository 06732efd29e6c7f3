"""Team colours as both themes show them, for drawings in a page.

Styles may not stand in a page, but a drawing's own attributes may, and they take CSS's
`light-dark()`: one piece of HTML is right in either theme, so it can be kept and sent to everybody.
"""

from __future__ import annotations

from clutch.teams.colours import DEFAULT, Shades, check_colour, shades
from clutch.teams.refusals import ColourRefused


def fill(colour: str) -> str:
    """The shade of a team's colour that stands out in the reader's theme."""
    both = _shades(colour)
    return f"light-dark({both.light.fill}, {both.dark.fill})"


def ink(colour: str) -> str:
    """The colour of letters on it."""
    both = _shades(colour)
    return f"light-dark({both.light.ink}, {both.dark.ink})"


def _shades(colour: str) -> Shades:
    # A form that was refused may hold anything.
    try:
        return shades(check_colour(colour))
    except ColourRefused:
        return shades(DEFAULT)

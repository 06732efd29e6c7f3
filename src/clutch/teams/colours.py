"""A team's colour, readable in both themes.

The team chooses one colour. A theme shows it, or the nearest shade of it that stands out from the
theme's surfaces by 3:1 (WCAG 2.2, 1.4.11), with black or white letters on it, whichever reads
better; of these two one always reaches 4.5:1 (1.4.3).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from clutch.kernel.refusals import N_
from clutch.teams.refusals import ColourRefused

MARK_CONTRAST = 3.0
# Each theme's surface that is nearest to the middle: what stands out here does on the others too.
DARK_SURFACE = "#1d2027"
LIGHT_SURFACE = "#f0f0ec"
WHITE = "#ffffff"
BLACK = "#000000"

# Each stands out from the surfaces of both themes as it is; a test holds that.
PALETTE: dict[str, str] = {
    "#d6453d": N_("Red"),
    "#c7601f": N_("Orange"),
    "#a37000": N_("Amber"),
    "#66851b": N_("Lime"),
    "#238a4b": N_("Green"),
    "#178a80": N_("Teal"),
    "#1b85a8": N_("Cyan"),
    "#3b7ddd": N_("Blue"),
    "#6a6fe0": N_("Indigo"),
    "#9560d6": N_("Violet"),
    "#c24fa0": N_("Magenta"),
    "#777d87": N_("Grey"),
}
DEFAULT = "#3b7ddd"

_FORM = re.compile(r"#[0-9a-f]{6}")
_STEPS = 32

_Rgb = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Shade:
    """What one theme shows: the mark's own colour and that of the letters on it."""

    fill: str
    ink: str


@dataclass(frozen=True, slots=True)
class Shades:
    """A colour as each theme shows it."""

    dark: Shade
    light: Shade


def check_colour(raw: str) -> str:
    """The colour as it is kept: `#rrggbb` in small letters.

    Raises:
        ColourRefused: it is not written like that.
    """
    colour = raw.strip().lower()
    if not _FORM.fullmatch(colour):
        raise ColourRefused
    return colour


@lru_cache(maxsize=4096)
def shades(colour: str) -> Shades:
    """What the two themes show for this colour."""
    return Shades(
        dark=_shade(colour, surface=DARK_SURFACE, towards=WHITE),
        light=_shade(colour, surface=LIGHT_SURFACE, towards=BLACK),
    )


def contrast(one: str, other: str) -> float:
    """WCAG's contrast of two colours, from 1 (the same) to 21 (black and white)."""
    brighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def _shade(colour: str, *, surface: str, towards: str) -> Shade:
    fill = next(
        mixed
        for mixed in (_mix(colour, towards, step / _STEPS) for step in range(_STEPS + 1))
        if contrast(mixed, surface) >= MARK_CONTRAST
    )
    ink = max((BLACK, WHITE), key=lambda letters: contrast(letters, fill))
    return Shade(fill, ink)


def _mix(colour: str, other: str, share: float) -> str:
    pairs = zip(_channels(colour), _channels(other), strict=True)
    red, green, blue = (round(a + (b - a) * share) for a, b in pairs)
    return f"#{red:02x}{green:02x}{blue:02x}"


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _channels(colour: str) -> _Rgb:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)

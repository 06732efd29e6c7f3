"""What the tokens promise: text that can be read in both themes."""

from __future__ import annotations

import re

import pytest

from clutch.web.static_files import FOLDER

PAIR = re.compile(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)")
SURFACES = ("ground", "raised", "raised-more")
# Text 7:1, what is said beside it 4.5:1; what only marks (lines, edges of fields) 1.2 and 2.
LEAST = {"text": 7, "second": 4.5, "accent": 4.5, "bad": 4.5, "wait": 4.5, "line-strong": 1.5}


def tokens() -> dict[str, tuple[str, str]]:
    found = PAIR.findall((FOLDER / "css" / "tokens.css").read_text(encoding="utf-8"))
    return {name: (light, dark) for name, light, dark in found}


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.03928 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("name", LEAST)
def test_text_stands_out_from_every_surface(name: str, surface: str, theme: int) -> None:
    found = tokens()
    assert contrast(found[name][theme], found[surface][theme]) >= LEAST[name]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("name", "surface", "least"),
    [
        ("dim", "ground", 4.5),
        ("dim", "raised", 4.5),
        ("on-accent", "accent", 4.5),
        ("text", "accent-soft", 7),
        ("text", "bad-soft", 7),
        ("text", "wait-soft", 7),
    ],
)
def test_text_stands_out_where_it_is_used(
    name: str, surface: str, least: float, theme: int
) -> None:
    found = tokens()
    assert contrast(found[name][theme], found[surface][theme]) >= least


def test_the_measure_of_contrast_is_the_known_one() -> None:
    assert round(contrast("#000000", "#ffffff"), 1) == 21.0
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48

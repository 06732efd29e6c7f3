"""A team's colour can be made out, and read on, in both themes."""

import re
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clutch.teams.colours import (
    DARK_SURFACE,
    DEFAULT,
    LIGHT_SURFACE,
    PALETTE,
    check_colour,
    contrast,
    shades,
)
from clutch.teams.refusals import ColourRefused

colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#777777") == pytest.approx(1)
    # The grey that everybody quotes as the lightest one for text on white.
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@given(colours)
def test_any_colour_stands_out_in_both_themes_and_its_letters_can_be_read(colour: str) -> None:
    both = shades(colour)
    assert contrast(both.dark.fill, DARK_SURFACE) >= 3
    assert contrast(both.light.fill, LIGHT_SURFACE) >= 3
    assert contrast(both.dark.ink, both.dark.fill) >= 4.5
    assert contrast(both.light.ink, both.light.fill) >= 4.5


@pytest.mark.parametrize("colour", PALETTE)
def test_the_palette_is_shown_as_it_was_chosen_in_both_themes(colour: str) -> None:
    both = shades(colour)
    assert (both.dark.fill, both.light.fill) == (colour, colour)


def test_a_colour_that_nobody_would_see_is_shown_in_the_nearest_shade() -> None:
    assert shades("#000000").dark.fill != "#000000"
    assert shades("#000000").light.fill == "#000000"
    assert shades("#ffffff").light.fill != "#ffffff"
    assert shades("#ffffff").dark.fill == "#ffffff"


def test_a_colour_is_kept_in_small_letters() -> None:
    assert check_colour(" #2E8B57 ") == "#2e8b57"
    assert check_colour(DEFAULT) in PALETTE


@pytest.mark.parametrize(
    "raw", ["", "red", "#fff", "2e8b57", "#2e8b5g", "#2e8b570", "#٢e8b57", "url(x)"]
)
def test_what_is_no_colour_is_refused_with_the_form_to_use(raw: str) -> None:
    with pytest.raises(ColourRefused, match="#2e8b57"):
        check_colour(raw)


def test_the_surfaces_are_those_of_the_sites_look() -> None:
    tokens = files("clutch.web").joinpath("static/css/tokens.css").read_text("utf-8")
    assert f"--raised-more: light-dark({LIGHT_SURFACE}, {DARK_SURFACE});" in tokens
    surfaces = re.findall(r"--(?:ground|raised|raised-more): light-dark\((#\w+), (#\w+)\)", tokens)
    assert len(surfaces) == 3
    for light, dark in surfaces:
        assert contrast(light, "#000000") >= contrast(LIGHT_SURFACE, "#000000")
        assert contrast(dark, "#ffffff") >= contrast(DARK_SURFACE, "#ffffff")

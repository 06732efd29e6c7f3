"""In which state a command leaves a site that was refused: for whoever reads no more than this."""

from __future__ import annotations

from clutch_ops import processes
from clutch_ops.layout import Layout
from clutch_ops.refusals import REFUSED, STANDING

# A fact of a folder that takes the place of a checkout: until it has, that one is the site.
ADOPTS = "adopts"


def standing(layout: Layout, status: int) -> str:
    """The sentence: what the site does now is asked of its holder, not supposed."""
    goes_on = ADOPTS in layout.facts or processes.holds(layout)
    if status != REFUSED or not layout.is_site or goes_on:
        return STANDING[status]
    if not (layout.root / "current").is_symlink():
        return "There is no site yet."
    return "Nothing was changed: the site did not run, and does not."

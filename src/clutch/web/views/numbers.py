"""Numbers that come in an address."""

from __future__ import annotations

from clutch.web.visit import Visit

HIGHEST_PAGE = 1_000_000


def page_number(visit: Visit) -> int:
    """The page that is asked for, from 1; what is no number is the first."""
    text = visit.request.query_params.get("page", "")
    if not (text.isascii() and text.isdigit() and len(text) <= 7):
        return 1
    return min(max(1, int(text)), HIGHEST_PAGE)

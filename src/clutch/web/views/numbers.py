"""Numbers that come in an address."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from pydantic import Field

from clutch.web.visit import LARGEST_ID, Visit

HIGHEST_PAGE = 1_000_000

Id = Annotated[int, Field(ge=1, le=LARGEST_ID)]
PageNumber = Annotated[int, Query(ge=1, le=HIGHEST_PAGE)]


def page_number(visit: Visit) -> int:
    """The page that is asked for, from 1; what is no number is the first."""
    text = visit.request.query_params.get("page", "")
    if not (text.isascii() and text.isdigit() and len(text) <= 7):
        return 1
    return min(max(1, int(text)), HIGHEST_PAGE)

"""Reasons that others read."""

from __future__ import annotations

import unicodedata

from clutch.tournaments.refusals import ReasonNeeded

REASON_LIMIT = 500


def check_reason(raw: str) -> str:
    """The reason, cleaned.

    Raises:
        ReasonNeeded: there is none, it is too long, or it can't be shown.
    """
    text = " ".join(raw[: REASON_LIMIT * 4].split())
    shown = any(unicodedata.category(char)[0] not in "CZM" for char in text)
    broken = any(unicodedata.category(char) in {"Cc", "Cs"} for char in text)
    if not shown or broken or len(text) > REASON_LIMIT:
        raise ReasonNeeded(limit=REASON_LIMIT)
    return text

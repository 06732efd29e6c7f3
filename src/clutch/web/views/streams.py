"""The streams that a page names, so that it hears of what changes it."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup
from sqlalchemy import Connection

from clutch.kernel.points import points

# A page follows this many streams at most; what else it shows is as of when it was opened.
MOST = 20


def follow(conn: Connection, streams: Iterable[str]) -> Markup:
    """The attributes of a page's body by which it follows streams.

    They name the epoch, and each stream with the head that the page was drawn from:
    `team-3@7 tournament-ab12cd34@19`.
    """
    epoch, heads = points(conn, list(dict.fromkeys(streams))[:MOST])
    named = " ".join(f"{stream}@{seq}" for stream, seq in heads.items())
    return Markup(' data-streams="{}" data-epoch="{}"').format(named, epoch)

"""The streams that a page names, so that it hears of what changes it."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup
from sqlalchemy import Connection

from clutch.kernel import log
from clutch.kernel.epoch import get_epoch

# A page follows this many streams at most; what else it shows is as of when it was opened.
MOST = 20


def marked(conn: Connection, streams: Iterable[str]) -> str:
    """Streams with the heads that a page was drawn from: `team-3@7 tournament-ab12cd34@19`."""
    named = list(dict.fromkeys(streams))[:MOST]
    return " ".join(f"{stream}@{log.head(conn, stream)}" for stream in named)


def follow(conn: Connection, streams: Iterable[str]) -> Markup:
    """The attributes of a page's body by which it follows streams."""
    attributes = Markup(' data-streams="{}" data-epoch="{}"')
    return attributes.format(marked(conn, streams), get_epoch(conn))

"""Where streams stand in one snapshot of the database: asked once, however often it is wanted.

A page names the point that it was drawn from, each kept piece of it is looked up by one, and so is
the stage that a bracket needs: it is always the same answer, and cost half of a page's round trips
to PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, bindparam, select

from clutch.kernel.tables import epoch as epoch_table
from clutch.kernel.tables import stream as stream_table

# The epoch, and a seq or a position in it: two of different epochs say nothing of each other.
Point = tuple[str, int]

_OPTION = "clutch_points"
_POINTS = select(epoch_table.c.value, stream_table.c.name, stream_table.c.seq).select_from(
    epoch_table.outerjoin(
        stream_table, stream_table.c.name.in_(bindparam("streams", expanding=True))
    )
)


@dataclass(slots=True)
class _Known:
    epoch: str = ""
    heads: dict[str, int] = field(default_factory=dict)


def remembering(conn: Connection) -> Connection:
    """Let a connection that sees one snapshot from beginning to end remember its points."""
    return conn.execution_options(**{_OPTION: _Known()})


def points(conn: Connection, streams: Sequence[str]) -> tuple[str, dict[str, int]]:
    """The epoch, and each stream's head seq; 0 for a stream on which nothing happened."""
    known = conn.get_execution_options().get(_OPTION) or _Known()
    asked = [stream for stream in streams if stream not in known.heads]
    if asked or not known.epoch:
        rows = conn.execute(_POINTS, {"streams": asked}).all()
        known.epoch = rows[0].value
        known.heads |= dict.fromkeys(asked, 0)
        known.heads |= {row.name: row.seq for row in rows if row.name is not None}
    return known.epoch, {stream: known.heads[stream] for stream in streams}


def point(conn: Connection, stream: str) -> Point:
    """The epoch and one stream's head seq."""
    epoch, heads = points(conn, (stream,))
    return epoch, heads[stream]

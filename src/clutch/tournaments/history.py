"""Who did what in a tournament: its stream without the engine's small steps.

A result that people agreed on stands there as their own fact; the engine's word for it is told
only where a rule gave the result.
"""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from clutch.kernel.log import Event
from clutch.kernel.tables import event
from clutch.tournaments.events_play import ENGINE_KINDS

PER_PAGE = 50
MOST_OF_A_MATCH = 200
_STEPS = ENGINE_KINDS - {"stage-drawn"}
_ENDS = ("tournament-completed", "tournament-reopened")
_BY_RULE = '"decided_by":"rule"'


class HistoryPage(msgspec.Struct, frozen=True):
    """Some of a history, newest first."""

    events: list[Event]
    page: int
    pages: int


def history(conn: Connection, stream: str, page: int = 1) -> HistoryPage:
    """A page of what happened, from 1; one beyond the last is the last."""
    told = and_(event.c.stream == stream, _is_told())
    count = conn.execute(select(func.count()).select_from(event).where(told)).scalar_one()
    pages = max(1, -(-count // PER_PAGE))
    number = min(max(1, page), pages)
    rows = conn.execute(
        select(event)
        .where(told)
        .order_by(event.c.seq.desc())
        .limit(PER_PAGE)
        .offset((number - 1) * PER_PAGE)
    )
    return HistoryPage([Event(*row) for row in rows], number, pages)


def match_history(conn: Connection, stream: str, match_id: str, *, after: int = 0) -> list[Event]:
    """What happened to one match since the seq `after`, newest first.

    The body is searched for the quoted id, then read: a scan of the stream's own events.
    """
    rows = conn.execute(
        select(event)
        .where(
            event.c.stream == stream,
            event.c.seq > after,
            event.c.body.contains(f'"{match_id}"', autoescape=True),
            _is_told(),
        )
        .order_by(event.c.seq.desc())
        .limit(MOST_OF_A_MATCH)
    )
    found = (Event(*row) for row in rows)
    return [one for one in found if _is_about(msgspec.json.decode(one.json), match_id)]


def was_reopened(conn: Connection, stream: str) -> bool:
    """Whether a correction opened it again after its end, and it was not completed since."""
    last = conn.execute(
        select(event.c.kind)
        .where(event.c.stream == stream, event.c.kind.in_(_ENDS))
        .order_by(event.c.seq.desc())
        .limit(1)
    ).scalar()
    return last == "tournament-reopened"


def _is_told() -> ColumnElement[bool]:
    by_rule = and_(event.c.kind == "match-decided", event.c.body.contains(_BY_RULE))
    return or_(event.c.kind.not_in(_STEPS), by_rule)


def _is_about(body: dict[str, Any], match_id: str) -> bool:
    others = (*body.get("revoked", ()), *body.get("matches", ()))
    return body.get("match") == match_id or match_id in others

"""Notices: a follower of the log that tells players of their own matches, in their own streams.

It keeps no tables. Whoever acted is not told of their own act.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, bindparam, select

from clutch.accounts.events import stream_of as player_stream
from clutch.accounts.models import AccountId
from clutch.kernel.log import Event
from clutch.kernel.projections import Effect
from clutch.kernel.writing import Transaction
from clutch.tournaments.events_notices import (
    Notice,
    PlayerMatchOpened,
    PlayerResultClaimed,
    PlayerResultDisputed,
    PlayerResultSettled,
    Scores,
)
from clutch.tournaments.tables import match, participant_player

_OPENING = frozenset({"stage-drawn", "opponent-placed", "match-needed-again", "result-revoked"})
_SETTLING = frozenset({"result-confirmed", "result-disputed"})
_OF_MATCHES = _OPENING | _SETTLING | {"result-reported"}

# What opened after an event's transaction is a later event's to tell.
_READY = select(match.c.id, match.c.participant_a, match.c.participant_b, match.c.opened_at).where(
    match.c.tournament_id == bindparam("the_tournament"),
    match.c.opened_at <= bindparam("at"),
    match.c.status == "ready",
)
_SIDES = select(match.c.participant_a, match.c.participant_b).where(
    match.c.tournament_id == bindparam("the_tournament"), match.c.id == bindparam("the_match")
)
_PLAYERS = select(participant_player.c.account_id).where(
    participant_player.c.participant_id == bindparam("participant")
)


class _Told(msgspec.Struct, frozen=True):
    """What a fact about a match says, as far as it matters here."""

    match: str
    opponents: tuple[int | None, ...] = ()  # None: the place was vacant
    side: int = 0
    how: str = ""
    result: dict[str, Any] | None = None

    def scores(self, side: int) -> Scores:
        """Ours, then theirs."""
        found = (self.result or {}).get("scores")
        return None if not found else (found[side], found[1 - side])


class Notices:
    """The projection."""

    name = "notices"
    version = 1
    kinds = _OF_MATCHES
    own_tables = ()

    def clear(self, tx: Transaction) -> None:
        """There is nothing to empty."""

    def work_out(self, conn: Connection, after: int, events: Sequence[Event]) -> Effect | None:  # noqa: ARG002 - the projection's own form
        mine = [one for one in events if one.stream.startswith("tournament-")]
        found = list(_conclusions(conn, mine))
        # Streams in one order, as every writer takes them.
        return Effect(facts=tuple(sorted(found, key=lambda one: one[0]))) if found else None


def _conclusions(conn: Connection, events: Sequence[Event]) -> Iterator[tuple[str, Notice]]:
    answered = {(one.stream, one.at, _told(one).match) for one in events if one.kind in _SETTLING}
    opened: set[tuple[str, datetime, str]] = set()
    for event in events:
        if event.kind in _OPENING:
            for row in _opened(conn, event):
                if (event.stream, event.at, row.id) not in opened:
                    opened.add((event.stream, event.at, row.id))
                    yield from _of_opening(conn, event, row)
        elif event.kind in _SETTLING:
            yield from _of_settling(conn, event)
        elif (event.stream, event.at, _told(event).match) not in answered:
            yield from _of_claim(conn, event)


def _opened(conn: Connection, event: Event) -> list[Row[Any, Any, Any, datetime]]:
    """The matches that an event made playable, or playable by somebody else."""
    found = {"the_tournament": _tournament(event), "at": event.at}
    ready = conn.execute(_READY, found).all()
    if event.kind == "stage-drawn":
        return [row for row in ready if row.opened_at == event.at]
    named = _told(event).match
    return [row for row in ready if row.id == named]


def _of_opening(
    conn: Connection, event: Event, row: Row[Any, Any, Any, datetime]
) -> Iterator[tuple[str, Notice]]:
    sides = (row.participant_a, row.participant_b)
    for side in (0, 1):
        notice = PlayerMatchOpened(
            tournament_id=_tournament(event),
            match=row.id,
            opponent=sides[1 - side],
            cause=event.position,
        )
        yield from _to_players(conn, event, sides[side], notice)


def _of_claim(conn: Connection, event: Event) -> Iterator[tuple[str, Notice]]:
    told = _told(event)
    side = 1 - told.side
    notice = PlayerResultClaimed(
        tournament_id=_tournament(event),
        match=told.match,
        opponent=told.opponents[told.side],
        scores=told.scores(side),
        cause=event.position,
    )
    yield from _to_players(conn, event, told.opponents[side], notice)


def _of_settling(conn: Connection, event: Event) -> Iterator[tuple[str, Notice]]:
    told = _told(event)
    sides = told.opponents or _sides(conn, event, told.match)
    for side, participant in enumerate(sides):
        notice = _settled(event, told, side, sides[1 - side])
        yield from _to_players(conn, event, participant, notice)


def _settled(event: Event, told: _Told, side: int, opponent: int | None) -> Notice:
    about: dict[str, Any] = {
        "tournament_id": _tournament(event),
        "match": told.match,
        "opponent": opponent,
        "cause": event.position,
    }
    if event.kind == "result-disputed":
        return PlayerResultDisputed(**about)
    return PlayerResultSettled(**about, scores=told.scores(side), how=told.how)


def _to_players(
    conn: Connection, event: Event, participant: int | None, notice: Notice
) -> Iterator[tuple[str, Notice]]:
    if participant is None:
        return
    players = conn.execute(_PLAYERS, {"participant": participant}).scalars().all()
    for player in players:
        if player != event.actor_id:
            yield player_stream(AccountId(player)), notice


def _sides(conn: Connection, event: Event, match_id: str) -> tuple[int | None, ...]:
    found = {"the_tournament": _tournament(event), "the_match": match_id}
    row = conn.execute(_SIDES, found).one_or_none()
    return () if row is None else (row.participant_a, row.participant_b)


def _told(event: Event) -> _Told:
    return msgspec.json.decode(event.json, type=_Told)


def _tournament(event: Event) -> str:
    return event.stream.partition("-")[2]

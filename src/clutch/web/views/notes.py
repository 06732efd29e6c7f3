"""Toasts: what the events of somebody's own stream say to them, on whatever page they are.

A context says what its kinds say with `@note(kind, ...)`; what is not said here makes no toast.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from clutch.achievements.models import Name
from clutch.achievements.own_rows import find_own
from clutch.engine import ParticipantId
from clutch.kernel.log import Event
from clutch.kernel.refusals import N_
from clutch.live.frames import Toast
from clutch.tournaments.events_notices import (
    Notice,
    PlayerMatchOpened,
    PlayerResultClaimed,
    PlayerResultSettled,
)
from clutch.tournaments.participants import participants_named
from clutch.web.reader import Reader
from clutch.web.views.achievement_words import address_of, title_of

Say = Callable[[Connection, Event, Reader], Toast | None]

MOST = 3
# Who comes back after a while reads the page, not what was news then.
FRESH = timedelta(minutes=10)

_SAYS: dict[str, Say] = {}
_OWN = "own-"
_UNLOCKED = N_("Unlocked: {achievement}.")
_MET = N_("Challenge met: {achievement}.")
_TAKEN_BACK = N_("Taken back, for it no longer holds: {achievement}.")
_NOBODY = N_("nobody")
_DELETED = N_("deleted player")
_OPENED = N_("Your match {match} is ready. Your opponent: {opponent}.")
_CLAIMED = N_("{opponent} reported match {match}. Confirm the result or report yours.")
_CLAIMED_SCORE = N_(
    "{opponent} reported match {match}, you {ours}, they {theirs}. "
    "Confirm the result or report yours."
)
_SETTLED = N_("The result of match {match} against {opponent} is confirmed.")
_SETTLED_SCORE = N_("The result of match {match} against {opponent} is confirmed: {ours}:{theirs}.")
_DISPUTED = N_("The two reports of match {match} against {opponent} differ. An organizer decides.")


def note(*kinds: str) -> Callable[[Say], Say]:
    """Say what events of these kinds in a player's stream tell that player.

    A kind is said by one function: a second one for it fails when it is imported.
    """

    def known(say: Say) -> Say:
        for kind in kinds:
            if kind in _SAYS:
                raise ValueError(f"two notes for {kind}")
            _SAYS[kind] = say
        return say

    return known


def toasts_of(
    conn: Connection, events: Sequence[Event], reader: Reader, now: datetime
) -> tuple[Toast, ...]:
    """The latest few that there is something to say about."""
    made = (
        _SAYS[event.kind](conn, event, reader)
        for event in events
        if event.kind in _SAYS and now - event.at < FRESH
    )
    return tuple(one for one in made if one is not None)[-MOST:]


@note(
    "player-match-opened",
    "player-result-claimed",
    "player-result-settled",
    "player-result-disputed",
)
def _of_match(conn: Connection, event: Event, reader: Reader) -> Toast:
    notice: Notice = event.fact()
    text, tone = _text_of(notice)
    ours, theirs = getattr(notice, "scores", None) or (None, None)
    opponent = _name(conn, notice.opponent, reader)
    said = reader.gettext(text, match=notice.match, opponent=opponent, ours=ours, theirs=theirs)
    href = f"/tournaments/{notice.tournament_id}/matches/{notice.match}"
    return Toast(event.seq, said, href, tone)


@note("achievement-unlocked")
def _unlocked(conn: Connection, event: Event, reader: Reader) -> Toast:
    is_challenge = bool(event.fact().period)
    return _of_achievement(conn, event, reader, _MET if is_challenge else _UNLOCKED, "good")


@note("achievement-taken-back")
def _taken_back(conn: Connection, event: Event, reader: Reader) -> Toast:
    return _of_achievement(conn, event, reader, _TAKEN_BACK, "wait")


def _of_achievement(conn: Connection, event: Event, reader: Reader, text: str, tone: str) -> Toast:
    name: Name = event.fact().name
    own_id = name.key.removeprefix(_OWN)
    own = find_own(conn, int(own_id)) if own_id != name.key else None
    said = reader.gettext(text, achievement=title_of(reader, name, own))
    return Toast(event.seq, said, address_of(event.stream, name), tone)


def _text_of(notice: Notice) -> tuple[str, str]:
    match notice:
        case PlayerMatchOpened():
            return _OPENED, "good"
        case PlayerResultClaimed():
            return (_CLAIMED_SCORE if notice.scores else _CLAIMED), "wait"
        case PlayerResultSettled():
            return (_SETTLED_SCORE if notice.scores else _SETTLED), "good"
        case _:
            return _DISPUTED, "wait"


def _name(conn: Connection, opponent: int | None, reader: Reader) -> str:
    if opponent is None:
        return reader.gettext(_NOBODY)
    found = participants_named(conn, [ParticipantId(opponent)])
    return (found[0].name if found else None) or reader.gettext(_DELETED)

"""Rights looked at again while connections stay open; runs in worker threads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from clutch.accounts.models import GUEST
from clutch.accounts.sessions import living
from clutch.live.listener import Following, Listener
from clutch.live.streams import Kinds, may_follow


def ended_logins(conn: Connection, listeners: Sequence[Listener], now: datetime) -> list[Listener]:
    """Listeners whose session has ended (logout, ban, password) or whose token was revoked."""
    sessions = {one: one.who.session_id for one in listeners if one.who.session_id is not None}
    alive = living(conn, set(sessions.values()), now) if sessions else frozenset()
    ended = [one for one, session_id in sessions.items() if session_id not in alive]
    tokens = [one for one in listeners if one not in sessions and not one.who.actor.is_guest]
    return ended + [one for one in tokens if one.who.again(conn) is None]


def closed_streams(conn: Connection, kinds: Kinds, streams: Sequence[str]) -> list[str]:
    """Streams that are not open to everybody: what a guest may follow, everybody may."""
    return [stream for stream in streams if not may_follow(kinds, conn, GUEST, stream)]


def not_allowed(conn: Connection, kinds: Kinds, followings: Sequence[Following]) -> list[Following]:
    """Followings that their listener, with the role they have today, may not have."""
    refused = []
    for following in followings:
        actor = following.listener.who.again(conn) or GUEST
        if not may_follow(kinds, conn, actor, following.stream):
            refused.append(following)
    return refused

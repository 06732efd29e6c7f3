"""Rights looked at again while connections stay open; runs in worker threads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from clutch.accounts.models import GUEST, Actor
from clutch.accounts.sessions import living
from clutch.live.listener import Following, Listener, Who
from clutch.live.streams import Kinds, may_follow


class Logins:
    """Who is behind each login at this moment, asked once however many connections it has."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._found: dict[bytes, Actor | None] = {}

    def again(self, who: Who) -> Actor | None:
        """The actor; None when the login has ended, or there was none."""
        if who.login not in self._found:
            self._found[who.login] = who.again(self._conn) if who.login else None
        return self._found[who.login]


def ended_logins(conn: Connection, listeners: Sequence[Listener], now: datetime) -> list[Listener]:
    """Listeners whose session has ended (logout, ban, password) or whose token was revoked."""
    sessions = {one: one.who.session_id for one in listeners if one.who.session_id is not None}
    alive = living(conn, set(sessions.values()), now) if sessions else frozenset()
    ended = [one for one, session_id in sessions.items() if session_id not in alive]
    tokens = [one for one in listeners if one not in sessions and not one.who.actor.is_guest]
    logins = Logins(conn)
    return ended + [one for one in tokens if logins.again(one.who) is None]


def closed_streams(conn: Connection, kinds: Kinds, streams: Sequence[str]) -> list[str]:
    """Streams that are not open to everybody: what a guest may follow, everybody may."""
    return [stream for stream in streams if not may_follow(kinds, conn, GUEST, stream)]


def not_allowed(conn: Connection, kinds: Kinds, followings: Sequence[Following]) -> list[Following]:
    """Followings that their listener, with the role they have today, may not have."""
    logins = Logins(conn)
    allowed: dict[tuple[bytes, str], bool] = {}
    for one in followings:
        who = one.listener.who
        if (who.login, one.stream) not in allowed:
            actor = logins.again(who) or GUEST
            allowed[who.login, one.stream] = may_follow(kinds, conn, actor, one.stream)
    return [one for one in followings if not allowed[one.listener.who.login, one.stream]]

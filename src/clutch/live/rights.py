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


class Rights:
    """What may be followed at this moment, asked once a login and stream."""

    def __init__(self, conn: Connection, kinds: Kinds) -> None:
        self._conn = conn
        self._kinds = kinds
        self._logins = Logins(conn)
        self._found: dict[tuple[bytes, str], bool] = {}

    def may_follow(self, who: Who, stream: str) -> bool:
        """Whether they may, with the role they have today; who was logged out is a guest."""
        key = who.login, stream
        if key not in self._found:
            actor = self._logins.again(who) or GUEST
            self._found[key] = may_follow(self._kinds, self._conn, actor, stream)
        return self._found[key]


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
    rights = Rights(conn, kinds)
    return [one for one in followings if not rights.may_follow(one.listener.who, one.stream)]

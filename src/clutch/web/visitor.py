"""Who visits: the actor behind a cookie or a personal token, and how they read."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection
from starlette.requests import HTTPConnection

from clutch.accounts.events import stream_of
from clutch.accounts.models import GUEST, LANGUAGES, Actor, Language, Session
from clutch.accounts.sessions import actor_of_session, is_stale, token_in_use
from clutch.bootstrap import Site
from clutch.kernel.points import point
from clutch.kernel.refusals import N_, Kind, Refusal
from clutch.web import cookies
from clutch.web.catalogue import preferred
from clutch.web.reader import Reader, zone_named


class TokenUnknown(Refusal):
    """The personal token in the Authorization header is not one of ours, or not any more."""

    code = "token-unknown"
    kind = Kind.LOGIN
    sentence = N_("This token is not known, or was revoked. Make a new one on your account's page.")


@dataclass(frozen=True, slots=True)
class OwnStream:
    """Where the stream of somebody's own account stood before their page was drawn."""

    stream: str
    seq: int
    epoch: str


@dataclass(frozen=True, slots=True)
class Visitor:
    """An actor and, in a browser, the session they come by; `own` where it was asked for."""

    actor: Actor
    session: Session | None = None
    own: OwnStream | None = None


NOBODY = Visitor(GUEST)


def visitor_of(site: Site, connection: HTTPConnection, *, with_own: bool = False) -> Visitor:
    """Who holds the connection's session cookie, if wished with where their own stream stands.

    A guest when nobody does. Runs in a worker thread.
    """
    token = cookies.read_secret(cookies.SESSION, connection)
    if token is None:
        return NOBODY
    now = site.clock.now()
    with site.database.read() as conn:
        found = actor_of_session(conn, token, now)
        own = _own_stream(conn, found[0]) if found is not None and with_own else None
    if found is None:
        return NOBODY
    if is_stale(found[1], now):
        site.desk.footprints.session_used(found[1].id)
    return Visitor(*found, own)


def _own_stream(conn: Connection, actor: Actor) -> OwnStream:
    stream = stream_of(actor.require_login())
    epoch, head = point(conn, stream)
    return OwnStream(stream, head, epoch)


def bearer_of(connection: HTTPConnection) -> str | None:
    """The personal token of a request, if it comes with one."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def token_holder(site: Site, token: str) -> Visitor:
    """Who a personal token stands for. Runs in a worker thread.

    Raises:
        TokenUnknown: nobody, or nobody any more.
    """
    with site.database.read() as conn:
        found = token_in_use(conn, token, site.clock.now())
    if found is None:
        raise TokenUnknown
    actor, to_touch = found
    if to_touch is not None:
        site.desk.footprints.token_used(to_touch)
    return Visitor(actor)


def reader_of(site: Site, connection: HTTPConnection, actor: Actor) -> Reader:
    """How this visitor reads.

    By their account, else by cookies, else by what the browser asks, else as the site does.
    """
    language = actor.language or _cookie_language(connection) or _asked_language(connection)
    zone = zone_named(actor.zone or "") or zone_named(connection.cookies.get(cookies.ZONE, ""))
    home = zone_named(site.settings.zone)
    assert home is not None, "settings know only zones that exist"
    return Reader(language or site.settings.language, zone or home)


def _cookie_language(connection: HTTPConnection) -> Language | None:
    chosen = connection.cookies.get(cookies.LANGUAGE)
    return next((language for language in LANGUAGES if language == chosen), None)


def _asked_language(connection: HTTPConnection) -> Language | None:
    return preferred(connection.headers.get("accept-language", ""))

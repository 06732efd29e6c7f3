"""Who comes to listen: from which page, as whom, and what they ask for in the address."""

from __future__ import annotations

from functools import partial

import msgspec
from sqlalchemy import Connection
from starlette.datastructures import Headers, QueryParams
from starlette.requests import HTTPConnection

from clutch.accounts.digests import digest_of
from clutch.accounts.models import Actor
from clutch.accounts.sessions import actor_of_session, actor_of_token
from clutch.bootstrap import Site
from clutch.kernel.refusals import Refusal
from clutch.live.frames import STREAMS_A_LISTENER, Wish
from clutch.live.listener import Who
from clutch.live.refusals import AddressUnreadable, TooManyStreams
from clutch.live.rendering import Audience
from clutch.web import cookies, csrf
from clutch.web.refusals import OtherOrigin, sentence_of
from clutch.web.visitor import bearer_of, reader_of, token_holder, visitor_of

MOST_DIGITS = 18
LONGEST_WAIT_S = 25.0
USUAL_WAIT_S = 10.0


def refuse_foreign(headers: Headers, site_url: str | None) -> None:
    """Let in pages of this site, and programs that bring no browser's cookies.

    A browser names its page in Origin (always for WebSockets), else in Sec-Fetch-Site or Referer.

    Raises:
        OtherOrigin: another site's page asks, or one that does not say whose it is.
    """
    origin = headers.get("origin")
    if origin is not None:
        if not csrf.is_own_origin(origin, headers, site_url):
            raise OtherOrigin
        return
    fetch_site = headers.get("sec-fetch-site")
    if fetch_site is not None:
        if fetch_site not in {"same-origin", "none"}:
            raise OtherOrigin
        return
    referer = headers.get("referer", "")
    if "cookie" in headers and not csrf.is_own_origin(referer, headers, site_url):
        raise OtherOrigin


def knock(site: Site, connection: HTTPConnection) -> None:
    """Let nobody cost a thread or a look at the database who comes too often.

    Raises:
        ProcessFull, TooManyOpenings: see `Doors.knock`.
    """
    is_forwarded = "x-forwarded-for" in connection.headers
    site.hub.knock(_address_of(connection), is_forwarded=is_forwarded)


async def who_listens(site: Site, connection: HTTPConnection) -> Who:
    """Who is at the other end.

    Raises:
        TokenUnknown: the personal token is nobody's.
    """
    return await site.hub.look_up(partial(_look_up, site, connection))


def _look_up(site: Site, connection: HTTPConnection) -> Who:
    bearer = bearer_of(connection)
    visitor = visitor_of(site, connection) if bearer is None else token_holder(site, bearer)
    reader = reader_of(site, connection, visitor.actor)
    secret = bearer or cookies.read_secret(cookies.SESSION, connection) or ""

    def again(conn: Connection) -> Actor | None:
        if bearer is not None:
            return actor_of_token(conn, secret, site.clock.now())
        found = actor_of_session(conn, secret, site.clock.now()) if secret else None
        return found[0] if found else None

    def say(refusal: Refusal) -> str:
        return sentence_of(refusal, reader)

    return Who(
        actor=visitor.actor,
        session_id=visitor.session.id if visitor.session else None,
        login=b"" if visitor.actor.is_guest else digest_of(secret),
        address=_address_of(connection),
        audience=Audience(reader.language, reader.zone.key),
        again=again,
        say=say,
    )


def _address_of(connection: HTTPConnection) -> str:
    return connection.client.host if connection.client else ""


class Asked(msgspec.Struct, frozen=True):
    """What an address asks for: streams, each with the last event that the client has of it."""

    wishes: tuple[Wish, ...]
    wait_s: float = USUAL_WAIT_S


def read_asked(query: QueryParams) -> Asked:
    """`?follow=tournament-ab12cd34@17&follow=player-7@3&epoch=q8txv9spf4hn&wait=10`.

    One epoch is for all streams; else there is one for each, in their order.

    Raises:
        AddressUnreadable: it can't be read so, or no stream is named.
        TooManyStreams: more are named than one connection follows.
    """
    named = query.getlist("follow")
    if len(named) > STREAMS_A_LISTENER:
        raise TooManyStreams(limit=STREAMS_A_LISTENER)
    epochs = _epochs(query.getlist("epoch"), len(named))
    wishes = {one.stream: one for one in map(_wish, named, epochs)}
    if not wishes:
        raise AddressUnreadable
    return Asked(tuple(wishes.values()), _wait(query.get("wait")))


def _epochs(named: list[str], streams: int) -> list[str]:
    if len(named) < 2:
        return (named or [""]) * streams
    if len(named) != streams:
        raise AddressUnreadable
    return named


def _wish(text: str, epoch: str) -> Wish:
    stream, marked, seq = text.partition("@")
    if not marked:
        return Wish(stream)
    if not epoch:
        raise AddressUnreadable
    return Wish(stream, epoch, read_seq(seq))


def read_seq(text: str) -> int:
    """A seq out of an address or a header.

    Raises:
        AddressUnreadable: it is no number that a log could have.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS):
        raise AddressUnreadable
    return int(text)


def _wait(text: str | None) -> float:
    if text is None:
        return USUAL_WAIT_S
    return min(float(read_seq(text)), LONGEST_WAIT_S)

"""The visit.

What a page function or an API route works with. One a request, in one worker thread.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Annotated, Any, TypeVar
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

import msgspec
from fastapi import Depends
from markupsafe import Markup
from pydantic import BaseModel
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from clutch.accounts.models import GUEST, Actor, Language, Session
from clutch.bootstrap import Site
from clutch.kernel import ids
from clutch.kernel.points import Point
from clutch.kernel.refusals import (
    N_,
    InvalidInput,
    NotFound,
    VersionRequired,
)
from clutch.kernel.writing import OnceKey, Reply, Transaction
from clutch.web import cookies, csrf, templating
from clutch.web.forms import UNSTORABLE, Fields, fill
from clutch.web.kept import keep_piece
from clutch.web.reader import Reader
from clutch.web.refusals import AnyRefusal, OtherOrigin, field_errors, sentence_of
from clutch.web.visitor import NOBODY, Visitor, bearer_of, reader_of, token_holder, visitor_of

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)

Draw = Callable[[], Mapping[str, Any]]

# Whole numbers beyond this fit into no column of either database.
LARGEST_ID = 2**63 - 1


class _Visiting:
    """What pages and API routes have in common."""

    def __init__(self, site: Site, request: Request) -> None:
        self.site = site
        self.request = request
        self.now: datetime = site.clock.now()
        self._visitor: Visitor | None = None

    @property
    def actor(self) -> Actor:
        """Who visits."""
        return self._known().actor

    @property
    def session(self) -> Session | None:
        """The browser session, if the actor came by one."""
        return self._known().session

    @property
    def reader(self) -> Reader:
        """The language and zone to answer in."""
        actor = self._visitor.actor if self._visitor is not None else GUEST
        return reader_of(self.site, self.request, actor)

    @property
    def language(self) -> Language:
        return self.reader.language

    @property
    def zone(self) -> ZoneInfo:
        return self.reader.zone

    @property
    def address(self) -> str:
        """The visitor's network address; of the proxy's client when the proxy is trusted."""
        return self.request.client.host if self.request.client else ""

    def gettext(self, text: str, **facts: Any) -> str:
        """The text in the visitor's language, `{names}` filled in."""
        return self.reader.gettext(text, **facts)

    def ngettext(self, singular: str, plural: str, number: int, **facts: Any) -> str:
        return self.reader.ngettext(singular, plural, number, **facts)

    def read(self) -> AbstractContextManager[Connection]:
        """One consistent snapshot of the database."""
        return self.site.database.read()

    def write(self, work: Callable[[Transaction], T]) -> T:
        """Run one command in one transaction."""
        return self.site.writer.write(work)

    def identify(self) -> None:
        """Find out who visits."""
        self._visitor = self._find()

    def _known(self) -> Visitor:
        if self._visitor is None:
            self.identify()
        assert self._visitor is not None
        return self._visitor

    def _find(self) -> Visitor:
        return visitor_of(self.site, self.request)


class Visit(_Visiting):
    """One request for a page."""

    def __init__(self, site: Site, request: Request, fields: Fields | None = None) -> None:
        super().__init__(site, request)
        self.fields = fields or Fields()
        self.refusal: AnyRefusal | None = None
        self._new_form_secret: str | None = None
        self._flash_shown = False

    def anonymous(self) -> None:
        """Go on as a guest: for pages that say why it is not known who visits."""
        self._visitor = NOBODY

    @property
    def path(self) -> str:
        """The page the visitor is on, with its query; for a sent form, the page it was on."""
        if self.request.method in csrf.SAFE_METHODS:
            url = urlsplit(str(self.request.url))
        else:
            url = urlsplit(self.request.headers.get("referer", ""))
        path = url.path + (f"?{url.query}" if url.query else "")
        return path if is_local(path) else "/"

    @property
    def theme(self) -> str:
        return cookies.theme_of(self.request)

    def form(self, model: type[M]) -> M:
        """What was typed, checked.

        Raises:
            InvalidInput: with a sentence for each field that needs another look.
        """
        return fill(model, self.fields, self.reader)

    def render(self, template: str, status: int = 200, **context: Any) -> Response:
        """Draw a page."""
        html = templating.render_for(self, template, context)
        response = HTMLResponse(html, status)
        personal = not self.actor.is_guest or self._new_form_secret is not None
        response.headers["Cache-Control"] = "private, no-store" if personal else "private, no-cache"
        response.headers["Vary"] = "Cookie, Accept-Language"
        self._settle(response)
        return response

    def piece(self, view: str, at: tuple[str, Point], template: str, draw: Draw) -> Markup:
        """A part of the page that is everybody's, as of `at` (a stream and its point).

        It is kept until news come. `draw` gives the template's context; it is called only if
        nobody drew this yet.
        """

        def render() -> str:
            return templating.render(template, self.reader, draw())

        shelf = self.request.app.state.shelf
        return keep_piece(shelf, self.site, view, at, self.reader, render)

    def redirect(self, path: str, flash: str | None = None) -> Response:
        """Send the browser to another page of this site, where `flash` is said once."""
        if not is_local(path):
            raise ValueError(f"not an address of this site: {path}")
        response = RedirectResponse(quote(path, safe=":/%#?=@[]!$&'()*+,;"), 303)
        response.headers["Cache-Control"] = "no-store"
        if flash is not None:
            cookies.set_flash(response, flash, self.request)
        return response

    def next_path(self, otherwise: str = "/") -> str:
        """Where the visitor wanted to go, by `next` in form or address, if it is on this site."""
        wanted = self.fields.get("next") or self.request.query_params.get("next") or ""
        return wanted if is_local(wanted) else otherwise

    def start_session(self, response: Response, token: str) -> Response:
        """Log the browser in: it holds the session's token from now on."""
        cookies.set_secret(response, cookies.SESSION, token, self.request)
        cookies.forget_secret(response, cookies.FORM, self.request)
        return response

    def end_session(self, response: Response) -> Response:
        """Log the browser out, and have it forget what it kept of our pages."""
        cookies.forget_secret(response, cookies.SESSION, self.request)
        response.headers["Clear-Site-Data"] = '"cache"'
        return response

    def form_token(self) -> str:
        """The token that this browser's forms carry."""
        return csrf.token_of(self._form_secret() or self._make_form_secret())

    def check_form_token(self) -> bool:
        """Whether the form that was sent belongs to this browser."""
        return csrf.is_token_of(self.fields.get(csrf.FIELD, ""), self._form_secret())

    def sentence(self, refusal: AnyRefusal) -> str:
        """A refusal in the visitor's language."""
        return sentence_of(refusal, self.reader)

    def field_errors(self) -> Mapping[str, str]:
        """What is wrong with the form that was just refused, field by field."""
        return {} if self.refusal is None else field_errors(self.refusal, self.reader)

    def flash(self) -> str | None:
        """The sentence that the page before left; it is said once."""
        text = cookies.read_flash(self.request)
        self._flash_shown = self._flash_shown or text is not None
        return text

    @property
    def own_stream(self) -> Markup:
        """The attributes by which the page of somebody logged in follows their own stream."""
        own = self._known().own
        if own is None:
            return Markup("")
        attributes = Markup(' data-own="{}@{}" data-own-epoch="{}"')
        return attributes.format(own.stream, own.seq, own.epoch)

    def _find(self) -> Visitor:
        return visitor_of(self.site, self.request, with_own=True)

    def _form_secret(self) -> str | None:
        session = cookies.read_secret(cookies.SESSION, self.request)
        if session is not None and self._visitor is not None and self._visitor.session is not None:
            return session
        return cookies.read_secret(cookies.FORM, self.request)

    def _make_form_secret(self) -> str:
        self._new_form_secret = self._new_form_secret or ids.new_token()
        return self._new_form_secret

    def _settle(self, response: Response) -> None:
        if self._new_form_secret is not None:
            cookies.set_secret(response, cookies.FORM, self._new_form_secret, self.request)
        if self._flash_shown:
            response.delete_cookie(cookies.FLASH, path="/")


def is_local(path: str) -> bool:
    """Whether an address stays on this site, however a browser reads it."""
    if (
        not path.startswith("/")
        or path.startswith(("//", "/\\"))
        or any(ord(sign) < 32 for sign in path)
    ):
        return False
    parts = urlsplit(path)
    return not parts.scheme and not parts.netloc


def refuse_impossible(parameters: Mapping[str, Any]) -> None:
    """Refuse addresses that name what no database can hold.

    Raises:
        NotFound: a number is too large.
    """
    for value in parameters.values():
        text = str(value)
        if text.isdecimal() and (len(text) > 19 or int(text) > LARGEST_ID):
            raise NotFound


class ApiVisit(_Visiting):
    """One request to the API, by a personal token or by a page's own script."""

    def __init__(self, site: Site, request: Request, body: bytes) -> None:
        super().__init__(site, request)
        self._body = body

    def refuse_nul(self) -> None:
        """Refuse a text that no database can hold.

        Raises:
            InvalidInput: somewhere in the body there is a NUL.
        """
        if _NUL.search(self._body):
            raise InvalidInput({"body": self.reader.gettext(UNSTORABLE)})

    def mutate(self, work: Callable[[Transaction], Any], status: int = 200) -> Response:
        """Run one command and answer with what it gives, as JSON; nothing at all makes a 204.

        With an Idempotency-Key the first answer is given again to the same request.

        Raises:
            KeyReused: the key came before with another request.
        """
        key = self._once_key()
        if key is None:
            return _response(self.write(lambda tx: _reply(work(tx), status)))
        return _response(self.site.writer.write_once(key, lambda tx: _reply(work(tx), status)))

    def version(self) -> int:
        """The version that the caller saw, from If-Match.

        Raises:
            VersionRequired: they did not say (428).
        """
        given = self.request.headers.get("if-match", "").strip().removeprefix("W/").strip('"')
        if not given.isascii() or not given.isdigit() or len(given) > 18:
            raise VersionRequired
        return int(given)

    def json(self, value: Any, status: int = 200) -> Response:
        """Answer with a struct (or a list of them).

        Its `version`, if it has one, becomes the ETag.
        """
        self._known()
        return _response(_reply(value, status))

    def _once_key(self) -> OnceKey | None:
        actor = self.actor
        key = self.request.headers.get("idempotency-key")
        if key is None:
            return None
        if not 0 < len(key) <= 200 or not key.isprintable():
            raise InvalidInput({"Idempotency-Key": self.gettext(_BAD_KEY)})
        url = self.request.url
        seen = self.request.headers.get("if-match", "")
        asked = f"{self.request.method} {url.path}?{url.query}\n{seen}\n"
        fingerprint = hashlib.sha256(asked.encode() + self._body).hexdigest()
        return OnceKey(actor.account_id or 0, key, fingerprint)

    def _find(self) -> Visitor:
        token = bearer_of(self.request)
        if token is not None:
            return token_holder(self.site, token)
        visitor = visitor_of(self.site, self.request)
        changes = self.request.method not in csrf.SAFE_METHODS
        if changes and visitor.session is not None and csrf.API_HEADER not in self.request.headers:
            raise OtherOrigin
        return visitor


_BAD_KEY = N_("An Idempotency-Key has 1 to 200 printable characters.")


def _reply(value: Any, status: int) -> Reply:
    if value is None:
        return Reply(204, b"")
    version = getattr(value, "version", None)
    headers = {"ETag": f'"{version}"'} if isinstance(version, int) else {}
    return Reply(status, msgspec.json.encode(value), headers)


def _response(reply: Reply) -> Response:
    headers = {"Cache-Control": "private, no-store"} | reply.headers
    if reply.replayed:
        headers["Idempotent-Replayed"] = "true"
    media_type = "application/json" if reply.body else None
    return Response(reply.body, reply.status, headers, media_type)


# A NUL as JSON writes it, and not behind a backslash that is meant itself.
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


async def _api_visit(request: Request) -> ApiVisit:
    refuse_impossible(request.path_params)
    visit = ApiVisit(request.app.state.site, request, await request.body())
    visit.refuse_nul()
    return visit


ApiVisitDep = Annotated[ApiVisit, Depends(_api_visit)]

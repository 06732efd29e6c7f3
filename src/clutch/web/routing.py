"""Pages: plain functions behind addresses, run in worker threads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from clutch.bootstrap import Site
from clutch.kernel.refusals import Kind, StorageUnavailable
from clutch.web.forms import Fields, read_fields
from clutch.web.kept import Keep, KeptPage
from clutch.web.refusals import REFUSALS, AnyRefusal, FormOutdated, headers_of, status_of
from clutch.web.threads import draw
from clutch.web.visit import Visit, refuse_impossible

Page = Callable[..., Response]

# After these a form is of no use: the visitor must log in, or there is nothing to change.
_NO_SECOND_TRY = {Kind.LOGIN, Kind.MISSING}


@dataclass(frozen=True)
class _Address:
    path: str
    method: str
    page: Page
    again: Page | None = None
    form_token: bool = True
    kept: Keep | None = None


class Pages:
    """The pages of one context.

    A page function gets the `Visit` and the address's parameters by name; it returns a response or
    raises a refusal. Everything about cookies, tokens and errors has happened, or happens after it.
    """

    def __init__(self) -> None:
        self._addresses: list[_Address] = []

    def get(self, path: str, *, kept: Keep | None = None) -> Callable[[Page], Page]:
        """A page that is looked at (GET and HEAD).

        With `kept`, guests get it as kept bytes: see `kept.py`.
        """
        return self._register(lambda page: _Address(path, "GET", page, kept=kept))

    def post(
        self, path: str, *, again: Page | None = None, form_token: bool = True
    ) -> Callable[[Page], Page]:
        """Where a form goes.

        A refusal shows the page `again`, with the status, the sentence and what was typed; who asks
        for that address itself (to reload it, or for live updates) sees that page too.
        `form_token=False` is for choices that harm nobody (the language): then another site's
        form is still refused, but the form carries no token and may stand in kept bytes.
        """
        return self._register(lambda page: _Address(path, "POST", page, again, form_token))

    def routes(self, site: Site) -> list[BaseRoute]:
        """The routes of these pages, kept ones first."""
        looked_at = {one.path for one in self._addresses if one.method == "GET"}
        again = [
            _Address(one.path, "GET", one.again)
            for one in self._addresses
            if one.again is not None and one.path not in looked_at
        ]
        ordered = sorted([*self._addresses, *again], key=lambda address: address.kept is None)
        return [Route(one.path, _endpoint(site, one), methods=[one.method]) for one in ordered]

    def _register(self, address_of: Callable[[Page], _Address]) -> Callable[[Page], Page]:
        def register(page: Page) -> Page:
            self._addresses.append(address_of(page))
            return page

        return register


def _endpoint(site: Site, address: _Address) -> Any:
    slow = _PageEndpoint(site, address)
    if address.kept is None:
        return slow
    return KeptPage(site, address.kept, slow.answer, slow)


def is_kept(route: BaseRoute) -> bool:
    """Whether a route has a fast lane."""
    return isinstance(route, Route) and isinstance(route.endpoint, KeptPage)


class _PageEndpoint:
    """The ASGI side of one page: reads the form, hands over to a thread, sends the answer."""

    def __init__(self, site: Site, address: _Address) -> None:
        self._site = site
        self._address = address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        post = self._address.method == "POST"
        response = await (self._post(request) if post else draw(self.answer, request))
        await response(scope, receive, send)

    async def _post(self, request: Request) -> Response:
        fields, trouble = Fields(), None
        try:
            fields = await read_fields(request)
        except REFUSALS as refusal:
            trouble = refusal
        return await to_thread.run_sync(self.answer, request, fields, trouble)

    def answer(
        self, request: Request, fields: Fields | None = None, trouble: AnyRefusal | None = None
    ) -> Response:
        """Run the page function and turn its refusal, if any, into a page.

        Runs in a worker thread.
        """
        visit = Visit(self._site, request, fields)
        try:
            refuse_impossible(request.path_params)
            visit.identify()
            self._check(visit, trouble)
            return self._address.page(visit, **request.path_params)
        except REFUSALS as refusal:
            return self._refused(visit, refusal)

    def _check(self, visit: Visit, trouble: AnyRefusal | None) -> None:
        if trouble is not None:
            raise trouble
        needs_token = self._address.method == "POST" and self._address.form_token
        if needs_token and not visit.check_form_token():
            raise FormOutdated

    def _refused(self, visit: Visit, refusal: AnyRefusal) -> Response:
        again = self._address.again
        if again is None or refusal.kind in _NO_SECOND_TRY or not visit.fields:
            return refusal_page(visit, refusal)
        visit.refusal = refusal
        try:
            response = again(visit, **visit.request.path_params)
        except REFUSALS:
            return refusal_page(visit, refusal)
        response.status_code = status_of(refusal)
        response.headers.update(headers_of(refusal))
        return response


def refusal_page(visit: Visit, refusal: AnyRefusal) -> Response:
    """A page that says no. Who must log in is sent to do so, and comes back after."""
    if isinstance(refusal, StorageUnavailable):
        visit.anonymous()
    if refusal.kind == Kind.LOGIN:
        return visit.redirect(
            f"/login?next={quote(visit.path, safe='/')}", flash=visit.sentence(refusal)
        )
    visit.refusal = None
    status = status_of(refusal)
    response = visit.render("errors/refusal.html", status, denied=refusal, http_status=status)
    response.headers.update(headers_of(refusal))
    return response

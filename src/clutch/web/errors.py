"""What goes out when something went wrong: refusals as pages or JSON, bugs as a plain page."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import msgspec
from anyio import to_thread
from fastapi.exceptions import RequestValidationError
from markupsafe import escape
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from clutch.accounts.models import GUEST
from clutch.bootstrap import Site
from clutch.kernel.refusals import InvalidInput, NotFound, Refusal, StorageUnavailable
from clutch.web import cookies
from clutch.web.forms import sentences
from clutch.web.reader import Reader
from clutch.web.refusals import (
    BUG_CODE,
    BUG_SENTENCE,
    AnyRefusal,
    BodyTooLarge,
    ErrorBody,
    MethodUnknown,
    Unreadable,
    error_body,
    headers_of,
    status_of,
)
from clutch.web.routing import refusal_page
from clutch.web.static_files import static_files
from clutch.web.visit import Visit
from clutch.web.visitor import reader_of

_OF_STATUS: dict[int, type[Refusal]] = {404: NotFound, 405: MethodUnknown}


def is_api(request: Request) -> bool:
    """Whether the caller expects JSON."""
    return request.url.path.startswith("/api/")


def refusal_answer(site: Site, request: Request, refusal: AnyRefusal) -> Response:
    """A refusal, as the caller reads it. Runs in a worker thread."""
    if is_api(request):
        return json_refusal(refusal, reader_for(site, request))
    visit = Visit(site, request)
    try:
        visit.identify()
    except StorageUnavailable:
        visit.anonymous()
    return refusal_page(visit, refusal)


def json_refusal(refusal: AnyRefusal, reader: Reader) -> Response:
    """A refusal as `{code, message, details}`."""
    body = error_body(refusal, reader)
    return Response(body, status_of(refusal), headers_of(refusal), "application/json")


def bug_answer(site: Site, request: Request, request_id: str) -> Response:
    """A plain 500 that needs neither the database nor a template."""
    reader = reader_of(site, request, GUEST)
    sentence = reader.gettext(BUG_SENTENCE, request_id=request_id)
    if is_api(request):
        body = msgspec.json.encode(ErrorBody(BUG_CODE, sentence, {"request_id": request_id}))
        return Response(body, 500, {"Cache-Control": "no-store"}, "application/json")
    page = _BUG_PAGE.format(
        language=reader.language,
        theme=cookies.theme_of(request),
        title=HTTPStatus.INTERNAL_SERVER_ERROR.value,
        css=static_files().url("css/clutch.css"),
        sentence=escape(sentence),
        home=escape(reader.gettext("Go to the home page")),
    )
    return HTMLResponse(page, 500, {"Cache-Control": "no-store"})


_BUG_PAGE = """<!doctype html>
<html lang="{language}" data-theme="{theme}"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>
<link rel="stylesheet" href="{css}">
<main class="page narrow"><p class="page-kind">{title}</p><h1 class="lead">{sentence}</h1>
<p class="actions"><a class="button" href="/">{home}</a></p></main></html>
"""


def reader_for(site: Site, request: Request) -> Reader:
    """How the caller reads, as far as it is known by now; asks no database."""
    visit = getattr(request.state, "visit", None)
    return visit.reader if visit is not None else reader_of(site, request, GUEST)


async def on_refusal(request: Request, refusal: Any) -> Response:
    """Exception handler for refusals that come out of API routes and plain routes."""
    site: Site = request.app.state.site
    if is_api(request):
        return json_refusal(refusal, reader_for(site, request))
    return await to_thread.run_sync(refusal_answer, site, request, refusal)


async def on_http_exception(request: Request, error: Any) -> Response:
    """Exception handler for what Starlette and FastAPI refuse by themselves."""
    assert isinstance(error, HTTPException)
    if error.status_code == 413:
        return await on_refusal(request, BodyTooLarge(limit_kib=1024))
    response = await on_refusal(request, _OF_STATUS.get(error.status_code, Unreadable)())
    response.headers.update(error.headers or {})
    return response


async def on_invalid_body(request: Request, error: Any) -> Response:
    """Exception handler for input that FastAPI's models refuse."""
    assert isinstance(error, RequestValidationError)
    reader = reader_for(request.app.state.site, request)
    return await on_refusal(request, InvalidInput(sentences(list(error.errors()), reader)))

"""`/notice`: what visitors are told while something is down, for pages that are open already.

Asked often just when there is trouble: it takes no thread and asks no database.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from clutch.accounts.models import LANGUAGES
from clutch.bootstrap import Site
from clutch.web.notice import QUIET, SENTENCES, notice_of
from clutch.web.reader import Reader


async def notice(request: Request) -> Response:
    """The sentence in the language that the page is in; empty when all is well."""
    site: Site = request.app.state.site
    asked = request.query_params.get("language")
    language = next((one for one in LANGUAGES if one == asked), site.settings.language)
    reader = Reader(language, ZoneInfo("UTC"))
    code = notice_of(request)
    text = "" if code == QUIET else reader.gettext(SENTENCES[code])
    body = msgspec.json.encode({"code": code, "text": text})
    return Response(body, headers={"Cache-Control": "no-store"}, media_type="application/json")


routes = [Route("/notice", notice)]

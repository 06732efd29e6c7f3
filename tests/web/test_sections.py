"""Routes in sections answer as routes in a row do."""

import asyncio
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, Router
from starlette.testclient import TestClient

from clutch.web.sections import Sections


def answering(text: str) -> Any:
    async def answer(request: Request) -> Response:
        await asyncio.sleep(0)
        return PlainTextResponse(f"{text} {sorted(request.path_params.items())}")

    return answer


def routes() -> list[BaseRoute]:
    return [
        Route("/", answering("home")),
        Route("/teams/new", answering("new"), methods=["GET"]),
        Route("/teams/{team_id:int}", answering("team"), methods=["GET"]),
        Route("/{page}/about", answering("about")),
        Route("/teams/{team_id:int}", answering("change"), methods=["POST"]),
        Route("/teams/{name}/about", answering("too late")),
        Route("/static/{hash}/{path:path}", answering("static"), methods=None),
    ]


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "DELETE"])
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/teams/new",
        "/teams/7",
        "/teams/x",
        "/teams/about",
        "/teams/7/about",
        "/x/about",
        "/static/ab/css/a.css",
        "/teams",
        "/teams/",
        "//teams/7",
        "/nowhere",
        "/x/teams/7",
    ],
)
def test_a_section_answers_as_a_row_does(method: str, path: str) -> None:
    row = TestClient(Router(routes()))
    sections = TestClient(Router([Sections(routes())]))
    expected, found = row.request(method, path), sections.request(method, path)
    assert (found.status_code, found.text) == (expected.status_code, expected.text)
    assert found.headers.get("allow") == expected.headers.get("allow")

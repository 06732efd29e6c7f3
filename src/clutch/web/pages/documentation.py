"""The API's description.

OpenAPI for machines, one page for people. No script, nothing from elsewhere.
"""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.responses import Response

from clutch.web.routing import Pages
from clutch.web.visit import Visit

pages = Pages()

METHODS = ("get", "post", "put", "patch", "delete")


@pages.get("/api/openapi.json")
def openapi(visit: Visit) -> Response:
    body = msgspec.json.encode(visit.request.app.openapi())
    return Response(body, media_type="application/json", headers={"Cache-Control": "no-cache"})


@pages.get("/api/docs")
def docs(visit: Visit) -> Response:
    document = visit.request.app.openapi()
    return visit.render("api_docs.html", document=document, sections=_sections(document))


def _sections(document: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Operations by their first tag, in the order in which they are declared."""
    sections: dict[str, list[dict[str, Any]]] = {}
    for path, operations in document.get("paths", {}).items():
        for method in METHODS:
            if method in operations:
                operation = {"path": path, "method": method, **operations[method]}
                operation["says"], operation["more"] = _said(operation)
                sections.setdefault((operation.get("tags") or ["other"])[0], []).append(operation)
    return sections


def _said(operation: dict[str, Any]) -> tuple[str, str]:
    """The first sentence of what an operation says of itself, and the rest."""
    text = " ".join(operation.get("description", operation.get("summary", "")).split())
    first, _, rest = text.replace("`", "").partition(". ")
    return first.rstrip("."), rest

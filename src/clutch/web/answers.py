"""What the API says of itself.

Schemas of msgspec structs in FastAPI's OpenAPI, and a page to read it.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, ConfigDict

from clutch.web.refusals import ErrorBody

_REFERENCE = "#/components/schemas/{name}"
_TYPES: list[Any] = [ErrorBody]
_VERSIONED = "x-versioned"
_NUMBER = "x-number"


class ApiIn(BaseModel):
    """A request's body: unknown fields are refused, text loses the white space around it."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


def answers(value: Any, status: int = 200, *, versioned: bool = False) -> dict[str, Any]:
    """Keyword arguments for a FastAPI route that answers with a msgspec type (None: no body).

    `versioned` says that the route asks for If-Match.
    """
    described: dict[str, Any] = {"description": HTTPStatus(status).phrase}
    if value is not None:
        # The schema is made when somebody asks for the document: that takes its time.
        described["content"] = {"application/json": {"schema": {_NUMBER: len(_TYPES)}}}
        _TYPES.append(value)
    return {
        "response_model": None,
        "responses": {status: described, "default": _ERROR},
        "openapi_extra": {_VERSIONED: True} if versioned else {},
    }


def openapi_of(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, with the schemas of our structs and the headers of mutations."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes
        )
        components = document.setdefault("components", {})
        schemas, ours = msgspec.json.schema_components(_TYPES, ref_template=_REFERENCE)
        components["schemas"] = dict(sorted({**components.get("schemas", {}), **ours}.items()))
        components["securitySchemes"] = _SECURITY
        document["security"] = [{"token": []}, {"session": []}, {}]
        for path in document.get("paths", {}).values():
            _describe_answers(path, schemas)
            _describe_mutations(path)
        app.openapi_schema = document
    return app.openapi_schema


def _describe_answers(path: dict[str, Any], schemas: tuple[dict[str, Any], ...]) -> None:
    for operation in path.values():
        for answer in operation["responses"].values():
            for content in answer.get("content", {}).values():
                number = content.get("schema", {}).get(_NUMBER)
                if number is not None:
                    content["schema"] = schemas[number]


def _describe_mutations(path: dict[str, Any]) -> None:
    for method, operation in path.items():
        versioned = operation.pop(_VERSIONED, False)
        if method == "get":
            continue
        parameters = operation.setdefault("parameters", [])
        parameters.append(_ONCE)
        if versioned:
            parameters.append(_IF_MATCH)


_ERROR = {
    "description": "A refusal: a stable code, a sentence in the reader's language, the facts.",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorBody"}}},
}
_ONCE = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
    "description": (
        "The same key with the same request gets the first answer again; "
        "with another request it is refused."
    ),
}
_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "schema": {"type": "string"},
    "description": (
        "The version you saw (the thing's `version`, its ETag). "
        "428 without it, 412 with both versions when it is old."
    ),
}
_SECURITY = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "A personal token from your account's page.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "clutch-session",
        "description": "A browser's session; changes also need the header X-Requested-With.",
    },
}

"""JSON schemas as people read them: one line a field."""

from __future__ import annotations

from typing import Any

_DEEPEST = 4


def schema_lines(schema: dict[str, Any], document: dict[str, Any], depth: int = 0) -> str:
    """A schema of the OpenAPI document as indented lines, references followed."""
    schema = _followed(schema, document)
    if "anyOf" in schema:
        return " | ".join(schema_lines(one, document, depth) for one in schema["anyOf"])
    if schema.get("type") == "array" and isinstance(schema.get("items"), dict):
        return f"[{schema_lines(schema['items'], document, depth)}, ...]"
    if "properties" not in schema:
        return _plain(schema)
    if depth >= _DEEPEST:
        return "{...}"
    margin = "  " * (depth + 1)
    needed = schema.get("required", [])
    lines = [
        f"{margin}{name}{'' if name in needed else '?'}: {schema_lines(field, document, depth + 1)}"
        for name, field in schema["properties"].items()
    ]
    return "{\n" + "\n".join(lines) + "\n" + "  " * depth + "}"


def _followed(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    reference = schema.get("$ref")
    if reference is None:
        return schema
    found: dict[str, Any] = document["components"]["schemas"][reference.rpartition("/")[2]]
    return found


def _plain(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return " | ".join(f'"{value}"' for value in schema["enum"])
    if "const" in schema:
        return f'"{schema["const"]}"'
    kind = str(schema.get("type", "any"))
    return f"{kind} ({schema['format']})" if "format" in schema else kind

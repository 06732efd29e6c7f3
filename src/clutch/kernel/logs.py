"""Structured logs: one JSON object a line on standard error, or readable lines on a terminal.

A served site's lines also go to a file (`log_file`), always as JSON.

Secrets stay out: fields that are named like one are blanked, so is `token=...` in a text, logins in
addresses are cut out, and what the settings hold as a secret is blanked wherever it turns up, in
tracebacks too.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import structlog

from clutch.kernel.log_file import LogFile

# A field with one of these words in its name is a secret, whoever puts it there.
SECRET_WORDS = frozenset(
    {
        *("password", "passwords", "passwd", "passphrase", "token", "tokens", "secret", "secrets"),
        *("key", "keys", "apikey", "apikeys", "otp", "otps", "cookie", "cookies", "csrf"),
        *("authorization", "session", "credential", "credentials", "bearer"),
    }
)
HIDDEN = "***"
# Shorter ones would blank half of the log and hide nothing.
SHORTEST_SECRET = 4
DEEPEST = 6

_WORDS = re.compile(r"[a-z]+")
_LOGIN = re.compile(r"(?<=://)[^/@\s\"']+@")
_BEARER = re.compile(r"(?i)\b(bearer|basic) [a-z0-9._~+/=-]{6,}")
# Addresses that let in whoever has them: of a new password, of a team's invitation.
_LINK = re.compile(
    r"(?i)(?:(?<=/reset/)|(?<=/join/)|(?<=%2Freset%2F)|(?<=%2Fjoin%2F))[^\s\"'?&\\]+"
)
# `token=...` in a sentence or a traceback. A value in quotes ends with them, and never beyond the
# string of a line of JSON; what sorts (`key=lambda`) is no secret.
_SAID = re.compile(
    r"""(?xi)
    ( (?: token | password | passwd | passphrase | secret | (?<![a-z]) (?: api_?key | key | otp) )
      s?=
    )
    (?: \\"[^"\\]* | '[^'"\\]* | "[^"\\,:{}\[\]]+(?=") | (?!lambda\b)[^\s"'\\&;,)\]}]+ )
    """
)


def configure(level: str, secrets: Iterable[str] = (), folder: Path | None = None) -> None:
    """Send our own lines and those of libraries through one chain; `secrets` never appear.

    With a folder, they are kept there, too.
    """
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        add_process,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        redact,
    ]
    blanks = Blanks(secrets)
    errors = logging.StreamHandler(sys.stderr)
    errors.setFormatter(_formatter(shared, blanks, for_people=sys.stderr.isatty()))
    handlers: list[logging.Handler] = [errors]
    if folder is not None:
        handlers.append(LogFile(folder))
        handlers[-1].setFormatter(_formatter(shared, blanks, for_people=False))
    logging.basicConfig(handlers=handlers, level=level.upper(), force=True)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )


def add_process(_: Any, __: str, line: dict[str, Any]) -> dict[str, Any]:
    """Say which process speaks: a change of a capability is told by each of them."""
    line["pid"] = os.getpid()
    return line


def _formatter(shared: list[Any], blanks: Blanks, *, for_people: bool) -> logging.Formatter:
    renderer: Any = (
        structlog.dev.ConsoleRenderer() if for_people else structlog.processors.JSONRenderer()
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            renderer,
            blanks,
        ],
    )


def redact(_: Any, __: str, line: dict[str, Any]) -> dict[str, Any]:
    """Blank the fields that hold secrets, at any depth."""
    return {name: _without_secrets(name, value, 0) for name, value in line.items()}


def _without_secrets(name: Any, value: Any, depth: int) -> Any:
    if isinstance(name, str) and is_secret(name) and value is not None:
        return HIDDEN
    if depth > DEEPEST:
        return value
    if isinstance(value, Mapping):
        return {key: _without_secrets(key, each, depth + 1) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_secrets(None, each, depth + 1) for each in value]
    return value


def is_secret(name: str) -> bool:
    """Whether a field of this name holds a secret."""
    return not SECRET_WORDS.isdisjoint(_WORDS.findall(name.lower()))


class Blanks:
    """The last thing that happens to a line before it is written, and to what others say of us."""

    def __init__(self, secrets: Iterable[str]) -> None:
        known = {secret for secret in secrets if len(secret) >= SHORTEST_SECRET}
        # In a line of JSON a quote or a letter beyond ASCII may be written otherwise.
        known |= {json.dumps(secret)[1:-1] for secret in known}
        known |= {json.dumps(secret, ensure_ascii=False)[1:-1] for secret in known}
        longest_first = sorted(known, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first))) if known else None

    def __call__(self, _: Any, __: str, text: Any) -> str:
        return self.blank(text)

    def blank(self, text: str) -> str:
        """The text without secrets."""
        text = _LOGIN.sub(HIDDEN + "@", text)
        text = _BEARER.sub(r"\1 " + HIDDEN, text)
        text = _LINK.sub(HIDDEN, text)
        text = _SAID.sub(r"\1" + HIDDEN, text)
        return text if self._known is None else self._known.sub(HIDDEN, text)

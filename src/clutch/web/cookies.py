"""The site's cookies: their names, their lives, their flags."""

from __future__ import annotations

import base64
import binascii

from starlette.requests import HTTPConnection
from starlette.responses import Response

SESSION = "clutch-session"
FORM = "clutch-form"
LANGUAGE = "language"
ZONE = "zone"
THEME = "theme"
THEMES = ("dark", "light", "auto")
FLASH = "flash"

YEAR_S = 365 * 24 * 3600
FLASH_S = 60


def is_secure(connection: HTTPConnection) -> bool:
    """Whether the browser came over https (a trusted proxy's word counts)."""
    return connection.scope["scheme"] in {"https", "wss"}


def secret_name(name: str, connection: HTTPConnection) -> str:
    """Over https the browser itself guards a secret cookie's host, path and flags."""
    return f"__Host-{name}" if is_secure(connection) else name


def read_secret(name: str, connection: HTTPConnection) -> str | None:
    """The value of a secret cookie."""
    return connection.cookies.get(secret_name(name, connection)) or None


def set_secret(response: Response, name: str, value: str, connection: HTTPConnection) -> None:
    """Give the browser a secret that scripts can't read."""
    response.set_cookie(
        secret_name(name, connection),
        value,
        max_age=YEAR_S,
        path="/",
        secure=is_secure(connection),
        httponly=True,
        samesite="lax",
    )


def forget_secret(response: Response, name: str, connection: HTTPConnection) -> None:
    """Take a secret back."""
    response.delete_cookie(
        secret_name(name, connection),
        path="/",
        secure=is_secure(connection),
        httponly=True,
        samesite="lax",
    )


def set_choice(response: Response, name: str, value: str, connection: HTTPConnection) -> None:
    """Remember a harmless choice (language, theme) for a year."""
    response.set_cookie(
        name, value, max_age=YEAR_S, path="/", secure=is_secure(connection), samesite="lax"
    )


def theme_of(connection: HTTPConnection) -> str:
    """The chosen theme: dark unless the visitor said otherwise."""
    chosen = connection.cookies.get(THEME, "")
    return chosen if chosen in THEMES else THEMES[0]


def set_flash(response: Response, text: str, connection: HTTPConnection) -> None:
    """Leave one sentence for the next page."""
    value = base64.urlsafe_b64encode(text.encode()).decode()
    response.set_cookie(
        FLASH,
        value,
        max_age=FLASH_S,
        path="/",
        secure=is_secure(connection),
        httponly=True,
        samesite="lax",
    )


def read_flash(connection: HTTPConnection) -> str | None:
    """The sentence that the page before left."""
    value = connection.cookies.get(FLASH)
    if not value or len(value) > 2000:
        return None
    try:
        return base64.urlsafe_b64decode(value).decode()
    except (binascii.Error, ValueError):
        return None

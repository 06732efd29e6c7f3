"""A release used by somebody who has logged in: the pages that a guest never sees.

An admin of the copy, made for this and gone with it, logs in by the form and follows the links. The
form is read as a browser reads it: a later release may have it otherwise than this one.
"""

from __future__ import annotations

import secrets
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from pathlib import Path

from clutch_ops import health, launch
from clutch_ops.health import Unhealthy
from clutch_ops.talk import Address, Answer, get

LOGIN = "/login"
SECONDS = 60
PAGES = 60
TOO_MANY = 429
# What somebody types into; hidden fields are sent as they came, and nothing is ticked or pressed.
TYPED = {"text", "email", "password"}


def look_around(
    address: Address, clutch: Sequence[str], surroundings: Mapping[str, str], folder: Path
) -> None:
    """Log in, then see what an admin sees. `clutch` is the release's own command.

    Raises:
        Unhealthy: nobody can log in, or a page fails.
        OSError: it does not answer.
    """
    name = f"rehearsal-{secrets.token_hex(4)}"
    password = _made([*clutch, "user", "create", name, "--admin"], surroundings, folder)
    cookies = _log_in(address, name, password)
    if cookies:
        health.pages(address, ("/",), PAGES, {"Cookie": cookies})


def _made(command: Sequence[str], surroundings: Mapping[str, str], folder: Path) -> str:
    """The new account's password, which is the last word that is said."""
    try:
        done = launch.run(command, surroundings, folder, SECONDS)
    except subprocess.TimeoutExpired:
        raise Unhealthy(f"making an account on it takes more than {SECONDS} s") from None
    if done.returncode or not done.stdout.strip():
        raise Unhealthy(f"no account can be made on it ({launch.last_words(done)})")
    return done.stdout.split()[-1]


def _log_in(address: Address, name: str, password: str) -> str:
    """The cookies of who is logged in; empty when this site's people tried too often just now."""
    page = get(address, LOGIN)
    form = login_form(page.body.decode(errors="replace"))
    if form is None:
        raise Unhealthy(f"nobody can log in: {LOGIN} has no form for it")
    known = _cookies(page)
    answer = get(address, form.action, headers={"Cookie": known}, form=form.filled(name, password))
    if answer.status == TOO_MANY:
        return ""
    if answer.status >= 400 or not answer.cookies:
        raise Unhealthy(f"nobody can log in: {form.action} answers {answer.status}")
    return "; ".join(filter(None, (known, _cookies(answer))))


@dataclass
class Form:
    """A form: where it is sent, and its fields with their kinds and values."""

    action: str
    fields: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def asks_for_password(self) -> bool:
        return any(kind == "password" for kind, _ in self.fields.values())

    def filled(self, name: str, password: str) -> dict[str, str]:
        """What a browser would send once both are typed in."""
        typed = {"password": password}
        return {
            key: typed.get(kind, name) if kind in TYPED else value
            for key, (kind, value) in self.fields.items()
        }


def login_form(page: str) -> Form | None:
    """The form of a page that asks for a password, if there is one."""
    reading = _Forms()
    reading.feed(page)
    return next((one for one in reading.found if one.asks_for_password), None)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(Form(told.get("action") or LOGIN))
        elif tag == "input" and self.found and "name" in told:
            kind = told.get("type") or "text"
            if kind in TYPED | {"hidden"}:
                self.found[-1].fields[told["name"]] = (kind, told.get("value", ""))


def _cookies(answer: Answer) -> str:
    read = SimpleCookie()
    for one in answer.cookies:
        read.load(one)
    return "; ".join(f"{name}={kept.value}" for name, kept in read.items())

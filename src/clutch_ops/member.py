"""A release used by somebody who has logged in: the pages that a guest never sees.

An admin of the copy, made for this and gone with it, logs in by the form and follows the links.
"""

from __future__ import annotations

import re
import secrets
import subprocess
from collections.abc import Mapping, Sequence
from http.cookies import SimpleCookie
from pathlib import Path

from clutch_ops import health
from clutch_ops.health import Unhealthy
from clutch_ops.talk import Address, Answer, get

SECONDS = 60
PAGES = 60
TOO_MANY = 429
_HIDDEN = re.compile(rb'<input type="hidden" name="(\w+)" value="([^"]*)">')


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
        done = subprocess.run(
            command,
            env=surroundings,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Unhealthy(f"making an account on it takes more than {SECONDS} s") from None
    if done.returncode or not done.stdout.strip():
        lines = (done.stderr or done.stdout).strip().splitlines() or ["no reason given"]
        raise Unhealthy(f"no account can be made on it ({lines[-1].rstrip('.')})")
    return done.stdout.split()[-1]


def _log_in(address: Address, name: str, password: str) -> str:
    """The cookies of who is logged in; empty when this site's people tried too often just now."""
    page = get(address, "/login")
    hidden = {key.decode(): value.decode() for key, value in _HIDDEN.findall(page.body)}
    form = {**hidden, "name": name, "password": password}
    known = _cookies(page)
    answer = get(address, "/login", headers={"Cookie": known}, form=form)
    if answer.status == TOO_MANY:
        return ""
    if answer.status >= 400 or not answer.cookies:
        raise Unhealthy(f"nobody can log in: /login answers {answer.status}")
    return "; ".join(filter(None, (known, _cookies(answer))))


def _cookies(answer: Answer) -> str:
    read = SimpleCookie()
    for one in answer.cookies:
        read.load(one)
    return "; ".join(f"{name}={kept.value}" for name, kept in read.items())

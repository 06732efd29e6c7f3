"""The demo's two logins: who they are and where their passwords are kept."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from clutch.cli.demo.facts import CAPTAIN, ORGANIZER
from clutch.kernel.ids import new_key
from clutch.kernel.settings import Settings


@dataclass(frozen=True)
class Login:
    """A name and its password, and who that is."""

    name: str
    password: str
    what: str


def logins_file(settings: Settings) -> Path:
    """Where the demo's passwords are kept."""
    return settings.home / "demo-logins.txt"


def unfinished_file(settings: Settings) -> Path:
    """It is there while the demo is being filled in, and stays when that was interrupted."""
    return settings.home / "demo-unfinished"


def invent_logins() -> list[Login]:
    """Two logins with passwords that nobody has seen."""
    return [
        Login(ORGANIZER, _password(), "organizer"),
        Login(CAPTAIN, _password(), "player, captain of a team"),
    ]


def keep_logins(file: Path, logins: list[Login]) -> None:
    """Write them where only this user reads them."""
    lines = [f"{login.name} {login.password} {login.what}\n" for login in logins]
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as kept:
        kept.writelines(lines)


def read_logins(file: Path) -> list[Login]:
    """What was kept; nothing when there is no such file."""
    if not file.is_file():
        return []
    lines = file.read_text(encoding="utf-8").splitlines()
    return [Login(*line.split(" ", 2)) for line in lines if line.count(" ") >= 2]


def _password() -> str:
    return "-".join(new_key(5) for _ in range(3))

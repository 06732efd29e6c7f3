"""A site run by hand from a checkout, and its operator, who has nothing but the system's Python."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import text

from clutch.accounts.models import SITE
from clutch.accounts.signup import NewAccount, create_account
from clutch.bootstrap import Site, open_site
from clutch.kernel.settings import Settings

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it said."""

    status: int
    said: str
    errors: str


@dataclass
class Checkout:
    """The folder in which `clutch` is typed, with a `.env` of its own."""

    folder: Path
    settings: Settings
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        return self.settings.home

    @property
    def backups(self) -> list[Path]:
        return sorted((self.home / "backups").glob("*.tar.gz"))

    @property
    def dotenv(self) -> Path:
        return self.folder / ".env"

    def clutch(self, *arguments: str | Path, root: Path = ROOT) -> Done:
        """Type a command; Python starts without any installed package."""
        command = [sys.executable, "-I", "-S", str(root / "bin" / "clutch"), *map(str, arguments)]
        done = subprocess.run(
            command,
            cwd=self.folder,
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    @contextmanager
    def opened(self) -> Iterator[Site]:
        site = open_site(self.settings)
        yield site
        site.close()

    def sign_up(self, *names: str) -> None:
        with self.opened() as site:
            for name in names:
                sign_up(site, name)

    def names(self) -> list[str]:
        with self.opened() as site, site.database.read() as conn:
            return sorted(conn.execute(text("SELECT name FROM account")).scalars())


def sign_up(site: Site, name: str) -> None:
    wish = NewAccount(name, "a long enough password", None)
    site.writer.write(lambda tx: create_account(tx, SITE, wish, None))


def write_settings(folder: Path, settings: Settings) -> None:
    lines = [f"CLUTCH_HOME={settings.home}"]
    lines += [f"DATABASE_URL={settings.database_url}"] if settings.database_url else []
    (folder / ".env").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

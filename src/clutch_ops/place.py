"""Which site a command is about: one that `clutch install` made, or a checkout run by hand.

In a checkout the settings are `.env` of the current folder and the environment, as for `clutch
serve`, and so they are where pip installed Clutch; an installed site is where its launcher is,
wherever that was typed.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote, urlsplit

from clutch_ops import databases, journal, settings
from clutch_ops.arguments import clutch
from clutch_ops.control import Control, HolderGone
from clutch_ops.databases import Sqlite, Store
from clutch_ops.layout import Binding, Layout
from clutch_ops.postgres import Postgres
from clutch_ops.refusals import NeedsPerson, Refused
from clutch_ops.version import is_by_pip, release_of, sources_of

SQLITE, POSTGRES = "SQLite", "PostgreSQL"
OURS = ("CLUTCH_", "DATABASE_URL", "REDIS_")


@dataclass(frozen=True)
class Place:
    """A site's files. `binding` is None in a checkout; `typed` is how its `clutch` is typed.

    `fault` is what is wrong with `current`, where somebody only looks (`as_it_stands`).
    """

    root: Path
    release: Path
    home: Path
    settings_file: Path
    typed: str
    binding: Binding | None = None
    fault: NeedsPerson | None = None

    @property
    def layout(self) -> Layout:
        """The folders of an installed site; ask only where there is a binding."""
        return Layout(self.root)

    @cached_property
    def settings(self) -> dict[str, str]:
        """The settings as the site will see them."""
        return settings_of(self.settings_file)

    @property
    def backups(self) -> Path:
        """Where backups go, and what is remembered of them."""
        return (self.root if self.binding else self.home) / "backups"

    @property
    def run(self) -> Path:
        """Where the serving processes say how they are."""
        return self.home / "run"

    @property
    def kind(self) -> str:
        """What the database is: `SQLite` or `PostgreSQL`."""
        return SQLITE if is_sqlite(self.settings) else POSTGRES

    @property
    def store(self) -> Store:
        """The site's database."""
        if self.binding:
            return databases.store_of(self.layout, self.binding)
        return store_by(self.settings, self.home)

    @property
    def version(self) -> str:
        """The release's number."""
        return release_of(self.release)

    @property
    def sources(self) -> Path:
        """The folder with the release's packages."""
        return sources_of(self.release)

    @property
    def is_by_pip(self) -> bool:
        """Whether pip installed the release: then it has no environment and no lock of its own."""
        return is_by_pip(self.release)

    @property
    def schemas(self) -> list[str]:
        """Every schema that the release knows, oldest first."""
        versions = self.sources / "clutch" / "migrations" / "versions"
        return sorted(path.name[:4] for path in versions.glob("[0-9]*.py"))

    @contextmanager
    def alone(self, act: str) -> Iterator[None]:
        """Nobody else acts on the site, and nobody starts it, until this ends.

        Raises:
            Refused: another command is at work.
        """
        with ExitStack() as held:
            if self.binding:
                held.enter_context(journal.only_one(self.layout, act))
                held.enter_context(journal.switching(self.layout))
            self.run.mkdir(parents=True, exist_ok=True, mode=0o700)
            # Whoever starts to serve takes this lock before it touches the database.
            file = held.enter_context((self.run / "migrate.lock").open("a"))
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Refused(
                    "The site is just starting.", f"Stop it, then type {self.typed} {act} again."
                ) from None
            yield


def here(root: Path) -> Place:
    """The site of an installed folder, or of a checkout and the folder one is in.

    Raises:
        NeedsPerson: `current` of an installed site leads nowhere.
        Refused: the settings can't be read.
    """
    if Layout(root).is_site:
        return at(root, Layout(root).current())
    file = Path(os.environ.get("CLUTCH_ENV_FILE", ".env")).absolute()
    home = Path(settings_of(file).get("CLUTCH_HOME") or "var").expanduser().resolve()
    return Place(root, root, home, file, clutch())


def as_it_stands(root: Path) -> Place:
    """The same for whoever only looks: where `current` leads nowhere, what runs or ran last.

    Raises:
        NeedsPerson: there is no whole binding at all.
        Refused: the settings can't be read.
    """
    try:
        return here(root)
    except NeedsPerson as fault:
        layout = Layout(root)
        made = {one.number: one for one in layout.bindings_made()}
        if not made:
            raise
        running = made.get(_number_held(layout), made[max(made)])
        return replace(at(root, running), fault=fault)


def _number_held(layout: Layout) -> int:
    try:
        with Control(layout) as control:
            return int(control.ask("status").get("binding") or 0)
    except (Refused, HolderGone):
        return 0


def at(root: Path, binding: Binding) -> Place:
    """An installed site on one of its bindings."""
    folders = Layout(root)
    release, generation = binding.release, binding.generation
    return Place(root, release, generation, folders.settings_file, str(folders.launcher), binding)


def is_sqlite(known: Mapping[str, str]) -> bool:
    """Whether these settings name no server."""
    return (known.get("DATABASE_URL") or "sqlite").startswith("sqlite")


def store_by(known: Mapping[str, str], home: Path, folder: Path | None = None) -> Store:
    """The database that these settings name, of a site with this home that runs in this folder."""
    url = known.get("DATABASE_URL") or ""
    if not is_sqlite(known):
        return Postgres.at(url, None)
    # sqlite:///relative and sqlite:////absolute, as SQLAlchemy reads them.
    named = Path(unquote(urlsplit(url).path)[1:]) if url else home / "clutch.db"
    return Sqlite((folder or Path.cwd()) / named)


def settings_of(file: Path) -> dict[str, str]:
    """Settings by name: the environment wins over the file."""
    return settings.read_dotenv(file) | {
        name: value for name, value in os.environ.items() if name.startswith(OURS)
    }

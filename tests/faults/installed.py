"""Sites that `clutch install` made, with a field to play on: what updates are tried out on."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

from clutch.kernel.settings import Settings
from clutch_ops.databases import PASSING
from tests.faults.field import make_field
from tests.faults.history import Attempt
from tests.faults.round import Options
from tests.faults.scene import Load, Scene
from tests.ops.sites import Done, Site, Visitors, copied, git, install
from tests.serve.running import Running, wait_until
from tests.services.ports import free_port

if TYPE_CHECKING:
    import subprocess

TINY = Load(rate=5.0, clients=4, cups=1, players=4)
# Statistics, achievements, notices.
FOLLOWERS = 3
FIRST, SECOND = "0.1.0", "0.1.1"


@contextmanager
def template(options: Options) -> Iterator[Path]:
    """A folder with a repository and the site that was installed from it, to be copied."""
    if options.installed is not None:
        yield options.installed
        return
    with tempfile.TemporaryDirectory(prefix="clutch-faults-") as folder:
        _, done = install(Path(folder), free_port())
        assert done.status == 0, done.said
        yield Path(folder)


@contextmanager
def a_site(source: Path, place: str | None = None) -> Iterator[Site]:
    """A copy of a site, in a folder with a short path, for sockets lie in it."""
    folder = Path(tempfile.mkdtemp(prefix="clutch-ops-", dir=place))
    try:
        with copied(source, folder) as site:
            yield site
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def settings_of(site: Site) -> Settings:
    """For who looks at the current data from beside."""
    return Settings.model_validate({"home": site.current.generation, "DATABASE_URL": None})


@contextmanager
def played_site(source: Path, load: Load, place: str | None = None) -> Iterator[tuple[Site, Scene]]:
    """A site that serves a field, held by its holder; `scene.settings` are of its first data."""
    with a_site(source, place) as site:
        settings = settings_of(site)
        field = make_field(settings, load.cups, load.players)
        site.set(CLUTCH_WORKERS=2)
        site.serve()
        process = cast("subprocess.Popen[str]", site.holder)
        running = Running(process, site.layout.run / "holder.log")
        yield site, Scene(running, settings, site.port, field)


def stand(site: Site) -> tuple[int, str, str]:
    """What runs: the binding, the version that answers, and a digest of what people did."""
    database = site.current.generation / "clutch.db"
    # What follows the log concludes things of it a moment later.
    wait_until(lambda: is_followed(database), 20)
    return site.current.number, site.version, digest(database)


def is_followed(database: Path) -> bool:
    """Whether statistics, achievements and notices have taken in the whole log."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as conn:
        behind = "SELECT count(*) FROM cursor WHERE position < (SELECT max(position) FROM event)"
        known, late = conn.execute(f"SELECT (SELECT count(*) FROM cursor), ({behind})").fetchone()
        return bool(known == FOLLOWERS and late == 0)


def digest(database: Path) -> str:
    """Of every row of every table that holds what people did."""
    seen = hashlib.sha256()
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as conn:
        listed = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        for (name,) in conn.execute(listed).fetchall():
            if name not in PASSING | {"epoch"} and not name.startswith("sqlite_"):
                seen.update(
                    repr((name, conn.execute(f'SELECT * FROM "{name}"').fetchall())).encode()
                )
    return seen.hexdigest()[:16]


def left_by(site: Site) -> tuple[str, ...]:
    """Generations that no binding needs, drafts, a gate that is closed, acts that never ended."""
    layout = site.layout
    needed = {one.generation.name for one in layout.bindings_made()}
    found = [path.name for path in layout.generations.iterdir() if path.name not in needed]
    folders = (layout.releases, layout.environments, layout.root)
    found += [path.name for folder in folders for path in folder.glob(".*.new")]
    found += ["the gate"] * layout.current().gate.exists()
    newest = max(layout.journal.glob("*.jsonl"))
    return (*found, *(["an act that never ended"] * ('"end"' not in newest.read_text())))


def attempt(site: Site, kind: str, cause: str, *arguments: str) -> Attempt:
    """Type a command that has to be refused or rolled back, while visitors look at the site."""
    before = stand(site)
    with Visitors(site.port) as visitors:
        done: Done = site.clutch(*arguments)
        counted = visitors.counted()
    report = site.report()
    return Attempt(
        kind,
        cause,
        done.status,
        str(report["reason"]) if report.get("status") == done.status else done.said,
        before,
        stand(site),
        counted["asked"],
        tuple(counted["failed"]),
        left_by(site),
        float(report["seconds"]),
    )


def anew(site: Site, commit: str) -> None:
    """Let the repository be as it was at a commit."""
    git(site.repository, "reset", "--quiet", "--hard", commit)

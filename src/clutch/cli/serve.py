"""`clutch serve`: the site in production."""

from __future__ import annotations

import gc
import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from socket import socket
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from clutch.cli.serving.holding import Holding, held_indexes
from clutch.cli.serving.listening import CannotStart, address_of, take_listeners
from clutch.cli.serving.notify import Notifier
from clutch.cli.serving.parent import Lines, Parent, Work
from clutch.cli.serving.state import remove_stale
from clutch.kernel.settings import BadSettings, Settings, load_settings

if TYPE_CHECKING:
    from clutch.bootstrap import Site

CANNOT_START = 2


def serve(
    workers: Annotated[
        int | None,
        typer.Option(min=1, max=64, help="Serving processes; CLUTCH_WORKERS when not given."),
    ] = None,
) -> None:
    """Serve the site until SIGTERM. Brings the database to this release's schema first."""
    settings = settings_or_exit(workers=workers)
    raise typer.Exit(start(settings, prepare=lambda: None, announce=lambda _: None))


def settings_or_exit(**overrides: object) -> Settings:
    """The settings, with those given on the command line; a bad one ends the command."""
    try:
        settings = load_settings()
    except BadSettings as error:
        say_and_exit(str(error))
    given = {name: value for name, value in overrides.items() if value is not None}
    return settings.model_copy(update=given)


def say_and_exit(sentence: str) -> NoReturn:
    """One sentence on stderr, and the status of what can't be done as asked."""
    print(sentence, file=sys.stderr)
    raise SystemExit(CANNOT_START)


def start(settings: Settings, prepare: Callable[[], None], announce: Callable[[str], None]) -> int:
    """Serve by these settings; the exit status.

    `prepare` is run after the database has its schema and before anything serves, in a process
    of its own. `announce` is given the address once the site answers.
    """
    from clutch.kernel import logs

    # Until all is imported there is no garbage, but much to look through; the parent turns it on.
    gc.disable()
    os.umask(0o077)
    logs.configure(settings.log_level, settings.secrets, settings.home / "logs")
    # What uvicorn tells of its own start and end, the parent's lines tell better.
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    try:
        make_home(settings)
        held = held_indexes()
        listeners = take_listeners(settings.host, settings.port)
    except CannotStart as error:
        say_and_exit(str(error))
    work = Work(
        prepare=lambda: _prepare(settings, prepare),
        preload=_preload,
        serve=lambda sockets, lines: _serve_site(settings, sockets, lines),
        announce=lambda: announce(address_of(listeners[0])),
        follow=lambda lifeline: _follow(settings, lifeline),
    )
    holding = Holding.taken(listeners, held, os.environ)
    parent = Parent(listeners, settings.workers, work, settings.run_folder, Notifier(), holding)
    status = parent.run()
    if status == 1:
        print("The site did not start: the lines above say why.", file=sys.stderr)
    return status


def make_home(settings: Settings) -> None:
    """Make `CLUTCH_HOME` and its `run` folder, and clear what dead processes left there.

    Raises:
        CannotStart: the folder can't be written.
    """
    try:
        settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        settings.run_folder.mkdir(exist_ok=True, mode=0o700)
        remove_stale(settings.run_folder)
        probe = settings.run_folder / f"start-{os.getpid()}"
        probe.touch(mode=0o600)
        probe.unlink()
    except OSError as error:
        raise CannotStart(
            f"Nothing can be written under {settings.home} ({error.strerror}): "
            "give this user the right to, or set CLUTCH_HOME to another folder."
        ) from None


def _prepare(settings: Settings, more: Callable[[], None]) -> None:
    from clutch.bootstrap import prepare
    from clutch.kernel.refusals import StorageUnavailable
    from clutch.migrations import SchemaTooNew

    try:
        prepare(settings)
    except StorageUnavailable as error:
        say_and_exit(_why_no_database(settings, error))
    except (BadSettings, SchemaTooNew) as error:
        say_and_exit(str(error))
    more()


def _why_no_database(settings: Settings, error: Exception) -> str:
    from sqlalchemy.engine import make_url

    address = make_url(settings.database).render_as_string(hide_password=True)
    cause = getattr(error.__cause__, "orig", None) or error.__cause__ or error
    reason = str(cause).strip().splitlines()[0]
    return (
        f"The database {address} can't be used ({reason}): see that it runs and may be written, "
        "and check DATABASE_URL."
    )


def _preload() -> None:
    import clutch.cli.serving.child
    import clutch.cli.serving.follower  # noqa: F401 - shared with the children from here on
    from clutch.web.app import preload

    preload()


def _serve_site(settings: Settings, listeners: Sequence[socket], lines: Lines) -> NoReturn:
    from clutch.bootstrap import open_site
    from clutch.cli.serving.child import Served, serve_forever
    from clutch.web.app import create_app

    site = open_site(settings)
    site.start()
    served = Served(
        create_app(site),
        settings.run_folder,
        facts=lambda: _facts(site),
        close=site.close,
        ending=site.begin_end,
    )
    serve_forever(served, listeners, lines)


def _follow(settings: Settings, lifeline: int) -> NoReturn:
    from clutch.bootstrap import open_site
    from clutch.cli.serving.follower import follow_forever

    follow_forever(open_site(settings, serves=False), lifeline)


def _facts(site: Site) -> dict[str, object]:
    return {
        "started_at": site.started,
        "version": site.release,
        "capabilities": site.capabilities.states(),
        "reasons": {one.name: one.reason for one in site.capabilities.all()},
    }


def short_path(path: Path) -> str:
    """A path as people would type it from here."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)

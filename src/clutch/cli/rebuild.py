"""`clutch rebuild`: fold a projection anew from the log, beside a running site or without one."""

from __future__ import annotations

import sys
import time
from typing import Annotated, NoReturn

import typer

from clutch.bootstrap import Site, open_site, prepare
from clutch.kernel import log, logs
from clutch.kernel.projections import read_cursor
from clutch.kernel.refusals import StorageUnavailable, WritesPaused
from clutch.kernel.settings import BadSettings, load_settings


def rebuild(
    name: Annotated[str, typer.Argument(help="What to rebuild, such as statistics.")],
) -> None:
    """Empty a projection's tables and fold the whole log again; the numbers come out the same.

    Until it is done, pages show what they have without it, and say so.
    """
    try:
        settings = load_settings()
        logs.configure("warning")
        prepare(settings)
        site = open_site(settings)
    except BadSettings as bad:
        _fail(str(bad))
    try:
        _rebuild(site, name)
    except (StorageUnavailable, WritesPaused) as refusal:
        _fail(str(refusal))
    finally:
        site.close()


def _rebuild(site: Site, name: str) -> None:
    if name not in site.projector.names:
        there = ", ".join(site.projector.names) or "nothing"
        _fail(f"There is no {name} to rebuild here. What there is: {there}.")
    began = time.monotonic()
    site.projector.rebuild(name)
    with site.database.read() as conn:
        position, last = read_cursor(conn, name), log.last_position(conn)
    took = time.monotonic() - began
    sys.stdout.write(f"{name}: rebuilt from {position} of {last} events in {took:.1f} s.\n")


def _fail(line: str) -> NoReturn:
    sys.stderr.write(f"{line}\n")
    raise typer.Exit(2)

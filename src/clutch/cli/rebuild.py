"""`clutch rebuild`: fold a projection anew from the log, beside a running site or without one."""

from __future__ import annotations

import sys
import time
from typing import Annotated

import typer

from clutch.bootstrap import Site
from clutch.cli.opened import fail, opened_site
from clutch.kernel import log
from clutch.kernel.projections import read_cursor


def rebuild(
    name: Annotated[str, typer.Argument(help="What to rebuild, such as statistics.")],
) -> None:
    """Empty a projection's tables and fold the whole log again; the numbers come out the same.

    Until it is done, pages show what they have without it, and say so.
    """
    with opened_site() as site:
        _rebuild(site, name)


def _rebuild(site: Site, name: str) -> None:
    if name not in site.projector.names:
        there = ", ".join(site.projector.names) or "nothing"
        fail(f"There is no {name} to rebuild here. What there is: {there}.")
    began = time.monotonic()
    site.projector.rebuild(name)
    with site.database.read() as conn:
        position, last = read_cursor(conn, name), log.last_position(conn)
    took = time.monotonic() - began
    sys.stdout.write(f"{name}: rebuilt from {position} of {last} events in {took:.1f} s.\n")

"""Reads that a page goes on without: what they can't tell is missing, never made up."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection

from clutch.bootstrap import Site
from clutch.kernel.refusals import Refusal

T = TypeVar("T")


def guarded(site: Site, untold: str, ask: Callable[[Connection], T | None]) -> T | None:
    """The answer; None when asking fails, which the log says as `untold`.

    It reads in a transaction of its own, so that whatever goes wrong stays there.
    """
    try:
        with site.database.read() as conn:
            answer = ask(conn)
    except Refusal:
        raise
    except Exception as error:  # noqa: BLE001 - the page around it must not fall with it
        site.troubles.met(untold, error)
        return None
    site.troubles.over(untold)
    return answer

"""The front desk: what log-in and sign-up work with besides a transaction.

Hashing and throttling happen before a write begins, never inside one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clutch.accounts.footprints import Footprints
from clutch.accounts.passwords import Hasher
from clutch.accounts.throttle import Throttle
from clutch.kernel.clock import Clock
from clutch.kernel.database import Database
from clutch.kernel.settings import Settings
from clutch.kernel.writing import Writer


@dataclass(frozen=True)
class Desk:
    """Built once a process by bootstrap. `site_words` are what no password and no name may be."""

    database: Database
    writer: Writer
    clock: Clock
    hasher: Hasher
    throttle: Throttle
    footprints: Footprints
    site_words: Sequence[str]
    sends_mail: bool

    def close(self) -> None:
        self.footprints.close()
        self.hasher.close()


@dataclass(frozen=True, slots=True)
class Caller:
    """Where a request comes from. `device` is the secret of a browser's device cookie, if it has
    one.
    """

    address: str
    agent: str = ""
    device: str | None = None


def open_desk(settings: Settings, database: Database, writer: Writer, clock: Clock) -> Desk:
    """The desk of one process."""
    return Desk(
        database=database,
        writer=writer,
        clock=clock,
        hasher=Hasher(),
        throttle=Throttle(database, writer, settings.login_limit, settings.signup_limit, clock),
        footprints=Footprints(writer),
        site_words=("clutch", settings.site_name),
        sends_mail=settings.mail,
    )

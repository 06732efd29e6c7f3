"""Connections that broke while nobody used them are noticed before they are used."""

from __future__ import annotations

import select
import time
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

RESTED_S = 1.0

_SINCE = "resting-since"


def try_what_rested(engine: Engine) -> None:
    """See before each use of a connection to PostgreSQL that it still works, mostly for free.

    SQLAlchemy's `pool_pre_ping` asks the server each time: one round trip more for each page. A
    server that ends says goodbye, which lies there to be read; so it is only asked over connections
    on which something lies, or which were idle for a second. When one is broken, all are forgotten.
    """

    @event.listens_for(engine, "checkin")
    def rest(_: Any, place: ConnectionPoolEntry) -> None:
        place.info[_SINCE] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def use(connection: Any, place: ConnectionPoolEntry, _: Any) -> None:
        # A new connection has not rested yet.
        since = place.info.get(_SINCE)
        if since is None:
            return
        try:
            if time.monotonic() - since > RESTED_S or _was_told_something(connection):
                engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error


def _was_told_something(connection: Any) -> bool:
    looking = select.poll()
    looking.register(connection.fileno(), select.POLLIN)
    return bool(looking.poll(0))

"""Connections to the Redis that the settings name, with our deadlines whatever the address says."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from clutch.kernel.redis_trouble import address_of
from clutch.kernel.settings import BadSettings

DEADLINE_S = 0.2


def open_pool(redis: ModuleType, url: str) -> Any:
    """A pool in which there is no connection yet; nobody is asked.

    Raises:
        BadSettings: an option of the address is unknown or malformed.
    """
    try:
        pool = redis.ConnectionPool.from_url(url)
        # After the address was read: who waits 200 ms at most waits no longer for an option of it.
        pool.connection_kwargs |= {
            "protocol": 2,
            "socket_timeout": DEADLINE_S,
            "socket_connect_timeout": DEADLINE_S,
            "retry": redis.retry.Retry(redis.backoff.NoBackoff(), 0),
            "retry_on_error": [],
            "health_check_interval": 0,
            "driver_info": None,
        }
        pool.connection_class(**pool.connection_kwargs)
    except (TypeError, ValueError, redis.exceptions.RedisError):
        raise BadSettings(
            f"REDIS_URL for {address_of(url)}: an option after the ? is unknown or malformed; "
            "write it like redis://user:password@host:6379/0."
        ) from None
    return pool

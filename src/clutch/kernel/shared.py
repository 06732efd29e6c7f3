"""Bytes that the processes of a site share: a second look before something is drawn again.

They are in Redis, and only there: what is put may be gone at any moment, and what is found is what
was put under that key, so a key has to name all that the bytes depend on.
"""

from __future__ import annotations

import hashlib

from clutch.kernel.redis_link import RedisLink
from clutch.kernel.settings import Settings

# The next result makes another page of it under another name: kept for a day, the pages of a busy
# evening fill a Redis on a small machine.
KEPT_S = 300
# What takes longer to send than to draw is drawn.
MOST_BYTES = 1024 * 1024
# How and where a process runs; everything else may be on a page.
_SHOWN_NOWHERE = {
    *("home", "host", "port", "workers", "log_level", "trusted_proxies"),
    *("database_url", "redis_host", "redis_port", "redis_password", "redis_url"),
    *("mail_host", "mail_port", "mail_user", "mail_password", "mail_from", "mail_tls"),
}


class SharedBytes:
    """Looks and puts; without a Redis that works it finds nothing and forgets what is put."""

    def __init__(self, redis: RedisLink | None, settings: Settings) -> None:
        self._redis = redis
        # Bytes outlive the process that drew them, and pages show what is set.
        self._settings = settings.model_dump_json(exclude=_SHOWN_NOWHERE)

    @property
    def is_there(self) -> bool:
        """Whether it is worth looking."""
        return self._redis is not None and self._redis.is_up

    def find(self, key: object) -> bytes | None:
        """What somebody put under this key; within 200 ms, whatever hangs."""
        if self._redis is None or not self._redis.is_up:
            return None
        answers = self._redis.ask(("GET", self._name(self._redis, key)))
        return None if answers is None else answers[0]

    def put(self, key: object, kept: bytes) -> None:
        """Let other processes find it. Never waits."""
        if self._redis is not None and self._redis.is_up and len(kept) <= MOST_BYTES:
            self._redis.tell(("SET", self._name(self._redis, key), kept, "EX", KEPT_S))

    def _name(self, redis: RedisLink, key: object) -> str:
        return redis.key(
            "kept:" + hashlib.sha256((self._settings + repr(key)).encode()).hexdigest()
        )

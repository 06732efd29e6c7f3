"""What other processes publish on Redis, heard by a thread of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any

from clutch.kernel.redis_trouble import BROKE_OFF, DEAF, Trouble

ECHO_S = 1.0
ECHO_OLDEST_S = 6.0
ROUND_S = 0.25


class Ear:
    """One subscription, verified by an echo before it counts, and by echoes ever after."""

    def __init__(self, client: Any, redis: ModuleType, channels: tuple[str, str]) -> None:
        self._line = client.pubsub(ignore_subscribe_messages=False)
        self._errors = (redis.exceptions.RedisError, OSError)
        self._channels = channels
        self._echo_at = time.monotonic()
        self._ended = threading.Event()
        self._broken = False
        self._thread: threading.Thread | None = None

    def listen(self, seconds: float) -> None:
        """Subscribe to both channels, and see that the server has taken that in."""
        self._line.subscribe(*self._channels)
        for _ in self._channels:
            self._line.get_message(timeout=seconds)

    def wait_for_echo(self, address: str) -> None:
        """Hear what was just published to the second channel.

        Raises:
            Trouble: nothing came within a second.
        """
        until = time.monotonic() + ECHO_S
        while time.monotonic() < until:
            if self._is_echo(self._line.get_message(timeout=until - time.monotonic())):
                self._echo_at = time.monotonic()
                return
        raise Trouble(DEAF, address=address)

    def start(self, heard: Callable[[str], None], broke: Callable[[], None]) -> None:
        """Call `heard` with what comes on the first channel, and `broke` at the end of it."""
        self._thread = threading.Thread(
            target=self._run, args=(heard, broke), name="redis-ear", daemon=True
        )
        self._thread.start()

    def check(self, address: str) -> None:
        """See that messages still arrive.

        Raises:
            Trouble: the subscription broke, or its echoes stay out.
        """
        if self._broken:
            raise Trouble(BROKE_OFF, address=address)
        if time.monotonic() - self._echo_at > ECHO_OLDEST_S:
            raise Trouble(DEAF, address=address)

    def stop(self) -> None:
        """End the subscription: its thread closes the line, as nobody else may while it reads."""
        self._ended.set()
        if self._thread is None:
            self._line.close()
        else:
            self._thread.join(timeout=2 * ROUND_S)

    def _run(self, heard: Callable[[str], None], broke: Callable[[], None]) -> None:
        try:
            self._listen_on(heard, broke)
        finally:
            self._line.close()

    def _listen_on(self, heard: Callable[[str], None], broke: Callable[[], None]) -> None:
        while not self._ended.is_set():
            try:
                message = self._line.get_message(timeout=ROUND_S)
            except self._errors:
                self._broken = True
                broke()
                return
            if self._is_echo(message):
                self._echo_at = time.monotonic()
            elif message is not None and message["type"] == "message":
                heard(message["data"].decode("utf-8", "replace"))

    def _is_echo(self, message: dict[str, Any] | None) -> bool:
        if message is None or message["type"] != "message":
            return False
        return bool(message["channel"].decode() == self._channels[1])

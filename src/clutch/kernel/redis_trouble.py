"""What is wrong with a Redis, in sentences for the operator."""

from __future__ import annotations

from types import ModuleType
from typing import Final
from urllib.parse import urlsplit

from clutch.kernel.refusals import N_

SILENT: Final = N_("Redis at {address} does not answer within {ms} ms.")
REFUSES: Final = N_("Redis at {address} can't be reached.")
BROKE_OFF: Final = N_("Redis at {address} broke the connection.")
LOCKED: Final = N_("Redis at {address} does not accept the password, or this user may not do that.")
CLUSTER: Final = N_(
    "Redis at {address} is a node of a cluster, which has only some of the keys; a single Redis is "
    "needed."
)
READ_ONLY: Final = N_("Redis at {address} can only be read: it is a replica, or its disk is full.")
FULL: Final = N_("Redis at {address} has no memory left.")
DEAF: Final = N_("Redis at {address} does not pass messages on.")
WAITS: Final = N_("Redis at {address} answers again and waits for the database.")
FAILED: Final = N_("Redis at {address} refuses a command.")
# What follows are the words that it was sent, a password among them, cut at any letter.
_ECHO = ", with args beginning with"


class Trouble(Exception):
    """Why Redis can't be used: a sentence with `{facts}`.

    `final`: trying again at once would not help.
    """

    def __init__(self, sentence: str, *, final: bool = False, **facts: object) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.final = final
        self.facts = facts


def address_of(url: str) -> str:
    """Where a Redis is, without user and password."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return parts.path
    host = parts.hostname or "localhost"
    return f"{f'[{host}]' if ':' in host else host}:{parts.port or 6379}"


def trouble_of(error: Exception, redis: ModuleType, address: str, ms: int) -> Trouble:
    """What an exception of the library (or of the socket) means."""
    known = redis.exceptions
    # A time-out while connecting and one while reading are the same to who waits.
    if isinstance(error, (known.TimeoutError, TimeoutError)):
        return Trouble(SILENT, address=address, ms=ms)
    if isinstance(error, (known.AuthenticationError, known.NoPermissionError)):
        return Trouble(LOCKED, final=True, address=address)
    if isinstance(error, known.ResponseError):
        return _of_answer(error, redis, address)
    if isinstance(error, known.ConnectionError) and "closed by server" in str(error):
        return Trouble(BROKE_OFF, address=address)
    return Trouble(REFUSES, address=address, detail=_why(error))


def _of_answer(error: Exception, redis: ModuleType, address: str) -> Trouble:
    known = redis.exceptions
    if isinstance(error, known.ReadOnlyError):
        return Trouble(READ_ONLY, final=True, address=address)
    if isinstance(error, known.OutOfMemoryError):
        return Trouble(FULL, final=True, address=address)
    text = str(error).partition(_ECHO)[0]
    if isinstance(error, _of_clusters(known)) or "in cluster mode" in text:
        return Trouble(CLUSTER, final=True, address=address)
    word = text.split(" ", 1)[0]
    if word in {"NOAUTH", "WRONGPASS", "NOPERM"} or "without any password" in text:
        return Trouble(LOCKED, final=True, address=address)
    if word == "MISCONF":
        return Trouble(READ_ONLY, final=True, address=address)
    return Trouble(FAILED, final=True, address=address, detail=text.rstrip("."))


def _of_clusters(known: ModuleType) -> tuple[type[Exception], ...]:
    # MOVED is a kind of ASK to the library.
    return (known.AskError, known.ClusterDownError, known.ClusterCrossSlotError)


def _why(error: Exception) -> str:
    cause = error.__cause__ or error.__context__ or error
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    return str(error).rstrip(".") or type(error).__name__

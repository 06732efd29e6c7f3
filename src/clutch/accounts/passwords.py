"""Passwords: which are accepted, and how they are hashed without starving the site.

argon2id costs about 50 ms of a core on purpose. Hashing therefore stands in a short queue of its
own threads; who would wait too long is refused and told to come back.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, dataclass
from functools import cache
from importlib.resources import files
from threading import BoundedSemaphore
from typing import Any, TypeVar

from argon2 import Parameters, PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION

from clutch.accounts.names import name_keys
from clutch.accounts.refusals import (
    HashingBusy,
    PasswordTooCommon,
    PasswordTooLong,
    PasswordTooPlain,
    PasswordTooShort,
)

T = TypeVar("T")

SHORTEST = 8
LONGEST = 1024
MAX_WAITING = 50

# OWASP ASVS 5.0, appendix C: argon2id with m=47104 KiB, t=1, p=1.
PARAMETERS = Parameters(
    type=Type.ID,
    version=ARGON2_VERSION,
    salt_len=16,
    hash_len=32,
    time_cost=1,
    memory_cost=47_104,
    parallelism=1,
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a password is right; `rehash` is a hash by today's parameters when the kept one is
    older.
    """

    is_right: bool
    rehash: str | None = None


class Hasher:
    """The hashing queue of one process. No write transaction may be open while it is asked."""

    def __init__(
        self,
        parameters: Parameters | None = None,
        *,
        threads: int | None = None,
        max_waiting: int = MAX_WAITING,
    ) -> None:
        parameters = parameters or PARAMETERS
        self._hasher = PasswordHasher.from_parameters(parameters)
        threads = threads or (2 if (os.cpu_count() or 1) > 2 else 1)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="hasher")
        self._places = BoundedSemaphore(threads + max_waiting)
        # Verified when there is no such account, so that the answer takes as long. First in line,
        # so that it is there before anybody asks.
        self._decoy = self._pool.submit(_decoy_of, astuple(parameters))

    def hash(self, password: str) -> str:
        """The password's hash.

        Raises:
            HashingBusy: too many wait already; nothing was done.
        """
        return self._in_line(lambda: self._hasher.hash(_bytes(password)))

    def verify(self, kept: str | None, password: str) -> Verdict:
        """Check a password against the kept hash; None (no such account) costs the same time.

        Raises:
            HashingBusy: too many wait already; nothing was done.
        """
        return self._in_line(lambda: self._verify(kept, password))

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _verify(self, kept: str | None, password: str) -> Verdict:
        try:
            self._hasher.verify(kept or self._decoy.result(), _bytes(password))
        except (VerificationError, InvalidHashError):
            return Verdict(is_right=False)
        if kept is None:
            return Verdict(is_right=False)
        stale = self._hasher.check_needs_rehash(kept)
        return Verdict(is_right=True, rehash=self._hasher.hash(_bytes(password)) if stale else None)

    def _in_line(self, work: Callable[[], T]) -> T:
        if not self._places.acquire(blocking=False):
            raise HashingBusy
        try:
            return self._pool.submit(work).result()
        finally:
            self._places.release()


@cache
def _decoy_of(parameters: tuple[Any, ...]) -> str:
    hasher = PasswordHasher.from_parameters(Parameters(*parameters))
    return hasher.hash("no account has this password")


def check_password(
    password: str, *, about: Iterable[str | None] = (), field: str | None = None
) -> str:
    """The password, when it is good enough. `about` holds the words it must not be: name, address,
    site.

    There are no rules of composition: length and rarity are what count (ASVS 5.0, 6.2).

    Raises:
        PasswordTooShort, PasswordTooLong, PasswordTooCommon, PasswordTooPlain: the rule that it
            breaks.
    """
    if len(password) < SHORTEST:
        raise PasswordTooShort(limit=SHORTEST, field=field)
    if len(password) > LONGEST:
        raise PasswordTooLong(limit=LONGEST, field=field)
    if password.casefold() in _common() or len(set(password.casefold())) == 1:
        raise PasswordTooCommon(field=field)
    if _is_plain(password, about):
        raise PasswordTooPlain(field=field)
    return password


def _bytes(password: str) -> bytes:
    # Composed, so that a password typed on another keyboard is the same (RFC 8265); broken text
    # must not raise.
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


def _is_plain(password: str, about: Iterable[str | None]) -> bool:
    folded = _stem(password)
    words = {_stem(word) for text in about if text for word in (text, text.partition("@")[0])} - {
        ""
    }
    return any(folded in {word, word * 2} for word in words)


def _stem(text: str) -> str:
    return name_keys(text).folded.rstrip("0123456789!.")


@cache
def _common() -> frozenset[str]:
    lines = (
        files("clutch.accounts").joinpath("common_passwords.txt").read_text("utf-8").splitlines()
    )
    return frozenset(line for line in lines if not line.startswith("#"))

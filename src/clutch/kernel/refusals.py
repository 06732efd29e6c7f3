"""Refusals: what the site says when it will not do a thing.

A refusal is for people. Its `sentence` is an English template that names what is
wrong and what to do next; the edge translates it and fills in the facts. A bug is
never turned into a refusal.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, ClassVar


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for "mark, don't translate yet"
    """Mark `text` for the catalogue; it is translated where it is shown."""
    return text


def NN_(singular: str, plural: str) -> tuple[str, str]:  # noqa: N802 - as N_
    """Mark a text with its plural for the catalogue; `{number}` is filled in where it is shown."""
    return singular, plural


class Kind(StrEnum):
    """What sort of no it is; `web` has the one table from kind to HTTP status."""

    INVALID = "invalid"
    FORBIDDEN = "forbidden"
    LOGIN = "login"
    MISSING = "missing"
    CONFLICT = "conflict"
    STALE = "stale"
    PRECONDITION = "precondition"
    TOO_LARGE = "too-large"
    TOO_MANY = "too-many"
    UPGRADE = "upgrade"
    BUSY = "busy"
    UNAVAILABLE = "unavailable"


class Refusal(Exception):
    """A no, with a stable code, a sentence for people and the facts as attributes.

    Facts are given as keyword arguments and are read as attributes; each `{name}` in
    `sentence` must be among them.
    """

    code: ClassVar[str]
    sentence: ClassVar[str]
    kind: ClassVar[Kind] = Kind.CONFLICT
    field: str | None = None

    def __init__(self, *, field: str | None = None, **facts: Any) -> None:
        self.facts = facts
        self.field = field or type(self).field
        super().__init__(self.sentence.format(**facts))

    def __getattr__(self, name: str) -> Any:
        facts = self.__dict__.get("facts", {})
        if name in facts:
            return facts[name]
        raise AttributeError(name)


class NotFound(Refusal):
    """Nothing is there, or nothing that this reader may know of."""

    code = "not-found"
    kind = Kind.MISSING
    sentence = N_("There is nothing here. Check the address, or go back and look again.")


class LoginRequired(Refusal):
    """Guests can't do this."""

    code = "login-required"
    kind = Kind.LOGIN
    sentence = N_("Log in first; then you come back here.")


class Forbidden(Refusal):
    """The actor may not do this, now."""

    code = "forbidden"
    kind = Kind.FORBIDDEN
    sentence = N_("You may not do this. If you should, ask an organizer or an admin for the role.")


class InvalidInput(Refusal):
    """What was typed does not have the form that is asked for; `errors` says it field by field."""

    code = "invalid-input"
    kind = Kind.INVALID
    sentence = N_("Some fields need another look.")

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(errors=errors)


class VersionRequired(Refusal):
    """A thing with a version is changed only by who says which version they saw."""

    code = "version-required"
    kind = Kind.PRECONDITION
    sentence = N_("Say which version you saw: send it in the If-Match header.")


class VersionStale(Refusal):
    """Somebody changed the thing since the actor read it."""

    code = "version-stale"
    kind = Kind.STALE
    sentence = N_(
        "Somebody changed this meanwhile: you saw version {seen}, now it is version {current}. "
        "Look at what is there now and decide again."
    )


class WritesPaused(Refusal):
    """The gate is closed (an update, a backup): reads go on, writes wait or come back later."""

    code = "writes-paused"
    kind = Kind.UNAVAILABLE
    sentence = N_(
        "The site is being updated and takes no changes for a moment. "
        "Nothing was saved; try again in a few seconds."
    )
    retry_after = 5


class StorageUnavailable(Refusal):
    """The database can't be written (read-only, full, locked) or can't be reached."""

    code = "storage-unavailable"
    kind = Kind.UNAVAILABLE
    sentence = N_(
        "The site can't save or read anything at the moment. "
        "Nothing was changed; try again in a few seconds."
    )
    retry_after = 5


class KeyReused(Refusal):
    """An idempotency key came again with another request."""

    code = "idempotency-key-reused"
    kind = Kind.INVALID
    sentence = N_(
        "This Idempotency-Key was used for another request. Take a new key for a new request."
    )

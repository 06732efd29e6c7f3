"""Refusals at the edge: the one table from kind to HTTP status, and how a refusal is said."""

from __future__ import annotations

from enum import Enum
from typing import Any

import msgspec

from clutch.engine.refusals import RuleRefusal
from clutch.kernel.refusals import N_, InvalidInput, Kind, Refusal
from clutch.web.reader import Reader

# The site's refusals and those of the rules have one shape; the edge treats them alike.
REFUSALS = (Refusal, RuleRefusal)
AnyRefusal = Refusal | RuleRefusal

STATUS: dict[str, int] = {
    Kind.INVALID: 422,
    Kind.FORBIDDEN: 403,
    Kind.LOGIN: 401,
    Kind.MISSING: 404,
    Kind.CONFLICT: 409,
    Kind.STALE: 412,
    Kind.PRECONDITION: 428,
    Kind.TOO_LARGE: 413,
    Kind.TOO_MANY: 429,
    Kind.UPGRADE: 426,
    Kind.BUSY: 503,
    Kind.UNAVAILABLE: 503,
}
RETRY_AFTER_S = 5


class BodyTooLarge(Refusal):
    """More was sent than the site takes in one request."""

    code = "body-too-large"
    kind = Kind.TOO_LARGE
    sentence = N_("You sent more than the site takes at once ({limit_kib} KiB). Send less.")


class ManyReaders(Refusal):
    """So much is asked for that this would have waited too long for its turn to be drawn."""

    code = "many-readers"
    kind = Kind.BUSY
    sentence = N_("Much is going on here at the moment. Try again in a few seconds.")
    retry_after = 5


class OtherOrigin(Refusal):
    """A page of another site sent this request."""

    code = "other-origin"
    kind = Kind.FORBIDDEN
    sentence = N_(
        "This request came from another site, so nothing was done. "
        "Open the page here and try again."
    )


class FormOutdated(Refusal):
    """The form's token is not of this browser's session: it began or ended meanwhile."""

    code = "form-outdated"
    kind = Kind.FORBIDDEN
    sentence = N_(
        "The form was opened in another session, so nothing was done. "
        "Look it over and send it once more."
    )


class MethodUnknown(Refusal):
    """The address exists, but not for this method."""

    code = "method-not-allowed"
    kind = Kind.CONFLICT
    sentence = N_("This address does not take that kind of request.")


class Unreadable(Refusal):
    """The body is not what its type says."""

    code = "unreadable-body"
    kind = Kind.INVALID
    sentence = N_("What was sent can't be read. Check its format and send it again.")


BUG_CODE = "internal-error"
BUG_SENTENCE = N_(
    "The site made a mistake; it was noted. "
    "If it happens again, tell an admin this number: {request_id}."
)


class ErrorBody(msgspec.Struct, frozen=True):
    """How the API says no: a stable code, a sentence in the reader's language, and the facts."""

    code: str
    message: str
    details: dict[str, Any] = {}


def status_of(refusal: AnyRefusal) -> int:
    """The HTTP status of a refusal."""
    return 405 if isinstance(refusal, MethodUnknown) else STATUS[refusal.kind]


def sentence_of(refusal: AnyRefusal, reader: Reader) -> str:
    """What the refusal says, in the reader's language."""
    return reader.gettext(refusal.sentence, **_shown(refusal.facts))


def field_errors(refusal: AnyRefusal, reader: Reader) -> dict[str, str]:
    """Sentences that belong beside a form's fields, by field."""
    if isinstance(refusal, InvalidInput):
        return {name: reader.gettext(text) for name, text in refusal.facts["errors"].items()}
    return {refusal.field: sentence_of(refusal, reader)} if refusal.field else {}


def retry_after(refusal: AnyRefusal) -> int | None:
    """After how many seconds another try makes sense, if time helps."""
    if refusal.kind not in {Kind.BUSY, Kind.UNAVAILABLE, Kind.TOO_MANY}:
        return None
    return int(getattr(refusal, "retry_after", RETRY_AFTER_S))


def error_body(refusal: AnyRefusal, reader: Reader) -> bytes:
    """The refusal as the API's JSON."""
    details = dict(refusal.facts)
    errors = field_errors(refusal, reader)
    if errors:
        details["errors"] = errors
    body = ErrorBody(refusal.code, sentence_of(refusal, reader), details)
    return msgspec.json.encode(body, enc_hook=_plain)


def headers_of(refusal: AnyRefusal) -> dict[str, str]:
    """Headers that go with a refusal."""
    headers = {"Cache-Control": "no-store"}
    seconds = retry_after(refusal)
    if seconds is not None:
        headers["Retry-After"] = str(seconds)
    if refusal.kind == Kind.LOGIN:
        headers["WWW-Authenticate"] = 'Bearer realm="clutch"'
    return headers


def _shown(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if name != "errors"}


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else str(value)

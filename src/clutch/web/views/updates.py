"""Reports of updates as admins read them, on pages and by the API."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from clutch.kernel.refusals import N_
from clutch.kernel.updates import Report, Reports, Step, Told
from clutch.web.reader import Reader
from clutch.web.update_words import (
    ACTS,
    NOT_KEPT,
    OUTCOMES,
    STANDING,
    TONES,
    UNKNOWN,
    UNREADABLE,
    WORDS,
    in_words_of,
)


@dataclass(frozen=True)
class Text:
    """What the tool wrote; `is_foreign` when the reader's language is another than its own."""

    text: str
    is_foreign: bool


@dataclass(frozen=True)
class ShownStep:
    """A step as the page shows it."""

    title: Text
    note: Text | None
    outcome: str
    seconds: float


@dataclass(frozen=True)
class Shown:
    """A report as the pages show it; what it does not say is None."""

    id: str
    act: str
    began_at: datetime
    outcome: str
    word: str
    tone: str
    standing: str
    before: str | None = None
    after: str | None = None
    lasted: str | None = None
    because: Text | None = None
    reason: Text | None = None
    advice: Text | None = None
    details: str | None = None
    steps: tuple[ShownStep, ...] = ()

    @property
    def failed(self) -> Text | None:
        """The step at which it ended, when one failed."""
        return next((one.title for one in self.steps if one.outcome == "failed"), None)


class StepOut(msgspec.Struct, frozen=True):
    """One step; `title` and `note` are in English, `outcome` is `done`, `failed` or `begun`."""

    title: str
    outcome: str
    seconds: float
    note: str


class UpdateOut(msgspec.Struct, frozen=True):
    """One act of the operator's tool.

    `outcome` is `done`, `refused`, `rolled-back`, `needs-person`, `unreadable` or `unknown`.
    """

    id: str
    act: str
    outcome: str
    began_at: datetime
    seconds: float | None
    before: str | None
    after: str | None


class UpdateReportOut(UpdateOut, frozen=True):
    """The same with its steps, the cause and what to do; their texts are in English."""

    because: str | None
    reason: str | None
    advice: str | None
    details: str | None
    steps: list[StepOut]


class UpdatesOut(msgspec.Struct, frozen=True):
    """One page of updates, newest first.

    `kept` says whether this site keeps them; when not, `message` says what to do.
    """

    kept: bool
    message: str | None
    updates: list[UpdateOut]
    total: int
    page: int
    pages: int


def shown(report: Report, reader: Reader) -> Shown:
    """A report in the reader's language, as far as it has fixed words."""
    outcome = _outcome(report.told)
    heading = Shown(
        id=report.id,
        act=reader.gettext(ACTS[report.act]) if report.act in ACTS else report.act,
        began_at=report.began_at,
        outcome=outcome,
        word=reader.gettext(WORDS[outcome]),
        tone=TONES.get(outcome, ""),
        standing=reader.gettext(STANDING[outcome]) if outcome in STANDING else "",
    )
    return heading if report.told is None else _filled(heading, report.told, reader)


def _filled(heading: Shown, told: Told, reader: Reader) -> Shown:
    return replace(
        heading,
        before=told.before,
        after=told.after,
        lasted=_lasted(told.seconds, reader),
        because=_text(told.because, reader),
        reason=_text(told.reason, reader),
        advice=_text(told.advice, reader),
        details=told.details,
        steps=tuple(_step(one, reader) for one in told.steps),
    )


def updates_out(found: Reports | None, reader: Reader) -> UpdatesOut:
    """A page of reports for the API; None where the site keeps none."""
    if found is None:
        return UpdatesOut(False, reader.gettext(NOT_KEPT), [], 0, 1, 1)
    listed = [UpdateOut(*_heading(one)) for one in found.items]
    return UpdatesOut(True, None, listed, found.total, found.number, found.last)


def report_out(report: Report) -> UpdateReportOut:
    """One report for the API."""
    told = report.told
    if told is None:
        return UpdateReportOut(*_heading(report), None, None, None, None, [])
    steps = [StepOut(one.title, one.outcome, one.seconds, one.note) for one in told.steps]
    cause = told.because, told.reason, told.advice, told.details
    return UpdateReportOut(*_heading(report), *cause, steps)


def _heading(
    report: Report,
) -> tuple[str, str, str, datetime, float | None, str | None, str | None]:
    told = report.told
    facts = (told.seconds, told.before, told.after) if told else (None, None, None)
    return report.id, report.act, _outcome(told), report.began_at, *facts


def _outcome(told: Told | None) -> str:
    return UNREADABLE if told is None else OUTCOMES.get(told.status, UNKNOWN)


def _step(one: Step, reader: Reader) -> ShownStep:
    title = _text(one.title, reader) or Text("", False)
    return ShownStep(title, _text(one.note, reader), one.outcome, one.seconds)


def _text(written: str | None, reader: Reader) -> Text | None:
    if not written:
        return None
    said = in_words_of(reader, written)
    return Text(written, True) if said is None else Text(said, False)


def _lasted(seconds: float, reader: Reader) -> str:
    if seconds < 60:
        return reader.gettext(N_("{seconds} s"), seconds=round(seconds, 1))
    minutes, rest = divmod(round(seconds), 60)
    return reader.gettext(N_("{minutes} min {seconds} s"), minutes=minutes, seconds=rest)

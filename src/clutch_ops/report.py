"""What a command says: a line a step while it works, and a report when it has ended.

The report lies in `reports/`, once as text and once as JSON, for people, programs and the site's
own admin page (`clutch.kernel.updates` reads it, and has words for what is fixed in it).
"""

from __future__ import annotations

import errno
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from clutch_ops import durable, progress
from clutch_ops.journal import Journal
from clutch_ops.layout import Layout
from clutch_ops.prune import prune_reports
from clutch_ops.refusals import (
    DONE,
    NEEDS_PERSON,
    REFUSED,
    ROLLED_BACK,
    Refused,
)
from clutch_ops.standing import standing

# A fact of an act that counts already, whatever fails after it.
COMMITTED = "committed"
# Facts that name the releases before and after.
RELEASES = ("from", "to")
WORDS = {DONE: "done", REFUSED: "refused", ROLLED_BACK: "rolled back", NEEDS_PERSON: "needs you"}


AGAIN = "Type it again when you want it."
ROOM = "Make room on the disk, then type this again."


@dataclass
class Step:
    """One step as the report tells it."""

    name: str
    title: str
    seconds: float = 0.0
    outcome: str = "begun"
    note: str = ""


@dataclass
class Steps:
    """Steps of one act: each is a line for people, in the journal, and a part of the report."""

    act: str
    what: str
    count: int
    journal: Journal
    done: list[Step] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)

    @contextmanager
    def step(self, name: str, title: str) -> Iterator[Step]:
        """Do a step. The journal has it before it begins and after it is done."""
        one = Step(name, title)
        self.done.append(one)
        self.journal.note(name, state="begin", title=title)
        began = time.monotonic()
        try:
            with progress.redrawn(lambda: self._draw(one, began)):
                yield one
        except BaseException:
            one.outcome, one.seconds = "failed", round(time.monotonic() - began, 2)
            self._show(one, "failed")
            raise
        one.outcome, one.seconds = "done", round(time.monotonic() - began, 2)
        self.journal.note(name, state="done", seconds=one.seconds)
        self._show(one, "ok")

    def _draw(self, one: Step, began: float) -> None:
        seconds = time.monotonic() - began
        say(progress.under_way(len(self.done), self.count, one.title, seconds), end="")

    def _show(self, one: Step, outcome: str) -> None:
        number = len(self.done)
        say(progress.ended(number, self.count, one.title, one.seconds, outcome, one.note))


def begin(layout: Layout, act: str, what: str, count: int, facts: dict[str, str]) -> Steps:
    """A new act, of so many steps, with a journal of its own."""
    journal = Journal.begin(layout, act, what=what, **facts)
    return Steps(act, what, count, journal, facts={**facts})


def say(text: str, end: str = "\n") -> None:
    """Print, also to a terminal that has gone away: an update goes on when the line breaks."""
    with suppress(OSError):
        print(text, end=end, flush=True)


def conclude(layout: Layout, steps: Steps, work: Callable[[], str]) -> int:
    """Do the work, which gives a piece of advice, and report how it went; the exit status.

    What fails after the commit does not undo it: that is reported as done, with what was left.
    """
    try:
        return _close(layout, steps, None, work())
    except Refused as refused:
        error: Refused = refused
    except KeyboardInterrupt:
        error = Refused("It was interrupted (Ctrl-C).", AGAIN)
    except OSError as fault:
        error = Refused(
            f"The system refused it: {fault.strerror or fault} ({fault.filename or 'no file'}).",
            ROOM if fault.errno == errno.ENOSPC else "Mend that, then type this again.",
            traceback.format_exc(),
        )
    except Exception as bug:  # noqa: BLE001 - told, with its traceback in the report
        error = Refused(
            f"The operator's tool itself failed: {type(bug).__name__}: {bug}.",
            "Tell whoever made it, with the report.",
            traceback.format_exc(),
        )
    if COMMITTED in steps.facts:
        return _close(layout, steps, None, f"something was left undone: {error.reason}")
    return _close(layout, steps, error)


def report_cut(layout: Layout, journal: Journal, refused: Refused | None) -> None:
    """The report of an act that was cut off, from its journal; by whoever clears away after it.

    `refused` is None where the act counts all the same. A report that it wrote itself is kept.
    """
    lines = journal.lines()
    if not lines or (layout.reports / f"{journal.path.stem}.json").exists():
        return
    first, last = (datetime.fromisoformat(one["at"]) for one in (lines[0], lines[-1]))
    facts = {name: str(lines[0][name]) for name in RELEASES if name in lines[0]}
    steps = Steps(str(lines[0]["act"]), str(lines[0]["what"]), 0, journal, _begun(lines), facts)
    steps.began -= (last - first).total_seconds()
    _write(layout, steps, refused, _text(layout, steps, refused, ""))


def _begun(lines: list[dict[str, Any]]) -> list[Step]:
    """The steps that a journal tells of; the last may not have ended."""
    took = {one["step"]: one["seconds"] for one in lines if one.get("state") == "done"}
    return [
        Step(
            one["step"],
            one["title"],
            took.get(one["step"], 0.0),
            "done" if one["step"] in took else "begun",
        )
        for one in lines
        if one.get("state") == "begin"
    ]


def _close(layout: Layout, steps: Steps, refused: Refused | None, advice: str = "") -> int:
    status, text = _status(refused), _text(layout, steps, refused, advice)
    try:
        path = _write(layout, steps, refused, text, advice)
        steps.journal.note("end", outcome=WORDS[status], status=status)
        text.append(f"Report: {path}")
        prune_reports(layout)
    except OSError as error:
        # A full disk must not hide what happened.
        text.append(f"The report can't be written: {error}")
    say("\n".join(["", *text]))
    return status


def _status(refused: Refused | None) -> int:
    return refused.status if refused else DONE


def _text(layout: Layout, steps: Steps, refused: Refused | None, advice: str) -> list[str]:
    """How it ended, for people."""
    status, advised = _status(refused), refused.advice if refused else advice
    text = [f"{steps.what}: {WORDS[status]}."]
    if refused:
        text += [f"Reason: {refused.reason}", standing(layout, status)]
    return [*text, f"What to do: {advised}"] if advised else text


def _write(
    layout: Layout, steps: Steps, refused: Refused | None, text: list[str], advice: str = ""
) -> Path:
    path = layout.reports / f"{steps.journal.path.stem}.txt"
    seconds = round(time.monotonic() - steps.began, 1)
    lines = [
        f"{one.title:<{progress.WIDEST}} {one.seconds:7.1f} s  {one.outcome}  {one.note}"
        for one in steps.done
    ]
    details = ["", "Details:", refused.details] if refused and refused.details else []
    durable.write_text(path, "\n".join([*text, "", *lines, f"Together {seconds} s.", *details, ""]))
    durable.write_json(
        path.with_suffix(".json"),
        {
            "act": steps.act,
            "what": steps.what,
            "status": _status(refused),
            "outcome": WORDS[_status(refused)],
            "reason": refused.reason if refused else None,
            "advice": (refused.advice if refused else advice) or None,
            "details": refused.details if refused else None,
            "ended_at": datetime.now(UTC).isoformat(),
            "seconds": seconds,
            "steps": [vars(one) for one in steps.done],
            **steps.facts,
        },
    )
    return path

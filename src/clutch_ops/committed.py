"""Whether `current` leads where the last change put it.

The rename of `current` is the commit, and the mark in the binding follows it: so the newest mark
tells where it was put. A cut between the two is told from an edit by the journal of that change,
which had begun its commit and was not refused.
"""

from __future__ import annotations

from contextlib import suppress

from clutch_ops.control import Control, HolderGone
from clutch_ops.journal import END, journals
from clutch_ops.layout import Binding, Layout, name_of
from clutch_ops.refusals import DONE, NeedsPerson, Refused


def check(layout: Layout) -> Binding:
    """What `current` binds.

    Raises:
        NeedsPerson: somebody edited it; what the last change bound, and what serves, is told.
    """
    try:
        return find(layout)
    except NeedsPerson as edited:
        raise NeedsPerson(f"{edited.reason} {_serving(layout)}", edited.advice) from None


def trouble(layout: Layout) -> str | None:
    """How `current` was edited, in a sentence; None when it was not."""
    try:
        find(layout)
    except NeedsPerson as edited:
        return f"{edited.reason.rstrip('.')} ({edited.advice})"
    return None


def find(layout: Layout) -> Binding:
    """The same for the holder itself, which nobody has to tell what serves."""
    current, past = layout.current(), layout.bindings_committed()
    last = past[-1] if past else current
    if current == last or not last.mark.exists() or _was_being_bound(layout, current, last):
        return current
    raise NeedsPerson(
        f"{layout.root / 'current'} leads to {_told(current)}, but the last change put it at "
        f"{_told(last)}: somebody edited it.",
        f"ln -sfn bindings/{last.number} {layout.root / 'current'}",
    )


def _was_being_bound(layout: Layout, current: Binding, last: Binding) -> bool:
    """Whether a change got as far as its commit, and only the mark of it is missing."""
    if current.number < last.number:
        return False
    told = [one.lines() for one in journals(layout)]
    meant = [
        lines
        for lines in told
        if any(line["step"] == "binding" and line.get("number") == current.number for line in lines)
    ]
    if not meant or all(line["step"] != "commit" for line in meant[-1]):
        return False
    end = meant[-1][-1]
    return end["step"] != END or end.get("status") == DONE


def _told(binding: Binding) -> str:
    return f"binding {binding.number}, {name_of(binding.release)},"


def _serving(layout: Layout) -> str:
    with suppress(Refused, HolderGone), Control(layout) as control:
        number = control.ask("status").get("binding")
        return f"Binding {number} serves." if number else "None serves."
    return "None serves: the site does not run."

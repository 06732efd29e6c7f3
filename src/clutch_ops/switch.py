"""Changing over from one binding to another: the only part of an update that touches the site.

Three ways, one end. Where nothing runs, the release begins on its data for nobody but us. Where
the data stays, the new release is started and looked at beside the old one, and the public notices
nothing. Where the data changes, the old one ends first, its data is copied and the copy migrated,
while connections wait in the socket's queue. All end in one rename of `current`: before it
everything leads back, after it everything leads forward.
"""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from clutch_ops import (
    ballast,
    canary,
    databases,
    durable,
    health,
    identity,
    services,
    shapes,
)
from clutch_ops.control import Control, HolderGone, NotRunning
from clutch_ops.databases import Store
from clutch_ops.health import Unhealthy
from clutch_ops.journal import holding, switching
from clutch_ops.layout import Binding, Layout, version_of
from clutch_ops.refusals import NeedsPerson, Refused, RolledBack
from clutch_ops.report import COMMITTED, Steps
from clutch_ops.shapes import Seen
from clutch_ops.talk import Address

LOAD_S = 60.0
ENDS_S = 8.0
BACK_S = 60.0
ALONE_S = 3.0
# A holder whose release ends at once lives for less, and its manager waits less.
REACH_S = 15.0
LEAST_PREPARE_S = 30.0
# What the holder is told, as the step says it.
TITLES = {
    "start": "Start it beside the one that runs",
    "stop": "Let requests finish; new ones wait",
    "prepare": "Bring the data to its schema, start its processes",
}
MEND = (
    "What it said stands in the details of the report. Try again, or wait for a release in which "
    "that is mended."
)


@dataclass(frozen=True)
class Plan:
    """What is to follow `before`. `release` None: the same binding, by new processes.

    `copied` is whose data a new generation begins with; None leaves the data where it is.
    `accepts` is the newer schema that an older release is to run on. `seconds` is what preparing
    may take, `phase` what the new migrations may do.
    """

    before: Binding
    release: Path | None = None
    copied: Binding | None = None
    accepts: str | None = None
    phase: str = shapes.NONE
    seconds: float = LEAST_PREPARE_S


@dataclass(frozen=True)
class Change:
    """A plan, and the binding that was made for it."""

    plan: Plan
    after: Binding

    @property
    def before(self) -> Binding:
        return self.plan.before


def change_over(layout: Layout, plan: Plan, steps: Steps) -> str:
    """Let the site run as planned; what is left to be typed: where it stood still, starting it.

    Raises:
        Refused: the new release did not start well; the old one served all the time.
        RolledBack: the same, after the old one had been stopped.
        NeedsPerson: the old one does not come back either.
    """
    with ExitStack() as held:
        control = _reach(layout, held)
        held.enter_context(switching(layout))
        change = Change(plan, _made(layout, plan, steps))
        try:
            if control is None:
                _put_in_place(layout, change, steps)
            else:
                _bring_up(layout, change, steps, control)
        except BaseException as error:  # noqa: BLE001 - whatever it was, the site comes first
            if not _counts(layout, change, steps):
                _go_back(layout, change, steps, control, error)
        ballast.drop(change.before)
        change.after.gate.unlink(missing_ok=True)
        if control is None:
            return f"Start the site: {services.start(layout)}"
        _go_on(steps, control, change.after)
    return ""


def _reach(layout: Layout, held: ExitStack) -> Control | None:
    """The holder's line, once it lets us conduct; None where the site stands still, and stays so.

    A manager may start a holder again and again that ends at once, because the release does.
    """
    until = time.monotonic() + REACH_S
    while True:
        with suppress(NotRunning, HolderGone):
            control = held.enter_context(Control(layout))
            begun = control.ask("begin")
            if begun["ok"]:
                return control
            why = f"The site can't be changed now: {begun['why']}."
            raise Refused(why, "Try again.")
        try:
            held.enter_context(holding(layout))
        except Refused:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return None


def _made(layout: Layout, plan: Plan, steps: Steps) -> Binding:
    """The binding to change to, noted in case of a cut. What can't be made whole is taken away."""
    before = plan.before
    if plan.release is None:
        return before
    generation, database = before.generation, before.database
    if plan.copied is not None:
        generation, database = databases.next_generation(layout)
    number = layout.next_number()
    meant = {"number": number, "generation": generation.name, "database": database}
    steps.journal.note("binding", **meant, before=before.number)
    try:
        layout.make_generation(generation)
        return layout.bind(plan.release, generation, database, plan.accepts)
    except BaseException:
        folder = layout.bindings / str(number)
        drop(layout, Binding(folder, plan.release, generation, database), before)
        raise


def _bring_up(layout: Layout, change: Change, steps: Steps, control: Control) -> None:
    plan, number = change.plan, change.after.number
    if plan.copied is not None:
        change.after.gate.touch(mode=0o600)
    with steps.step("start", "Start it beside the one that runs"):
        _tell(control, "start", binding=number, seconds=LOAD_S)
    before = _freeze(layout, change, plan.copied, steps, control) if plan.copied else Seen()
    with steps.step("prepare", "Bring the data to its schema, start its processes"):
        _tell(control, "prepare", seconds=max(LEAST_PREPARE_S, plan.seconds))
    with steps.step("gate", "Ask it what the public will ask"):
        if plan.copied is not None:
            canary.check_migrated(layout, change.after, before, plan.phase)
        check = Address(path=layout.run / f"check-{number}.sock")
        version = version_of(change.after.release)
        health.check(check, version, quickly=plan.copied is not None)
    _commit(layout, change, steps)


def _put_in_place(layout: Layout, change: Change, steps: Steps) -> None:
    """The same where nothing runs: it begins on the data that it will have, for nobody but us."""
    plan = change.plan
    change.after.gate.touch(mode=0o600)
    before = _freeze(layout, change, plan.copied, steps, None) if plan.copied else Seen()
    with steps.step("prepare", "Bring the data to its schema, start its processes"):
        canary.begin_on(layout, change.after, before, plan.phase)
    _commit(layout, change, steps)


def _commit(layout: Layout, change: Change, steps: Steps) -> None:
    with steps.step("commit", "Change over"):
        layout.commit_to(change.after)
        steps.facts[COMMITTED] = True
        identity.note(layout, change.after)


def _counts(layout: Layout, change: Change, steps: Steps) -> bool:
    """Whether the commit has happened, though something failed right after it."""
    if change.after != change.before and layout.leads_to(change.after):
        steps.facts[COMMITTED] = True
    return COMMITTED in steps.facts


def _freeze(
    layout: Layout, change: Change, copied: Binding, steps: Steps, control: Control | None
) -> Seen:
    """Copy the data when nobody can change it any more; what was counted in it."""
    with steps.step("freeze", "Let requests finish; new ones wait"):
        ballast.take_on(change.before)
        if control is not None:
            steps.facts["frozen"] = True
            _tell(control, "stop", seconds=15)
        change.before.gate.touch(mode=0o600)
        durable.sync(change.before.gate.parent)
        store = databases.store_of(layout, change.before)
        store.hold_still()
        _check_alone(store)
    with steps.step("copy", "Copy the data"):
        store = databases.store_of(layout, change.after)
        databases.store_of(layout, copied).copy_to(store)
        copy_files(copied.generation, change.after.generation)
        databases.renew_epoch(store)
        return shapes.look(store)


def _check_alone(store: Store) -> None:
    """Whoever else writes to the data that is left behind would lose it.

    Raises:
        Refused: another machine's site or another program is connected, also after some seconds.
    """
    until = time.monotonic() + ALONE_S
    while count := store.others():
        if time.monotonic() > until:
            raise Refused(
                f"Others use the database, too ({count} connections): another machine's site? What "
                "they write while the data is migrated would be lost.",
                "Stop them, then type this again.",
            )
        time.sleep(0.1)


def copy_files(home: Path, to: Path) -> None:
    """What a `CLUTCH_HOME` holds beside its database, its log and what its processes say."""
    aside = shutil.ignore_patterns("run", "logs", "backups", "before-restore-*", "clutch.db*")
    shutil.copytree(home, to, ignore=aside, dirs_exist_ok=True)
    durable.sync_tree(to)


def _go_on(steps: Steps, control: Control, after: Binding) -> None:
    """After the commit: whatever fails here, a holder that starts again goes on from `current`."""
    with steps.step("open", "Let the public in") as step:
        try:
            control.ask("open", seconds=15)
            told = control.ask("status")["address"]
            control.ask("end")
            health.public(Address.reaching(*told), version_of(after.release))
        except HolderGone:
            step.note = "the holder ended; when it starts, it runs the new release"
        except Unhealthy as error:
            step.note = f"at the public address {error}"


def _go_back(
    layout: Layout, change: Change, steps: Steps, control: Control | None, error: BaseException
) -> NoReturn:
    """Have the old binding run again, then say why as the refusal that it is."""
    reason = _reason(change, error)
    ballast.drop(change.before)
    with suppress(OSError):
        steps.journal.note("back", why=str(error))
    change.before.gate.unlink(missing_ok=True)
    answer = _runs_again(control)
    drop(layout, change.after, change.before)
    frozen = bool(steps.facts.get("frozen"))
    if not answer["ok"] and frozen:
        raise NeedsPerson(
            f"{reason} And the release before it does not start again: {_why(answer)}",
            f"Start the site ({services.start(layout)}) and read what it says.",
            _details(error),
        ) from error
    kind = RolledBack if frozen else Refused
    advice = error.advice if isinstance(error, Refused) else ""
    raise kind(reason, advice, _details(error)) from error


def _runs_again(control: Control | None) -> dict[str, Any]:
    """The holder's answer when it has what `current` says serve; nothing is asked of a still site.

    It was still before, too.
    """
    if control is None:
        return {"ok": True}
    try:
        answer = control.ask("abort", seconds=BACK_S)
        control.ask("end")
    except HolderGone:
        return {"ok": False, "why": "the holder ended"}
    return answer


def drop(layout: Layout, after: Binding, before: Binding) -> None:
    """Take away a binding that was not switched to, and the generation made for it."""
    if after.folder == before.folder:
        return
    if after.generation != before.generation:
        databases.drop(layout, after.generation, after.database)
        _take_away(after.generation)
    shutil.rmtree(after.folder, ignore_errors=True)


def _take_away(generation: Path) -> None:
    """Where the holder was killed, the release that ends for it may still write there."""
    until = time.monotonic() + ENDS_S
    while generation.exists() and time.monotonic() < until:
        shutil.rmtree(generation, ignore_errors=True)
        time.sleep(0.1 if generation.exists() else 0)


def _tell(control: Control, word: str, **facts: Any) -> None:
    answer = control.ask(word, **facts)
    if not answer["ok"]:
        raise Refused(
            f"The change stopped at “{TITLES[word]}”: {_why(answer)}",
            MEND,
            "\n".join(answer.get("said", [])),
        )


def _why(answer: dict[str, Any]) -> str:
    said = [line for line in answer.get("said", []) if line.strip() and not line.startswith("{")]
    if answer.get("late"):
        return "it took too long."
    if "status" in answer:
        return f"it ended with status {answer['status']}: {said[-1] if said else 'it said nothing'}"
    return f"{answer.get('why', 'no reason given')}."


def _reason(change: Change, error: BaseException) -> str:
    if isinstance(error, Refused):
        return error.reason
    if isinstance(error, HolderGone):
        return "The holder of the site's socket ended during the change."
    if isinstance(error, (Unhealthy, OSError)):
        return f"The new release does not work on the real data: {error}."
    if isinstance(error, sqlite3.Error):
        return f"The data can't be copied or read: {error}{_room_left(change.before)}."
    return f"The change was interrupted ({type(error).__name__}: {error})."


def _room_left(binding: Binding) -> str:
    """SQLite says of a full disk only that it could not read or write."""
    free = shutil.disk_usage(binding.generation).free
    return f" ({os.strerror(errno.ENOSPC)})" if free < ballast.BYTES else ""


def _details(error: BaseException) -> str:
    return error.details if isinstance(error, Refused) else ""

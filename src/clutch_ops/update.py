"""`clutch update`: to a newer commit, or not at all."""

from __future__ import annotations

import argparse
import os
import signal
from collections.abc import Sequence
from pathlib import Path

from clutch_ops import arguments as typed
from clutch_ops import (
    canary,
    committed,
    databases,
    environments,
    identity,
    inspection,
    preflight,
    recover,
    shapes,
    source,
    tool,
)
from clutch_ops.databases import Store
from clutch_ops.journal import only_one
from clutch_ops.layout import Binding, Layout, name_of, release_facts
from clutch_ops.prune import prune
from clutch_ops.refusals import Refused
from clutch_ops.report import Steps, begin, conclude, say
from clutch_ops.switch import Plan, change_over

PAUSE_S = 15.0
STEPS_BESIDE, STEPS_FROZEN = 11, 13


def update(root: Path, arguments: Sequence[str]) -> int:
    """Bring the site to a newer commit; it goes on as it was when that does not work."""
    words = typed.Words("update", update.__doc__)
    words.add_argument("--to", default=None, metavar="REF", help="branch, tag or commit")
    words.add_argument(
        "--pause",
        type=float,
        default=PAUSE_S,
        metavar="SECONDS",
        help="how long visitors may wait at most while the data is migrated",
    )
    words.add_argument("--even-if-ill", action="store_true", help="though the site is not well now")
    words.add_argument(
        "--clock-is-right", action="store_true", help="whatever seems to say it is not"
    )
    wanted = words.parse_args(arguments)
    layout = Layout(root)
    preflight.check_owner(layout)
    # A line that breaks must not stop what has begun.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with only_one(layout, "update"):
        recover.tidy(layout)
        return _update(layout, wanted)


def _update(layout: Layout, wanted: argparse.Namespace) -> int:
    before = committed.check(layout)
    ref = wanted.to or layout.facts.get("ref") or "HEAD"
    what = f"Update of {name_of(before.release)} to {ref}"
    facts = {"from": name_of(before.release), "to": ref}
    steps = begin(layout, "update", what, STEPS_BESIDE, facts)
    return conclude(layout, steps, lambda: _bring(layout, before, ref, wanted, steps))


def _bring(
    layout: Layout, before: Binding, ref: str, wanted: argparse.Namespace, steps: Steps
) -> str:
    release = _fetched(layout, before, ref, wanted, steps)
    steps.facts |= {"to": name_of(release)}
    if release == before.release:
        return _same(layout, before, wanted, steps)
    if not wanted.even_if_ill:
        preflight.check_running(layout, before)
    steps.what = f"Update {name_of(before.release)} -> {name_of(release)}"
    left = _apply(layout, before, release, wanted.pause, steps)
    return left or f"Should it disappoint: {layout.launcher} rollback"


def _same(layout: Layout, before: Binding, wanted: argparse.Namespace, steps: Steps) -> str:
    """There is nothing newer: packages that are damaged are made anew all the same."""
    with steps.step("environment", "Install its packages from the lock"):
        mended = environments.renew(layout, before.release)
    if mended:
        steps.what = f"Update: {name_of(before.release)} runs on packages that were made anew"
        return change_over(layout, Plan(before), steps)
    if not wanted.even_if_ill:
        preflight.check_running(layout, before)
    steps.what = f"Update to {name_of(before.release)}, which the site runs already"
    return ""


def _fetched(
    layout: Layout, before: Binding, ref: str, wanted: argparse.Namespace, steps: Steps
) -> Path:
    with steps.step("preflight", "Look at the site, its disk and its clock"):
        identity.check(layout, before)
        preflight.check_room(layout, databases.store_of(layout, before))
        if not wanted.clock_is_right:
            preflight.check_clock(layout, before)
        preflight.check_settings_file(layout)
        preflight.check_database(layout)
    with steps.step("fetch", "Fetch the release") as step:
        source.fetch(layout)
        commit = source.resolve(layout, ref)
        here = release_facts(before.release).get("commit", "")
        if source.is_older(layout, commit, here):
            raise Refused(
                f"{ref} is older than what runs: the data may know more than it does.",
                f"To go back: {layout.launcher} rollback",
            )
        release = source.export(layout, commit)
        step.note = name_of(release)
    return release


def _apply(layout: Layout, before: Binding, release: Path, pause: float, steps: Steps) -> str:
    """Changes over; what is left to be typed."""
    new = prepare_release(layout, before, release, steps)
    if new:
        steps.count = STEPS_FROZEN
    phase = shapes.together(new.values())
    trial = try_out(layout, before, release, steps, phase=phase, bare=True)
    forecast = trial.copying + trial.preparing + 2.0 if new else 0.0
    steps.facts |= {"forecast_seconds": round(forecast, 1), "schema": trial.schema}
    if forecast > pause:
        raise Refused(
            f"The site would stand still for some {forecast:.0f} s while its data is copied and "
            f"migrated, more than {pause:g} s.",
            f"At a quiet hour: {layout.launcher} update --pause {2 * forecast:.0f}",
        )
    copied, seconds = before if new else None, 3 * trial.preparing + 10
    plan = Plan(before, release, copied, phase=phase, seconds=seconds)
    left = change_over(layout, plan, steps)
    finish(layout, release, steps)
    return left


def prepare_release(layout: Layout, before: Binding, release: Path, steps: Steps) -> dict[str, str]:
    """Packages and everything that can be seen without starting; its new migrations by phase."""
    with steps.step("environment", "Install its packages from the lock"):
        environments.ensure(layout, release)
    with steps.step("inspect", "Look up every import, setting and template"):
        binding = Binding(
            layout.bindings / "0", release, before.generation, before.database, before.accepts
        )
        inspection.inspect(layout, binding)
        # All that was written for it has to outlast a power cut before `current` leads there.
        os.sync()
        return new_schemas(databases.store_of(layout, before), release)


def new_schemas(store: Store, release: Path) -> dict[str, str]:
    """The migrations that the data has not seen yet, with their phases.

    Raises:
        Refused: the data has seen one that the release does not know, or one has no phase.
    """
    known = inspection.schemas(release)
    found = store.value(databases.SCHEMA) or ""
    if found not in known:
        raise Refused(
            f"The data has schema {found}, and that release knows only up to "
            f"{max(known, default='none')}: it is older than the data.",
            "Name a newer one.",
        )
    new = {number: phase for number, phase in known.items() if number > found}
    for number, phase in new.items():
        if phase not in shapes.PHASES:
            raise Refused(
                f"The migration {number} does not say whether it expands, contracts or changes the "
                "data (phase), so what it may do is not known.",
                inspection.WAIT,
            )
    return new


def try_out(
    layout: Layout,
    source: Binding,
    release: Path,
    steps: Steps,
    accepts: str | None = None,
    *,
    phase: str = shapes.NONE,
    bare: bool = False,
) -> canary.Trial:
    """Use the release on a copy of the data."""
    with steps.step("rehearse", "Try it out on a copy of the data") as step:
        store = databases.store_of(layout, source)
        trial = canary.rehearse(layout, release, store, accepts, phase=phase, bare=bare)
        step.note = f"ready after {trial.preparing:.1f} s"
    return trial


def finish(layout: Layout, release: Path, steps: Steps) -> None:
    """What follows a change that counts already: nothing here may undo it."""
    with steps.step("tidy", "Put the operator's tool in place, clear away") as step:
        try:
            tool.take_from(layout, release)
            tool.write_launcher(layout)
            step.note = ", ".join(prune(layout))
        except (OSError, Refused) as error:
            step.note = f"left for the next time: {error}"
            say(str(error))

"""`clutch install --adopt`: a checkout that pm2 runs by hand becomes a site that can be updated.

The old one is never written to: its data is copied when it has ended, and pm2's entry of it is kept
as a file. Until the new one serves, whatever fails has the old one run again. What an adoption that
was cut off left behind is found again by what pm2 lists, and by `adopts` in `site.json`.
"""

from __future__ import annotations

import json
import shutil
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from clutch_ops import (
    by_hand,
    canary,
    databases,
    durable,
    environments,
    inspection,
    pm2,
    preflight,
    processes,
    shapes,
    source,
    terminal,
    tool,
)
from clutch_ops.by_hand import END_S, ByHand
from clutch_ops.control import Control, HolderGone
from clutch_ops.journal import journals
from clutch_ops.layout import Binding, Layout, name_of
from clutch_ops.refusals import DONE, NeedsPerson, Refused, RolledBack
from clutch_ops.report import AGAIN, COMMITTED, Steps, begin, conclude, say
from clutch_ops.standing import ADOPTS
from clutch_ops.switch import copy_files
from clutch_ops.update import new_schemas

STEPS = 10
READY_S = 90.0


@dataclass(frozen=True)
class Adoption:
    """The old site, the new one's folders, and the generation that it begins with."""

    old: ByHand
    layout: Layout
    steps: Steps

    @property
    def definition(self) -> Path:
        """What pm2 knew of the old one, in the form that `pm2 resurrect` reads."""
        return self.layout.root / "etc" / "before-adoption.json"


def say_plan(old: ByHand) -> None:
    """What adopting it means."""
    store = old.store
    host, port = old.address
    say(f"  it takes the place of {old.program.name}, which pm2 runs from {old.checkout}:")
    say(f"    the commit that is checked out there becomes the first release, at {host}:{port}")
    say(f"    its settings ({old.settings_file}, and what pm2 gives it) are copied")
    size = terminal.size(store.size()) if _is_there(store) else "nothing yet"
    say(f"    its data ({size}) is copied while it stands still, some seconds; the old stays whole")
    say("    pm2 then runs the new launcher by that name; should that fail, the old one again")


def _is_there(store: databases.Store) -> bool:
    return not isinstance(store, databases.Sqlite) or store.path.exists()


def is_beyond_return(layout: Layout) -> bool:
    """Whether only the end of an adoption is left: pm2 has the new one by its name, or nothing.

    Raises:
        Refused: pm2 does not run, or the folder has a site that it never had.
    """
    if not (layout.root / "current").is_symlink():
        return False
    by_hand.check_pm2()
    scripts = [one.script for one in pm2.named(str(layout.facts.get("name")))]
    if layout.launcher in scripts:
        return True
    if ADOPTS not in layout.facts:
        raise Refused(
            f"{layout.root} has a site of its own already, and pm2 does not run it.",
            "Name another folder.",
        )
    return not scripts


def end(layout: Layout) -> int:
    """Do what is left: nothing of it is done twice."""
    name = str(layout.facts["name"])
    if not any(one.pid for one in pm2.named(name)):
        _start_new(layout)
    _wait_until_ready(layout)
    _note_done(layout)
    pm2.ask("save")
    say(f"\n{layout.root} runs {name_of(layout.current().release)}; pm2 keeps it as {name}")
    return DONE


def adopt(layout: Layout, old: ByHand) -> int:
    """Let the site in `layout`, whose facts are noted, take the place of the old one."""
    # A line that breaks must not stop what has begun.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    what = f"Adoption of {old.program.name} by {layout.root}"
    steps = begin(layout, "adopt", what, STEPS, {"old": str(old.checkout)})
    one = Adoption(old, layout, steps)
    return conclude(layout, steps, lambda: _adopt(one))


def _adopt(one: Adoption) -> str:
    _forget(one)
    binding, phases = _prepared(one)
    try:
        _moved(one, binding, shapes.together(phases.values()))
        _replaced(one, binding)
    except BaseException as error:
        # Whatever it was, the old site comes first; but what the new one has accepted must stay.
        if _is_ready(one.layout):
            one.steps.facts[COMMITTED] = True
            raise
        _go_back(one, error)
    one.steps.facts[COMMITTED] = True
    _note_done(one.layout)
    with one.steps.step("save", "Have pm2 remember it"):
        pm2.ask("save")
    release = name_of(binding.release)
    one.steps.what = f"Adoption of {one.old.program.name}: {release} in {one.layout.root}"
    return (
        f"Take a backup: {one.layout.launcher} backup. From now on: {one.layout.launcher} update. "
        f"The old data stays as it was in {one.old.home}."
    )


def _prepared(one: Adoption) -> tuple[Binding, dict[str, str]]:
    """The release, tried out on a copy of the data, for a generation that is not there yet.

    Its new migrations, too, by phase.
    """
    old, layout, steps = one.old, one.layout, one.steps
    with steps.step("preflight", "Look at the old site, its disk, its database"):
        trouble = old.trouble()
        if trouble:
            way = f"Mend that first: pm2 logs {old.program.name} --lines 20 --nostream"
            raise Refused(f"The old site is not well: {trouble}.", way)
        preflight.check_room(layout, old.store)
        preflight.check_database(layout)
    with steps.step("fetch", "Fetch the release") as step:
        source.refuse_dirty(str(old.checkout))
        source.fetch(layout)
        release = source.export(layout, source.borrow(layout, old.checkout))
        step.note = name_of(release)
        steps.facts |= {"to": name_of(release)}
    with steps.step("environment", "Install its packages from the lock"):
        environments.ensure(layout, release)
    binding = _meant(one, release)
    with steps.step("inspect", "Look up every import, setting and template"):
        inspection.inspect(layout, binding)
        phases = new_schemas(old.store, release)
    with steps.step("rehearse", "Try it out on a copy of the data"):
        phase = shapes.together(phases.values())
        canary.rehearse(layout, release, old.store, None, phase=phase, bare=True)
    return binding, phases


def _meant(one: Adoption, release: Path) -> Binding:
    """What `current` will lead to: noted, so that it can be cleared away after a cut."""
    layout, number = one.layout, one.layout.next_number()
    generation, database = databases.next_generation(layout)
    one.steps.journal.note("binding", number=number, generation=generation.name, database=database)
    layout.make_generation(generation)
    return Binding(layout.bindings / str(number), release, generation, database)


def _moved(one: Adoption, binding: Binding, phase: str) -> None:
    """Stop the old site, copy its data, and have the release begin on the copy."""
    old, layout, steps = one.old, one.layout, one.steps
    one.definition.parent.mkdir(exist_ok=True, mode=0o755)
    durable.write_text(one.definition, json.dumps([old.program.definition], indent=1))
    with steps.step("stop", "Let the old site finish its requests and end"):
        steps.facts["stopped"] = True
        old.stop()
    with steps.step("copy", "Copy the data"):
        store = databases.store_of(layout, binding)
        old.store.copy_to(store)
        copy_files(old.home, binding.generation)
        databases.renew_epoch(store)
        before = shapes.look(store)
    with steps.step("prepare", "Bring the copy to its schema, see that it answers"):
        canary.begin_on(layout, binding, before, phase)


def _replaced(one: Adoption, binding: Binding) -> None:
    """Let pm2 run the new launcher in place of the old program."""
    layout, name = one.layout, one.old.program.name
    with one.steps.step("replace", "Have pm2 run the new one by the old one's name"):
        tool.take_from(layout, binding.release)
        layout.bind(binding.release, binding.generation, binding.database)
        layout.commit_to(binding)
        pm2.ask("delete", name)
        _start_new(layout)
        _wait_until_ready(layout)


def _start_new(layout: Layout) -> None:
    pm2.ask("start", str(layout.root / "etc" / "ecosystem.config.json"))


def _wait_until_ready(layout: Layout) -> None:
    """Until the new holder's release answers.

    Raises:
        Refused: it does not.
    """
    name = layout.facts["name"]
    by_hand.wait(
        lambda: _is_ready(layout),
        READY_S,
        f"pm2 started {name}, and within {READY_S:g} s it does not serve.",
    )


def _is_ready(layout: Layout) -> bool:
    try:
        with Control(layout) as control:
            return bool(control.ask("status").get("ready"))
    except (Refused, HolderGone):
        return False


def _go_back(one: Adoption, error: BaseException) -> NoReturn:
    """Have the old site run again, then say why as the refusal that it is."""
    why = f"The adoption was interrupted ({type(error).__name__}: {error})."
    refused = error if isinstance(error, Refused) else Refused(why, AGAIN)
    one.steps.journal.note("back", why=refused.reason)
    try:
        _end_new(one)
        _forget(one)
        one.old.start_again(one.definition)
    except Refused as again:
        raise NeedsPerson(
            f"{refused.reason} And the old site does not run again: {again.reason}",
            f"PM2_DUMP_FILE_PATH={one.definition} pm2 resurrect",
            refused.details,
        ) from error
    raise RolledBack(refused.reason, refused.advice, refused.details) from error


def _end_new(one: Adoption) -> None:
    launcher, name = one.layout.launcher, one.old.program.name
    if any(each.script == launcher for each in pm2.named(name)):
        pm2.ask("delete", name)
        by_hand.wait(lambda: not processes.holds(one.layout), END_S, "The new site does not end.")


def _forget(one: Adoption) -> None:
    """Take away what an adoption that did not end made: nobody has used it."""
    layout = one.layout
    if processes.holds(layout):
        raise Refused(f"Somebody runs {layout.launcher} serve.", "Stop that one first.")
    canary.discard(layout)
    (layout.root / "current").unlink(missing_ok=True)
    for meant in _noted(layout):
        generation = layout.generations / str(meant["generation"])
        # One that is gone was taken away before: its database's name may be another site's by now.
        if generation.exists():
            databases.drop(layout, generation, meant["database"])
            shutil.rmtree(generation)
        shutil.rmtree(layout.bindings / str(meant["number"]), ignore_errors=True)


def _noted(layout: Layout) -> list[dict[str, Any]]:
    """What earlier tries were about to make."""
    tries = [one for one in journals(layout) if one.path.stem.endswith("-adopt")]
    return [line for one in tries for line in one.lines() if line["step"] == "binding"]


def _note_done(layout: Layout) -> None:
    facts = {name: value for name, value in layout.facts.items() if name != ADOPTS}
    durable.write_json(layout.root / "site.json", facts)

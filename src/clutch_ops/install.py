"""`clutch install`: the layout, a first release that has been tried out, and a launcher."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from clutch_ops import (
    adopt,
    by_hand,
    canary,
    durable,
    environments,
    inspection,
    preflight,
    services,
    shapes,
    source,
    tool,
)
from clutch_ops import arguments as typed
from clutch_ops.by_hand import ByHand
from clutch_ops.journal import only_one
from clutch_ops.layout import LONGEST_ROOT, Binding, Layout, name_of
from clutch_ops.refusals import DONE, Refused
from clutch_ops.report import Steps, begin, conclude, say
from clutch_ops.standing import ADOPTS

FOLDER = "/srv/clutch"
FIRST_SETTINGS = """\
# Settings of this site; .env.example of the release explains each. The environment wins.
# CLUTCH_URL=https://your.site
# CLUTCH_PORT=1337
"""


def install(checkout: Path, arguments: Sequence[str]) -> int:
    """Make a site in DIR (default: /srv/clutch) that can be updated safely."""
    words = typed.Words("install", install.__doc__)
    words.add_argument("folder", nargs="?", default=FOLDER, metavar="DIR")
    words.add_argument("--from", dest="source", metavar="GIT", help="address or path")
    words.add_argument("--ref", default=None, help="branch, tag or commit; also for later updates")
    words.add_argument(
        "--manager",
        dest="keeper",
        choices=services.KEEPERS,
        help="what keeps it running",
    )
    words.add_argument("--name", help="the service's name")
    words.add_argument(
        "--adopt", action="store_true", help="take the place of what pm2 runs from this checkout"
    )
    words.add_argument("--dry-run", action="store_true", help="only say what would be done")
    wanted = words.parse_args(arguments)
    layout = Layout(Path(wanted.folder).absolute())
    if wanted.adopt and adopt.is_beyond_return(layout):
        return DONE if wanted.dry_run else adopt.end(layout)
    old = _to_adopt(checkout, wanted) if wanted.adopt else None
    _fill_in(wanted, layout, checkout)
    services.check(layout, wanted.keeper, wanted.name)
    _say_plan(layout, wanted)
    if old is not None:
        adopt.say_plan(old)
    if wanted.dry_run:
        return _look_ahead(layout, wanted)
    _make_folders(layout)
    with only_one(layout, "install"):
        return _install(layout, wanted) if old is None else _adopt(layout, wanted, old)


def _fill_in(wanted: argparse.Namespace, layout: Layout, checkout: Path) -> None:
    """What was not said is as at the last installation, or as it usually is."""
    usual = {"source": str(checkout), "ref": None, "keeper": "none", "name": "clutch"}
    for name, otherwise in usual.items():
        if getattr(wanted, name) is None:
            setattr(wanted, name, layout.facts.get(name) or otherwise)


def _say_plan(layout: Layout, wanted: argparse.Namespace) -> None:
    say(f"A site named {wanted.name} in {layout.root}, from {wanted.source}:")
    say("  folders for releases, data, journals and reports; nothing outside of it is changed")
    say(f"  settings in {layout.settings_file} (kept when they are there)")
    if (layout.root / "current").is_symlink():
        say("  the release that it has stays; only the files around it are made again")
    else:
        say("  a first release with its own environment, tried out before it counts")
    say(f"  {layout.launcher}: serve, update, rollback, restart, recover, and all of `clutch`")
    for path in services.files(layout, wanted.keeper, wanted.name):
        say(f"  {path.relative_to(layout.root)}: what {wanted.keeper} needs; you put it in place")


def _to_adopt(checkout: Path, wanted: argparse.Namespace) -> ByHand:
    """The site to adopt; what was not said is as it has it.

    Raises:
        Refused: there is none, or another manager is wanted.
    """
    if wanted.keeper not in {None, "pm2"}:
        raise Refused(
            f"What is adopted from pm2 stays with pm2; {wanted.keeper} may take it from there.",
            f"First --adopt alone, later: {typed.clutch()} install DIR --manager {wanted.keeper}",
        )
    old = by_hand.find(checkout, wanted.name)
    wanted.keeper, wanted.name = "pm2", old.program.name
    address, branch = source.upstream(checkout) or (str(checkout), None)
    wanted.source, wanted.ref = wanted.source or address, wanted.ref or branch
    return old


def _look_ahead(layout: Layout, wanted: argparse.Namespace) -> int:
    """What the real one would be refused for, as far as looking tells.

    Raises:
        Refused: the folder can't be made, has too little room, or the source can't be read.
    """
    _check_length(layout)
    there = next(one for one in (layout.root, *layout.root.parents) if one.exists())
    try:
        # Asking for rights is not enough: nothing can be made in /proc, whoever asks.
        Path(tempfile.mkdtemp(prefix=".clutch-", dir=there)).rmdir()
    except OSError as error:
        raise _unwritable(layout, error) from None
    if (layout.root / "current").is_symlink():
        preflight.check_owner(layout)
        return DONE
    preflight.check_room(Layout(there), None)
    source.check(wanted.source, wanted.ref, layout.root)
    say("Nothing stands in the way of it.")
    return DONE


def _unwritable(layout: Layout, error: OSError) -> Refused:
    return Refused(
        f"{layout.root} can't be made ({error.strerror}).",
        "Name a folder that this user may write in.",
    )


def _check_length(layout: Layout) -> None:
    if len(str(layout.root)) > LONGEST_ROOT:
        raise Refused(
            f"{layout.root} is too long: sockets lie in it, and their paths are limited.",
            f"Choose a folder whose path has {LONGEST_ROOT} characters or fewer.",
        )


def _make_folders(layout: Layout) -> None:
    _check_length(layout)
    try:
        layout.make()
    except OSError as error:
        raise _unwritable(layout, error) from None
    preflight.check_owner(layout)


def _install(layout: Layout, wanted: argparse.Namespace) -> int:
    if not layout.settings_file.exists():
        durable.write_text(layout.settings_file, FIRST_SETTINGS)
    _write_around(layout, _facts(wanted))
    return _first_release(layout, wanted.ref or "HEAD")


def _adopt(layout: Layout, wanted: argparse.Namespace, old: ByHand) -> int:
    old.write_settings(layout)
    _write_around(layout, _facts(wanted) | {ADOPTS: str(old.checkout)})
    return adopt.adopt(Layout(layout.root), old)


def _write_around(layout: Layout, facts: dict[str, Any]) -> None:
    durable.write_json(layout.root / "site.json", facts)
    services.write(layout, facts["keeper"], facts["name"])
    tool.write_launcher(layout)


def _facts(wanted: argparse.Namespace) -> dict[str, Any]:
    local = Path(wanted.source)
    return {
        "source": str(local.resolve()) if local.exists() else wanted.source,
        "ref": wanted.ref,
        "name": wanted.name,
        "keeper": wanted.keeper,
    }


def _first_release(layout: Layout, ref: str) -> int:
    # Once more, for the facts that were noted meanwhile.
    layout = Layout(layout.root)
    if (layout.root / "current").is_symlink():
        binding = layout.current()
        tool.take_from(layout, binding.release)
        say(f"\n{layout.root} runs {name_of(binding.release)}; only the files around it were made")
        say(f"What to do: {services.advice(layout)}")
        return DONE
    what = f"Installation in {layout.root}"
    steps = begin(layout, "install", what, 5, {"to": ref})
    return conclude(layout, steps, lambda: _make(layout, ref, steps))


def _make(layout: Layout, ref: str, steps: Steps) -> str:
    with steps.step("fetch", "Fetch the release") as step:
        preflight.check_room(layout, None)
        preflight.check_database(layout)
        source.fetch(layout)
        release = source.export(layout, source.resolve(layout, ref))
        step.note = name_of(release)
        steps.facts |= {"to": name_of(release)}
    with steps.step("environment", "Install its packages from the lock"):
        environments.ensure(layout, release)
    generation = layout.generations / "gen-1"
    layout.make_generation(generation)
    with steps.step("inspect", "Look up every import, setting and template"):
        inspection.inspect(layout, Binding(layout.bindings / "0", release, generation))
    with steps.step("rehearse", "Try it out on data of its own"):
        canary.rehearse(layout, release, None, None, phase=shapes.NONE, bare=True)
    with steps.step("commit", "Put it in place"):
        tool.take_from(layout, release)
        layout.commit_to(layout.bind(release, generation, None))
    steps.what = f"Installation of {name_of(release)} in {layout.root}"
    return services.advice(layout)

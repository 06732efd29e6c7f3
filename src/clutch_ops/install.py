"""`clutch install`: the layout, a first release that has been tried out, and a launcher."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from clutch_ops import arguments as typed
from clutch_ops import canary, durable, environments, inspection, preflight, services, source, tool
from clutch_ops.journal import Journal, only_one
from clutch_ops.layout import LONGEST_ROOT, Binding, Layout, name_of
from clutch_ops.refusals import DONE, Refused
from clutch_ops.report import Steps, conclude, say

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
    words.add_argument("--dry-run", action="store_true", help="only say what would be done")
    wanted = words.parse_args(arguments)
    layout = Layout(Path(wanted.folder).absolute())
    _fill_in(wanted, layout, checkout)
    services.check(layout, wanted.keeper, wanted.name)
    _say_plan(layout, wanted)
    if wanted.dry_run:
        return DONE
    return _install(layout, wanted)


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
    say("  a first release with its own environment, tried out before it counts")
    say(f"  {layout.launcher}: serve, update, rollback, restart, recover, and all of `clutch`")
    for path in services.files(layout, wanted.keeper, wanted.name):
        say(f"  {path.relative_to(layout.root)}: what {wanted.keeper} needs; you put it in place")


def _install(layout: Layout, wanted: argparse.Namespace) -> int:
    if len(str(layout.root)) > LONGEST_ROOT:
        raise Refused(
            f"{layout.root} is too long: sockets lie in it, and their paths are limited.",
            f"Choose a folder whose path has {LONGEST_ROOT} characters or fewer.",
        )
    try:
        layout.make()
        if not layout.settings_file.exists():
            durable.write_text(layout.settings_file, FIRST_SETTINGS)
    except OSError as error:
        raise Refused(
            f"{layout.root} can't be made ({error.strerror}).",
            "Name a folder that this user may write in.",
        ) from None
    preflight.check_owner(layout)
    with only_one(layout, "install"):
        _note_facts(layout, wanted)
        services.write(layout, wanted.keeper, wanted.name)
        tool.write_launcher(layout)
        return _first_release(layout, wanted.ref or "HEAD")


def _note_facts(layout: Layout, wanted: argparse.Namespace) -> None:
    local = Path(wanted.source)
    facts = {
        "source": str(local.resolve()) if local.exists() else wanted.source,
        "ref": wanted.ref,
        "name": wanted.name,
        "keeper": wanted.keeper,
    }
    durable.write_json(layout.root / "site.json", facts)


def _first_release(layout: Layout, ref: str) -> int:
    # Once more, for the facts that were noted meanwhile.
    layout = Layout(layout.root)
    if (layout.root / "current").is_symlink():
        binding = layout.current()
        tool.take_from(layout, binding.release)
        say(f"\n{layout.root} runs {name_of(binding.release)}; only the files around it were made")
        say(f"To have it kept running: {services.advice(layout)}")
        return DONE
    what = f"Installation in {layout.root}"
    steps = Steps("install", what, 5, Journal.begin(layout, "install", to=ref))
    return conclude(layout, steps, lambda: _make(layout, ref, steps))


def _make(layout: Layout, ref: str, steps: Steps) -> str:
    with steps.step("fetch", "Fetch the release") as step:
        preflight.check_room(layout, None)
        preflight.check_database(layout)
        source.fetch(layout)
        release = source.export(layout, source.resolve(layout, ref))
        step.note = name_of(release)
    with steps.step("environment", "Install its packages from the lock"):
        environments.ensure(layout, release)
    generation = layout.generations / "gen-1"
    layout.make_generation(generation)
    with steps.step("inspect", "Look up every import, setting and template"):
        inspection.inspect(layout, Binding(layout.bindings / "0", release, generation))
    with steps.step("rehearse", "Try it out on data of its own"):
        canary.rehearse(layout, release, None, None, may_drop=False)
    with steps.step("commit", "Put it in place"):
        tool.take_from(layout, release)
        layout.commit_to(layout.bind(release, generation, None))
    steps.what = f"Installation of {name_of(release)} in {layout.root}"
    return services.advice(layout)

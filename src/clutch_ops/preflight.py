"""What must be so before anything is tried: rights, room, the clock, a site that is well."""

from __future__ import annotations

import os
import pwd
import shutil

from clutch_ops import clock, health, place, services, settings
from clutch_ops.control import Control, NotRunning
from clutch_ops.databases import Store
from clutch_ops.doctor_settings import half_written
from clutch_ops.findings import BAD
from clutch_ops.health import Unhealthy
from clutch_ops.layout import Binding, Layout
from clutch_ops.postgres import Postgres
from clutch_ops.refusals import Refused
from clutch_ops.talk import Address

# What a release with an environment of its own takes, and what must be left for the site.
RELEASE_BYTES = 260 << 20
SPARE_BYTES = 500 << 20
COPIES = 3
LEAST_INODES = 20_000


def check_owner(layout: Layout) -> None:
    """Whoever types must be the user whose site it is.

    Raises:
        Refused: it is another one; files would belong to the wrong user.
    """
    owner = layout.root.stat().st_uid
    if owner != os.geteuid():
        name = pwd.getpwuid(owner).pw_name
        raise Refused(
            f"The site belongs to {name}, and this is {pwd.getpwuid(os.geteuid()).pw_name}.",
            f"sudo -u {name} {layout.launcher} ...",
        )
    if not os.access(layout.root, os.W_OK):
        raise Refused(f"{layout.root} can't be written.", "Give its user the right to.")


def needed(size: int) -> int:
    """Bytes that an update of a site wants whose data takes `size`."""
    return COPIES * size + RELEASE_BYTES + SPARE_BYTES


def check_room(layout: Layout, store: Store | None) -> None:
    """Three times the data, a release, and something for the site to go on with.

    Raises:
        Refused: with both figures.
    """
    wanted = needed(store.size() if store else 0)
    free = shutil.disk_usage(layout.root).free
    if free < wanted:
        raise Refused(
            f"Too little room under {layout.root}: {wanted >> 20} MB are needed (three times the "
            f"data, the release, 500 MB to spare), {free >> 20} MB are free.",
            "Make room, then type this again.",
        )
    inodes = os.statvfs(layout.root).f_favail
    if 0 < inodes < LEAST_INODES:
        raise Refused(
            f"Too few files can be made under {layout.root}: {inodes}.",
            "Delete what is not needed.",
        )


def check_clock(layout: Layout, binding: Binding) -> None:
    """The clock must agree with the database's server, and with what happened already.

    Raises:
        Refused: it does not.
    """
    trouble = clock.trouble(place.at(layout.root, binding))
    if trouble:
        right = f"{layout.launcher} update --clock-is-right"
        raise Refused(trouble, f"Set it ({clock.SET}). When it is right now: {right}")


def check_settings_file(layout: Layout) -> None:
    """A file that somebody is just writing sets something else than it will.

    Raises:
        Refused: a line sets nothing, or never ends, or the last one may be cut.
    """
    if not layout.settings_file.exists():
        return
    text = layout.settings_file.read_text(encoding="utf-8", errors="replace")
    for finding in half_written(layout.settings_file, text):
        if finding.level == BAD:
            raise Refused(finding.sentence, finding.advice)
    name = settings.cut_setting(layout)
    if name is not None:
        raise Refused(
            f"The last line of {layout.settings_file} ({name}) has no end, and its value is not "
            "the one that the site was started with: it may be half-written.",
            f"When its value is whole: echo >> {layout.settings_file}",
        )


def check_database(layout: Layout) -> None:
    """PostgreSQL: the client programs and the right to make databases.

    Raises:
        Refused: what is missing.
    """
    url = settings.database_url(layout)
    if url is not None:
        Postgres.at(url, None).check_rights()


def check_running(layout: Layout, binding: Binding) -> None:
    """The site runs on what `current` says, and is well.

    Raises:
        Refused: it does not run, or what it answers is wrong.
    """
    try:
        with Control(layout) as control:
            status = control.ask("status")
    except NotRunning as still:
        raise Refused(
            still.reason,
            f"Start it ({services.start(layout)}), then type this again. Where it does not start: "
            "--even-if-ill",
        ) from None
    if status.get("binding") != binding.number or not status.get("ready"):
        raise Refused(
            "The site is starting, or runs on something else than `current` says.",
            f"Wait a moment; if that does not help: {layout.launcher} recover",
        )
    try:
        health.ready(Address.reaching(*status["address"]), times=1)
    except (Unhealthy, OSError) as error:
        raise Refused(
            f"The site that runs is not well: {error}.",
            "Mend that first; an update could not tell its own faults from this one. "
            "To update all the same: --even-if-ill",
        ) from None

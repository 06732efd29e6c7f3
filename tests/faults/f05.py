"""F05: the disk is full from one step of an update on, at each step in turn.

As root it is a disk of its own (a tmpfs that is shrunk to what is on it): then the site finds no
room either. Elsewhere the operator's tool alone is told so by the system, at each file that it
makes. The update is refused or rolled back; who reads is served meanwhile, who writes is told; with
room again the site takes writes within five seconds, without a restart.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.faults import checks_updates
from tests.faults.cutting import UPDATE, Base, base_of
from tests.faults.history import Attempt
from tests.faults.installed import SECOND, a_site, left_by, stand, template
from tests.faults.round import Options, Report
from tests.faults.tap import Tap, Tapped
from tests.ops.sites import Site, Visitors
from tests.ops.writers import write_once
from tests.serve.running import wait_until

FULL = "No space left on device"
ROOM = "2g"
HEALS_WITHIN_S = 5.0
EARLY = ("preflight", "fetch", "environment")
LATER = ("inspect", "rehearse", "start", "freeze")
# The old release has ended: what is kept for the way back may be room enough for the way on.
STANDING_STILL = ("copy", "prepare", "gate", "commit")
AFTER = ("open", "tidy")
POLITE = {503, 507}


class Disk:
    """Where a site lies. `is_real`: with a size of its own, so that everybody finds it full.

    `aside` is a folder on another disk.
    """

    def __init__(self, folder: Path, aside: Path, is_real: bool) -> None:
        self.folder = folder
        self.aside = aside
        self.is_real = is_real
        self._has_room = threading.Event()
        self._filler = threading.Thread()

    def fill(self, *, and_keep_full: bool) -> None:
        """Leave room for nothing more; also not where something is deleted meanwhile."""
        self._take_all()
        if and_keep_full:
            self._has_room.clear()
            self._filler = threading.Thread(target=self._keep_full)
            self._filler.start()

    def free(self) -> None:
        """Room again."""
        self._has_room.set()
        if self._filler.is_alive():
            self._filler.join()
        if self.is_real:
            self._resize(ROOM)

    def _keep_full(self) -> None:
        while not self._has_room.wait(0.01):
            self._take_all()

    def _take_all(self) -> None:
        there = os.statvfs(self.folder)
        if there.f_bfree:
            self._resize(str((there.f_blocks - there.f_bfree) * there.f_frsize))

    def _resize(self, size: str) -> None:
        """A size below what was written meanwhile is refused, and is tried again by who fills."""
        command = ["mount", "-o", f"remount,size={size}", str(self.folder)]
        subprocess.run(command, check=size == ROOM, capture_output=True)


@contextmanager
def disk(options: Options) -> Iterator[Disk]:
    """A disk that can be filled up; a real one where this user may mount one."""
    folder = Path(tempfile.mkdtemp(prefix="clutch-disk-"))
    mount = ["mount", "-t", "tmpfs", "-o", f"size={ROOM},mode=0700", "tmpfs", str(folder)]
    is_real = (
        not options.short and not subprocess.run(mount, capture_output=True, check=False).returncode
    )
    aside = Path(tempfile.mkdtemp(prefix="clutch-aside-"))
    place = Disk(folder, aside, is_real)
    try:
        yield place
    finally:
        place.free()
        if is_real:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(aside, ignore_errors=True)


def run(options: Options, report: Report) -> None:
    """Each step on one site, those after the commit last (a short round: first an early step)."""
    early = random.Random(options.seed).sample(EARLY, len(EARLY))
    with template(options) as source, disk(options) as place, a_site(source) as made:
        report.figure("the disk", "full for everybody" if place.is_real else "full for the updater")
        base = base_of(made)
        with a_site(base.folder, str(place.folder)) as site:
            site.serve()
            steps = options.in_time([*early, *LATER])
            tried = [_attempt(site, base, place, step, report) for step in steps]
        least = 1 if options.short else len(early) + len(LATER)
        told = checks_updates.refused(tried, least)
        report.require("refused or rolled back, and all as it was", told)
        filled = []
        for step in () if options.short else STANDING_STILL:
            with a_site(base.folder, str(place.folder)) as site:
                site.serve()
                filled.append(_attempt(site, base, place, step, report))
        least = 0 if options.short else len(STANDING_STILL)
        told = checks_updates.back_or_on(filled, SECOND, least)
        report.require("all as it was, or all of the new", told)
        for step in () if options.short else AFTER:
            with a_site(base.folder, str(place.folder)) as site:
                site.serve()
                _after_commit(site, place, step, report)


def _attempt(site: Site, base: Base, place: Disk, step: str, report: Report) -> Attempt:
    before, began = stand(site), time.monotonic()
    with Visitors(site.port) as visitors:
        status, said = _update(site, place, step)
        written = write_once(site, base.token, f"full-at-{step}")
        counted = visitors.counted()
    place.free()
    took = _heals(site, base, step)
    wait_until(lambda: _is_well(site), HEALS_WITHIN_S * 2)
    recovered = site.clutch("recover")
    seconds = time.monotonic() - began
    report.figure(f"full at {step}", f"status {status}, {counted['asked']} requests beside it")
    if place.is_real:
        told = written in (POLITE | {201} if step in STANDING_STILL else POLITE)
        report.require_that(f"{step}: who writes is told", told, f"{written}")
    well = took is not None and recovered.status == 0
    report.require_that(f"{step}: writes go on with room again", well, f"{took} s")
    after = (*stand(site)[:2], before[2])
    return Attempt(
        *(f"full at {step}", FULL, status, said, before, after),
        *(counted["asked"], tuple(counted["failed"]), left_by(site), seconds),
    )


def _is_well(site: Site) -> bool:
    """Whether it says so itself; a look at the database counts for five seconds."""
    with suppress(OSError):
        return bool(site.version)
    return False


def _update(site: Site, place: Disk, step: str) -> tuple[int, str]:
    """Update on a disk that is full from the beginning of this step on."""
    does = "stop" if place.is_real else "fill"
    tap = Tap(f"{step} begin 1", does)
    update = Tapped(site, tap, *UPDATE, aside=place.aside)
    if place.is_real:
        wait_until(lambda: _is_stopped(update.process.pid), 300)
        # What an update keeps for the way back would be taken, too, by one who never lets go.
        place.fill(and_keep_full=step in {*EARLY, *LATER})
        update.process.send_signal(signal.SIGCONT)
    said = update.ended()
    return update.status, said


def _is_stopped(pid: int) -> bool:
    return (
        Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "T"
    )


def _heals(site: Site, base: Base, step: str) -> float | None:
    """Seconds until a write is taken again; None when that is too late."""
    began, number = time.monotonic(), 0
    while time.monotonic() - began < HEALS_WITHIN_S:
        number += 1
        if write_once(site, base.token, f"{step}-{number}") < 300:
            return time.monotonic() - began
        time.sleep(0.1)
    return None


def _after_commit(site: Site, place: Disk, step: str, report: Report) -> None:
    """What counts already goes on, whatever can't be written after it."""
    status, said = _update(site, place, step)
    place.free()
    wait_until(site.answers, 60)
    recovered = site.clutch("recover")
    well = status == 0 and site.version == SECOND and recovered.status == 0 and not left_by(site)
    report.require_that(f"full at {step}: the new release runs", well, said)

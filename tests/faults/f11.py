"""F11: the database is locked for three seconds, for longer than writers wait, or gone.

Writers wait five seconds at most, then they are told when to try again; readers are not held up by
a lock. The process stays alive, says that it is not ready while the database is gone, and needs
nobody's help when it is back.
"""

from __future__ import annotations

import asyncio
import time
from functools import partial

from tests.faults import checks
from tests.faults.checks import Window
from tests.faults.checks_site import probed
from tests.faults.round import Options, Report, Round, playing
from tests.faults.scene import Scene, serving
from tests.faults.storage import Postgres, hold_lock, postgres

# Five seconds in line, then the answer; more where the machine has other things to do.
LONGEST_S, LONGEST_S_SHORT = 5.5, 8.0
HEALS_WITHIN_S, HEALS_WITHIN_S_SHORT = 5.0, 4.0
WAITS_S = 5.0
LOOK_COUNTS_S = 5.5


def run(options: Options, report: Report) -> None:
    """On SQLite the locks, on PostgreSQL the locks and the server gone (a short round: these)."""
    if options.database == "sqlite" or not (options.database or options.short):
        with serving(options.load) as scene:
            asyncio.run(_sqlite(scene, options, report))
    if options.database in {"", "postgres"}:
        with postgres() as server, serving(options.load, database=server.url) as scene:
            asyncio.run(_postgres(scene, server, options, report))


async def _sqlite(scene: Scene, options: Options, report: Report) -> None:
    async with playing(scene, options, report) as going:
        baseline = await going.settle()
        going.judge_later(partial(going.carries, "SQLite, before", baseline))
        await _locked(going, baseline, "SQLite", 1.5 if options.short else 3.0)
        if not options.short:
            await _locked(going, baseline, "SQLite", 8.0)
        await going.finish()


async def _postgres(scene: Scene, server: Postgres, options: Options, report: Report) -> None:
    async with playing(scene, options, report) as going:
        baseline = await going.settle()
        going.judge_later(partial(going.carries, "PostgreSQL, before", baseline))
        await _locked(going, baseline, "PostgreSQL", 1.5 if options.short else 3.0)
        await _gone(going, server, 2.0 if options.short else 9.0)
        await going.finish()


async def _locked(going: Round, baseline: Window, name: str, seconds: float) -> None:
    """Nobody can write meanwhile; everybody can read, and writers get an answer in time."""
    began = time.monotonic()
    await asyncio.to_thread(hold_lock, going.scene.settings, seconds)
    locked = Window(began, time.monotonic())
    after = await going.wait(1 if going.options.short else 6)
    title = f"{name}, locked for {seconds:g} s"
    writers_wait = seconds < WAITS_S
    going.judge_later(
        partial(_judge_lock, going, title, locked, after, baseline, writers_wait=writers_wait)
    )


def _judge_lock(
    going: Round,
    title: str,
    locked: Window,
    after: Window,
    baseline: Window,
    *,
    writers_wait: bool,
) -> None:
    report = going.report
    going.rates(title, locked)
    report.require(f"{title}: told in time", checks.polite(going.history, locked, _longest(going)))
    reads = [one for one in locked.asked(going.history) if one.kind in {"page", "api"}]
    unread = [f"{one.path} got {one.status}" for one in reads if checks.is_error(one)]
    report.require(f"{title}: reads go on", checks.some_of(unread))
    if writers_wait:
        report.require(f"{title}: writers wait", going.errors(locked, baseline))
    _stays_alive(going, title, Window(locked.began, after.ended), ready=True)
    _healed(going, title, Window(locked.ended + 0.5, after.ended))


def _longest(going: Round) -> float:
    return LONGEST_S_SHORT if going.options.short else LONGEST_S


async def _gone(going: Round, server: Postgres, seconds: float) -> None:
    """The server is stopped and started again, once what the lock held up is answered."""
    await going.wait(1)
    began = time.monotonic()
    await asyncio.to_thread(server.stop)
    stopped = time.monotonic()
    await going.wait(seconds)
    # A machine that is busy is asked rarely: it must have had its chance to say so.
    await going.until(partial(_said_so, going, stopped), 10)
    await going.wait(0.6)
    gone = Window(stopped, time.monotonic())
    await asyncio.to_thread(server.start)
    back = time.monotonic()
    heals_s = HEALS_WITHIN_S_SHORT if going.options.short else HEALS_WITHIN_S
    after = await going.wait(heals_s + (1 if going.options.short else 6))
    healed = Window(back + heals_s, after.ended)
    going.judge_later(partial(_judge_gone, going, gone, Window(began, back), healed))


def _said_so(going: Round, since: float) -> bool:
    asked = probed(going.history.probes, "/readyz", Window(since, time.monotonic()))
    return any(one.status == 503 for one in asked)


def _judge_gone(going: Round, gone: Window, window: Window, after: Window) -> None:
    title, report = f"PostgreSQL gone for {gone.seconds:.0f} s", going.report
    going.rates(title, window)
    report.require(f"{title}: told in time", checks.polite(going.history, window, _longest(going)))
    _stays_alive(going, title, Window(window.began, after.ended), ready=False)
    # A look of the last five seconds counts while a new one takes long.
    since = gone.began + (0 if going.options.short else LOOK_COUNTS_S)
    told = Window(since, gone.ended - 0.5)
    if going.options.short:
        answered = [one.status for one in probed(going.history.probes, "/readyz", told)]
        report.require_that(f"{title}: /readyz says so", 503 in answered, f"{answered}")
    else:
        going.health(f"{title}: /readyz says so", "/readyz", told, "503")
    _healed(going, title, after)
    going.health(f"{title}: ready again", "/readyz", after, "200")


def _stays_alive(going: Round, title: str, window: Window, *, ready: bool) -> None:
    going.health(f"{title}: /livez answers", "/livez", window, "200")
    if ready:
        going.health(f"{title}: ready to read", "/readyz", window, "200")


def _healed(going: Round, title: str, window: Window) -> None:
    going.report.require(f"{title}: heals by itself", going.errors(window))

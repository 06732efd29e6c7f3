"""F08: Redis comes and goes fifty times, and somebody writes in every gap.

What was kept before a gap must not be read after it, nobody who follows live may miss anything, and
the processes end with as many open files and threads as they began with.
"""

from __future__ import annotations

import asyncio
import random
from functools import partial

from tests.faults import checks, checks_site
from tests.faults.cache import MODES, Cache, caching, said_of, states
from tests.faults.checks import Window
from tests.faults.history import Stock
from tests.faults.round import Options, Report, Round, playing
from tests.faults.scene import beside, staged

GAPS, GAPS_SHORT = 50, 3
BACK_WITHIN_S = 20.0
# Three gaps prove no leak; on a busy machine pools and threads are filled to different levels.
LONGEST_MS = 250.0
BURST, BURST_SHORT = 300, 60
THREADS_IDLE_S = 12.0
MAY_DIFFER, MAY_DIFFER_SHORT = 5, 40
NAMED = {"files": "open files", "threads": "threads"}
# How a line goes and comes back within seconds; who changes passwords does it once.
WAYS = tuple(mode for mode in MODES if mode != "wrong password")


def run(options: Options, report: Report) -> None:
    """On SQLite, or on PostgreSQL if that is asked for."""
    asyncio.run(_play(options, report))


async def _play(options: Options, report: Report) -> None:
    chance = random.Random(options.seed)
    async with (
        caching() as cache,
        beside(staged(options.load, options.database, cache.environment)) as scene,
        playing(scene, options, report) as going,
    ):
        await going.until(lambda: set(states(scene, "redis")) == {"up"}, 10)
        baseline = await going.settle()
        await _count(going, 0)
        flapping = await _flap(going, cache, chance)
        took = await going.until(lambda: set(states(scene, "redis")) == {"up"}, BACK_WITHIN_S)
        await going.wait(1 if options.short else 5)
        await _count(going, 1)
        _judge_leftovers(going)
        going.judge_later(partial(going.carries, "before", baseline))
        going.judge_later(partial(_judge_flapping, going, baseline, flapping))
        await going.finish(fresh=flapping)
        report.require_that("used again", took is not None, f"not within {BACK_WITHIN_S:g} s")
        downs = [line for line in said_of(scene, "redis") if line.state == "down"]
        report.figure("the log says that it is down", f"{len(downs)} times, by two processes")


async def _flap(going: Round, cache: Cache, chance: random.Random) -> Window:
    """Gaps of half a second to three, with a write in every tournament in each of them."""
    gaps = GAPS_SHORT if going.options.short else GAPS
    began = await going.wait(0)
    for _ in range(gaps):
        mode = chance.choice(WAYS)
        await cache.lay(mode)
        await going.load.write_once_more()
        await going.wait(chance.uniform(0.3, 0.8 if going.options.short else 3))
        await cache.lift(mode)
        # Some gaps end before anybody noticed, others long enough for it to be relied on again.
        await going.wait(chance.uniform(0.3, 0.8 if going.options.short else 3))
    going.report.figure("gaps, each with writes in every tournament", f"{gaps}")
    return Window(began.began, (await going.wait(0)).ended)


def _judge_flapping(going: Round, baseline: Window, flapping: Window) -> None:
    report = going.report
    going.rates("while it flaps", flapping)
    report.require("no errors while it flaps", going.errors(flapping, baseline))
    p99 = checks.p99_ms(flapping.asked(going.history))
    if not going.options.short:
        report.require_that("nobody waits long for it", p99 <= LONGEST_MS, f"p99 {p99:.0f} ms")


async def _count(going: Round, count: int) -> None:
    """Open files and threads of each process while nobody asks anything.

    So many ask at once before that every pool of connections is full, however they are spread; then
    nobody does for so long that threads without work are let go.
    """
    short = going.options.short
    await going.load.rest(BURST_SHORT if short else BURST, 0.3 if short else THREADS_IDLE_S)
    files, threads = going.scene.descriptors(), going.scene.tasks()
    going.history.stocks += [Stock(count, pid, files[pid], threads[pid]) for pid in files]
    going.load.go_on()


def _judge_leftovers(going: Round) -> None:
    stocks = going.history.stocks
    for what, name in NAMED.items():
        counts = [[getattr(one, what) for one in stocks if one.count == at] for at in (0, 1)]
        going.report.figure(f"{name} a process", f"{counts[0]} before, {counts[1]} after")
    may = MAY_DIFFER_SHORT if going.options.short else MAY_DIFFER
    found = checks_site.left_behind(stocks, may)
    going.report.require("no file and no thread stays behind", found)

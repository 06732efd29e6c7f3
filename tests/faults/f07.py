"""F07: Redis is gone in seven ways, each from the start or in the middle of the load.

Nobody gets an error for it, nobody waits for it after the first second, it is used again within
five seconds of its return, and nothing that was kept before comes back from the dead.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from clutch.kernel.parts import in_parts
from tests.faults import checks
from tests.faults.cache import (
    ABSENT,
    MODES,
    Cache,
    caching,
    downs,
    said_of,
    states,
    without_package,
)
from tests.faults.checks import Window
from tests.faults.round import PROBED, Options, Report, Round, playing
from tests.faults.scene import beside, staged

BOOT_WITHIN_S = 5.0
USED_WITHIN_S = 5.0
SETTLED_S, FAULT_S, MORE_MS = 10.0, 11.0, 20.0
# Beside other tests everything takes longer; that it comes back at all is what a short round sees.
SLACK = 4
LINES_A_FAULT = 3
# So few that its tournaments go on until the end: what is corrected for want of anything else to
# write brings about more, and the site would be another one than in the beginning.
MODES_A_SITE = 3
LINES_AT_START, MANY = 2, 1_000


def run(options: Options, report: Report) -> None:
    """Each way in the middle, three on a site, then each way from the start on sites of their own.

    A short round has one site, one way from the start and one in the middle: the seed's choice.
    """
    if options.short:
        chance = random.Random(options.seed)
        first, then = chance.choice((ABSENT, *MODES)), chance.choice(MODES)
        asyncio.run(_boots(options, report, [first], then))
        return
    warm = [asyncio.run(_middle(options, report, some)) for some in in_parts(MODES, MODES_A_SITE)]
    asyncio.run(_boots(options, report, [ABSENT, *MODES], before_ms=max(warm)))


async def _middle(options: Options, report: Report, modes: Sequence[str]) -> float:
    """In the middle; what p99 was before anything was broken."""
    async with (
        caching() as cache,
        beside(staged(options.load, options.database, cache.environment)) as scene,
        playing(scene, options, report) as going,
    ):
        going.probed = (*PROBED, "/healthz")
        report.figure("Redis there: boots in", f"{scene.booted_s:.1f} s")
        await going.until(lambda: set(states(scene, "redis")) == {"up"}, 10)
        going.baseline = baseline = await going.settle()
        going.judge_later(partial(going.carries, "Redis there", baseline))
        well = baseline
        for mode in modes:
            well = await _fault(going, cache, mode, well)
        # Before the judging, which holds up this loop and with it the proxy that Redis is behind.
        _judge_lines(going, LINES_AT_START + LINES_A_FAULT * len(modes))
        await going.finish(fresh=Window(baseline.began, time.monotonic()))
        return checks.p99_ms(baseline.asked(going.history))


def _judge_lines(going: Round, most: int) -> None:
    # On a machine that is busy with other tests it may miss its 200 ms at any time.
    most = MANY if going.options.short else most
    lines = checks.one_line_a_change(said_of(going.scene, "redis"), "redis", 2, most)
    going.report.require("one line in the log a change", lines)


async def _fault(going: Round, cache: Cache, mode: str, before: Window) -> Window:
    """Break it and mend it; gives the time after that, when all was well again."""
    began, then = time.monotonic(), downs(going.scene, "redis")
    await cache.lay(mode)
    await going.wait(1.5 if going.options.short else FAULT_S)
    if not going.options.short:
        now = downs(going.scene, "redis")
        noticed = all(last > first for first, last in zip(then, now, strict=True))
        going.report.require_that(f"{mode}: every process noticed", noticed, f"{then}, {now}")
    await cache.lift(mode)
    fault = Window(began, time.monotonic())
    took = await _used_again(going, cache)
    after = await going.wait(0.5 if going.options.short else SETTLED_S)
    whole = Window(began, after.ended)
    going.judge_later(partial(_judge, going, f"{mode}, in the middle", fault, whole, took))
    going.judge_later(partial(_judge_times, going, mode, [before, after], fault))
    return after


async def _used_again(going: Round, cache: Cache) -> float | None:
    """How long until every process relies on it and really asks it."""
    scene, most = going.scene, USED_WITHIN_S * (SLACK if going.options.short else 1) + 1
    calls = await cache.calls()
    took = await going.until(lambda: set(states(scene, "redis")) == {"up"}, most)
    began = time.monotonic()
    while took is not None and await cache.calls() <= calls:
        await asyncio.sleep(0.05)
        if time.monotonic() - began > most:
            return None
    return None if took is None else took + time.monotonic() - began


def _judge(going: Round, title: str, fault: Window, whole: Window, took: float | None) -> None:
    report = going.report
    going.rates(title, fault)
    report.require(f"{title}: no errors", going.errors(whole, going.baseline))
    for path in ("/livez", "/readyz"):
        going.health(f"{title}: {path} 200", path, whole, "200")
    if not going.options.short:
        warned = Window(fault.began + 1, fault.ended)
        going.health(f"{title}: /healthz warns", "/healthz", warned, "200 warn")
    most = USED_WITHIN_S * (SLACK if going.options.short else 1)
    shown = "never" if took is None else f"{took:.1f} s"
    report.figure(f"{title}: used again after", shown, f"within {USED_WITHIN_S:g} s")
    report.require_that(f"{title}: used again", took is not None and took <= most, shown)


def _judge_times(going: Round, mode: str, well: Sequence[Window], fault: Window) -> None:
    asked = Window(fault.began + 1, fault.ended).asked(going.history)
    before, after = (checks.p99_ms(window.asked(going.history)) for window in well)
    going.report.figure(
        f"{mode}: p99 after the first second",
        f"{checks.p99_ms(asked):.0f} ms, {before:.0f} ms before, {after:.0f} ms afterwards",
        "20 ms more at most",
    )
    if going.options.short:
        return
    slow = checks.slow(going.history, well, fault)
    going.report.require(f"{mode}: nobody waits for it", slow)


# --- from the start -----------------------------------------------------------------------------


async def _boots(
    options: Options,
    report: Report,
    modes: list[str],
    then: str = "",
    before_ms: float | None = None,
) -> None:
    with tempfile.TemporaryDirectory(prefix="clutch-faults-") as folder:
        for number, mode in enumerate(modes):
            own = replace(options, seed=options.seed * 100 + number)
            place = Path(folder) / str(number)
            place.mkdir()
            await _boot(own, report, mode, place, then, before_ms)


async def _boot(
    options: Options,
    report: Report,
    mode: str,
    folder: Path,
    then: str,
    before_ms: float | None,
) -> None:
    title = f"{mode}, from the start"
    async with caching() as cache:
        environment = cache.environment
        if mode == ABSENT:
            environment |= without_package(folder, "redis")
        await cache.lay(mode)
        async with beside(staged(options.load, options.database, environment)) as scene:
            most = BOOT_WITHIN_S * (SLACK if options.short else 1)
            report.figure(f"{title}: boots in", f"{scene.booted_s:.1f} s", "within 5 s")
            report.require_that(
                f"{title}: boots", scene.booted_s <= most, f"{scene.booted_s:.1f} s"
            )
            async with playing(scene, options, report) as going:
                going.probed = (*PROBED, "/healthz")
                fault = await _from_the_start(going, title, before_ms)
                if mode == ABSENT:
                    _absent(going, title, fault)
                else:
                    await cache.lift(mode)
                    took = await _used_again(going, cache)
                    after = await going.wait(0.5 if options.short else 2)
                    whole = Window(fault.began, after.ended)
                    going.judge_later(partial(_judge, going, title, fault, whole, took))
                    if then:
                        await _fault(going, cache, then, whole)
                    _judge_lines(going, LINES_AT_START + LINES_A_FAULT)
                await going.finish()


async def _from_the_start(going: Round, title: str, before_ms: float | None) -> Window:
    """Without it from the first request on; as fast as with it once the site is warm."""
    if before_ms is None:
        return await going.wait(1.5)
    began = time.monotonic()
    warm = await going.settle(SETTLED_S)
    most = before_ms + MORE_MS

    def judge() -> None:
        p99 = checks.p99_ms(warm.asked(going.history))
        going.report.figure(f"{title}: p99", f"{p99:.0f} ms", f"at most {most:.0f} ms")
        going.report.require_that(f"{title}: nobody waits for it", p99 <= most, f"{p99:.0f} ms")

    going.judge_later(judge)
    return Window(began, warm.ended)


def _absent(going: Round, title: str, fault: Window) -> None:
    told = states(going.scene, "redis")
    going.report.require_that(f"{title}: said so", set(told) == {"absent"}, f"{told}")
    going.judge_later(partial(_judge, going, title, fault, fault, 0.0))

"""F02: good releases, one with a migration and one without, come under the full load.

Nobody's request fails, nobody waits more than five seconds longer, every write that was
acknowledged is there, and every live client goes on without a gap. The epoch moves with the data's
generation: once with the migration, and not without.
"""

from __future__ import annotations

import asyncio
import time
from functools import partial

from tests.faults import checks, checks_live, checks_updates
from tests.faults.checks import Window
from tests.faults.installed import played_site, settings_of, template
from tests.faults.round import Options, Report, Round, playing
from tests.faults.scene import Scene
from tests.ops.sites import Done, Site
from tests.ops.test_update import migration

DELAY_S = 5.0
RESUMED_WITHIN_S = 10.0
# Beside other tests everything takes longer; that nothing fails is what a short round sees.
SLACK = 6.0


def run(options: Options, report: Report) -> None:
    """Both on one site, one after the other (a short round: the one with the migration)."""
    with template(options) as source, played_site(source, options.load) as (site, scene):
        asyncio.run(_play(site, scene, options, report))


async def _play(site: Site, scene: Scene, options: Options, report: Report) -> None:
    async with playing(scene, options, report) as going:
        baseline = await going.settle()
        going.judge_later(partial(going.carries, "before", baseline))
        if not options.short:
            await _update(going, site, baseline, "0.1.1", moves=False)
        await _update(going, site, baseline, "0.1.2", moves=True)
        scene.settings = settings_of(site)
        going.judge_later(partial(_judge_epochs, going))
        await going.finish(loses_nothing=False)


async def _update(going: Round, site: Site, baseline: Window, version: str, *, moves: bool) -> None:
    site.newer(version, **(migration(site) if moves else {}))
    began = time.monotonic()
    done = await asyncio.to_thread(site.clutch, "update", "--pause", "100")
    during = Window(began, time.monotonic())
    after = await going.wait(1 if going.options.short else RESUMED_WITHIN_S)
    title = f"{version} {'with' if moves else 'without'} a migration"
    going.judge_later(partial(_judge, going, title, done, baseline, Window(began, after.ended)))
    steps = {one["name"]: one["seconds"] for one in site.report()["steps"]}
    stood = sum(steps.get(name, 0) for name in ("freeze", "copy", "prepare", "gate", "commit"))
    stood = f", standing still for {stood:.1f} s of them" if moves else ""
    going.report.figure(title, f"took {during.seconds:.0f} s{stood}")
    going.report.require_that(f"{title}: it runs", site.version == version, done.said)
    going.judge_later(partial(_judge_clients, going, title, during))


def _judge(going: Round, title: str, done: Done, baseline: Window, window: Window) -> None:
    report, slack = going.report, SLACK if going.options.short else 1.0
    going.rates(title, window)
    report.require_that(f"{title}: status 0", done.status == 0, done.said)
    failed = [one for one in window.asked(going.history) if checks.is_error(one)]
    told = checks.some_of([f"{one.path} got {one.status} {one.trouble}" for one in failed])
    report.require(f"{title}: no request fails", told)
    slowest = max((one.seconds for one in window.asked(going.history)), default=0.0)
    report.figure(f"{title}: slowest request", f"{slowest:.1f} s", f"{DELAY_S:g} s more at most")
    delayed = checks_updates.delayed(going.history, baseline, window, slack * DELAY_S)
    report.require(f"{title}: nobody waits long", delayed)


def _judge_clients(going: Round, title: str, during: Window) -> None:
    """Everybody lost the line when the old release ended, and was back soon after the update."""
    cut_at = min(
        one.at for one in going.history.moved if one.at >= during.began and not one.transport
    )
    slack = SLACK if going.options.short else 1.0
    within = during.ended - cut_at + slack * RESUMED_WITHIN_S
    moved = [one for one in going.history.moved if one.at < during.ended + within]
    back = checks_live.all_back(moved, len(going.crowd.clients), cut_at, within)
    going.report.require(f"{title}: all live clients are back", back)


def _judge_epochs(going: Round) -> None:
    moved = checks_updates.epochs(going.history, 1)
    going.report.require("the epoch moved with the generation, once", moved)

"""F09: WebSockets no longer get through, then Server-Sent Events neither, then both again.

Real browsers on real pages, behind a proxy that drops the Upgrade as some do, beside the load. And
a site whose installation lacks the package for WebSockets.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

from tests.faults import checks_live
from tests.faults.cache import without_package
from tests.faults.checks import Faults, Window
from tests.faults.history import Moved
from tests.faults.proxy import Proxy
from tests.faults.round import Options, Report, Round, playing
from tests.faults.scene import Scene, beside, staged
from tests.live.cards import CARDS
from tests.services.chromium import ADVICE, SWITCHES, find_chromium

PAGES, PAGES_SHORT = 4, 1
OTHER_WITHIN_S, BACK_WITHIN_S = 10.0, 90.0
# Beside other tests it may take longer; that it steps at all is what a short round sees.
PATIENCE_S = 60.0
STAND = """() => {
  const place = document.getElementById("live-state");
  return place?.dataset.state === "on" ? place.dataset.transport : "";
}"""


def run(options: Options, report: Report) -> None:
    """The way down and up again, then a site that never had WebSockets."""
    with staged(options.load, options.database) as scene:
        asyncio.run(_steps(scene, options, report))
    if not options.short:
        asyncio.run(_absent(options, report))


@dataclass
class Visitors:
    """Open pages, and on which transport each was when."""

    pages: list[Page] = field(default_factory=list)
    moved: list[Moved] = field(default_factory=list)

    def now(self) -> list[str]:
        last = {one.client: one.transport for one in self.moved}
        return [last.get(number, "") for number in range(len(self.pages))]

    async def watch(self) -> None:
        """Ask every page five times a second, until cancelled."""
        while True:
            for number, page in enumerate(self.pages):
                stand = str(await page.evaluate(STAND))
                if stand != self.now()[number]:
                    self.moved.append(Moved(time.monotonic(), number, stand))
            await asyncio.sleep(0.2)


@asynccontextmanager
async def visiting(address: str, scene: Scene, count: int) -> AsyncIterator[Visitors]:
    """So many people, each in a browser of their own on the bracket of a tournament."""
    executable = find_chromium()
    assert executable is not None, ADVICE
    with tempfile.TemporaryDirectory(prefix="clutch-faults-", ignore_cleanup_errors=True) as home:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=executable, args=SWITCHES, env={"HOME": home, "PATH": "/usr/bin"}
            )
            visitors = Visitors()
            for number in range(count):
                cup = scene.field.cups[number % len(scene.field.cups)]
                page = await _open(browser, f"{address}/tournaments/{cup.id}/bracket")
                visitors.pages.append(page)
            watching = asyncio.create_task(visitors.watch())
            try:
                yield visitors
            finally:
                watching.cancel()
                await asyncio.gather(watching, return_exceptions=True)
                await browser.close()


async def _open(browser: Browser, address: str) -> Page:
    page = await (await browser.new_context(locale="en-GB")).new_page()
    await page.goto(address, timeout=60_000)
    return page


async def _steps(scene: Scene, options: Options, report: Report) -> None:
    count = PAGES_SHORT if options.short else PAGES
    async with (
        Proxy(scene.port) as proxy,
        playing(scene, options, report) as going,
        visiting(proxy.address, scene, count) as visitors,
    ):
        await _on(going, visitors, "websocket")
        # Only a line that has had a heartbeat is known to work.
        await going.wait(0 if options.short else 15)
        proxy.drops_upgrade = True
        gone_at = _cut(proxy)
        events = await _on(going, visitors, "events")
        await going.wait(0 if options.short else OTHER_WITHIN_S)
        proxy.blocked = ("/live/events",)
        blocked_at = _cut(proxy)
        poll = await _on(going, visitors, "poll")
        await going.wait(0 if options.short else OTHER_WITHIN_S)
        proxy.drops_upgrade, proxy.blocked = False, ()
        back_at = time.monotonic()
        report.figure("on Server-Sent Events after", _seconds(events), "within 10 s")
        report.figure("on polling after", _seconds(poll), "within 10 s")
        report.require_that("everybody found a way", None not in {events, poll}, "somebody did not")
        if not options.short:
            back = await _on(going, visitors, "websocket", BACK_WITHIN_S + 5)
            report.figure("on WebSockets again after", _seconds(back), "within 90 s")
            # Judged by where each page stood at the end of its time.
            await going.wait(max(0.0, back_at + BACK_WITHIN_S - time.monotonic()))
            _judge(report, visitors, gone_at, blocked_at, back_at)
        whole = Window(gone_at, time.monotonic())
        going.judge_later(partial(going.rates, "meanwhile", whole))
        going.judge_later(lambda: report.require("no errors", going.errors(whole)))
        await going.finish()
        report.require("pages show what is so", await _compare(scene, visitors))


def _cut(proxy: Proxy) -> float:
    proxy.cut()
    return time.monotonic()


async def _on(
    going: Round, visitors: Visitors, transport: str, seconds: float = PATIENCE_S
) -> float | None:
    """How long until every page is on this transport."""
    return await going.until(lambda: set(visitors.now()) == {transport}, seconds)


def _judge(
    report: Report, visitors: Visitors, gone_at: float, blocked_at: float, back_at: float
) -> None:
    moved, count = visitors.moved, len(visitors.pages)
    for best, at in (("websocket", gone_at), ("events", blocked_at)):
        faults = checks_live.transports(
            moved,
            count,
            Window(at, back_at),
            other_within_s=OTHER_WITHIN_S,
            back_within_s=BACK_WITHIN_S,
            best=best,
            back="websocket",
        )
        report.require(f"another transport when {best} is gone, and back", faults)


async def _compare(scene: Scene, visitors: Visitors) -> Faults:
    """Each page, changed in place all the while, against the same page opened now."""
    faults = []
    for number, page in enumerate(visitors.pages):
        path = page.url.partition("/tournaments/")[2]
        fresh = await page.context.new_page()
        await fresh.goto(f"{scene.address}/tournaments/{path}", timeout=60_000)
        wanted = await fresh.evaluate(CARDS)
        until = time.monotonic() + 30
        shown = await page.evaluate(CARDS)
        while shown != wanted and time.monotonic() < until:
            await asyncio.sleep(0.5)
            shown = await page.evaluate(CARDS)
        other = [one for one in wanted if shown.get(one) != wanted[one]]
        faults += [
            f"page {number} shows {shown.get(one)!r} in {one}, opened anew {wanted[one]!r}"
            for one in other
        ]
        faults += [] if wanted else [f"page {number} has no matches"]
    return faults


# --- never had WebSockets -------------------------------------------------------------------------


async def _absent(options: Options, report: Report) -> None:
    with tempfile.TemporaryDirectory(prefix="clutch-faults-") as folder:
        environment = without_package(Path(folder), "websockets")
        async with (
            beside(staged(options.load, options.database, environment)) as scene,
            playing(scene, options, report, clients=0) as going,
            visiting(scene.address, scene, 2) as visitors,
        ):
            took = await _on(going, visitors, "events")
            await going.wait(3)
            await going.finish()
            report.require("package absent: pages show what is so", await _compare(scene, visitors))
    report.figure("package absent: on Server-Sent Events after", _seconds(took), "within 10 s")
    in_time = took is not None and took <= OTHER_WITHIN_S
    report.require_that("package absent: another transport", in_time, _seconds(took))


def _seconds(took: float | None) -> str:
    return "never" if took is None else f"{took:.1f} s"

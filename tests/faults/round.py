"""A round: a site, the load on it, what was recorded, what was found, and the report of it."""

from __future__ import annotations

import asyncio
import gc
import math
import resource
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from tests.faults import checks, checks_live, checks_site
from tests.faults.asking import Answer, Client, NoAnswer
from tests.faults.checks import Faults, Window, p99_ms
from tests.faults.crowd import Crowd
from tests.faults.history import NO_ANSWER, Asked, History, Line
from tests.faults.load import LoadRun
from tests.faults.scene import FULL, SHORT, Load, Scene
from tests.faults.truth import heads, read_truth

T = TypeVar("T")
PROBED = ("/livez", "/readyz")
# What the live clients of the load follow by. Polls pause between two answers, so that what they
# hear is never as fresh as has to be shown here; they have scenarios of their own.
MIXED = (*("websocket",) * 8, *("events",) * 2)
PROBE_EVERY_S = 0.25
REMEMBER_EVERY_S = 2.0
HEALTH_MS = 300.0
OPEN_FILES = 20_000
CARRIED_MS = 250.0
WARM_UP_S = 8.0
FRESH_P99_MS, FRESH_LONGEST_MS = 500.0, 2_000.0


@dataclass(frozen=True)
class Options:
    """How a scenario is run. `database`: sqlite, postgres, or empty: what the scenario prefers."""

    seed: int
    short: bool = False
    database: str = ""
    part: float = 1.0
    """How much of the load, where a machine can't carry all of it."""
    seconds: float = 0.0
    """How long a short round may go on with more of the same, where there is more to try."""
    installed: Path | None = None
    """A site that is there to be copied; without one, scenarios of updates install their own."""

    @property
    def load(self) -> Load:
        whole = SHORT if self.short else FULL
        clients = round(whole.clients * self.part)
        return replace(whole, rate=whole.rate * self.part, clients=clients)

    def in_time(self, things: Sequence[T]) -> Iterator[T]:
        """All of them; in a short round the first, and then others while there is time."""
        began = time.monotonic()
        for number, one in enumerate(things):
            if self.short and number and time.monotonic() - began >= self.seconds:
                return
            yield one


@dataclass
class Report:
    """Figures in the order in which they were taken, and what broke the promises."""

    figures: list[tuple[str, str, str]] = field(default_factory=list)
    faults: Faults = field(default_factory=list)

    def figure(self, name: str, value: str, promise: str = "") -> None:
        self.figures.append((name, value, promise))

    def require(self, what: str, faults: Faults) -> None:
        """A promise: it holds when nothing was found against it."""
        self.faults += [f"{what}: {fault}" for fault in faults]
        self.figures.append((what, "holds" if not faults else "BROKEN", ""))

    def require_that(self, what: str, holds: bool, otherwise: str) -> None:
        self.require(what, [] if holds else [otherwise])

    def text(self) -> str:
        """Aligned lines; what broke comes last."""
        width = max((len(name) for name, _, _ in self.figures), default=0)
        lines = [
            f"  {name:<{width}}  {value}" + (f"   ({promise})" if promise else "")
            for name, value, promise in self.figures
        ]
        return "\n".join([*lines, *(f"  BROKEN {fault}" for fault in self.faults)])


@dataclass
class Round:
    """The load under way. `port` is the one that live clients connect to."""

    scene: Scene
    options: Options
    report: Report
    history: History
    load: LoadRun
    crowd: Crowd
    probed: tuple[str, ...] = PROBED
    baseline: Window | None = None
    _judgements: list[Callable[[], None]] = field(default_factory=list)

    def judge_later(self, judge: Callable[[], None]) -> None:
        """Call this at the end, when everything is recorded."""
        self._judgements.append(judge)

    async def wait(self, seconds: float) -> Window:
        """Let it go on; gives the part of the round that this was."""
        began = time.monotonic()
        await asyncio.sleep(seconds)
        return Window(began, time.monotonic())

    async def settle(self, seconds: float = 10.0) -> Window:
        """A baseline: the same load, from when every process has drawn each kind of page once."""
        if self.options.short:
            return await self.wait(1)
        await self.wait(WARM_UP_S)
        return await self.wait(seconds)

    async def until(self, holds: Callable[[], bool], seconds: float) -> float | None:
        """How long it took until this held; None when it did not in time."""
        began = time.monotonic()
        while not holds():
            await asyncio.sleep(0.05)
            if time.monotonic() - began > seconds:
                return None
        return time.monotonic() - began

    def health(self, what: str, path: str, window: Window, *allowed: str) -> None:
        """A promise: so it was whenever a probe asked, and within 300 ms."""
        probes = self.history.probes
        # Beside other tests a whole machine may be that late.
        longest_ms = math.inf if self.options.short else HEALTH_MS
        found = checks_site.health(probes, path, window, allowed, longest_ms)
        self.report.require(what, found)
        times = [one.seconds for one in checks_site.probed(probes, path, window)]
        self.report.figure(
            f"{what}: the slowest", f"{max(times, default=0.0) * 1000:.0f} ms", "within 300 ms"
        )

    def carries(self, name: str, baseline: Window) -> None:
        """Before anything is broken: otherwise what follows says nothing about the site."""
        asked = baseline.asked(self.history)
        self.rates(name, baseline)
        if self.options.short:
            return
        errors, p99 = sum(map(checks.is_error, asked)), p99_ms(asked)
        well = not errors and p99 <= CARRIED_MS
        told = f"{errors} errors, p99 {p99:.0f} ms: close other programs, or take less with --part"
        self.report.require_that(f"{name}: this machine carries the load", well, told)

    def errors(self, window: Window, baseline: Window | None = None) -> Faults:
        """What failed in this part of the round, beyond what failed in the baseline.

        A short round may run where other tests leave the site so little of the machine that a
        writer's five seconds in line are over: there a polite 503 is no fault.
        """
        if baseline is not None and not self.options.short:
            return checks.extra_errors(self.history, baseline, window)
        found = [
            one
            for one in window.asked(self.history)
            if checks.is_error(one)
            and not (self.options.short and one.status == 503 and one.retry_after)
        ]
        return checks.some_of([f"{one.path} got {one.status} {one.trouble}" for one in found])

    def rates(self, name: str, window: Window) -> None:
        """Figures of a part of the round."""
        asked = window.asked(self.history)
        errors = sum(map(checks.is_error, asked))
        rate = len(asked) / window.seconds if window.seconds else 0.0
        self.report.figure(
            name, f"{rate:.0f} requests/s, {errors} errors, p99 {p99_ms(asked):.0f} ms"
        )

    async def finish(
        self,
        *,
        within_s: float = 20.0,
        loses_nothing: bool = True,
        expected: str = "",
        fresh: Window | None = None,
    ) -> None:
        """Stop the load, wait until everybody has everything, and judge.

        Only then is every request there, the slow ones too: whatever looks at requests waits in
        `judge_later` until then. Errors in the log that name what is `expected` are none. What
        happened in the window `fresh` had to be told soon.
        """
        await self.load.stop()
        self.history.truth = await asyncio.to_thread(read_truth, self.scene)
        await self.crowd.have(heads(self.history.truth), within_s)
        for judge in self._judgements:
            judge()
        report, history = self.report, self.history
        events = sum(map(len, history.truth.streams.values()))
        writes = sum(wrote.acknowledged for wrote in history.wrote)
        report.figure(
            "all in all",
            f"{len(history.asked)} requests, {writes} acknowledged writes, {events} events, "
            f"{len(self.crowd.clients)} live clients, {len(history.told)} frames",
        )
        report.figure("the load's own lateness", f"{self.load.lag_s * 1000:.0f} ms at most")
        report.require("no stale read", checks.stale_reads(history))
        report.require("acknowledged writes are there, once", checks.acknowledged(history))
        report.require("live: everything once and in order", checks_live.gapless(history))
        if loses_nothing:
            report.require("live: frame by frame", checks_live.wire(history))
        if fresh is not None and not self.options.short:
            told = checks_live.fresh(history, fresh, FRESH_P99_MS, FRESH_LONGEST_MS)
            report.require("live: told within half a second", told)
        history.lines = [
            Line(*(str(line.get(name) or "") for name in ("level", "event", "path", "exception")))
            for line in self.scene.lines()
        ]
        report.require("no bug in the log", checks_site.bugs(history.lines, expected))


@asynccontextmanager
async def playing(
    scene: Scene,
    options: Options,
    report: Report,
    *,
    port: int = 0,
    rate: float | None = None,
    clients: int | None = None,
    transports: Sequence[str] = MIXED,
) -> AsyncIterator[Round]:
    """The load, from when everybody is there until the end of the block."""
    raise_limit()
    history = History()
    streams = [cup.stream for cup in scene.field.cups]
    crowd = Crowd(port or scene.port, streams, history, options.seed, transports)
    load = LoadRun(scene, rate or options.load.rate, history, options.seed)
    playing_round = Round(scene, options, report, history, load, crowd)
    await crowd.arrive(options.load.clients if clients is None else clients)
    await load.start()
    gc.collect()
    beside = [asyncio.create_task(work) for work in (_probe(playing_round), _remember())]
    try:
        yield playing_round
    finally:
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        await crowd.leave()
        with suppress(asyncio.CancelledError):
            await load.stop()
        gc.unfreeze()


async def _remember() -> None:
    """What is recorded stays: looking through all of it again and again would make the load late,
    by some tenths of a second after two minutes."""
    while True:
        gc.freeze()
        await asyncio.sleep(REMEMBER_EVERY_S)
        gc.collect(1)


async def _probe(of: Round) -> None:
    client = Client(of.scene.port, 5.0)
    try:
        await _probe_with(client, of)
    finally:
        await client.close()


async def _probe_with(client: Client, of: Round) -> None:
    while True:
        for path in of.probed:
            began = time.monotonic()
            try:
                answer = await client.ask("GET", path)
            except NoAnswer:
                answer = Answer(NO_ANSWER, {}, b"")
            ended = time.monotonic()
            word = answer.json().get("status", "") if answer.body.startswith(b"{") else ""
            asked = Asked("probe", path, began, began, ended, answer.status, trouble=word)
            of.history.probes.append(asked)
        await asyncio.sleep(PROBE_EVERY_S)


def raise_limit(files: int = OPEN_FILES) -> None:
    """Allow this process, and those that it starts, so many open files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < files:
        wanted = files if hard == resource.RLIM_INFINITY else min(files, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))

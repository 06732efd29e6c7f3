"""F13: two thousand live clients lose their lines at the same moment.

They come back by themselves, spread by the pauses that the protocol asks for; pages are served
meanwhile, and nobody misses anything.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from tests.faults.checks import Window, p99_ms
from tests.faults.round import Options, Report, Round, playing
from tests.faults.scene import Scene, staged
from tests.serve.running import ROOT

CLIENTS, CLIENTS_SHORT = 2_000, 150
BACK_WITHIN_S = 40.0
PAGES_MS = 500.0
MEMORY_MB = 600.0


def run(options: Options, report: Report) -> None:
    """On SQLite, or on PostgreSQL if that is asked for."""
    with staged(options.load, options.database) as scene:
        asyncio.run(_play(scene, options, report))


class Storm:
    """The crowd's process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def ask(self, command: str) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(command.encode() + b"\n")
        await self._process.stdin.drain()
        return await self.hear()

    async def hear(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        assert line, "the crowd's process ended"
        answer: dict[str, Any] = json.loads(line)
        return answer


@asynccontextmanager
async def storming(scene: Scene, clients: int, seed: int) -> AsyncIterator[Storm]:
    """So many clients in a process of their own, so that they don't hold up who measures pages."""
    streams = [cup.stream for cup in scene.field.cups]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "tests.faults.storm"),
        *(str(scene.port), str(clients), str(seed), *streams),
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "PATH": ""},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=1 << 24,
    )
    storm = Storm(process)
    try:
        await storm.hear()
        yield storm
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _play(scene: Scene, options: Options, report: Report) -> None:
    clients = CLIENTS_SHORT if options.short else round(CLIENTS * options.part)
    empty = scene.memory_mb()
    async with (
        storming(scene, clients, options.seed) as storm,
        playing(scene, options, report, clients=0) as going,
    ):
        baseline = await going.settle()
        full = scene.memory_mb()
        answer, window = await _cut(going, storm)
        after = await going.wait(0.5 if options.short else 5)
        again = scene.memory_mb()
        going.judge_later(partial(going.carries, "before", baseline))
        going.judge_later(partial(_judge_pages, going, baseline, window))
        going.judge_later(partial(going.rates, "afterwards", after))
        await going.finish()
        told = await storm.ask("truth " + json.dumps(going.history.truth.streams))
    report.require("nobody missed anything", told["faults"])
    report.figure("frames told", f"{told['frames']:,}")
    report.figure(
        f"{answer['cut']} lines cut at once",
        f"half back after {answer['half_s']:.1f} s, {answer['on']} after {answer['all_s']:.1f} s",
        f"within {BACK_WITHIN_S:g} s",
    )
    report.figure("connections for that", f"{answer['connections']:,}")
    report.require("all back", answer["faults"])
    report.figure(
        "memory of all processes",
        f"{empty:.0f} MB, {full:.0f} MB with everybody, {again:.0f} MB after the storm",
        f"at most {MEMORY_MB:g} MB",
    )
    report.require_that("memory bounded", again <= MEMORY_MB, f"{again:.0f} MB")


async def _cut(going: Round, storm: Storm) -> tuple[dict[str, Any], Window]:
    asking = asyncio.create_task(storm.ask("cut"))
    window = await going.wait(0)
    answer = await asking
    after = await going.wait(0)
    return answer, Window(window.began, after.ended)


def _judge_pages(going: Round, baseline: Window, window: Window) -> None:
    going.rates("while they come back", window)
    report, history = going.report, going.history
    report.require("no errors", going.errors(window, baseline))
    pages = [one for one in window.asked(history) if one.kind == "page"]
    # A short round runs beside other tests: there it only has to stay near what it was before.
    before = p99_ms(one for one in baseline.asked(history) if one.kind == "page")
    allowed = max(PAGES_MS, 10 * before) if going.options.short else PAGES_MS
    report.figure("pages meanwhile, p99", f"{p99_ms(pages):.0f} ms", f"at most {allowed:.0f} ms")
    report.require_that("pages go on", p99_ms(pages) <= allowed, f"p99 {p99_ms(pages):.0f} ms")

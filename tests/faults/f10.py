"""F10: achievements raise, while they are worked out or while they are read, or are switched off.

The profile is there without them: the field is null, `degraded` names it, the page says so in a
sentence, and no zero stands for what is not known. When they go well again, nobody has to restart
anything.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from functools import partial
from pathlib import Path

from tests.faults import checks
from tests.faults.asking import Client, NoAnswer
from tests.faults.broken import Breaker, Breaks
from tests.faults.cache import said_of, states
from tests.faults.checks import Window
from tests.faults.history import History, Showed
from tests.faults.round import Options, Report, Round, playing
from tests.faults.scene import Scene, staged

PART = "achievements"
FIELD = "achievements"
NOTE = b"be told at the moment"
# Each process says it once.
MOST_LINES, ENOUGH = 4, 10
HEALS_WITHIN_S = 20.0
WORKING_OUT: Breaks = {"clutch.achievements.projection": ("Achievements.work_out",)}
READING: Breaks = {"clutch.achievements.queries": ("holding_of",)}


def run(options: Options, report: Report) -> None:
    """In the middle, twice, and off from the start; in a short round the first of them."""
    _broken(options, report, "worked out", WORKING_OUT)
    if options.short:
        return
    _broken(options, report, "read", READING)
    environment = {"CLUTCH_ACHIEVEMENTS": "off"}
    with staged(options.load, options.database, environment) as scene:
        asyncio.run(_off(scene, options, report))


def _broken(options: Options, report: Report, where: str, breaks: Breaks) -> None:
    with tempfile.TemporaryDirectory(prefix="clutch-faults-") as folder:
        breaker = Breaker(Path(folder), breaks)
        with staged(options.load, options.database, breaker.environment) as scene:
            asyncio.run(_raise(scene, options, report, where, breaker))


async def _raise(
    scene: Scene, options: Options, report: Report, where: str, breaker: Breaker
) -> None:
    title = f"raise while they are {where}"
    async with playing(scene, options, report) as going:
        looking = asyncio.create_task(_look(scene, going.history))
        await going.until(lambda: set(states(scene, PART)) == {"up"}, 20)
        baseline = await going.settle()
        breaker.on()
        noticed = await going.until(partial(_is_missing, going.history), HEALS_WITHIN_S)
        missing = await going.wait(2 if options.short else 8)
        breaker.off()
        healed = await going.until(partial(_is_there, going.history), HEALS_WITHIN_S)
        await going.until(lambda: set(states(scene, PART)) == {"up"}, HEALS_WITHIN_S)
        after = await going.wait(1 if options.short else 5)
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
        whole = Window(missing.began, after.ended)
        going.judge_later(partial(_judge, going, title, baseline, whole))
        await going.finish(expected="on purpose", fresh=whole)
    report.figure(f"{title}: noticed after", _seconds(noticed))
    report.figure(f"{title}: healed after", _seconds(healed), f"within {HEALS_WITHIN_S:g} s")
    seen = noticed is not None and healed is not None
    report.require_that(f"{title}: noticed, and back in time", seen, "not within 20 s")
    named = checks.named(going.history.showed, PART, missing, after.began)
    report.require(f"{title}: named, null, never zero, and back", named)


def _judge(going: Round, title: str, baseline: Window, whole: Window) -> None:
    going.carries(f"{title}: before", baseline)
    going.rates(f"{title}: meanwhile", whole)
    going.report.require(f"{title}: no errors", going.errors(whole, baseline))
    lines = len(said_of(going.scene, PART))
    told = sum(line.get("level") in {"warning", "error"} for line in going.scene.lines())
    going.report.figure(f"{title}: lines in the log", f"{lines} of the capability, {told} warn")
    going.report.require_that(f"{title}: no line a request", told <= MOST_LINES, f"{told} lines")


async def _off(scene: Scene, options: Options, report: Report) -> None:
    async with playing(scene, options, report) as going:
        looking = asyncio.create_task(_look(scene, going.history))
        await going.until(lambda: len(going.history.showed) >= ENOUGH, HEALS_WITHIN_S)
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
        await going.finish()
    api = [one for one in going.history.showed if one.path.startswith("/api/")]
    shown = {(one.status, one.value, one.degraded) for one in api}
    report.require_that("off: null and named", shown == {(200, None, (PART,))}, f"{shown}")
    pages = {one.status for one in going.history.showed}
    report.require_that("off: profiles are there", pages == {200}, f"{pages}")


async def _look(scene: Scene, history: History) -> None:
    """Ask for profiles, as JSON and as a page, until cancelled."""
    client, number = Client(scene.port), 0
    players = [person.actor.account_id for person in scene.field.players]
    try:
        while True:
            number += 1
            player = players[number % len(players)]
            for path in (f"/api/v1/players/{player}", f"/players/{player}"):
                history.showed.append(await _ask(client, path))
            await asyncio.sleep(0.1)
    finally:
        await client.close()


async def _ask(client: Client, path: str) -> Showed:
    at = time.monotonic()
    try:
        answer = await client.ask("GET", path, headers={"Accept-Language": "en"})
    except NoAnswer:
        return Showed(at, path, 0, PART, None, ())
    if path.startswith("/api/") and answer.status == 200:
        told = answer.json()
        return Showed(at, path, 200, PART, told[FIELD], tuple(told["degraded"]))
    is_missing = NOTE in answer.body
    return Showed(
        at, path, answer.status, PART, None if is_missing else "shown", (PART,) * is_missing
    )


def _is_missing(history: History) -> bool:
    latest = history.showed[-4:]
    return len(latest) == 4 and all(one.value is None for one in latest)


def _is_there(history: History) -> bool:
    latest = history.showed[-4:]
    return len(latest) == 4 and all(one.value is not None for one in latest)


def _seconds(took: float | None) -> str:
    return "never" if took is None else f"{took:.1f} s"

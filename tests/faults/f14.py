"""F14: wishes that must not be granted: a seq that never was, another epoch, what is not theirs.

A snapshot for the first two, a refusal for the others, and not one event either way; and of what
everybody may follow, nothing that only its owner may know. On every transport.
"""

from __future__ import annotations

import asyncio
import json
import random
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from websockets.asyncio.client import connect

from clutch.accounts.admin import ban
from clutch.accounts.events import stream_of
from clutch.accounts.models import SITE
from clutch.bootstrap import open_site
from tests.faults import checks_live
from tests.faults.field import Person
from tests.faults.history import Tried
from tests.faults.round import Options, Report, Round, playing
from tests.faults.scene import Scene, staged
from tests.faults.wishing import TRANSPORTS, Wishing, can_say, frames_for, last_frame

Frame = dict[str, Any]
CLOSED_WITHIN_S = 5.0
OPEN_FOR_S = 1.0
FARTHEST = 2**62
AT_ONCE = 16


def run(options: Options, report: Report) -> None:
    """On SQLite, or on PostgreSQL if that is asked for."""
    with staged(options.load, options.database) as scene:
        asyncio.run(_play(scene, options, report))


async def _play(scene: Scene, options: Options, report: Report) -> None:
    async with playing(scene, options, report) as going:
        await going.wait(0.5 if options.short else 5)
        # Nothing may happen on the streams meanwhile, so that any event that comes was leaked.
        going.load.pause_writes()
        await going.wait(1)
        epoch, head = await _standing(scene, scene.field.cups[0].stream)
        attacks = Attacks(going, epoch, head, options.seed)
        wishes = [*attacks.futures(), *attacks.epochs(), *attacks.strangers(), *attacks.nonsense()]
        await attacks.attempt(on_every_transport([*wishes, *attacks.listeners()]))
        await attacks.banned()
        await going.finish()
    _judge(going)


def _judge(going: Round) -> None:
    report = going.report
    for kind in ("future", "epoch", "stranger", "nonsense", "banned"):
        tried = [one for one in going.history.tried if one.name.startswith(kind)]
        report.figure(f"tried: {kind}", f"{len(tried)}")
        report.require(f"{kind}: nothing is granted", checks_live.leaks(tried))
    listeners = [one for one in going.history.tried if one.name.startswith("listener")]
    secret = going.scene.field.unlisted
    report.figure("tried: listener", f"{len(listeners)}")
    report.require("listener: nothing is named", checks_live.secrets(listeners, secret))


@dataclass(frozen=True)
class Attempt:
    """A wish, by whom and by which transport, and what has to come of it."""

    name: str
    wish: Frame
    expected: str
    told: str
    who: Person | None = None
    transport: str = "websocket"

    @property
    def stream(self) -> str:
        return str(self.wish["stream"])


def on_every_transport(attempts: Sequence[Attempt]) -> list[Attempt]:
    """Each attempt on every transport that can put it so."""
    return [
        replace(one, name=f"{one.name} by {transport}", transport=transport)
        for one in attempts
        for transport in TRANSPORTS
        if can_say(transport, one.wish)
    ]


class Attacks:
    """Wishes of all kinds, each on a connection of its own."""

    def __init__(self, going: Round, epoch: str, head: int, seed: int) -> None:
        self._scene = going.scene
        self._going = going
        self._epoch, self._head = epoch, head
        self._chance = random.Random(seed)
        self._cup = going.scene.field.cups[0].stream

    def futures(self) -> Iterator[Attempt]:
        """A seq that never was, nor comes to be while the load goes on."""
        some = self._chance.randrange(10_000, 1_000_000)
        for seq in (-1, *(self._head + ahead for ahead in (10_000, some, FARTHEST, 10**30))):
            wish = {"stream": self._cup, "epoch": self._epoch, "seq": seq}
            yield Attempt(f"future {seq}", wish, "snapshot", "future")

    def epochs(self) -> Iterator[Attempt]:
        """The history of an abandoned future, or of another site."""
        turned = self._epoch[::-1]
        for epoch in ("", "x" * 12, turned, self._epoch.upper(), self._epoch + "x"):
            for seq in (0, self._head - 1, self._head):
                wish = {"stream": self._cup, "epoch": epoch, "seq": seq}
                yield Attempt(f"epoch {epoch[:12]}@{seq}", wish, "snapshot", "epoch")

    def strangers(self) -> Iterator[Attempt]:
        """A draft that only its maker sees, and streams that are not there."""
        hidden = f"tournament-{self._scene.field.hidden}"
        for stream in (hidden, "tournament-xxxxxxxx", "secret-1", "tournament-", ""):
            for who in (None, *self._scene.field.players[:2]):
                name = f"stranger {stream} as {who.actor.name if who else 'guest'}"
                for more in ({}, {"epoch": self._epoch, "seq": 0}):
                    wish = {"stream": stream, **more}
                    yield Attempt(name, wish, "refused", "stream-unknown", who)

    def nonsense(self) -> Iterator[Attempt]:
        """Wishes that are none."""
        seqs: list[Any] = ["1", 1.5, [], {}, True]
        for seq in seqs:
            wish = {"stream": self._cup, "epoch": self._epoch, "seq": seq}
            yield Attempt(f"nonsense {seq!r}", wish, "refused", "message-unreadable")

    def listeners(self) -> Iterator[Attempt]:
        """Others on a player's stream, who plays in a tournament that only its address protects."""
        player, _, other, *_ = self._scene.field.players
        stream = stream_of(player.actor.require_login())
        for who in (None, other):
            name = f"listener on {stream} as {who.actor.name if who else 'guest'}"
            wish = {"stream": stream, "epoch": self._epoch, "seq": 0}
            yield Attempt(name, wish, "subscribed", "", who)

    async def banned(self) -> None:
        """Who is banned loses the line within five seconds, and gets no new one."""
        for transport, person in zip(TRANSPORTS, self._scene.field.players[-3:], strict=False):
            stream = self._scene.field.cups[-1].stream
            wish = {"stream": stream, "epoch": self._epoch, "seq": await self._head_of(stream)}
            wishing = Wishing(transport, self._scene.port, person.token)
            frame, took = await asyncio.to_thread(_ban_on_line, self._scene, wishing, wish, person)
            self._report_ban(transport, frame, took)
            name = f"banned, a new line by {transport}"
            again = Attempt(name, wish, "refused", "token-unknown", person, transport)
            await self.attempt([again])

    def _report_ban(self, transport: str, last: Frame, took: float) -> None:
        report, by = self._going.report, f"banned, by {transport}"
        report.figure(f"{by}: the line is closed after", f"{took:.1f} s", "within 5 s")
        report.require_that(f"{by}: told why", last.get("code") == "session-ended", f"{last}")
        slack = 5 if self._going.options.short else 0
        report.require_that(f"{by}: in time", took <= CLOSED_WITHIN_S + slack, f"{took:.1f} s")

    async def _head_of(self, stream: str) -> int:
        return (await _standing(self._scene, stream))[1]

    async def attempt(self, attempts: Sequence[Attempt]) -> None:
        """Say each on a connection of its own, and note all that comes within a second."""
        turns = asyncio.Semaphore(AT_ONCE)

        async def one(attempt: Attempt) -> None:
            async with turns:
                self._going.history.tried.append(await self._tried(attempt))

        await asyncio.gather(*map(one, attempts))

    async def _tried(self, attempt: Attempt) -> Tried:
        token = attempt.who.token if attempt.who else ""
        wishing = Wishing(attempt.transport, self._scene.port, token)
        frames = [_as_of(attempt.stream, one) for one in await frames_for(wishing, attempt.wish)]
        return Tried(attempt.name, attempt.stream, attempt.expected, attempt.told, tuple(frames))


async def _standing(scene: Scene, stream: str) -> tuple[str, int]:
    """Epoch and head of a stream, as the site tells them."""
    async with connect(f"ws://127.0.0.1:{scene.port}/live", proxy=None) as line:
        await line.send(_subscribe({"stream": stream}))
        while True:
            frame = json.loads(await line.recv())
            if frame["type"] == "subscribed":
                return frame["epoch"], frame["head"]


def _subscribe(wish: Frame) -> str:
    return json.dumps({"type": "subscribe", "streams": [wish]})


def _as_of(stream: str, frame: Frame) -> Frame:
    """A refusal of the whole message counts as one of the stream."""
    if frame["type"] == "refused" and frame["stream"] is None:
        return {**frame, "stream": stream}
    return frame


def _ban_on_line(
    scene: Scene, wishing: Wishing, wish: Frame, person: Person
) -> tuple[Frame, float]:
    """Ban who has this line open; the last frame, and how long after the ban it came."""
    line = wishing.open(wish)
    banned_at: list[float] = []
    ban_soon = threading.Timer(OPEN_FOR_S, lambda: banned_at.append(_ban(scene, person)))
    ban_soon.start()
    try:
        frame = last_frame(line, OPEN_FOR_S + CLOSED_WITHIN_S + 5)
        ended_at = time.monotonic()
    finally:
        ban_soon.join()
        line.close()
    return frame, ended_at - banned_at[0]


def _ban(scene: Scene, person: Person) -> float:
    """When it was done."""
    site = open_site(scene.settings)
    try:
        account = person.actor.require_login()
        site.writer.write(lambda tx: ban(tx, SITE, account, "on purpose"))
        return time.monotonic()
    finally:
        site.close()

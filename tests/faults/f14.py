"""F14: wishes that must not be granted: a seq that never was, another epoch, what is not theirs.

A snapshot for the first two, a refusal for the others, and not one event either way.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from clutch.accounts.admin import ban
from clutch.accounts.models import SITE
from clutch.bootstrap import open_site
from tests.faults import checks_live
from tests.faults.field import Person
from tests.faults.history import Tried
from tests.faults.round import Options, Report, Round, playing
from tests.faults.scene import Scene, staged

Frame = dict[str, Any]
LISTENS_S, ANSWERS_S = 1.0, 10.0
CLOSED_WITHIN_S = 5.0
FARTHEST = 2**62


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
        await asyncio.gather(*(attacks.attempt(attempt) for attempt in wishes))
        await attacks.banned()
        await going.finish()
    for kind in ("future", "epoch", "stranger", "nonsense", "banned"):
        tried = [one for one in going.history.tried if one.name.startswith(kind)]
        report.figure(f"tried: {kind}", f"{len(tried)}")
        report.require(f"{kind}: nothing is granted", checks_live.leaks(tried))


@dataclass(frozen=True)
class Attempt:
    """A wish, by whom, and what has to come of it."""

    name: str
    wish: Frame
    expected: str
    told: str
    who: Person | None = None

    @property
    def stream(self) -> str:
        return str(self.wish["stream"])


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

    async def banned(self) -> None:
        """Who is banned loses the line within five seconds, and gets no new one."""
        person = self._scene.field.players[-1]
        stream = self._scene.field.cups[-1].stream
        async with self._connect(person) as line:
            await line.send(_subscribe({"stream": stream}))
            await asyncio.to_thread(_ban, self._scene, person)
            loop = asyncio.get_running_loop()
            began, frames = loop.time(), []
            try:
                async with asyncio.timeout(CLOSED_WITHIN_S + 5):
                    while True:
                        frames.append(json.loads(await line.recv()))
            except (ConnectionClosed, TimeoutError):
                pass
            took = loop.time() - began
        last = frames[-1]
        report = self._going.report
        report.figure("banned: the line is closed after", f"{took:.1f} s", "within 5 s")
        report.require_that("banned: told why", last.get("code") == "session-ended", f"{last}")
        slack = 5 if self._going.options.short else 0
        late = f"{took:.1f} s"
        report.require_that("banned: in time", took <= CLOSED_WITHIN_S + slack, late)
        again = Attempt(
            "banned, a new line", {"stream": stream}, "refused", "token-unknown", person
        )
        await self.attempt(again)

    async def attempt(self, attempt: Attempt) -> None:
        """Say it on a connection of its own, and note all that comes within a second."""
        frames = [_as_of(attempt.stream, frame) for frame in await self._frames(attempt)]
        self._going.history.tried.append(
            Tried(attempt.name, attempt.stream, attempt.expected, attempt.told, tuple(frames))
        )

    async def _frames(self, attempt: Attempt) -> list[Frame]:
        frames: list[Frame] = []
        try:
            async with self._connect(attempt.who) as line:
                await line.send(_subscribe(attempt.wish))
                while True:
                    seconds = LISTENS_S if len(frames) > 1 else ANSWERS_S
                    frames.append(json.loads(await asyncio.wait_for(line.recv(), seconds)))
        except (TimeoutError, ConnectionClosed):
            return frames
        except InvalidStatus as refusal:
            # A closed door is a refusal, too.
            code = json.loads(refusal.response.body)["code"]
            return [{"type": "refused", "stream": None, "code": code}]

    def _connect(self, who: Person | None) -> connect:
        token = {"Authorization": f"Bearer {who.token}"} if who else {}
        return connect(
            f"ws://127.0.0.1:{self._scene.port}/live",
            additional_headers=token,
            compression=None,
            open_timeout=20,
            proxy=None,
        )


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


def _ban(scene: Scene, person: Person) -> None:
    site = open_site(scene.settings)
    try:
        account = person.actor.require_login()
        site.writer.write(lambda tx: ban(tx, SITE, account, "on purpose"))
    finally:
        site.close()

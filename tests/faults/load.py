"""The load: requests at a fixed rate, whatever becomes of them, by many visitors and players.

Seven in ten read pages and the API, two write through the API, one does other things with it. One
visitor of pages in eight is logged in, as one player or another. A writer repeats what was not
answered under the same key, as every program should.
"""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import msgspec

from clutch.web.cookies import SESSION
from tests.faults.asking import Answer, Client, NoAnswer
from tests.faults.field import Cup
from tests.faults.history import NO_ANSWER, Asked, History, MatchPlace, Wrote
from tests.faults.scene import Scene

TRIES = 8
VISITORS = 200
LOGGED_IN = 8
# So many that each process gets some of them.
LOOKS = 20
MARKED = re.compile(rb'data-streams="([^"]*)"')


class MatchIn(msgspec.Struct, frozen=True):
    """A match as a writer needs it."""

    id: str
    status: str
    opponents: tuple[dict[str, Any], dict[str, Any]]
    version: int
    scores: tuple[int, int] | None = None


class BracketIn(msgspec.Struct, frozen=True):
    seq: int
    matches: tuple[MatchIn, ...]


_bracket = msgspec.json.Decoder(BracketIn).decode


@dataclass
class Table:
    """A match at which somebody may write; one at a time."""

    cup: Cup
    id: str
    version: int
    status: str
    participants: tuple[int | None, ...]
    scores: tuple[int, int] | None
    reported: bool = False
    is_busy: bool = False

    @property
    def place(self) -> MatchPlace:
        return MatchPlace(self.cup.id, self.id)

    @property
    def path(self) -> str:
        return f"/api/v1/tournaments/{self.cup.id}/matches/{self.id}"


@dataclass(frozen=True)
class Act:
    """What a writer is about to send."""

    name: str
    method: str
    path: str
    token: str
    body: Any
    scores: tuple[int, int]


@dataclass
class Board:
    """The tables of one tournament as the writers know them."""

    cup: Cup
    tables: dict[str, Table] = field(default_factory=dict)
    is_old: bool = True

    def learn(self, bracket: BracketIn) -> None:
        for match in bracket.matches:
            known = self.tables.get(match.id)
            if known is not None and (known.is_busy or known.version >= match.version):
                continue
            people = tuple(one.get("participant") for one in match.opponents)
            self.tables[match.id] = Table(
                self.cup, match.id, match.version, match.status, people, match.scores
            )
        self.is_old = False

    def free(self, chance: random.Random) -> Table | None:
        """A table to write at: one that goes on, else any decided one to correct."""
        tables = [one for one in self.tables.values() if not one.is_busy]
        open_ = [one for one in tables if one.status == "ready"]
        decided = [one for one in tables if one.status == "decided" and one.scores]
        pool = open_ if open_ and (not decided or chance.random() < 0.85) else decided
        return chance.choice(pool) if pool else None


class LoadRun:
    """Asks and writes until stopped; everything goes into the history."""

    def __init__(self, scene: Scene, rate: float, history: History, seed: int) -> None:
        self.history = history
        self.rate = rate
        self.lag_s = 0.0
        self.skipped = 0
        self.writes = True
        self._resting = False
        self._scene = scene
        self._chance = random.Random(seed)
        self._client = Client(scene.port)
        self._boards = [Board(cup) for cup in scene.field.cups]
        self._keys = (f"load-{seed}-{number}" for number in count())
        self._tasks: set[asyncio.Task[None]] = set()
        self._main: asyncio.Task[None] | None = None
        self._reads = self._make_reads()
        self._others = self._make_others()

    async def start(self) -> None:
        """Learn the boards, open the lines, then ask at the rate."""
        for board in self._boards:
            board.learn(_bracket((await self._get_bracket(board)).body))
        self._main = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Begin nothing more; what is under way is finished, and every write gets an answer."""
        if self._main is not None:
            self._main.cancel()
        while self._tasks:
            await asyncio.wait(tuple(self._tasks))
        await self._client.close()

    async def rest(self, burst: int = 60, idle_s: float = 0.3) -> None:
        """Fill the site's pools with this many requests at once, then be gone for a while.

        What is open or running on the other side now is the site's own.
        """
        self._resting = True
        # What is not kept goes through the site's threads and connections.
        await asyncio.gather(*(self._read(time.monotonic(), other=True) for _ in range(burst)))
        while self._tasks:
            await asyncio.wait(tuple(self._tasks))
        await self._client.close()
        await asyncio.sleep(idle_s)
        # Only who asks makes a process look which of its threads have had nothing to do for long.
        for _ in range(LOOKS):
            await self._read(time.monotonic(), other=True)
        await self._client.close()
        await asyncio.sleep(0.3)

    def go_on(self) -> None:
        """After a rest."""
        self._resting = False

    def pause_writes(self) -> None:
        """Only read from now on."""
        self.writes = False

    async def write_once_more(self) -> None:
        """One write in every tournament, after those that are under way and before any other."""
        went_on, self.writes = self.writes, False
        while any(table.is_busy for board in self._boards for table in board.tables.values()):
            await asyncio.wait(tuple(self._tasks), timeout=0.05)
        await asyncio.gather(*(self._write(board) for board in self._boards))
        self.writes = went_on

    async def _run(self) -> None:
        began = time.monotonic()
        for number in count():
            due = began + number / self.rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            self.lag_s = max(self.lag_s, time.monotonic() - due)
            if self._resting:
                continue
            share = self._chance.random()
            is_write = share < 0.2 and self.writes
            work = self._write() if is_write else self._read(due, other=share > 0.9)
            task = asyncio.create_task(work)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    # --- reading ----------------------------------------------------------------------------------

    async def _read(self, due: float, *, other: bool = False) -> None:
        kind, make = self._chance.choice(self._others if other else self._reads)
        await self._ask(kind, *make(), due=due)

    def _make_reads(self) -> list[tuple[str, Callable[[], tuple[str, str]]]]:
        cup, player = self._cup, self._player
        pages = [
            lambda: ("GET", "/"),
            lambda: ("GET", "/tournaments"),
            lambda: ("GET", f"/tournaments/{cup().id}"),
            lambda: ("GET", f"/tournaments/{cup().id}/bracket"),
            lambda: ("GET", f"/tournaments/{cup().id}/bracket"),
            lambda: ("GET", f"/tournaments/{cup().id}/schedule"),
            lambda: ("GET", self._match_path("")),
            lambda: ("GET", f"/players/{player()}"),
        ]
        api = [
            lambda: ("GET", f"/api/v1/tournaments/{cup().id}/bracket"),
            lambda: ("GET", f"/api/v1/tournaments/{cup().id}/bracket"),
            lambda: ("GET", self._match_path("/api/v1")),
            lambda: ("GET", f"/api/v1/tournaments/{cup().id}/placements"),
        ]
        return [*(("page", make) for make in pages), *(("api", make) for make in api)]

    def _make_others(self) -> list[tuple[str, Callable[[], tuple[str, str]]]]:
        cup, player = self._cup, self._player
        others = [
            lambda: ("GET", "/api/v1/tournaments"),
            lambda: ("GET", f"/api/v1/tournaments/{cup().id}/history"),
            lambda: ("GET", f"/api/v1/players/{player()}/tournaments"),
            lambda: ("GET", f"/api/v1/tournaments/{cup().id}/matches?status=ready"),
        ]
        return [("other", make) for make in others]

    def _cup(self) -> Cup:
        return self._chance.choice(self._scene.field.cups)

    def _player(self) -> int | None:
        return self._chance.choice(self._scene.field.players).actor.account_id

    def _match_path(self, root: str) -> str:
        cup = self._cup()
        return f"{root}/tournaments/{cup.id}/matches/{self._chance.choice(cup.matches)}"

    async def _get_bracket(self, board: Board) -> Answer:
        path = f"/api/v1/tournaments/{board.cup.id}/bracket"
        return await self._ask("api", "GET", path, due=time.monotonic())

    async def _ask(
        self,
        kind: str,
        method: str,
        path: str,
        *,
        due: float,
        headers: dict[str, str] | None = None,
        body: Any = None,
    ) -> Answer:
        """One request, recorded; no answer is an answer of status 0."""
        visitor = self._chance.randrange(VISITORS)
        sent = {"Accept-Language": ("en", "ru")[visitor % 2], **(headers or {})}
        if kind == "page" and visitor % LOGGED_IN == 0:
            reader = self._chance.choice(self._scene.field.players)
            sent["Cookie"] = f"{SESSION}={reader.session}"
        source, trouble = f"127.1.{1 + visitor // 100}.{1 + visitor % 100}", ""
        began = time.monotonic()
        try:
            answer = await self._client.ask(method, path, source=source, headers=sent, body=body)
        except NoAnswer as none:
            answer, trouble = Answer(NO_ANSWER, {}, b""), str(none)
        ended = time.monotonic()
        heads, versions = sights(path, answer) if answer.status == 200 else ({}, {})
        self.history.asked.append(
            Asked(
                kind,
                path,
                due,
                began,
                ended,
                answer.status,
                answer.retry_after,
                trouble,
                heads,
                versions,
            )
        )
        return answer

    # --- writing ----------------------------------------------------------------------------------

    async def _write(self, board: Board | None = None) -> None:
        board = board or self._chance.choice(self._boards)
        if board.is_old:
            board.is_old = False
            answer = await self._get_bracket(board)
            if answer.status == 200:
                board.learn(_bracket(answer.body))
        table = board.free(self._chance)
        if table is None:
            self.skipped += 1
            return
        table.is_busy = True
        try:
            await self._act_at(board, table)
        finally:
            table.is_busy = False

    async def _act_at(self, board: Board, table: Table) -> None:
        act = self._next_act(table)
        wrote, reply = await self._send(table, act)
        self.history.wrote.append(wrote)
        if not wrote.acknowledged:
            # Somebody knows better, or nobody knows: look again before anything else.
            table.version, board.is_old = -1, True
            return
        table.version = wrote.version
        match = reply["match"]
        table.reported = act.name == "report" and match["status"] == "ready"
        table.status, table.scores = match["status"], act.scores
        board.is_old = board.is_old or act.name == "confirm"
        if self._chance.random() < 0.5:
            await self._ask("after-write", "GET", table.path, due=time.monotonic())

    def _next_act(self, table: Table) -> Act:
        captains = table.cup.captains
        if table.status == "decided":
            winner_first = bool(table.scores and table.scores[0] > table.scores[1])
            lost = 1 - min(table.scores or (0, 0))
            scores = (2, lost) if winner_first else (lost, 2)
            body = {"outcome": "played", "scores": scores}
            token = self._scene.field.organizer.token
            return Act("correct", "PUT", f"{table.path}/result", token, body, scores)
        first, second = table.participants
        if table.reported:
            assert second is not None
            token = captains[second].token
            return Act(
                "confirm", "POST", f"{table.path}/confirm", token, None, table.scores or (0, 0)
            )
        scores = self._chance.choice([(2, 0), (2, 1), (1, 2), (0, 2)])
        body = {"outcome": "played", "scores": scores}
        assert first is not None
        return Act("report", "POST", f"{table.path}/reports", captains[first].token, body, scores)

    async def _send(self, table: Table, act: Act) -> tuple[Wrote, Any]:
        key, began = next(self._keys), time.monotonic()
        headers = {
            "Authorization": f"Bearer {act.token}",
            "If-Match": f'"{table.version}"',
            "Idempotency-Key": key,
        }
        answer, tries = Answer(NO_ANSWER, {}, b""), 0
        while tries < TRIES:
            tries += 1
            answer = await self._ask(
                "write", act.method, act.path,
                due=time.monotonic(), headers=headers, body=act.body,
            )  # fmt: skip
            if 0 < answer.status < 500:
                break
            await asyncio.sleep(self._chance.uniform(0.5, 1.0) * (answer.retry_after or 0.5))
        reply = answer.json() if 200 <= answer.status < 300 else None
        version = reply["version"] if reply else 0
        ended = time.monotonic()
        return Wrote(
            table.place, act.name, key, began, ended, answer.status, version, act.scores, tries
        ), reply


def sights(path: str, answer: Answer) -> tuple[dict[str, int], dict[MatchPlace, int]]:
    """What an answer shows of streams' heads and matches' versions."""
    parts = path.split("?", maxsplit=1)[0].strip("/").split("/")
    if parts[:2] != ["api", "v1"]:
        return _marked_heads(answer.body), {}
    if parts[2:3] == ["tournaments"] and parts[4:] == ["bracket"]:
        bracket = _bracket(answer.body)
        seen = {MatchPlace(parts[3], one.id): one.version for one in bracket.matches}
        return {f"tournament-{parts[3]}": bracket.seq}, seen
    if parts[2:3] == ["tournaments"] and parts[4:5] == ["matches"] and len(parts) == 6:
        return {}, {MatchPlace(parts[3], parts[5]): answer.json()["version"]}
    return {}, {}


def _marked_heads(page: bytes) -> dict[str, int]:
    found = MARKED.search(page)
    marks = found[1].decode().split() if found else []
    split = (mark.rpartition("@") for mark in marks)
    return {stream: int(seq) for stream, _, seq in split if stream.startswith("tournament-")}

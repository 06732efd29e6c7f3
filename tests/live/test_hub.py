"""The hub without a network: what is sent to whom, and what becomes of those who don't read."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import psycopg
import pytest
from anyio import to_thread
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from clutch.kernel import log
from clutch.kernel.capabilities import State
from clutch.kernel.database import Database
from clutch.kernel.log import Event
from clutch.kernel.refusals import StorageUnavailable
from clutch.kernel.wakes import EVERYTHING
from clutch.live import tail, watch
from clutch.live.frames import Wish
from clutch.live.listener import Listener
from clutch.live.outbox import MOST_BYTES, MOST_FRAMES
from clutch.live.rendering import Audience, Drawn, Picture
from tests.live.reader import Ledger
from tests.live.room import TEAM, Act, Room, frame_of, run, until
from tests.live.things import draw, score

__all__ = ["run"]


def test_what_nobody_follows_wakes_nobody_and_is_not_missed_by_who_comes(
    run: Callable[[Act], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[str] = []

    async def act(room: Room) -> None:
        monkeypatch.setattr(room.hub._tail, "wake", lambda: woken.append("woken"))
        await room.commit(1, stream="team-2")
        assert not woken
        listener = await room.follower()
        await room.commit(1, stream="team-2")
        assert not woken
        await room.commit(1)
        assert woken == ["woken"]
        events = await room.read(listener, "events")
        assert (events["stream"], events["seq"]) == (TEAM, 1)

    run(act)


def test_another_process_wakes_only_those_who_follow_what_it_committed_to(
    run: Callable[[Act], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[str] = []

    async def act(room: Room) -> None:
        await room.follower()
        monkeypatch.setattr(room.hub._tail, "wake", lambda: woken.append("woken"))
        room.hub.on_remote_commit(["team-2", "player-7"])
        assert not woken
        for streams in (["team-2", TEAM], [EVERYTHING]):
            room.hub.on_remote_commit(streams)
        assert woken == ["woken", "woken"]

    run(act)


def test_news_is_read_once_and_drawn_once_a_language_whatever_zone_clients_say(
    run: Callable[[Act], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    drawn: list[Audience] = []

    def counting(conn: Connection, stream: str, events: Sequence[Event]) -> Picture:
        read.append(stream)
        picture = draw(conn, stream, events)

        def counted(audience: Audience) -> Drawn:
            drawn.append(audience)
            return picture(audience)

        return counted

    async def act(room: Room) -> None:
        room.hub.draw_with("team", counting)
        zones = ("Europe/London", "Asia/Tokyo", "America/Lima")
        everybody = [Audience(one, zone) for zone in zones for one in ("en", "ru")]
        listeners = [await room.follower(audience=one) for one in everybody]
        await room.commit(1)
        frames = [await room.read(listener) for listener in listeners]
        assert read == [TEAM]
        assert sorted(one.language for one in drawn) == ["en", "ru"]
        assert "points" in frames[0]["pieces"]["score"]
        assert "очков" in frames[1]["pieces"]["score"]
        assert frames[0] == frames[2]

    run(act)


def test_those_who_arrive_are_looked_up_one_by_one_and_take_no_thread_from_pages(
    run: Callable[[Act], None],
) -> None:
    at_once: list[int] = []
    now: list[object] = []

    def look() -> None:
        now.append(look)
        at_once.append(len(now))
        time.sleep(0.005)
        now.pop()

    async def act(room: Room) -> None:
        pages = to_thread.current_default_thread_limiter()
        arriving = [asyncio.create_task(room.hub.look_up(look)) for _ in range(20)]
        await asyncio.sleep(0.02)
        assert pages.borrowed_tokens == 0
        await asyncio.gather(*arriving)
        assert at_once == [1] * 20

    run(act)


def test_a_slow_reader_gets_a_snapshot_and_then_goes_on_while_others_lose_nothing(
    run: Callable[[Act], None],
) -> None:
    async def act(room: Room) -> None:
        slow, quick = await room.follower(), await room.follower()
        ledger, other = (Ledger(room.hub.epoch, {TEAM: 0}) for _ in range(2))
        number = 0
        while not slow.outbox.overflown:
            number += 1
            assert number <= MOST_FRAMES + 1
            await room.commit(number)
            await room.passed_on(number)
            other.take(await room.read(quick, "events"))
        await room.commit(0)
        await room.passed_on(number + 1)
        told = await room.read(slow)
        assert (told["reason"], told["seq"]) == ("slow", number + 1)
        ledger.take(told)
        await room.commit(0)
        ledger.take(await room.read(slow))
        assert ledger.seqs == {TEAM: [number + 2]}
        assert other.seqs == {TEAM: list(range(1, number + 1))}

    run(act)


def test_an_outbox_is_bounded_in_bytes_too(run: Callable[[Act], None]) -> None:
    async def act(room: Room) -> None:
        slow = await room.follower()
        for number in range(1, 8):
            await room.commit_large(200_000)
            await room.passed_on(number)
        assert MOST_BYTES < 7 * 200_000
        assert (await room.read(slow))["reason"] == "slow"

    run(act)


def test_what_does_not_fit_into_a_frame_is_a_snapshot(run: Callable[[Act], None]) -> None:
    async def act(room: Room) -> None:
        listener = await room.follower()
        await room.commit_large(300_000)
        told = await room.read(listener)
        assert (told["type"], told["reason"], told["seq"]) == ("snapshot", "large", 1)
        await room.commit(1)
        assert (await room.read(listener))["after"] == 1

    run(act)


def test_a_burst_travels_in_few_frames_each_of_which_fits(run: Callable[[Act], None]) -> None:
    async def act(room: Room) -> None:
        listener = await room.follower()
        ledger = Ledger(room.hub.epoch, {TEAM: 0})
        burst = score(TEAM, *range(100), size=10_000)
        await asyncio.to_thread(room.site.writer.write, burst)
        await room.passed_on(100)
        frames = 0
        while ledger.last[TEAM] < 100:
            ledger.take(await room.read(listener))
            frames += 1
        assert ledger.seqs[TEAM] == list(range(1, 101))
        assert frames < 30

    run(act)


def test_nothing_falls_between_the_past_and_what_comes(
    run: Callable[[Act], None],
) -> None:
    """Listeners subscribe all the while somebody commits: each gets every event once."""

    async def act(room: Room) -> None:
        committing = asyncio.create_task(commit_each(room, 150))
        ledgers = []
        while not committing.done():
            listener = await room.listener()
            ledger = Ledger(room.hub.epoch, {TEAM: 0})
            ledgers.append((listener, ledger))
            await room.hub.follow(listener, [Wish(TEAM, room.hub.epoch, 0)])
            await asyncio.sleep(0.01)
        await room.passed_on(150)
        for listener, ledger in ledgers:
            while ledger.last[TEAM] < 150:
                ledger.take(await room.read(listener))
            assert ledger.seqs[TEAM] == list(range(1, 151))
        assert len(ledgers) > 5

    run(act)


async def commit_each(room: Room, most: int) -> None:
    for number in range(most):
        await room.commit(number)


@pytest.mark.parametrize("how", ["read", "drawn"])
def test_a_piece_that_cannot_be_drawn_is_fetched_and_the_rest_goes_on(
    run: Callable[[Act], None], how: str
) -> None:
    def broken(conn: Connection, stream: str, events: Sequence[Event]) -> Picture:
        if how == "read":
            raise RuntimeError("on purpose")
        return fail

    def fail(_: Audience) -> Drawn:
        raise RuntimeError("on purpose")

    async def act(room: Room) -> None:
        room.hub.draw_with("team", broken)
        listener = await room.follower()
        await room.commit(1)
        frame = await room.read(listener)
        assert (frame["pieces"], frame["stale"]) == ({}, ["*"])

    run(act)


def test_a_piece_whose_database_failed_is_drawn_once_it_is_back(
    run: Callable[[Act], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look at the log fails as a whole; nobody is sent to fetch from a site that can't read."""
    failing = [True]

    def draw_or_fail(conn: Connection, stream: str, events: Sequence[Event]) -> Picture:
        if failing.pop() if failing else False:
            raise OperationalError("SELECT", {}, psycopg.OperationalError("the server is gone"))
        return draw(conn, stream, events)

    async def act(room: Room) -> None:
        room.hub.draw_with("team", draw_or_fail)
        listener = await room.follower()
        await room.commit(1)
        frame = await room.read(listener)
        assert "score" in frame["pieces"]
        assert not failing

    monkeypatch.setattr(tail, "AFTER_TROUBLE_S", 0.05)
    run(act)


def test_a_crowd_is_told_to_fetch_at_random_moments(run: Callable[[Act], None]) -> None:
    async def act(room: Room) -> None:
        listeners = [await room.follower() for _ in range(40)]
        await room.commit(1, 2, 3)
        frame = await room.read(listeners[0])
        assert frame["stale"] == ["*"]
        assert 0 < frame["spread_ms"] < 1000
        for listener in listeners[1:]:
            room.hub.leave(listener)
        await room.commit(4, 5, 6)
        assert (await room.read(listeners[0]))["spread_ms"] == 0

    run(act)


@pytest.mark.parametrize("readable", [True, False])
def test_heartbeats_say_where_the_streams_stand_whatever_can_not_be_read(
    run: Callable[[Act], None], monkeypatch: pytest.MonkeyPatch, readable: bool
) -> None:
    monkeypatch.setattr(watch, "HEARTBEAT_S", 0.1)

    async def act(room: Room) -> None:
        await room.commit(1, 2)
        listener = await room.follower()
        if not readable:
            monkeypatch.setattr(log, "heads", lambda *_: 1 / 0)
        frame = await room.read(listener, "heartbeat")
        assert frame == {"type": "heartbeat", "epoch": room.hub.epoch, "heads": {TEAM: 2}}

    run(act)


@pytest.mark.parametrize("name", ["team-1\0", "team-\u00e4", "team-" + "1" * 60])
def test_what_no_stream_can_be_called_never_stands_in_a_crowd(
    run: Callable[[Act], None], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Where crowds stand is read for all of them at once: such a name would fail for everybody."""

    async def act(room: Room) -> None:
        listener = await room.listener()
        monkeypatch.setattr(room.hub.crowds, "add", lambda _: pytest.fail("it stood there"))
        await room.hub.follow(listener, [Wish(name)])
        assert (await room.read(listener))["code"] == "stream-unknown"

    run(act)


def test_a_reader_that_is_stuck_is_let_go(
    run: Callable[[Act], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "RIGHTS_EVERY_S", 0.1)
    monkeypatch.setattr(watch, "STUCK_S", 0.3)

    async def act(room: Room) -> None:
        stuck, idle = await room.follower(), await room.follower(stream="team-2")
        await room.commit(1)
        await until(lambda: room.hub.connections == 1)
        assert frame_of(await stuck.take())["code"] == "too-slow"
        assert await stuck.take() is None
        assert idle in room.hub.listeners

    run(act)


@contextmanager
def unreadable(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The database can't be read in the block."""

    def refuse() -> None:
        raise StorageUnavailable

    with monkeypatch.context() as patch:
        patch.setattr(database, "read", refuse)
        yield


def test_while_the_log_cannot_be_read_live_is_down_and_afterwards_nothing_is_missing(
    run: Callable[[Act], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail, "AFTER_TROUBLE_S", 0.05)

    async def act(room: Room) -> None:
        listener = await room.follower()
        with unreadable(room.site.database, monkeypatch):
            await state_becomes(room, State.DOWN)
            await room.commit(1)
            other = await room.listener()
            await room.hub.follow(other, [Wish(TEAM)])
            assert (await room.read(other))["code"] == "storage-unavailable"
        await state_becomes(room, State.UP)
        assert (await room.read(listener))["seq"] == 1

    run(act)


async def state_becomes(room: Room, state: State) -> None:
    await until(lambda: room.site.capabilities.get("live").state is state)


def test_the_end_of_the_process_is_said_to_everybody(run: Callable[[Act], None]) -> None:
    left: list[Listener] = []

    async def act(room: Room) -> None:
        left.append(await room.follower())

    run(act)
    assert frame_of(asyncio.run(left[0].take()))["code"] == "closing"

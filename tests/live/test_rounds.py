"""A crowd is told in rounds: others get their turn between them, and nobody is told too much."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from clutch.kernel.log import Event
from clutch.live.crowds import Crowds
from clutch.live.frames import Parcel
from clutch.live.listener import Listener
from clutch.live.news import News, Telling
from clutch.live.rounds import A_ROUND, Rounds
from tests.kernel.conftest import NOON
from tests.live.room import TEAM, Act, Room, frame_of, run, until

__all__ = ["run"]

A_CROWD = 5 * A_ROUND


class Wire:
    """A line that is always open; it remembers what news came, and may do something first."""

    is_open = True

    def __init__(self, first: Callable[[], object] = lambda: None) -> None:
        self.seqs: list[int] = []
        self._first = first

    def write(self, parcel: Parcel) -> None:
        frame = frame_of(parcel)
        if frame["type"] == "events":
            self._first()
            self.seqs.append(frame["seq"])


async def gather(room: Room, wires: list[Wire]) -> list[Listener]:
    """Followers of the team's stream, each on its wire."""
    listeners = []
    for wire in wires:
        listener = await room.follower()
        listener.plug(wire)
        listeners.append(listener)
    return listeners


def told(wires: list[Wire]) -> int:
    return sum(bool(wire.seqs) for wire in wires)


def test_others_get_their_turn_while_a_crowd_is_told(run: Callable[[Act], None]) -> None:
    seen: set[int] = set()

    async def look(wires: list[Wire]) -> None:
        while told(wires) < A_CROWD:
            await asyncio.sleep(0)
            seen.add(told(wires))

    async def act(room: Room) -> None:
        wires = [Wire() for _ in range(A_CROWD)]
        await gather(room, wires)
        looking = asyncio.create_task(look(wires))
        await room.commit(1)
        await looking

    run(act)
    assert set(range(0, A_CROWD + 1, A_ROUND)) <= seen


def test_what_comes_while_a_crowd_is_told_comes_to_all_of_it_afterwards(
    run: Callable[[Act], None],
) -> None:
    async def act(room: Room) -> None:
        wires = [Wire() for _ in range(A_CROWD)]
        await gather(room, wires)
        for number in range(1, 6):
            await room.commit(number)
        await until(lambda: all(wire.seqs[-1:] == [5] for wire in wires))
        for wire in wires:
            assert wire.seqs == sorted(set(wire.seqs))

    run(act)


def test_who_leaves_between_two_rounds_is_told_nothing_more(run: Callable[[Act], None]) -> None:
    async def act(room: Room) -> None:
        listeners: list[Listener] = []

        def all_leave() -> None:
            for listener in listeners:
                room.hub.unfollow(listener, TEAM)

        wires = [Wire(all_leave) for _ in range(A_CROWD)]
        listeners += await gather(room, wires)
        await room.commit(1)
        await until(lambda: told(wires) > 0)
        await asyncio.sleep(0.1)
        assert told(wires) == 1

    run(act)


def test_one_line_that_fails_takes_the_news_from_nobody_else(run: Callable[[Act], None]) -> None:
    def fail() -> None:
        raise RuntimeError("this line is broken")

    async def act(room: Room) -> None:
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)
        broken, whole = [Wire(fail) for _ in range(3)], [Wire() for _ in range(A_CROWD)]
        await gather(room, broken + whole)
        await room.commit(1)
        await until(lambda: told(whole) == A_CROWD)
        await room.commit(2)
        await until(lambda: all(wire.seqs == [1, 2] for wire in whole))

    run(act)


def test_rounds_that_fail_as_a_whole_end_and_others_follow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ends: list[str] = []
    event = Event(1, TEAM, 1, "a-kind", 1, "{}", None, NOON)
    news = News("epoch", [event], Telling((), ()), {}, 0)

    def fail(_: Crowds, __: str) -> None:
        raise RuntimeError("the crowds are broken")

    async def act() -> None:
        rounds = Rounds(Crowds(), lambda: ends.append("ended"))
        with monkeypatch.context() as patched:
            patched.setattr(Crowds, "find", fail)
            with pytest.raises(RuntimeError, match="broken"):
                rounds.pass_on([news])
        await until(lambda: ends == ["ended"])
        rounds.pass_on([news])
        await until(lambda: ends == ["ended", "ended"])

    asyncio.run(act())

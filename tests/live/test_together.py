"""Questions that come at the same time are answered together."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from clutch.kernel.refusals import StorageUnavailable
from clutch.live.frames import Wish
from clutch.live.hub import LOOKS_AT_ONCE
from clutch.live.together import Together
from tests.fixtures.statements import statements
from tests.live.room import TEAM, Act, Room, run

__all__ = ["run"]


async def ask_all(
    answer: Callable[[list[int]], Awaitable[list[int]]], questions: range, most: int = 4
) -> list[int | BaseException]:
    together = Together(answer, most)
    asked = (together.ask(one) for one in questions)
    return await asyncio.wait_for(asyncio.gather(*asked, return_exceptions=True), 5)


def test_who_waits_is_answered_with_the_others_so_many_at_a_time() -> None:
    together: list[list[int]] = []

    async def double(asked: list[int]) -> list[int]:
        together.append(asked)
        await asyncio.sleep(0.01)
        return [2 * one for one in asked]

    answers = asyncio.run(ask_all(double, range(10)))
    assert answers == [2 * one for one in range(10)]
    assert together == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]


def test_a_refusal_is_everybodys() -> None:
    async def refuse(_: list[int]) -> list[int]:
        raise StorageUnavailable

    answers = asyncio.run(ask_all(refuse, range(6)))
    assert [type(one) for one in answers] == [StorageUnavailable] * 6


def test_a_question_that_breaks_takes_the_answer_from_nobody_else() -> None:
    async def divide(asked: list[int]) -> list[int]:
        return [12 // one for one in asked]

    answers = asyncio.run(ask_all(divide, range(4)))
    assert isinstance(answers[0], ZeroDivisionError)
    assert answers[1:] == [12, 6, 4]


def test_who_went_away_holds_up_nobody() -> None:
    answered: list[int] = []

    async def act() -> list[int]:
        begun = asyncio.Event()

        async def slowly(asked: list[int]) -> list[int]:
            answered.extend(asked)
            begun.set()
            await asyncio.sleep(0.01)
            return asked

        together = Together(slowly, 2)
        tasks = [asyncio.create_task(together.ask(one)) for one in range(6)]
        await begun.wait()
        for gone in tasks[1::2]:
            gone.cancel()
        return await asyncio.wait_for(asyncio.gather(*tasks[::2]), 5)

    assert asyncio.run(act()) == [0, 2, 4]
    # Nobody was asked about twice because somebody else had gone.
    assert answered == list(range(6))


@pytest.mark.parametrize("number", [LOOKS_AT_ONCE, 3 * LOOKS_AT_ONCE])
def test_a_crowd_that_comes_back_costs_a_few_looks_at_the_database(
    run: Callable[[Act], None], number: int
) -> None:
    async def act(room: Room) -> None:
        await room.follower()
        await room.commit(1)
        await room.commit(2)
        crowd = [await room.listener() for _ in range(number)]
        wish = Wish(TEAM, room.hub.epoch, 1)
        with statements() as asked:
            await asyncio.gather(*(room.hub.follow(one, [wish]) for one in crowd))
        for one in crowd:
            assert (await room.read(one, "subscribed"))["seq"] == 1
            missed = await room.read(one, "events")
            assert (missed["after"], missed["seq"]) == (1, 2)
        # What was missed is read by its stream; the tail looks, too, but by the position.
        looks = [one for one in asked if "event.stream = " in one]
        assert len(looks) == number // LOOKS_AT_ONCE

    run(act)

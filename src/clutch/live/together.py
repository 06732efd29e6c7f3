"""Questions of many at the same time, answered together."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from clutch.kernel.refusals import Refusal

Q = TypeVar("Q")
A = TypeVar("A")


class Together(Generic[Q, A]):
    """Whoever asks while others are being answered is answered with all who wait by then.

    So a crowd that comes back at once costs a few looks at the database, and who comes alone waits
    for nobody. Used in one event loop only.
    """

    def __init__(self, answer: Callable[[list[Q]], Awaitable[list[A]]], most: int) -> None:
        """`answer` gives an answer to each question, in their order; it gets `most` at a time."""
        self._answer = answer
        self._most = most
        self._waiting: deque[tuple[Q, asyncio.Future[A]]] = deque()
        self._answering: asyncio.Task[None] | None = None

    async def ask(self, question: Q) -> A:
        """The answer. Who is refused, all are; what else fails is raised for its cause alone."""
        future: asyncio.Future[A] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, future))
        if self._answering is None or self._answering.done():
            self._answering = asyncio.create_task(self._answer_all())
        return await future

    async def _answer_all(self) -> None:
        while self._waiting:
            asked = [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]
            try:
                await self._answer_some(asked)
            except Refusal as refusal:
                _fail(asked, refusal)
            except Exception:  # noqa: BLE001 - one by one, so that only who causes it hears of it
                for one in asked:
                    await self._answer_one(one)

    async def _answer_some(self, asked: list[tuple[Q, asyncio.Future[A]]]) -> None:
        answers = await self._answer([question for question, _ in asked])
        for (_, future), answer in zip(asked, answers, strict=True):
            if not future.done():
                future.set_result(answer)

    async def _answer_one(self, one: tuple[Q, asyncio.Future[A]]) -> None:
        try:
            await self._answer_some([one])
        except Exception as failure:  # noqa: BLE001 - raised where it was asked
            _fail([one], failure)


def _fail(asked: list[tuple[Q, asyncio.Future[A]]], failure: Exception) -> None:
    for _, future in asked:
        if not future.done():
            future.set_exception(failure)

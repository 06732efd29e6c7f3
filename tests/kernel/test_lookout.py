"""Heads of streams on PostgreSQL, asked inside the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from clutch.kernel import lookout
from clutch.kernel.database import Database
from clutch.kernel.epoch import get_epoch, renew
from clutch.kernel.heads import Heads
from clutch.kernel.lookout import Lookout
from clutch.kernel.refusals import StorageUnavailable
from tests.kernel.conftest import Kernel, happen

pytestmark = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The streams of each look, in turn."""
    seen: list[list[str]] = []
    look = Lookout._look

    async def counted(self: Lookout, streams: list[str]) -> Any:
        seen.append(streams)
        return await look(self, streams)

    monkeypatch.setattr(Lookout, "_look", counted)
    return seen


@asynccontextmanager
async def looking(kernel: Kernel) -> AsyncIterator[Heads]:
    heads = Heads(kernel.database)
    async with heads.within_loop():
        yield heads


def epoch_of(database: Database) -> str:
    with database.read() as conn:
        return get_epoch(conn)


def test_each_answer_is_that_of_the_last_commit(kernel: Kernel, looks: list[list[str]]) -> None:
    kernel.writer.write(happen("a", 1))

    async def ask() -> None:
        async with looking(kernel) as heads:
            epoch = epoch_of(kernel.database)
            assert await heads.point("a") == (epoch, 1)
            for number in range(2, 30):
                await asyncio.to_thread(kernel.writer.write, happen("a", number))
                assert await heads.point("a") == (epoch, number)
            assert await heads.point("never") == (epoch, 0)
            assert await heads.last() == (epoch, 29)
            renewed = await asyncio.to_thread(kernel.writer.write, renew)
            assert await heads.point("a") == (renewed, 29)

    asyncio.run(ask())
    assert len(looks) == 32


def test_who_asks_during_a_look_shares_the_next_one(kernel: Kernel, looks: list[list[str]]) -> None:
    kernel.writer.write(happen("a", 1))

    async def ask() -> list[int]:
        async with looking(kernel) as heads:
            first = asyncio.create_task(heads.point("a"))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            assert looks == [["a"]]
            crowd = [heads.point("ab"[number % 2]) for number in range(100)]
            return [seq for _, seq in await asyncio.gather(first, *crowd)]

    assert asyncio.run(ask()) == [1, *[1, 0] * 50]
    assert looks == [["a"], ["a", "b"]]


def test_a_connection_that_broke_costs_nobody_an_answer(kernel: Kernel) -> None:
    kernel.writer.write(happen("a", 1))
    ended = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )

    async def ask() -> list[int]:
        seqs = []
        async with looking(kernel) as heads:
            for _ in range(3):
                seqs.append((await heads.point("a"))[1])
                with kernel.database.begin_write() as conn:
                    conn.execute(ended)
        return seqs

    assert asyncio.run(ask()) == [1, 1, 1]


def test_a_database_that_says_nothing_is_a_refusal_in_time_and_no_thread_waits(
    kernel: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookout, "PATIENCE_S", 0.2)

    async def ask() -> None:
        async with looking(kernel) as heads:
            with kernel.database.begin_write() as conn:
                conn.execute(text("LOCK TABLE stream IN ACCESS EXCLUSIVE MODE"))
                many = [heads.point(f"stream-{number}") for number in range(50)]
                async with asyncio.timeout(5):
                    answers = await asyncio.gather(*many, return_exceptions=True)
                assert {type(one) for one in answers} == {StorageUnavailable}
                with kernel.database.read() as beside:
                    # Other tests have other databases of the same server.
                    waiting = beside.execute(
                        text(
                            "SELECT count(*) FROM pg_locks JOIN pg_database ON oid = database"
                            " WHERE datname = current_database() AND NOT granted"
                        )
                    )
                    assert waiting.scalar_one() == 1
            assert (await heads.point("a"))[1] == 0

    asyncio.run(ask())


def test_nothing_is_left_open(kernel: Kernel) -> None:
    async def ask() -> None:
        async with looking(kernel) as heads:
            await heads.point("a")

    asyncio.run(ask())
    url = kernel.database.url.set(drivername="postgresql")
    kernel.database.close()
    with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
        left = connection.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchone()
    assert left == (0,)

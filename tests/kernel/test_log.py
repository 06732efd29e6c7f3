"""The log: gapless in a stream, ordered over all, never changed."""

import asyncio
import threading

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from clutch.kernel import log
from clutch.kernel.epoch import get_epoch, renew
from clutch.kernel.heads import Heads
from clutch.kernel.log import Body
from clutch.kernel.points import point
from clutch.kernel.refusals import NotFound
from clutch.kernel.writing import Transaction
from tests.kernel.conftest import NOON, Kernel, ThingHappened, happen

log.register("test-renamed", 2, lambda body: body["new"], lambda _, body: {"new": body["old"]})


def test_a_stream_counts_from_one_without_gaps(kernel: Kernel) -> None:
    for thing in range(3):
        kernel.writer.write(happen("a", thing))
        kernel.writer.write(happen("b", thing))
    with kernel.database.read() as conn:
        events = log.read_stream(conn, "a")
    assert [event.seq for event in events] == [1, 2, 3]
    assert [event.fact() for event in events] == [ThingHappened(thing=n) for n in range(3)]
    assert {event.at for event in events} == {NOON}


def test_positions_follow_the_commits_of_many_writers(kernel: Kernel) -> None:
    def work(name: str) -> None:
        for thing in range(10):
            kernel.writer.write(happen(name, thing))

    threads = [threading.Thread(target=work, args=(name,)) for name in ("a", "b", "c", "a")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with kernel.database.read() as conn:
        events = log.read_tail(conn, 0)
    assert [event.position for event in events] == sorted(event.position for event in events)
    for name, count in (("a", 20), ("b", 10), ("c", 10)):
        seqs = [event.seq for event in events if event.stream == name]
        assert seqs == list(range(1, count + 1))


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_what_is_too_long_for_the_log_is_refused_not_cut_off(kernel: Kernel) -> None:
    kind = Body("k" * 65, 1, "{}")
    with pytest.raises(DBAPIError, match="too long"):
        kernel.writer.write(lambda tx: tx.append("a", kind, actor_id=None))


def test_a_refused_command_leaves_nothing(kernel: Kernel) -> None:
    def work(tx: Transaction) -> None:
        tx.append("a", ThingHappened(thing=1), actor_id=None)
        raise NotFound

    with pytest.raises(NotFound):
        kernel.writer.write(work)
    with kernel.database.read() as conn:
        assert log.last_position(conn) == 0
        assert point(conn, "a")[1] == 0


@pytest.mark.parametrize("statement", ["UPDATE event SET actor_id = 7", "DELETE FROM event"])
def test_the_database_itself_refuses_to_change_the_log(kernel: Kernel, statement: str) -> None:
    kernel.writer.write(happen("a", 1))
    with pytest.raises(DBAPIError, match="append-only"), kernel.database.begin_write() as conn:
        conn.execute(text(statement))


def test_heads_are_those_of_the_last_commit(kernel: Kernel) -> None:
    heads = Heads(kernel.database)
    kernel.writer.write(happen("a", 1))
    kernel.writer.write(happen("a", 2))

    async def ask() -> list[tuple[str, int]]:
        return [await heads.point("a"), await heads.point("never"), await heads.last()]

    with kernel.database.read() as conn:
        epoch = get_epoch(conn)
    assert asyncio.run(ask()) == [(epoch, 2), (epoch, 0), (epoch, 2)]
    renewed = kernel.writer.write(renew)
    assert asyncio.run(ask()) == [(renewed, 2), (renewed, 0), (renewed, 2)]
    assert renewed != epoch
    heads.close()


def test_an_old_form_of_a_fact_is_read_in_todays(kernel: Kernel) -> None:
    old, new = log.Body("test-renamed", 1, '{"old":5}'), log.Body("test-renamed", 2, '{"new":6}')
    kernel.writer.write(lambda tx: tx.append("a", old, new, actor_id=None))
    with kernel.database.read() as conn:
        assert [event.fact() for event in log.read_stream(conn, "a")] == [5, 6]

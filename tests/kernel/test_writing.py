"""The write path: once only, behind a gate, and honest about a database that can't."""

import gc
import sqlite3
import threading
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from clutch.kernel import database as database_module
from clutch.kernel import log
from clutch.kernel.clock import FrozenClock
from clutch.kernel.database import Database
from clutch.kernel.points import point
from clutch.kernel.refusals import KeyReused, NotFound, StorageUnavailable, WritesPaused
from clutch.kernel.writing import OnceKey, Reply, Transaction, Writer
from clutch.migrations import migrate
from tests.kernel.conftest import NOON, Kernel, ThingHappened, happen


def make(tx: Transaction) -> Reply:
    tx.append("a", ThingHappened(thing=1), actor_id=7)
    return Reply(201, b'{"id":1}', {"Location": "/a/1"})


def test_the_same_key_gets_the_first_reply_and_one_effect(kernel: Kernel) -> None:
    once = OnceKey(7, "key", "same")
    first = kernel.writer.write_once(once, make)
    again = kernel.writer.write_once(once, make)
    assert (again.status, again.body, again.headers) == (first.status, first.body, first.headers)
    assert (first.replayed, again.replayed) == (False, True)
    with kernel.database.read() as conn:
        assert point(conn, "a")[1] == 1


def test_many_at_once_with_one_key_have_one_effect(kernel: Kernel) -> None:
    once = OnceKey(7, "key", "same")
    replies: list[Reply] = []
    threads = [
        threading.Thread(target=lambda: replies.append(kernel.writer.write_once(once, make)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(reply.replayed for reply in replies) == [False] + [True] * 7
    with kernel.database.read() as conn:
        assert point(conn, "a")[1] == 1


def test_a_key_belongs_to_one_request_and_one_account(kernel: Kernel) -> None:
    kernel.writer.write_once(OnceKey(7, "key", "same"), make)
    with pytest.raises(KeyReused):
        kernel.writer.write_once(OnceKey(7, "key", "other"), make)
    assert not kernel.writer.write_once(OnceKey(8, "key", "same"), make).replayed


def test_a_refusal_leaves_the_key_free(kernel: Kernel) -> None:
    once = OnceKey(7, "key", "same")

    def refuse(_: Transaction) -> Reply:
        raise NotFound

    with pytest.raises(NotFound):
        kernel.writer.write_once(once, refuse)
    assert not kernel.writer.write_once(once, make).replayed


def test_a_closed_gate_refuses_after_the_wait(kernel: Kernel) -> None:
    kernel.gate.touch()
    with pytest.raises(WritesPaused):
        kernel.writer.write(happen("a", 1))
    with kernel.database.read() as conn:
        assert log.last_position(conn) == 0


def test_a_write_waits_for_the_gate_to_open(kernel: Kernel) -> None:
    kernel.gate.touch()
    patient = Writer(kernel.database, kernel.clock, kernel.gate, wait_s=30)
    opener = threading.Timer(0.15, kernel.gate.unlink)
    opener.start()
    assert patient.write(happen("a", 1)) == 1
    opener.join()


def test_who_waits_for_the_gate_is_refused_when_the_process_ends(kernel: Kernel) -> None:
    kernel.gate.touch()
    patient = Writer(kernel.database, kernel.clock, kernel.gate, wait_s=30)
    ender = threading.Timer(0.15, patient.stop_waiting)
    ender.start()
    with pytest.raises(WritesPaused):
        patient.write(happen("a", 1))
    ender.join()
    kernel.gate.unlink()
    assert patient.write(happen("a", 1)) == 1


def test_the_gate_is_looked_at_again_inside_the_transaction(kernel: Kernel) -> None:
    """A write that passed the open gate and then waited for its turn does not slip through."""
    result: list[BaseException] = []

    def late() -> None:
        try:
            kernel.writer.write(happen("a", 1))
        except WritesPaused as paused:
            result.append(paused)

    thread = threading.Thread(target=late)
    with kernel.database.begin_write() as conn:
        if not kernel.database.is_sqlite:
            conn.execute(text("SELECT pg_advisory_xact_lock(7177265)"))
        thread.start()
        time.sleep(0.1)
        kernel.gate.touch()
    thread.join()
    assert len(result) == 1


def test_a_database_that_cannot_be_written_is_a_refusal_and_reads_go_on(
    kernel: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    kernel.writer.write(happen("a", 1))
    read_only = "PRAGMA query_only=ON" if kernel.database.is_sqlite else "SET TRANSACTION READ ONLY"

    def work(tx: Transaction) -> None:
        if kernel.database.is_sqlite:
            tx.conn.exec_driver_sql(read_only)
        else:
            tx.conn.execute(text(read_only))
        happen("a", 2)(tx)

    with pytest.raises(StorageUnavailable):
        kernel.writer.write(work)
    with kernel.database.read() as conn:
        assert point(conn, "a")[1] == 1


def test_a_bug_in_a_statement_stays_a_bug(kernel: Kernel) -> None:
    with pytest.raises(Exception, match="no_such_table"):
        kernel.writer.write(lambda tx: tx.conn.execute(text("SELECT * FROM no_such_table")))


def test_reading_connections_cannot_write(kernel: Kernel) -> None:
    with pytest.raises(StorageUnavailable), kernel.database.read() as conn:
        conn.execute(text("UPDATE epoch SET value = 'x'"))


def test_what_waits_for_the_commit_happens_only_after_it(kernel: Kernel) -> None:
    seen: list[str] = []

    def refuse(tx: Transaction) -> None:
        tx.after_commit(lambda: seen.append("refused"))
        raise NotFound

    with pytest.raises(NotFound):
        kernel.writer.write(refuse)
    kernel.writer.write(lambda tx: tx.after_commit(lambda: seen.append("committed")))
    assert seen == ["committed"]


def test_what_waited_for_the_commit_is_let_go_at_once(kernel: Kernel) -> None:
    class Held:
        tx: Transaction

    def work(tx: Transaction) -> weakref.ref[Held]:
        held = Held()

        def act() -> None:
            held.tx = tx

        tx.after_commit(act)
        return weakref.ref(held)

    gc.disable()
    try:
        assert kernel.writer.write(work)() is None
    finally:
        gc.enable()


def test_listeners_learn_which_streams_have_news(kernel: Kernel) -> None:
    told: list[list[tuple[str, int]]] = []
    kernel.writer.on_commit(told.append)
    kernel.writer.write(happen("a", 1))
    kernel.writer.write(happen("b", 1))
    assert told == [[("a", 1)], [("b", 1)]]


@pytest.mark.parametrize(("within_s", "released_after_s"), [(5.0, 0.4), (0.1, 10.0)])
def test_another_process_that_writes_is_waited_for_and_not_for_ever(
    home: Path, monkeypatch: pytest.MonkeyPatch, within_s: float, released_after_s: float
) -> None:
    monkeypatch.setattr(database_module, "BUSY_TIMEOUT_MS", int(within_s * 1000))
    ours = Database(f"sqlite:///{home / 'shared.db'}")
    migrate(ours, home / "migrate.lock")
    writer = Writer(ours, FrozenClock(NOON), home / "gate")
    other = sqlite3.connect(home / "shared.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(released_after_s, other.rollback)
    release.start()
    try:
        if within_s < released_after_s:
            with pytest.raises(StorageUnavailable):
                writer.write(happen("a", 1))
            other.rollback()
        assert writer.write(happen("a", 2)) == 2
    finally:
        release.cancel()
        release.join()
        other.close()
        ours.close()


def test_waiting_in_line_and_for_the_file_take_no_longer_together(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "BUSY_TIMEOUT_MS", 3_000)
    ours = Database(f"sqlite:///{home / 'shared.db'}")
    migrate(ours, home / "migrate.lock")
    writer = Writer(ours, FrozenClock(NOON), home / "gate")
    other = sqlite3.connect(home / "shared.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")

    def refused_after(pause_s: float) -> float:
        time.sleep(pause_s)
        began = time.monotonic()
        with pytest.raises(StorageUnavailable):
            writer.write(happen("a", 1))
        return time.monotonic() - began

    try:
        with ThreadPoolExecutor(2) as pool:
            took = list(pool.map(refused_after, (0.0, 0.2)))
    finally:
        other.close()
        ours.close()
    # One after the other they would take 5.8 s.
    assert max(took) < 5.2, took


def test_many_facts_for_new_and_known_streams_are_numbered_in_their_order(kernel: Kernel) -> None:
    kernel.writer.write(happen("known", 1))

    def many(tx: Transaction) -> None:
        for thing in range(3):
            for name in ("new", "known", "other"):
                tx.append(name, ThingHappened(thing=thing), actor_id=None)

    touched: list[list[tuple[str, int]]] = []
    kernel.writer.on_commit(touched.append)
    kernel.writer.write(many)
    assert touched == [[("known", 4), ("new", 3), ("other", 3)]]
    with kernel.database.read() as conn:
        events = [(one.stream, one.seq) for one in log.read_tail(conn, 1)]
    assert events == [(n, i + (n == "known")) for i in (1, 2, 3) for n in ("new", "known", "other")]

"""Timers run once, by one process; deliveries go out at least once."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from clutch.kernel import deliveries, leases, timers
from clutch.kernel.background import Background
from clutch.kernel.refusals import NotFound
from clutch.kernel.tables import delivery, timer
from clutch.kernel.writing import Transaction
from tests.kernel.conftest import NOON, Kernel, happen


@pytest.fixture
def background(kernel: Kernel) -> Background:
    return Background(kernel.database, kernel.writer, kernel.clock, "first")


def count(kernel: Kernel, table: object) -> int:
    with kernel.database.read() as conn:
        return conn.execute(select(func.count()).select_from(table)).scalar_one()  # type: ignore[arg-type]


def test_a_timer_runs_when_due_and_once(kernel: Kernel, background: Background) -> None:
    ran: list[str] = []
    background.on_timer("bell", lambda _, key: ran.append(key))
    due_at = NOON + timedelta(minutes=10)
    kernel.writer.write(lambda tx: timers.set_timer(tx, "bell", "a", due_at))
    background.run_due()
    assert ran == []
    kernel.clock.advance(timedelta(minutes=10))
    background.run_due()
    background.run_due()
    assert ran == ["a"]


def test_a_timer_that_is_set_again_moves(kernel: Kernel, background: Background) -> None:
    ran: list[str] = []
    background.on_timer("bell", lambda _, key: ran.append(key))
    kernel.writer.write(lambda tx: timers.set_timer(tx, "bell", "a", NOON + timedelta(minutes=1)))
    kernel.writer.write(lambda tx: timers.set_timer(tx, "bell", "a", NOON + timedelta(minutes=5)))
    kernel.clock.advance(timedelta(minutes=2))
    background.run_due()
    assert ran == []
    kernel.writer.write(lambda tx: timers.cancel_timer(tx, "bell", "a"))
    assert count(kernel, timer) == 0


def test_a_timer_that_is_refused_is_done_and_changes_nothing(
    kernel: Kernel, background: Background
) -> None:
    def act(tx: Transaction, key: str) -> None:
        happen("a", 1)(tx)
        raise NotFound

    background.on_timer("bell", act)
    kernel.writer.write(lambda tx: timers.set_timer(tx, "bell", "a", NOON))
    background.run_due()
    assert count(kernel, timer) == 0
    with kernel.database.read() as conn:
        assert deliveries.due(conn, NOON) == []


def test_a_bug_in_one_timer_does_not_stop_the_others(
    kernel: Kernel, background: Background
) -> None:
    ran: list[str] = []

    def act(tx: Transaction, key: str) -> None:
        if key == "broken":
            raise ZeroDivisionError
        ran.append(key)

    background.on_timer("bell", act)
    kernel.writer.write(lambda tx: timers.set_timer(tx, "bell", "broken", NOON))
    kernel.writer.write(
        lambda tx: timers.set_timer(tx, "bell", "fine", NOON + timedelta(microseconds=1))
    )
    kernel.clock.advance(timedelta(seconds=1))
    background.run_due()
    assert ran == ["fine"]
    assert count(kernel, timer) == 1


def test_a_delivery_is_tried_until_it_is_sent(kernel: Kernel, background: Background) -> None:
    sent: list[dict[str, str]] = []

    def send(delivery_id: int, body: dict[str, str]) -> None:
        if len(sent) == 0:
            sent.append({})
            raise ConnectionError("nobody listens")
        sent.append(body)

    background.on_delivery("mail", send)
    kernel.writer.write(lambda tx: deliveries.queue(tx, "mail", {"to": "alice@example.org"}))
    background.run_due()
    background.run_due()
    assert sent == [{}]
    kernel.clock.advance(timedelta(seconds=16))
    background.run_due()
    assert sent == [{}, {"to": "alice@example.org"}]
    assert count(kernel, delivery) == 0


def test_one_process_holds_a_lease_until_it_runs_out(kernel: Kernel) -> None:
    def hold(who: str) -> bool:
        return kernel.writer.write(lambda tx: leases.hold(tx, "work", who))

    assert hold("first")
    assert not hold("second")
    kernel.clock.advance(timedelta(seconds=3))
    assert hold("first")
    kernel.clock.advance(timedelta(seconds=3))
    assert not hold("second")
    kernel.clock.advance(timedelta(seconds=2))
    assert hold("second")
    kernel.writer.write(lambda tx: leases.let_go(tx, "work", "second"))
    assert hold("first")

"""Points: what a snapshot says of its streams, asked once."""

from __future__ import annotations

from clutch.kernel.epoch import get_epoch, renew
from clutch.kernel.points import point, points
from clutch.kernel.writing import Transaction
from tests.fixtures.statements import statements
from tests.kernel.conftest import Kernel, happen


def test_points_name_the_epoch_and_the_heads(kernel: Kernel) -> None:
    for thing in range(3):
        kernel.writer.write(happen("a", thing))
    kernel.writer.write(happen("b", 1))
    with kernel.database.read() as conn:
        assert points(conn, ("b", "nothing", "a")) == (
            get_epoch(conn),
            {"b": 1, "nothing": 0, "a": 3},
        )
        assert points(conn, ()) == (get_epoch(conn), {})
        assert point(conn, "a") == (get_epoch(conn), 3)


def test_a_snapshot_is_asked_once_for_each_stream(kernel: Kernel) -> None:
    kernel.writer.write(happen("a", 1))
    with kernel.database.read() as conn:
        points(conn, ("a", "nothing"))
        with statements() as asked:
            assert point(conn, "a")[1] == 1
            assert points(conn, ("nothing", "a"))[1] == {"nothing": 0, "a": 1}
            assert asked == []
            point(conn, "b")
            assert len(asked) == 1


def test_the_next_snapshot_sees_what_has_come(kernel: Kernel) -> None:
    with kernel.database.read() as conn:
        before = point(conn, "a")
        kernel.writer.write(happen("a", 1))
        kernel.writer.write(renew)
        assert point(conn, "a") == before
    with kernel.database.read() as conn:
        epoch, head = point(conn, "a")
    assert head == 1
    assert epoch != before[0]


def test_who_writes_sees_what_it_has_just_written(kernel: Kernel) -> None:
    def work(tx: Transaction) -> list[int]:
        before = point(tx.conn, "a")[1]
        happen("a", 1)(tx)
        tx.flush()
        return [before, point(tx.conn, "a")[1]]

    assert kernel.writer.write(work) == [0, 1]

"""A projection takes in every event once, whoever runs it, and says so when it can't."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import Connection, Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from clutch.kernel import log, projections
from clutch.kernel import projector as projector_module
from clutch.kernel.capabilities import Capabilities, State
from clutch.kernel.log import Event, Fact, fact
from clutch.kernel.projections import (
    CursorMoved,
    Effect,
    Steps,
    find_cursor,
    is_current,
    read_cursor,
)
from clutch.kernel.projector import Projector
from clutch.kernel.tables import stream, timer
from clutch.kernel.writing import Transaction
from tests.kernel.conftest import NOON, Kernel, ThingHappened, happen


@fact("test-sum-changed")
class SumChanged(Fact, frozen=True):
    """The projection below concluded something."""

    cause: int


@dataclass
class Sums:
    """Adds up, for each stream, the things that happened; its rows are timers that nobody runs."""

    name: str = "sums"
    version: int = 1
    kinds: frozenset[str] = frozenset({"test-thing-happened"})
    own_tables: tuple[Table, ...] = (timer,)
    broken: bool = False
    thinks: Callable[[], object] = field(default=lambda: None)
    met: set[str] = field(default_factory=set)
    asked: list[int] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)

    def clear(self, tx: Transaction) -> None:
        tx.conn.execute(delete(timer))

    def work_out(self, conn: Connection, after: int, events: Sequence[Event]) -> Effect | None:
        assert after < events[0].position
        self.met |= {one.kind for one in events}
        self.asked.append(after)
        self.ended.append(events[-1].position)
        self.sizes.append(len(events))
        if self.broken:
            raise ZeroDivisionError("the sum is broken")
        things = [one for one in events if one.kind == "test-thing-happened"]
        if not things:
            return None
        sums = totals(conn)
        for event in things:
            happened: ThingHappened = event.fact()
            sums[event.stream] = sums.get(event.stream, 0) + happened.thing
        self.thinks()
        told = tuple((f"of-{one.stream}", SumChanged(cause=one.position)) for one in things)
        return Effect(lambda tx: _save(tx, sums), told)


def totals(conn: Connection) -> dict[str, int]:
    rows = conn.execute(select(timer.c.key, timer.c.attempts).order_by(timer.c.key))
    return {row.key: row.attempts for row in rows}


def _save(tx: Transaction, sums: dict[str, int]) -> None:
    insert = sqlite.insert if tx.conn.dialect.name == "sqlite" else postgresql.insert
    for key, value in sums.items():
        row = insert(timer).values(kind="sum", key=key, due_at=NOON, attempts=value)
        changed = row.on_conflict_do_update(
            index_elements=["kind", "key"], set_={"attempts": value}
        )
        tx.conn.execute(changed)


def told(kernel: Kernel) -> int:
    """How often a conclusion was told."""
    with kernel.database.read() as conn:
        events = log.read_tail(conn, 0)
    return sum(event.kind == "test-sum-changed" for event in events)


def sums_of(kernel: Kernel) -> dict[str, int]:
    with kernel.database.read() as conn:
        return totals(conn)


def make(kernel: Kernel, sums: Sums, holder: str = "first") -> Projector:
    known = Capabilities(kernel.clock)
    projector = Projector(kernel.database, kernel.writer, kernel.clock, known, holder)
    projector.add(sums)
    return projector


@pytest.fixture
def sums() -> Sums:
    return Sums()


@pytest.fixture
def projector(kernel: Kernel, sums: Sums) -> Projector:
    return make(kernel, sums)


def test_every_event_is_taken_in_once(kernel: Kernel, projector: Projector) -> None:
    projector.catch_up("sums")
    for thing in range(1, 8):
        kernel.writer.write(happen("a" if thing % 2 else "b", thing))
        projector.catch_up("sums")
    projector.catch_up("sums")
    assert sums_of(kernel) == {"a": 16, "b": 12}
    assert told(kernel) == 7


def test_a_step_that_somebody_else_took_changes_nothing(kernel: Kernel, sums: Sums) -> None:
    ours = Steps(kernel.database, kernel.writer, kernel.clock, sums)
    theirs = Steps(kernel.database, kernel.writer, kernel.clock, Sums())
    while ours.step() or theirs.step():
        pass
    kernel.writer.write(happen("a", 3))
    sums.thinks = theirs.step
    with pytest.raises(CursorMoved):
        ours.step()
    sums.thinks = lambda: None
    kernel.writer.write(happen("a", 4))
    while ours.step():
        pass
    assert sums_of(kernel) == {"a": 7}
    assert told(kernel) == 2


def test_what_a_new_projection_finds_is_not_told_as_news(
    kernel: Kernel, sums: Sums, projector: Projector
) -> None:
    kernel.writer.write(happen("a", 3))
    projector.catch_up("sums")
    assert sums_of(kernel) == {"a": 3}
    assert told(kernel) == 0
    with kernel.database.read() as conn:
        assert is_current(conn, sums)


def test_a_rebuild_gives_the_same_rows_and_tells_nothing_again(
    kernel: Kernel, projector: Projector
) -> None:
    projector.catch_up("sums")
    for thing in range(1, 6):
        kernel.writer.write(happen("a", thing))
    projector.catch_up("sums")
    projector.rebuild("sums")
    assert sums_of(kernel) == {"a": 15}
    assert told(kernel) == 5
    kernel.writer.write(happen("a", 1))
    projector.catch_up("sums")
    assert sums_of(kernel) == {"a": 16}
    assert told(kernel) == 6


def test_another_version_is_rebuilt_by_itself(kernel: Kernel, projector: Projector) -> None:
    projector.catch_up("sums")
    kernel.writer.write(happen("a", 2))
    projector.catch_up("sums")
    # What an older release had worked out wrongly.
    kernel.writer.write(lambda tx: _save(tx, {"a": 99}))
    newer = make(kernel, Sums(version=2))
    newer.catch_up("sums")
    assert sums_of(kernel) == {"a": 2}
    with kernel.database.read() as conn:
        found = find_cursor(conn, "sums")
    assert found is not None
    assert found.version == 2


def test_events_that_concern_nobody_move_the_cursor_all_the_same(
    kernel: Kernel, projector: Projector
) -> None:
    projector.catch_up("sums")
    kernel.writer.write(lambda tx: tx.append("a", SumChanged(cause=1), actor_id=None))
    projector.catch_up("sums")
    with kernel.database.read() as conn:
        assert read_cursor(conn, "sums") == log.last_position(conn)


def test_a_projection_meets_only_what_concerns_it(
    kernel: Kernel, sums: Sums, projector: Projector
) -> None:
    """Whatever stands between, the next step goes on where the last one ended."""
    projector.catch_up("sums")
    for thing in range(1, 40):
        kernel.writer.write(lambda tx: tx.append("b", SumChanged(cause=1), actor_id=None))
        kernel.writer.write(happen("a", thing))
        if thing % 7 == 0:
            projector.catch_up("sums")
    projector.catch_up("sums")
    kernel.writer.write(lambda tx: tx.append("b", SumChanged(cause=1), actor_id=None))
    projector.catch_up("sums")
    assert sums.met == {"test-thing-happened"}
    assert sums.asked == [0, *sums.ended[:-1]]
    assert sums_of(kernel) == {"a": sum(range(1, 40))}
    with kernel.database.read() as conn:
        assert read_cursor(conn, "sums") == log.last_position(conn)


def much(number: int) -> Callable[[Transaction], None]:
    return lambda tx: tx.append("a", *[ThingHappened(thing=1)] * number, actor_id=None)


def sizes_of_steps(steps: Steps, sums: Sums) -> list[int]:
    """How many events each step takes in until there are no more."""
    sums.sizes.clear()
    while steps.step():
        pass
    return list(sums.sizes)


@pytest.fixture
def begun(kernel: Kernel, sums: Sums) -> Steps:
    """Steps of a projection that has taken in all there is."""
    steps = Steps(kernel.database, kernel.writer, kernel.clock, sums)
    sizes_of_steps(steps, sums)
    return steps


def test_steps_grow_while_there_is_much_and_writing_stays_short(
    kernel: Kernel, sums: Sums, begun: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projections, "LONG_WRITE_S", 60.0)
    kernel.writer.write(much(2_000))
    assert sizes_of_steps(begun, sums) == [25, 50, 100, 200, 400, 400, 400, 400, 25]
    assert sums_of(kernel) == {"a": 2_000}
    monkeypatch.setattr(projections, "LONG_WRITE_S", 0.0)
    kernel.writer.write(much(2_000))
    assert sizes_of_steps(begun, sums)[:8] == [400, 200, 100, 50, 25, 12, 6, 5]


def test_steps_grow_though_writing_takes_long_while_the_work_is_late(
    kernel: Kernel, sums: Sums, begun: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projections, "LONG_WRITE_S", 0.0)
    monkeypatch.setattr(projections, "LONG_LATE_WRITE_S", 60.0)
    kernel.writer.write(much(800))
    kernel.clock.advance(timedelta(seconds=1))
    assert sizes_of_steps(begun, sums) == [25, 50, 100, 200, 400, 25]
    monkeypatch.setattr(projections, "LONG_LATE_WRITE_S", 0.0)
    kernel.writer.write(much(800))
    kernel.clock.advance(timedelta(seconds=1))
    assert sizes_of_steps(begun, sums)[:4] == [400, 200, 100, 50]


def test_more_than_one_batch_is_taken_in(kernel: Kernel, projector: Projector) -> None:
    projector.catch_up("sums")
    kernel.writer.write(much(1_203))
    projector.catch_up("sums")
    assert sums_of(kernel) == {"a": 1_203}


# --- threads, leases, trouble ---------------------------------------------------------------------


@dataclass
class Process:
    """What a serving process has of it."""

    projector: Projector
    capabilities: Capabilities
    sums: Sums

    @property
    def state(self) -> tuple[State, str]:
        found = self.capabilities.get("sums")
        return found.state, found.reason


@pytest.fixture
def start(kernel: Kernel) -> Iterator[Callable[[str], Process]]:
    started: list[Projector] = []

    def begin(holder: str) -> Process:
        known = Capabilities(kernel.clock)
        known.set("sums", State.PROBING, "starting")
        sums = Sums()
        projector = Projector(kernel.database, kernel.writer, kernel.clock, known, holder)
        projector.add(sums)
        kernel.writer.on_commit(lambda _: projector.wake())
        projector.start()
        started.append(projector)
        return Process(projector, known, sums)

    yield begin
    for projector in started:
        projector.stop()


def until(holds: Callable[[], bool], within_s: float = 8.0) -> None:
    end = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


def test_news_is_taken_in_at_once(kernel: Kernel, start: Callable[[str], Process]) -> None:
    process = start("first")
    until(lambda: process.state[0] is State.UP)
    took = [taken_in_after(kernel, total) for total in (1, 2, 3)]
    assert min(took) < 2, took


def taken_in_after(kernel: Kernel, total: int) -> float:
    """How many seconds after one more thing the sum is this total."""
    began = time.monotonic()
    kernel.writer.write(happen("a", 1))
    until(lambda: sums_of(kernel) == {"a": total})
    return time.monotonic() - began


def test_trouble_is_said_in_every_process_and_heals(
    kernel: Kernel, start: Callable[[str], Process]
) -> None:
    first = start("first")
    until(lambda: first.state[0] is State.UP)
    second = start("second")
    until(lambda: second.state[0] is State.UP)
    first.sums.broken = True
    kernel.writer.write(happen("a", 5))
    failed = f"{projector_module.FAILED} (ZeroDivisionError: the sum is broken)"
    until(lambda: first.state == (State.DOWN, failed))
    until(lambda: second.state == (State.DOWN, failed))
    assert sums_of(kernel) == {}
    first.sums.broken = False
    until(lambda: sums_of(kernel) == {"a": 5})
    until(lambda: first.state[0] is State.UP and second.state[0] is State.UP)
    with kernel.database.read() as conn:
        found = find_cursor(conn, "sums")
    assert found is not None
    assert found.trouble is None


def test_another_process_goes_on_when_the_holder_ends(
    kernel: Kernel, start: Callable[[str], Process]
) -> None:
    first = start("first")
    until(lambda: first.state[0] is State.UP)
    second = start("second")
    kernel.writer.write(happen("a", 5))
    until(lambda: sums_of(kernel) == {"a": 5})
    first.projector.stop()
    kernel.clock.advance(timedelta(seconds=5))
    kernel.writer.write(happen("a", 1))
    until(lambda: sums_of(kernel) == {"a": 6})
    assert second.state[0] is State.UP


def test_a_projection_never_holds_up_a_write(
    kernel: Kernel, start: Callable[[str], Process]
) -> None:
    process = start("first")
    until(lambda: process.state[0] is State.UP)
    thinking, go_on = threading.Event(), threading.Event()

    def think() -> None:
        thinking.set()
        assert go_on.wait(30)

    process.sums.thinks = think
    kernel.writer.write(happen("a", 1))
    assert thinking.wait(10)
    took = [seconds_of(lambda: kernel.writer.write(happen("b", 1))) for _ in range(3)]
    go_on.set()
    assert min(took) < 1, took
    until(lambda: sums_of(kernel) == {"a": 1, "b": 3})
    with kernel.database.read() as conn:
        assert conn.execute(select(stream.c.seq).where(stream.c.name == "b")).scalar_one() == 3


def seconds_of(act: Callable[[], object]) -> float:
    began = time.monotonic()
    act()
    return time.monotonic() - began

"""Who came first goes first."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from clutch.kernel import line as kernel_line
from clutch.kernel.line import STANDS_STILL_S, Line
from tests.serve.running import wait_until


def stand_in(
    line: Line, name: str, order: list[str], work: Callable[[], object] = lambda: time.sleep(0.01)
) -> threading.Thread:
    """Somebody who waits for a place, says so when it comes, and works there."""

    def wait() -> None:
        if line.wait(10):
            order.append(name)
            work()
            line.pass_on()

    waiting = len(line._waiting)
    thread = threading.Thread(target=wait)
    thread.start()
    wait_until(lambda: len(line._waiting) == waiting + 1)
    return thread


def test_a_free_place_goes_to_who_waited_longest() -> None:
    line, order = Line(1), list[str]()
    assert line.wait(0)
    threads = [stand_in(line, name, order) for name in "abcdefgh"]
    line.pass_on()
    # Whoever comes now would find the place free between two of them, were there such a moment.
    assert line.wait(10)
    order.append("late")
    for thread in threads:
        thread.join()
    assert order == [*"abcdefgh", "late"]


def test_so_many_have_a_place_at_once() -> None:
    line = Line(3)
    assert [line.wait(0) for _ in range(4)] == [True, True, True, False]
    line.pass_on()
    assert [line.wait(0) for _ in range(2)] == [True, False]


def test_who_gives_up_is_passed_over() -> None:
    line, order = Line(1), list[str]()
    assert line.wait(0)
    began = time.monotonic()
    assert not line.wait(0.05)
    assert 0.05 <= time.monotonic() - began < 2
    thread = stand_in(line, "a", order)
    line.pass_on()
    thread.join()
    assert order == ["a"]
    assert line.wait(0)


def test_no_place_is_lost_or_made_when_many_give_up_as_their_turn_comes() -> None:
    line, inside, most = Line(2), [0], [0]
    lock = threading.Lock()

    def come_and_go() -> None:
        for _ in range(50):
            if not line.wait(0.002):
                continue
            with lock:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
            time.sleep(0.001)
            with lock:
                inside[0] -= 1
            line.pass_on()

    threads = [threading.Thread(target=come_and_go) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [2]
    assert [line.wait(0) for _ in range(3)] == [True, True, False]


def test_a_line_moves_while_those_before_are_done_one_by_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line, order, now, go_on = Line(1), list[str](), [0.0], threading.Event()
    monkeypatch.setattr(kernel_line, "time", SimpleNamespace(monotonic=lambda: now[0]))
    assert line.wait(0)
    line.pass_on()
    assert line.wait(0)
    moves = [line.is_moving]  # nobody waits
    threads = [stand_in(line, name, order, lambda: go_on.wait(10)) for name in "abc"]
    now[0] += STANDS_STILL_S
    moves.append(line.is_moving)  # whoever has the place keeps it for long
    line.pass_on()
    moves.append(line.is_moving)
    go_on.set()
    for thread in threads:
        thread.join()
    assert [*moves, line.is_moving] == [False, False, True, False]

"""Turns: one at a time, and nobody waits for ever."""

from __future__ import annotations

import threading
import time

import pytest

from clutch.kernel import turns
from clutch.kernel.turns import Turns, breath


def test_one_at_a_time() -> None:
    ours, inside, most = Turns(), [], []

    def work() -> None:
        for _ in range(5):
            with ours.mine():
                inside.append(1)
                most.append(len(inside))
                time.sleep(0.001)
                inside.pop()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 20


def test_what_hangs_is_overtaken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE_S", 0.05)
    ours, hanging, go_on = Turns(), threading.Event(), threading.Event()

    def hang() -> None:
        with ours.mine():
            hanging.set()
            go_on.wait(10)

    thread = threading.Thread(target=hang)
    thread.start()
    assert hanging.wait(5)
    with ours.mine():
        assert thread.is_alive()
    go_on.set()
    thread.join()


def test_an_error_gives_the_turn_back() -> None:
    ours = Turns()
    with pytest.raises(ZeroDivisionError), ours.mine():
        raise ZeroDivisionError
    began = time.monotonic()
    with ours.mine():
        assert time.monotonic() - began < turns.PATIENCE_S


def test_a_breath_is_shorter_the_later_the_work_is() -> None:
    assert breath(0.02, 0.01, late_s=0.0) == pytest.approx(0.06)
    assert breath(0.02, 0.01, late_s=turns.LATE_S) == pytest.approx(0.01)
    assert breath(0.02, 0.01, late_s=turns.TOO_LATE_S) == turns.SHORTEST_BREATH_S
    assert breath(0.0, 0.0, late_s=0.0) == turns.SHORTEST_BREATH_S
    assert breath(9.0, 9.0, late_s=0.0) == turns.LONGEST_BREATH_S


def test_waiting_in_a_turn_is_no_work_once_it_is_late(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    ours, wait = Turns(), threading.Event()
    this_thread, really_sleep = threading.get_ident(), time.sleep

    def sleep(seconds: float) -> None:
        is_ours = threading.get_ident() == this_thread
        (slept.append if is_ours else really_sleep)(seconds)

    monkeypatch.setattr(time, "sleep", sleep)
    with ours.mine(lambda: turns.LATE_S):
        wait.wait(0.05)
    assert slept == [turns.SHORTEST_BREATH_S]

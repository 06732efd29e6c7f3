"""Turns: one at a time, and nobody waits for ever."""

from __future__ import annotations

import threading
import time

import pytest

from clutch.kernel import turns
from clutch.kernel.turns import Turns


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

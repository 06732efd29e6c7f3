"""What serving processes say of a projection that another process runs."""

from __future__ import annotations

import pytest

from clutch.kernel import projector as projector_module
from clutch.kernel.capabilities import Capabilities, State
from clutch.kernel.projector import Projector
from tests.kernel.conftest import Kernel, happen
from tests.kernel.test_projections import Sums, make, sums_of, until


def test_a_process_that_only_looks_on_tells_how_it_stands(
    kernel: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projector_module, "BEHIND_AFTER_S", 0.1)
    monkeypatch.setattr(projector_module, "LOOK_ON_EVERY_S", 0.02)
    known = Capabilities(kernel.clock)
    known.set("sums", State.PROBING, "starting")
    watching = Projector(kernel.database, kernel.writer, kernel.clock, known, "serving")
    watching.add(Sums())
    working = make(kernel, Sums())
    watching.look_on()
    try:
        working.catch_up()
        until(lambda: known.is_up("sums"))
        kernel.writer.write(happen("a", 5))
        until(lambda: known.get("sums").sentence == projector_module.BEHIND)
        assert known.get("sums").state is State.DOWN
        working.catch_up()
        until(lambda: known.is_up("sums"))
        assert sums_of(kernel) == {"a": 5}
    finally:
        watching.stop()


def test_tables_that_cannot_be_read_are_said_and_so_is_their_return(
    kernel: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projector_module, "LOOK_ON_EVERY_S", 0.02)
    known = Capabilities(kernel.clock)
    known.set("sums", State.PROBING, "starting")
    watching = Projector(kernel.database, kernel.writer, kernel.clock, known, "serving")
    watching.add(Sums())
    make(kernel, Sums()).catch_up()
    watching.look_on()
    try:
        until(lambda: known.is_up("sums"))
        rename(kernel, "timer", "gone")
        until(lambda: known.get("sums").sentence == projector_module.UNREADABLE)
        assert known.get("sums").state is State.DOWN
        assert "timer" in known.get("sums").detail
        rename(kernel, "gone", "timer")
        until(lambda: known.is_up("sums"))
    finally:
        watching.stop()


def rename(kernel: Kernel, before: str, now: str) -> None:
    with kernel.database.begin_write() as conn:
        conn.exec_driver_sql(f"ALTER TABLE {before} RENAME TO {now}")

"""The list of seeded faults keeps up with the engine; tests/mutants.md tells what it is for."""

from __future__ import annotations

import ast

from tests.engine.mutants import ENGINE, FAULTS, ROOT


def test_every_seeded_fault_still_finds_its_place() -> None:
    for fault in FAULTS:
        text = (ROOT / ENGINE / fault.file).read_text("utf-8")
        assert text.count(fault.right) == 1, fault.name
        ast.parse(text.replace(fault.right, fault.wrong))


def test_there_are_faults_enough_and_each_has_a_name() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) >= 10

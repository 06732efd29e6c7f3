"""Whoever reads no more than a first line (`clutch status | head -1`) meets no error."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.upkeep.checkouts import ROOT, Checkout


@pytest.mark.parametrize("typed", ["status", "doctor", "logs"])
def test_a_reader_who_has_gone_is_no_fault(checkout: Checkout, typed: str) -> None:
    launcher = [sys.executable, str(ROOT / "bin" / "clutch"), typed]
    surroundings = {**os.environ, "CLUTCH_HOME": str(checkout.home), "CLUTCH_PORT": "1"}
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        launcher, stdout=writing, stderr=subprocess.PIPE, text=True, env=surroundings, check=False
    )
    os.close(writing)
    assert "Broken pipe" not in done.stderr
    assert "Traceback" not in done.stderr

"""History has words for everything that can happen."""

from __future__ import annotations

import clutch.bootstrap  # noqa: F401 - contexts make their kinds known
from clutch.kernel import log
from clutch.web.sentences import kinds_told


def test_every_kind_of_fact_has_a_sentence_and_every_sentence_a_kind() -> None:
    # Tests of the kernel and of live have facts of their own, which no site ever holds.
    known = {kind for kind in log.known_kinds() if not kind.startswith("test-")}
    assert len(known) > 50
    assert kinds_told() == known

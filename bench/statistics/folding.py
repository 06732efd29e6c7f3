"""How long 100,000 matches of two opponents take to fold, in memory and into an empty SQLite."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.statistics.past import empty_site, fill
from bench.table import Row
from clutch.bootstrap import Site
from clutch.kernel import log
from clutch.statistics.contexts import Contexts
from clutch.statistics.folding import Book, fold_match, rate
from clutch.statistics.models import Holder, Mode
from clutch.statistics.projection import load_rater
from clutch.statistics.ratings import Rater
from clutch.statistics.reading import decided_by, tournament_of

MATCHES = 100_000
IN_MEMORY_GOAL_S = 10.0
INTO_SQLITE_GOAL_S = 30.0


def folding_rows() -> list[Row]:
    """Both figures, of the same log."""
    with TemporaryDirectory() as folder:
        site = empty_site(Path(folder))
        try:
            fill(site, MATCHES)
            return list(_measured(site))
        finally:
            site.close()


def _measured(site: Site) -> Iterator[Row]:
    name = f"fold {MATCHES:,} matches of two opponents"
    yield Row(name=f"{name}: in memory", value=_in_memory(site), unit="s", goal=IN_MEMORY_GOAL_S)
    began = time.perf_counter()
    site.projector.catch_up("statistics")
    took = time.perf_counter() - began
    yield Row(name=f"{name}: into SQLite", value=took, unit="s", goal=INTO_SQLITE_GOAL_S)


def _in_memory(site: Site) -> float:
    """From the events as they are read to everybody's tallies and ratings."""
    rater = load_rater()
    assert isinstance(rater, Rater)
    contexts, book = Contexts(), Book()
    with site.database.read() as conn:
        events = [one for one in log.read_tail(conn, 0, 1_000_000) if one.kind == "match-decided"]
        contexts.load(conn, {tournament_of(one) for one in events})
        book.load(conn, [Holder(Mode.SOLO, 1), Holder(Mode.SOLO, 2)])
        began = time.perf_counter()
        for event in events:
            decided = decided_by(event, event.fact(), contexts[tournament_of(event)])
            assert decided is not None
            fold_match(book, decided, rate(rater, decided, book.rating), ())
        return time.perf_counter() - began

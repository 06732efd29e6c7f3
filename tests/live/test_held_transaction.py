"""A transaction is held open between its append and its commit while others commit.

Its position in the log is taken, but nobody can see it yet: a reader that went past it would never
come back for it. Whoever follows the log must neither skip nor reorder anything.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event, literal, select

from clutch.bootstrap import Site, open_site
from clutch.kernel import appending, log
from clutch.kernel.settings import Settings
from tests.live.conftest import Pair
from tests.live.reader import reading
from tests.live.things import score
from tests.serve.running import wait_until

HELD_S = 0.6


@contextmanager
def holding(site: Site, stream: str) -> Iterator[threading.Event]:
    """One event on the stream is appended, and committed only once the given event is set."""
    appended, go_on = threading.Event(), threading.Event()

    def hold(_: object) -> None:
        if threading.current_thread() is holder:
            appended.set()
            go_on.wait(10)

    engine = site.database._writer
    holder = threading.Thread(target=site.writer.write, args=(score(stream, 0),))
    event.listen(engine, "commit", hold)
    holder.start()
    assert appended.wait(5)
    try:
        yield go_on
    finally:
        go_on.set()
        holder.join()
        event.remove(engine, "commit", hold)


@contextmanager
def committing(site: Site, streams: list[str], number: int) -> Iterator[None]:
    """A thread for each stream commits so many events, one transaction each."""

    def work(stream: str) -> None:
        for one in range(number):
            site.writer.write(score(stream, one))

    threads = [threading.Thread(target=work, args=(stream,)) for stream in streams]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for thread in threads:
            thread.join()


class Follower(threading.Thread):
    """Reads the log's tail as fast as it can, each time from the last position that it saw."""

    def __init__(self, site: Site) -> None:
        super().__init__()
        self.read: list[log.Event] = []
        self.ended = threading.Event()
        self._site = site

    def run(self) -> None:
        while not self.ended.is_set() or self._look():
            self._look()

    def _look(self) -> bool:
        after = self.read[-1].position if self.read else 0
        with self._site.database.read() as conn:
            found = log.read_tail(conn, after, 3)
        self.read += found
        return bool(found)


@pytest.fixture
def other(settings: Settings) -> Iterator[Site]:
    """A second process's view of the same database: connections and locks of its own."""
    opened = open_site(settings)
    yield opened
    opened.close()


def follow_while_held(
    site: Site, other: Site, has_seen: Callable[[list[log.Event]], bool] | None = None
) -> list[log.Event]:
    """What a follower read, from before the hold to after everybody had committed.

    It is held for a moment, or until the follower `has_seen` what it waits for.
    """
    follower = Follower(other)
    follower.start()
    with holding(site, "held") as go_on, committing(other, ["a", "b"], 10):
        if has_seen is None:
            go_on.wait(HELD_S)
        else:
            wait_until(lambda: has_seen(follower.read), 9)
        assert "held" not in {one.stream for one in follower.read}
        go_on.set()
    follower.ended.set()
    follower.join()
    return follower.read


def in_the_log(site: Site) -> list[tuple[str, int]]:
    with site.database.read() as conn:
        return [(one.stream, one.seq) for one in log.read_tail(conn, 0)]


def test_no_follower_of_the_log_skips_or_reorders(site: Site, other: Site) -> None:
    read = follow_while_held(site, other)
    assert [(one.stream, one.seq) for one in read] == in_the_log(site)
    assert len(read) == 21


def test_without_the_logs_lock_this_very_test_would_see_a_skipped_event(
    databases: object, postgres_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The test above is no formality: on PostgreSQL the lock taken before the append decides."""
    no_turn = select(literal(1).label("nothing")).subquery("turn")
    monkeypatch.setattr(appending, "_APPEND_IN_TURN", appending.append_in_turn(no_turn))
    site, other = open_site(postgres_settings), open_site(postgres_settings)
    read = follow_while_held(site, other, lambda read: {"a", "b"} <= {one.stream for one in read})
    assert "held" in {stream for stream, _ in in_the_log(site)}
    assert "held" not in {one.stream for one in read}
    site.close()
    other.close()


def test_no_reader_of_a_serving_process_does_either(pair: Pair, stream: str) -> None:
    streams = [f"{stream}-{one}" for one in ("held", "a", "b")]
    with reading(pair.one.address) as near, reading(pair.two.address) as far:
        for reader in (near, far):
            reader.subscribe(*({"stream": one} for one in streams))
            for _ in streams:
                reader.next("subscribed")
        with holding(pair.beside, streams[0]) as go_on, committing(pair.beside, streams[1:], 10):
            go_on.wait(HELD_S)
            go_on.set()
        for reader in (near, far):
            for one, number in zip(streams, (1, 10, 10), strict=True):
                reader.read_until(one, number)
                assert reader.ledger.seqs[one] == list(range(1, number + 1))

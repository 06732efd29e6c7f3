"""Two serving processes on one database: who follows one hears at once what the other commits."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack

from clutch.bootstrap import Site
from tests.live.conftest import Start
from tests.live.reader import Ledger, Reader, reading
from tests.live.things import score
from tests.serve.running import Running


def committing(site: Running, stream: str, number: int) -> threading.Thread:
    """So many commits in that process, meanwhile."""
    thread = threading.Thread(target=site.get, args=(f"/try/score?stream={stream}&n={number}", 60))
    thread.start()
    return thread


def test_a_commit_in_one_process_reaches_readers_of_both_within_a_second(start: Start) -> None:
    with start() as one, start() as two, reading(one.address) as near, reading(two.address) as far:
        for reader in (near, far):
            reader.follow("team-1")
        for _ in range(3):
            one.get("/try/score?stream=team-1")
            began = time.monotonic()
            assert near.next("events")["events"][0]["kind"] == "team-changed"
            assert far.next("events")["pieces"].keys() <= {"score"}
            assert time.monotonic() - began < 1


def test_readers_of_both_get_everything_once_and_in_order(start: Start) -> None:
    streams = ("team-1", "team-2")
    with ExitStack() as stack:
        sites = [stack.enter_context(start()) for _ in range(2)]
        readers = [stack.enter_context(reading(site.address)) for site in sites]
        for reader in readers:
            reader.subscribe(*({"stream": stream} for stream in streams))
        # Both processes write on both streams at once.
        writers = [committing(site, stream, 40) for site in sites for stream in streams]
        for reader in readers:
            for stream in streams:
                reader.read_until(stream, 80, seconds=30)
        for writer in writers:
            writer.join()
        for reader in readers:
            assert reader.ledger.seqs == {stream: list(range(1, 81)) for stream in streams}
            assert not reader.ledger.snapshots


def test_a_line_cut_in_the_middle_of_commits_resumes_at_the_other_process(
    start: Start, beside: Site
) -> None:
    beside.writer.write(score("team-1", 0))
    with start() as one, start() as two:
        ledger = Ledger()
        with reading(one.address, ledger) as reader:
            reader.follow("team-1")
        writer = committing(one, "team-1", 60)
        for turn in range(12):
            with reading((one, two)[turn % 2].address, ledger) as reader:
                reader.follow("team-1", resume=True)
                reader.read_until("team-1", 1 + 5 * (turn + 1), seconds=20)
                cut(reader)
        writer.join()
    assert ledger.seqs["team-1"][:60] == list(range(2, 62))
    assert not ledger.snapshots


def cut(reader: Reader) -> None:
    """The line is gone without a goodbye; what was on its way is lost."""
    reader.socket.socket.close()

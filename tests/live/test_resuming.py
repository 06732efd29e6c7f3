"""Who comes back names the last event they have, and gets what they missed or is told to fetch."""

from __future__ import annotations

import pytest

from clutch.bootstrap import Site
from clutch.kernel import epoch
from clutch.live.past import MOST_MISSED
from tests.live.reader import Ledger, reading
from tests.live.things import score
from tests.serve.running import Running


@pytest.fixture
def shared(each_way: Running) -> Running:
    """Resuming and rights hold whichever way frames go out."""
    return each_way


def test_what_was_missed_comes_first_then_what_happens(
    shared: Running, shared_beside: Site, stream: str
) -> None:
    shared_beside.writer.write(score(stream, 1, 2, 3, 4))
    ledger = Ledger(last={stream: 1})
    with reading(shared.address, ledger) as reader:
        assert reader.follow(stream, resume=True)["head"] == 4
        missed = reader.next("events")
        assert [one["facts"]["team_id"] for one in missed["events"]] == [2, 3, 4]
        shared_beside.writer.write(score(stream, 5))
        reader.read_until(stream, 5)
    assert ledger.seqs[stream] == [2, 3, 4, 5]


def test_who_has_everything_is_told_so(shared: Running, shared_beside: Site, stream: str) -> None:
    shared_beside.writer.write(score(stream, 1, 2))
    with reading(shared.address, Ledger(last={stream: 2})) as reader:
        answer = reader.follow(stream, resume=True)
    assert (answer["type"], answer["seq"], answer["head"]) == ("subscribed", 2, 2)


@pytest.mark.parametrize(("seq", "reason"), [(3, "future"), (10**30, "future"), (-1, "future")])
def test_a_seq_that_never_was_gets_a_snapshot(
    shared: Running, shared_beside: Site, stream: str, seq: int, reason: str
) -> None:
    shared_beside.writer.write(score(stream, 1, 2))
    with reading(shared.address) as reader:
        reader.subscribe({"stream": stream, "epoch": reader.ledger.epoch, "seq": seq})
        answer = reader.next("subscribed", "snapshot")
    assert (answer["type"], answer["reason"], answer["seq"]) == ("snapshot", reason, 2)


def test_a_seq_of_another_epoch_gets_a_snapshot(
    shared: Running, shared_beside: Site, stream: str
) -> None:
    shared_beside.writer.write(score(stream, 1, 2))
    with reading(shared.address) as reader:
        reader.subscribe({"stream": stream, "epoch": "of-old", "seq": 1})
        answer = reader.next("subscribed", "snapshot")
    assert (answer["type"], answer["reason"], answer["seq"]) == ("snapshot", "epoch", 2)


def test_more_than_a_thousand_missed_are_a_snapshot_and_a_thousand_are_not(
    shared: Running, shared_beside: Site, stream: str
) -> None:
    shared_beside.writer.write(score(stream, *range(MOST_MISSED + 1)))
    with reading(shared.address, Ledger(last={stream: 0})) as reader:
        assert reader.follow(stream, resume=True)["reason"] == "gap"
    with reading(shared.address, Ledger(last={stream: 1})) as reader:
        assert reader.follow(stream, resume=True)["type"] == "subscribed"
        assert len(reader.next("events")["events"]) == MOST_MISSED


def test_a_new_epoch_sends_everybody_to_a_snapshot_and_goes_on_from_there(
    shared: Running, shared_beside: Site, stream: str
) -> None:
    shared_beside.writer.write(score(stream, 1, 2))
    with reading(shared.address) as reader:
        reader.follow(stream)
        shared_beside.writer.write(epoch.renew)
        told = reader.next("snapshot")
        assert (told["reason"], told["seq"]) == ("epoch", 2)
        shared_beside.writer.write(score(stream, 3))
        reader.read_until(stream, 3)
        reader.say({"type": "ping"})
        assert reader.next("heartbeat")["heads"] == {stream: 3}
    with reading(shared.address) as reader:
        assert reader.ledger.epoch == told["epoch"]


def test_a_second_subscription_to_a_stream_resumes_it(
    shared: Running, shared_beside: Site, stream: str
) -> None:
    with reading(shared.address) as reader:
        reader.follow(stream)
        shared_beside.writer.write(score(stream, 1, 2))
        reader.read_until(stream, 2)
        reader.ledger.last[stream] = 1
        assert reader.follow(stream, resume=True)["seq"] == 1
        reader.read_until(stream, 2)
        shared_beside.writer.write(score(stream, 3))
        reader.read_until(stream, 3)


def test_who_unsubscribes_hears_no_more(shared: Running, shared_beside: Site, stream: str) -> None:
    with reading(shared.address) as reader:
        reader.follow(stream)
        reader.follow(f"{stream}-other")
        reader.say({"type": "unsubscribe", "streams": [stream]})
        reader.say({"type": "ping"})
        assert reader.next("heartbeat")["heads"] == {f"{stream}-other": 0}
        shared_beside.writer.write(score(stream, 1))
        shared_beside.writer.write(score(f"{stream}-other", 1))
        assert reader.next("events")["stream"] == f"{stream}-other"

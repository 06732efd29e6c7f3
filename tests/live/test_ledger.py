"""The reader's ledger catches what it is there to catch: each fault is put in and must be seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.live.reader import Ledger, Wrong

Frames = list[dict[str, Any]]


def frames() -> Frames:
    """What a good site sends."""
    return [
        {"type": "hello", "epoch": "e"},
        {"type": "subscribed", "stream": "a", "epoch": "e", "seq": 2, "head": 4},
        events(2, 4),
        events(4, 5),
        {"type": "heartbeat", "epoch": "e", "heads": {"a": 5}},
        events(5, 7),
        {"type": "heartbeat", "epoch": "e", "heads": {"a": 8}},
        events(7, 8),
        {"type": "heartbeat", "epoch": "e", "heads": {"a": 8}},
    ]


def events(after: int, seq: int) -> dict[str, Any]:
    told = [{"seq": one} for one in range(after + 1, seq + 1)]
    return {
        "type": "events",
        "stream": "a",
        "epoch": "e",
        "after": after,
        "seq": seq,
        "events": told,
    }


def read(sent: Frames) -> Ledger:
    ledger = Ledger()
    ledger.connected()
    for frame in sent:
        ledger.take(frame)
    return ledger


def drop(sent: Frames) -> None:
    del sent[3]


def duplicate(sent: Frames) -> None:
    sent.insert(3, sent[2])


def reorder(sent: Frames) -> None:
    sent[2], sent[3] = sent[3], sent[2]


def wrong_epoch(sent: Frames) -> None:
    sent[3]["epoch"] = "other"


def lose_one_inside(sent: Frames) -> None:
    del sent[5]["events"][0]


def lie_in_the_heartbeat(sent: Frames) -> None:
    sent[4]["heads"]["a"] = 4


def begin_elsewhere(sent: Frames) -> None:
    sent.append({"type": "subscribed", "stream": "a", "epoch": "e", "seq": 3, "head": 8})


def lose_the_last_silently(sent: Frames) -> None:
    del sent[7]


def lose_the_last_after_a_heartbeat_that_knew_less(sent: Frames) -> None:
    sent[7] = {"type": "heartbeat", "epoch": "e", "heads": {"a": 7}}


def forget_the_hello(sent: Frames) -> None:
    del sent[0]


def go_on_in_another_history(sent: Frames) -> None:
    sent.append({"type": "hello", "epoch": "f"})
    sent.append({"type": "subscribed", "stream": "a", "epoch": "f", "seq": 8, "head": 9})


def promise_less_than_there_is(sent: Frames) -> None:
    sent[1]["head"] = 1


def test_a_good_site_passes() -> None:
    ledger = read(frames())
    assert ledger.seqs == {"a": [3, 4, 5, 6, 7, 8]}
    ledger.require("a", 8)


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        (drop, "skipped"),
        (duplicate, "repeated"),
        (reorder, "skipped"),
        (wrong_epoch, "epoch"),
        (lose_one_inside, "inside"),
        (lie_in_the_heartbeat, "heartbeat behind"),
        (begin_elsewhere, "begins elsewhere"),
        (lose_the_last_silently, "never came"),
        (lose_the_last_after_a_heartbeat_that_knew_less, "never came"),
        (forget_the_hello, "no hello"),
        (go_on_in_another_history, "other history"),
        (promise_less_than_there_is, "head"),
    ],
)
def test_each_fault_is_seen(fault: Callable[[Frames], None], seen: str) -> None:
    sent = frames()
    fault(sent)
    with pytest.raises(Wrong) as found:
        read(sent)
    assert found.value.what == seen


def test_what_was_promised_may_come_later_when_the_log_can_t_be_read_meanwhile() -> None:
    sent = frames()
    sent.insert(7, {"type": "heartbeat", "epoch": "e", "heads": {"a": 7}})
    read(sent).require("a", 8)


def test_a_reader_who_has_not_everything_is_seen_at_the_end() -> None:
    with pytest.raises(Wrong, match="incomplete"):
        read(frames()[:6]).require("a", 8)


@pytest.mark.parametrize("told", ["e:4", "f:5", "e:5,5", "", "e:5"])
def test_an_id_that_is_not_the_readers_place_is_seen(told: str) -> None:
    ledger = Ledger()
    streams = ["b", "a"] if told.count(",") else ["a"]
    if told in {"e:5", "e:5,5"}:
        ledger.require_id(events(4, 5), told, streams)
        return
    with pytest.raises(Wrong, match="id"):
        ledger.require_id(events(4, 5), told, streams)


def test_one_ledger_goes_on_over_another_connection() -> None:
    ledger = read(frames())
    ledger.connected()
    ledger.take({"type": "hello", "epoch": "e"})
    ledger.take({"type": "subscribed", "stream": "a", "epoch": "e", "seq": 8, "head": 9})
    ledger.take(events(8, 9))
    assert ledger.wish("a") == {"stream": "a", "epoch": "e", "seq": 9}

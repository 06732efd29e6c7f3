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
    sent.append({"type": "subscribed", "stream": "a", "epoch": "e", "seq": 3, "head": 7})


def test_a_good_site_passes() -> None:
    assert read(frames()).seqs == {"a": [3, 4, 5, 6, 7]}


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
    ],
)
def test_each_fault_is_seen(fault: Callable[[Frames], None], seen: str) -> None:
    sent = frames()
    fault(sent)
    with pytest.raises(Wrong) as found:
        read(sent)
    assert found.value.what == seen

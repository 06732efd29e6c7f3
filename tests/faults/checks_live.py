"""The checkers of live updates and of who may follow what; see `checks.py`."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence

from tests.faults.checks import Faults, Window, some_of
from tests.faults.history import History, Lost, Moved, Told, Tried
from tests.live.reader import Ledger, Wrong


def transports(
    moved: Sequence[Moved],
    clients: int,
    gone: Window,
    *,
    other_within_s: float,
    back_within_s: float,
    best: str = "websocket",
    back: str = "websocket",
) -> Faults:
    """Everybody is on another transport soon after `best` is gone, and on `back` in the end."""
    by_client: defaultdict[int, list[Moved]] = defaultdict(list)
    for one in moved:
        by_client[one.client].append(one)
    faults: Faults = []
    if len(by_client) != clients:
        faults.append(f"{len(by_client)} of {clients} clients were ever there")
    for client, moves in by_client.items():
        if _transport_at(moves, gone.began) != best:
            faults.append(f"client {client} was not on the {best} before")
        during = _transport_at(moves, gone.began + other_within_s)
        if during in {"", best}:
            faults.append(f"client {client} is on {during or 'nothing'} after {other_within_s} s")
        if _transport_at(moves, gone.ended + back_within_s) != back:
            faults.append(f"client {client} is not back after {back_within_s} s")
    return some_of(faults)


def _transport_at(moves: Sequence[Moved], at: float) -> str:
    before = [one for one in sorted(moves, key=lambda one: one.at) if one.at <= at]
    return before[-1].transport if before else ""


def wire(history: History) -> Faults:
    """Frame by frame, over all its connections, each client gets what the protocol promises.

    Who subscribed again on an open line gets what was on its way twice: they are left out here.
    """
    by_client: defaultdict[int, list[Told]] = defaultdict(list)
    for told in history.told:
        if told.client not in history.again:
            by_client[told.client].append(told)
    return some_of([fault for frames in by_client.values() for fault in _read(frames)])


def _read(frames: list[Told]) -> Faults:
    ledger = Ledger()
    ledger.connected()
    for told in frames:
        if told.frame["type"] == "hello":
            ledger.connected()
        try:
            ledger.take(dict(told.frame))
        except Wrong as wrong:
            return [f"client {told.client}, {wrong}"]
    return []


def gapless(history: History, *, complete: bool = True) -> Faults:
    """What each client took of its stream is every event, once, in order, as it is in the log.

    A snapshot stands for what it jumps over. `complete`: up to the log's end.
    """
    by_client: defaultdict[int, list[Told]] = defaultdict(list)
    for told in history.told:
        by_client[told.client].append(told)
    faults: Faults = []
    for client, (stream, seq) in history.follows.items():
        marks = history.truth.streams.get(stream, [])
        faults += _followed(client, by_client[client], marks, seq, complete=complete)
    return some_of(faults)


def _followed(
    client: int, frames: list[Told], marks: list[int], seq: int, *, complete: bool
) -> Faults:
    for told in frames:
        if told.frame["type"] == "snapshot":
            seq = told.frame["seq"]
        for taken in told.applied:
            if taken != seq + 1:
                return [f"client {client} took {taken} after {seq}"]
            if taken > len(marks) or told.marks.get(taken) != marks[taken - 1]:
                return [f"client {client} was told something else than the log's event {taken}"]
            seq = taken
    if complete and seq != len(marks):
        return [f"client {client} has {seq} of {len(marks)} events"]
    return []


def mended(history: History, lost: Sequence[Lost], within_s: float) -> Faults:
    """Who lost a frame has what stood in it soon enough after, by frames or by a snapshot."""
    faults: Faults = [] if lost else ["nothing was lost"]
    for loss in lost:
        had = [
            told.at
            for told in history.told
            if told.client == loss.client and told.at >= loss.at and _brings(told, loss.seq)
        ]
        if not had:
            faults.append(f"client {loss.client} never got event {loss.seq}")
        elif min(had) - loss.at > within_s:
            faults.append(f"client {loss.client} was behind for {min(had) - loss.at:.1f} s")
    return some_of(faults)


def _brings(told: Told, seq: int) -> bool:
    is_snapshot = told.frame["type"] == "snapshot" and told.frame["seq"] >= seq
    return is_snapshot or any(taken >= seq for taken in told.applied)


def all_back(moved: Sequence[Moved], clients: int, cut_at: float, within_s: float) -> Faults:
    """Everybody lost the line at the cut, and everybody was there again soon enough, to stay."""
    by_client: defaultdict[int, list[Moved]] = defaultdict(list)
    for one in sorted(moved, key=lambda one: one.at):
        by_client[one.client].append(one)
    faults: Faults = []
    if len(by_client) != clients:
        faults.append(f"{len(by_client)} of {clients} clients were ever there")
    for client, moves in by_client.items():
        after = [one for one in moves if one.at >= cut_at]
        if not any(one.transport == "" for one in after):
            faults.append(f"client {client} was not cut")
        if _transport_at(moves, cut_at + within_s) == "":
            faults.append(f"client {client} is not back after {within_s} s")
    return some_of(faults)


def fresh(history: History, window: Window, p99_ms: float, longest_ms: float) -> Faults:
    """What happens in this time is told soon: 99 of 100 events within `p99_ms`, all in the other.

    From the transaction's own time to the frame that a client on the line took it from.
    """
    late = sorted(_lateness_ms(history, window))
    if not late:
        return ["nothing was told"]
    slow = late[min(len(late) - 1, len(late) * 99 // 100)]
    faults = [f"p99 is {slow:.0f} ms, {p99_ms:.0f} ms is allowed"] if slow > p99_ms else []
    if late[-1] > longest_ms:
        faults.append(f"one was told after {late[-1]:.0f} ms, {longest_ms:.0f} ms is allowed")
    return faults


def _lateness_ms(history: History, window: Window) -> Iterator[float]:
    for told in history.told:
        for seq in told.applied:
            happened_at = history.truth.times[str(told.frame["stream"])][seq - 1]
            if window.began <= happened_at < window.ended:
                yield (told.at - happened_at) * 1000


# --- rights -------------------------------------------------------------------------------------


def leaks(tried: Sequence[Tried]) -> Faults:
    """Whoever asks for what is not theirs, or never was, gets what the protocol says and no event.

    An answer of the expected kind comes first; where it is a refusal nothing of the stream follows.
    """
    faults: Faults = [] if tried else ["nothing was tried"]
    for one in tried:
        answers = [frame for frame in one.frames if frame.get("stream") == one.stream]
        first = answers[0] if answers else {"type": "nothing"}
        told = first.get("reason") or first.get("code") or ""
        if (first["type"], told) != (one.expected, one.told):
            faults.append(f"{one.name}: {first['type']} {told} instead of {one.expected}".strip())
        if one.expected == "refused" and any(frame["type"] != "refused" for frame in answers):
            faults.append(f"{one.name}: frames of a stream that was refused")
        if any(frame.get("events") for frame in one.frames):
            faults.append(f"{one.name}: an event was told")
    return some_of(faults)


def secrets(tried: Sequence[Tried], secret: str) -> Faults:
    """Who follows what everybody may is told its events, and in none of them the secret."""
    faults: Faults = [] if tried else ["nothing was tried"]
    for one in tried:
        if not any(frame.get("events") for frame in one.frames):
            faults.append(f"{one.name}: no event was told")
        if secret in json.dumps(one.frames, default=str):
            faults.append(f"{one.name}: {secret} was told")
    return some_of(faults)

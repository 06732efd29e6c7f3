"""Seeded faults of live updates and of rights; those of updates are in `mutations_updates.py`."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

from msgspec.structs import replace

from tests.faults import checks_live, mutations
from tests.faults.history import History, Moved, Told, Tried
from tests.faults.sample import CLIENTS, CUT_AT, FAULT, SECRET, WITHIN_S
from tests.faults.seeding import Mutate, change_moved, change_one, change_told

FRESH_MS, LONGEST_MS = 500.0, 1_500.0

CHECKS: Mapping[str, Callable[[History], list[str]]] = {
    **mutations.CHECKS,
    "transports": lambda history: checks_live.transports(
        [one for one in history.moved if one.at < CUT_AT],
        CLIENTS,
        FAULT,
        other_within_s=10,
        back_within_s=4,
    ),
    "frame by frame": checks_live.wire,
    "gapless": checks_live.gapless,
    "lost frames mended": lambda history: checks_live.mended(history, history.lost, WITHIN_S),
    "all back": lambda history: checks_live.all_back(history.moved, CLIENTS, CUT_AT, WITHIN_S),
    "fresh": lambda history: checks_live.fresh(history, FAULT, FRESH_MS, LONGEST_MS),
    "leaks": lambda history: checks_live.leaks(_wishes(history, granted=False)),
    "secrets": lambda history: checks_live.secrets(_wishes(history, granted=True), SECRET),
}


def _wishes(history: History, *, granted: bool) -> list[Tried]:
    return [one for one in history.tried if (one.expected == "subscribed") is granted]


# --- live ---------------------------------------------------------------------------------------


def _swapped(history: History, chance: random.Random) -> None:
    """Two frames of a client in the wrong order."""
    client = chance.randrange(CLIENTS)
    own = [at for at, one in enumerate(history.told) if one.client == client and one.applied]
    at = chance.randrange(len(own) - 1)
    first, second = own[at], own[at + 1]
    history.told[first], history.told[second] = history.told[second], history.told[first]


def _reframed(told: Told, **changed: Any) -> Told:
    return replace(told, frame={**told.frame, **changed})


def _last_lost(history: History, chance: random.Random) -> None:
    client = chance.randrange(CLIENTS)
    last = max(at for at, one in enumerate(history.told) if one.client == client)
    del history.told[last]


def _unmended(history: History, chance: random.Random) -> None:
    loss = chance.choice(history.lost)
    history.told = [one for one in history.told if one.client != loss.client or one.at < loss.at]


def _mended_late(history: History, chance: random.Random) -> None:
    loss = chance.choice(history.lost)
    late = loss.at + WITHIN_S + 0.5
    history.told = [
        replace(one, at=max(one.at, late))
        if one.client == loss.client and one.at >= loss.at
        else one
        for one in history.told
    ]


def _only_older_events(history: History, chance: random.Random) -> None:
    """After the loss the client is told only what it had."""
    loss = chance.choice(history.lost)
    history.told = [
        replace(one, applied=(loss.seq - 1,))
        if one.client == loss.client and one.at >= loss.at
        else one
        for one in history.told
    ]


def _snapshot_too_old(history: History, chance: random.Random) -> None:
    loss = chance.choice(history.lost)
    frame = {"type": "snapshot", "stream": "tournament-a", "seq": loss.seq - 1}
    history.told = [
        replace(one, frame=frame, applied=())
        if one.client == loss.client and one.at >= loss.at
        else one
        for one in history.told
    ]


def _nothing_lost(history: History, _: random.Random) -> None:
    history.lost = []


def _late(by_s: float, every: int) -> Mutate:
    """In the time that is looked at, every so many frames with news come so much later."""

    def mutate(history: History, chance: random.Random) -> None:
        first = chance.randrange(every)
        news = [at for at, one in enumerate(history.told) if one.applied and _in_time(one)]
        for at in news[first::every]:
            history.told[at] = replace(history.told[at], at=history.told[at].at + by_s)

    return mutate


def _in_time(told: Told) -> bool:
    return FAULT.began + 1 <= told.at < FAULT.ended - 1


def _no_news(history: History, _: random.Random) -> None:
    history.told = [one for one in history.told if not (one.applied and _near(one))]


def _near(told: Told) -> bool:
    return FAULT.began - 1 <= told.at < FAULT.ended + 1


def _client_missing(history: History, chance: random.Random) -> None:
    client = chance.randrange(CLIENTS)
    history.moved = [one for one in history.moved if one.client != client]


def _cut_again(history: History, chance: random.Random) -> None:
    """A client that came back is lost once more, and stays away."""
    history.moved.append(Moved(CUT_AT + 8.5, chance.randrange(CLIENTS), ""))


def _is(transport: str, since: float = 0, until: float = 99) -> Callable[[Moved], bool]:
    return lambda one: one.transport == transport and since <= one.at < until


def _tried(change: Callable[[Any], Any], expected: str) -> Mutate:
    return lambda history, chance: change_one(
        chance, history.tried, change, lambda one: one.expected == expected
    )


def _more_frames(*frames: Mapping[str, Any]) -> Callable[[Any], Any]:
    return lambda one: replace(one, frames=(*one.frames, *frames))


def _instead(answer: Mapping[str, Any]) -> Callable[[Any], Any]:
    return lambda one: replace(one, frames=(one.frames[0], answer))


def _nothing_tried(history: History, _: random.Random) -> None:
    history.tried = []


def _told(**more: Any) -> Mutate:
    """A frame with the secret in it comes to who may follow the stream."""
    return _tried(_more_frames({"type": "events", "stream": "s", **more}), "subscribed")


_EVENTS = {"type": "events", "stream": "s", "events": [{"seq": 1}]}

MUTATIONS: Mapping[str, Mapping[str, Mutate]] = {
    **mutations.MUTATIONS,
    "fresh": {
        "all half a second late": _late(0.5, 1),
        "every tenth late": _late(0.6, 10),
        "one in twenty late": _late(1.0, 20),
        "one in a hundred two seconds late": _late(2.0, 100),
        "nothing told": _no_news,
    },
    "transports": {
        "late on the other": change_moved(lambda one: replace(one, at=31.0), _is("events")),
        "never on the other": change_moved(lambda _: None, _is("events")),
        "never back": change_moved(lambda _: None, _is("websocket", 41, 43)),
        "late back": change_moved(lambda one: replace(one, at=44.5), _is("websocket", 41, 43)),
        "never there before": change_moved(lambda _: None, _is("websocket", 0, 1)),
        "a client missing": _client_missing,
        "the best said while it is gone": change_moved(
            lambda one: replace(one, transport="websocket"), _is("events")
        ),
    },
    "frame by frame": {
        "a frame lost": change_told(lambda _: None),
        "a frame twice": lambda history, chance: history.told.append(chance.choice(history.told)),
        "two frames swapped": _swapped,
        "another epoch": change_told(lambda one: _reframed(one, epoch="f")),
        "an event missing inside": change_told(lambda one: _reframed(one, events=[])),
        "a heartbeat that is behind": lambda history, _: history.told.append(
            Told(99.0, 0, {"type": "heartbeat", "epoch": "e", "heads": {"tournament-a": 1}})
        ),
    },
    "gapless": {
        "a frame lost": change_told(lambda _: None),
        "a frame twice": lambda history, chance: history.told.append(chance.choice(history.told)),
        "two frames swapped": _swapped,
        "another event under the seq": change_told(
            lambda one: replace(one, marks={seq: mark ^ 1 for seq, mark in one.marks.items()})
        ),
        "the last frame lost": _last_lost,
        "an event skipped inside": change_told(
            lambda one: replace(one, applied=(one.applied[0] + 1,))
        ),
        "an event that is not in the log": lambda history, _: history.truth.streams[
            "tournament-a"
        ].pop(),
    },
    "lost frames mended": {
        "never mended": _unmended,
        "mended late": _mended_late,
        "only what it had": _only_older_events,
        "a snapshot too old": _snapshot_too_old,
        "nothing was lost": _nothing_lost,
    },
    "all back": {
        "never back": change_moved(lambda _: None, _is("websocket", CUT_AT)),
        "late back": change_moved(
            lambda one: replace(one, at=CUT_AT + 11), _is("websocket", CUT_AT)
        ),
        "not cut at all": change_moved(lambda _: None, _is("", CUT_AT)),
        "cut again": _cut_again,
        "a client missing": _client_missing,
    },
    "leaks": {
        "an event told": _tried(_more_frames(_EVENTS), "refused"),
        "an event told with a snapshot": _tried(_more_frames(_EVENTS), "snapshot"),
        "subscribed instead of refused": _tried(
            _instead({"type": "subscribed", "stream": "s"}), "refused"
        ),
        "subscribed instead of a snapshot": _tried(
            _instead({"type": "subscribed", "stream": "s"}), "snapshot"
        ),
        "another reason": _tried(
            _instead({"type": "snapshot", "stream": "s", "reason": "gap"}), "snapshot"
        ),
        "frames after a refusal": _tried(
            _more_frames({"type": "snapshot", "stream": "s", "reason": "gap"}), "refused"
        ),
        "no answer": _tried(lambda one: replace(one, frames=one.frames[:1]), "refused"),
        "nothing tried": _nothing_tried,
    },
    "secrets": {
        "named in facts": _told(events=[{"seq": 2, "facts": {"tournament_id": SECRET}}]),
        "named in a piece": _told(pieces={"x": f"<a href=/tournaments/{SECRET}>"}),
        "named in a toast": _told(toasts=[{"href": f"/tournaments/{SECRET}"}]),
        "named in a refusal": _tried(
            _more_frames({"type": "refused", "message": f"not {SECRET}"}), "subscribed"
        ),
        "no event told": _tried(lambda one: replace(one, frames=one.frames[:1]), "subscribed"),
        "nothing tried": _nothing_tried,
    },
}

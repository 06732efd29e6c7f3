"""A made-up round in which every promise holds, for the checkers' own tests."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from tests.faults.checks import Window
from tests.faults.history import (
    Asked,
    Found,
    History,
    Line,
    Lost,
    MatchPlace,
    Moved,
    Said,
    Showed,
    Stock,
    Told,
    Tried,
    Wrote,
)

BASELINE, FAULT = Window(0.0, 20.0), Window(20.0, 40.0)
SECONDS = 60.0
CLIENTS = 6
PROCESSES = 2
CUPS = ("a", "b")
MATCHES = ("U1", "U2", "U3")
LOST_AT = 30.0
CUT_AT = 45.0
SECRET = "xk3dj9q5"
WITHIN_S = 10.0


@dataclass
class _State:
    """The site of the made-up round as it goes on."""

    versions: dict[MatchPlace, int] = field(default_factory=dict)
    scores: dict[MatchPlace, tuple[int, int]] = field(default_factory=dict)
    marks: dict[str, list[int]] = field(default_factory=dict)


def sample(seed: int) -> History:
    """Writes, reads, live clients and all the rest, 60 s of them; another one for each seed."""
    chance, history, state = random.Random(seed), History(), _State()
    state.marks = {f"tournament-{cup}": [] for cup in CUPS}
    places = [MatchPlace(cup, match) for cup in CUPS for match in MATCHES]
    state.versions = dict.fromkeys(places, 1)
    for client in range(CLIENTS):
        stream = f"tournament-{CUPS[client % 2]}"
        history.follows[client] = (stream, 0)
        subscribed = _frame("subscribed", stream, seq=0, head=0)
        history.told += [Told(0.0, client, frame) for frame in (_frame("hello"), subscribed)]
    at = 0.1
    while at < SECONDS:
        if chance.random() < 0.4:
            _write(history, state, chance, at)
        else:
            _read(history, state, chance, at)
        at += chance.uniform(0.05, 0.15)
    history.truth.streams = state.marks
    history.truth.matches = {
        place: Found(version, state.scores.get(place)) for place, version in state.versions.items()
    }
    _tell_of_itself(history)
    return history


def _frame(kind: str, stream: str | None = None, **more: Any) -> dict[str, Any]:
    return {"type": kind, "stream": stream, "epoch": "e", **more}


def _write(history: History, state: _State, chance: random.Random, at: float) -> None:
    place = chance.choice(list(state.versions))
    stream, key = f"tournament-{place.tournament}", f"key-{len(history.wrote)}"
    path = f"/api/v1/tournaments/{place.tournament}/matches/{place.match}/result"
    state.versions[place] += 1
    state.scores[place] = (2, chance.randrange(2))
    state.marks[stream].append(chance.randrange(1 << 32))
    history.truth.times.setdefault(stream, []).append(at)
    ended = at + 0.02
    history.asked.append(Asked("write", path, at, at, ended, 200))
    history.wrote.append(
        Wrote(place, "correct", key, at, ended, 200, state.versions[place], state.scores[place])
    )
    seq = len(state.marks[stream])
    for client, (followed, _) in history.follows.items():
        if followed == stream:
            frame = _frame("events", stream, after=seq - 1, seq=seq, events=[{"seq": seq}])
            marks = {seq: state.marks[stream][-1]}
            heard = ended + 0.001 * (client + 1)
            history.told.append(Told(heard, client, frame, marks, (seq,)))
    if not history.lost and at > LOST_AT:
        history.lost = [Lost(ended, client, seq) for client in (0, 1, 2, 3)]
        history.lost = [one for one in history.lost if history.follows[one.client][0] == stream]


def _read(history: History, state: _State, chance: random.Random, at: float) -> None:
    cup = chance.choice(CUPS)
    stream = f"tournament-{cup}"
    versions = {
        place: version for place, version in state.versions.items() if place.tournament == cup
    }
    took = chance.uniform(0.005, 0.02)
    history.asked.append(
        Asked(
            "api",
            f"/api/v1/tournaments/{cup}/bracket",
            at,
            at,
            at + took,
            200,
            heads={stream: len(state.marks[stream])},
            versions=versions,
        )
    )


def _tell_of_itself(history: History) -> None:
    """Lines of the log, replies with parts, transports, wishes: as they should be."""
    for client in range(CLIENTS):
        moves = [(0.0, "websocket"), (20.1, ""), (22.0 + client, "events"), (41.0, "")]
        moves += [(42.0, "websocket"), (CUT_AT + 0.01, ""), (CUT_AT + 1 + client, "websocket")]
        history.moved += [Moved(at, client, transport) for at, transport in moves]
    for process in range(PROCESSES):
        states = ((0.0, "probing"), (0.1, "up"), (20.2, "down"), (40.5, "probing"), (40.6, "up"))
        history.said += [Said(at, process, "redis", state) for at, state in states]
    for number in range(60):
        is_missing = FAULT.began <= number < FAULT.ended
        value, degraded = (None, ("achievements",)) if is_missing else ({"level": 3}, ())
        history.showed.append(
            Showed(float(number), "/api/v1/players/1", 200, "achievements", value, degraded)
        )
    _show_health(history)
    for name, expected, told in (
        ("future", "snapshot", "future"),
        ("epoch", "snapshot", "epoch"),
        ("hidden", "refused", "stream-unknown"),
    ):
        answer = {
            "type": expected,
            "stream": "s",
            "reason" if told != "stream-unknown" else "code": told,
        }
        history.tried.append(Tried(name, "s", expected, told, ({"type": "hello"}, answer)))
    frames = ({"type": "hello"}, {"type": "events", "stream": "s", "events": [{"seq": 1}]})
    history.tried.append(Tried("listener", "s", "subscribed", "", frames))


def _show_health(history: History) -> None:
    """Probes, counts and lines of the log, as they should be."""
    for number in range(60):
        at, is_missing = float(number), FAULT.began <= number < FAULT.ended
        word = "warn" if is_missing else "pass"
        history.probes.append(Asked("probe", "/healthz", at, at, at + 0.01, 200, trouble=word))
    for count, process in ((0, 1), (0, 2), (1, 1), (1, 2)):
        history.stocks.append(Stock(count, process, 300 + 2 * count, 14 + count))
    fault = "Traceback\nRuntimeError: made on purpose"
    history.lines += [
        Line("info", "capability"),
        Line("warning", "capability"),
        Line("error", "a part is left out", "/players/1", fault),
    ]

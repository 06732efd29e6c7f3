"""Facts, streams and drawings for the tests of live."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from clutch.kernel.log import Event
from clutch.kernel.points import point
from clutch.kernel.writing import Transaction
from clutch.live.rendering import Drawn, Picture
from clutch.teams.events import TeamChanged

WORDS = {"en": "points", "ru": "очков"}


def score(stream: str, *numbers: int, size: int = 0) -> Callable[[Transaction], None]:
    """A command that appends a fact of this size for each number; the tests do nothing else."""

    def work(tx: Transaction) -> None:
        tx.lock(stream)
        facts = [TeamChanged(team_id=number, fields=("x" * size,)) for number in numbers]
        tx.append(stream, *facts, actor_id=None)

    return work


def draw(conn: Connection, stream: str, events: Sequence[Event]) -> Picture:
    """The score is the number of events; the table changes with every third of them."""
    _, points = point(conn, stream)
    changed = any(event.seq % 3 == 0 for event in events)
    return lambda audience: Drawn(
        pieces={"score": score_piece(points, audience.language)},
        stale=("*",),
        untouched=() if changed else ("tab*",),
        says=(f"{points}:0",),
    )


def score_piece(points: int, language: str) -> str:
    return (
        f'<section id="score" data-live><a id="link" href="#x">Red</a>'
        f'<details id="more"><summary>more</summary>{WORDS[language]}</details>'
        f'<b id="points">{points}</b></section>'
    )

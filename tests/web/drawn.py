"""Brackets to look at: a real stage of the engine, played to some point by dice, as a view."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import cast

from clutch import engine
from clutch.engine import (
    BestOf,
    Bracket,
    FormatName,
    GrandFinal,
    Match,
    ParticipantId,
    Settings,
    Stage,
)
from clutch.web.views.bracket import (
    BracketView,
    DrawnMatch,
    RoundHead,
    Side,
    SideState,
    Source,
    arrange,
    round_key,
)

START = datetime(2026, 3, 14, 15, 0, tzinfo=UTC)
HARD_NAMES = [
    "Alpha",
    "Сборная Нижнего Новгорода по быстрым шахматам",
    "فريق الصقور",
    "=cmd|' /C calc'!A0",
    "🦊🦊🦊 Foxes",
    "קבוצת הכלב הכחול",
    "W" * 40,
    "日本代表チーム",
    "<b>Bold</b> & Sons",
    "i",
]


def names_for(count: int, first: Sequence[str] = ()) -> list[str]:
    """As many names as there are participants, the given ones first."""
    made = [f"Team {number}" for number in range(1, count + 1)]
    return [*first[:count], *made[len(first[:count]) :]]


def play_some(
    format_name: str, count: int, share: float, seed: int = 1, settings: Settings | None = None
) -> Stage:
    """A stage in which that share of its matches was played, earlier ones first."""
    chance = random.Random(seed)
    stage = engine.draw(
        FormatName(format_name), [ParticipantId(n) for n in range(1, count + 1)], settings
    ).stage
    total = len([match for match in stage.matches.values() if match.status != "bye"])
    for _ in range(round(total * share)):
        ready = engine.open_matches(stage)
        if not ready:
            break
        match = ready[0]
        stage = engine.report(stage, match.id, _result(match, chance)).stage
    return stage


def _result(match: Match, chance: random.Random) -> engine.Result:
    first, second = match.participants
    favourite, other = (first, second) if first < second else (second, first)
    winner = favourite if chance.random() < 0.7 else other
    if chance.random() < 0.05:
        return engine.walkover(winner)
    need = ((match.best_of or 3) + 1) // 2
    lost = chance.randrange(need)
    scores = (need, lost) if winner == first else (lost, need)
    return engine.played(match.participants, scores)


def view_of(stage: Stage, names: Sequence[str], *, live: int = 1) -> BracketView:
    """The stage as it is drawn; the first `live` matches that are ready are being played."""
    ready = [match.id for match in engine.open_matches(stage)]
    drawn = [
        _drawn(match, stage, names, playing=match.id in ready[:live])
        for match in stage.matches.values()
    ]
    heads: dict[str, RoundHead] = {}
    for index, match in enumerate(stage.matches.values()):
        key = round_key(match.bracket.value, match.round)
        heads.setdefault(key, RoundHead(match.best_of, START + timedelta(hours=index // 4)))
    return arrange(drawn, heads, len(names))


def _drawn(match: Match, stage: Stage, names: Sequence[str], *, playing: bool) -> DrawnMatch:
    sides = tuple(_side(match, number, stage, names, playing=playing) for number in (0, 1))
    return DrawnMatch(
        id=match.id,
        part=match.bracket.value,
        round=match.round,
        place=match.place,
        sides=cast("tuple[Side, Side]", sides),
        status="live" if playing else match.status.value,
        url=f"/tournaments/x/matches/{match.id}",
        winner_to=match.winner_to.match if match.winner_to else None,
        loser_to=match.loser_to.match if match.loser_to else None,
        best_of=match.best_of,
        corrected=match.id in {"U1.3", "U2.2"} and match.status == "decided",
    )


def _side(match: Match, number: int, stage: Stage, names: Sequence[str], *, playing: bool) -> Side:
    opponent = match.opponents[number]
    result = match.result
    who = opponent.participant
    score = result.scores[number] if result and result.scores else None
    lost = result is not None and who is not None and who != result.winner
    return Side(
        state=_state(match, opponent),
        source=_source(opponent.source),
        participant=who,
        name=names[who - 1] if who is not None else None,
        url=f"/tournaments/x/participants/{who}" if who is not None else "",
        seed=stage.participants.index(who) + 1 if who is not None else None,
        score=number if playing else score,
        game=(9, 12)[number] if playing else None,
        mark=result.outcome.value if result and result.scores is None and lost else "",
    )


def _state(match: Match, opponent: engine.Opponent) -> SideState:
    if opponent.participant is None:
        return cast("SideState", opponent.holds.value)
    if match.result is None:
        return "open"
    return "won" if match.winner == opponent.participant else "lost"


def _source(source: engine.Source) -> Source:
    match source:
        case engine.Seed(number):
            return Source("seed", str(number))
        case engine.WinnerOf(match_id):
            return Source("winner", match_id)
        case engine.LoserOf(match_id):
            return Source("loser", match_id)


def example(kind: str, count: int, share: float = 0.6, first: Sequence[str] = ()) -> BracketView:
    """`kind` is single or double; with best-of-three and a best-of-five final."""
    settings = Settings(
        third_place=kind == "single" and count > 3,
        grand_final=GrandFinal.DOUBLE,
        best_of=BestOf(default=3, final=5),
    )
    stage = play_some(f"{kind}_elimination", count, share, settings=settings)
    return view_of(stage, names_for(count, first))


__all__ = ["HARD_NAMES", "Bracket", "example", "names_for", "play_some", "view_of"]

"""Facts as plain values for the log: a dict of strings, numbers, lists and None with a `kind`.

What is written once is read for ever: give no kind and no field another meaning, add a new one
instead. In which schema an old fact was written is the log's to keep.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from clutch.engine.facts import (
    Fact,
    MatchDecided,
    MatchNeededAgain,
    MatchNotNeeded,
    OpponentPlaced,
    OpponentRemoved,
    ParticipantDisqualified,
    ParticipantReinstated,
    ResultAmended,
    ResultRevoked,
    StageCompleted,
    StageDrawn,
    StageReopened,
    WalkoverKept,
)
from clutch.engine.results import Game, Outcome, Result, Scores
from clutch.engine.settings import BestOf, Bracket, GrandFinal, RoundBestOf, Settings
from clutch.engine.stage import DecidedBy

KINDS: Mapping[str, type[Fact]] = {
    "stage-drawn": StageDrawn,
    "match-decided": MatchDecided,
    "result-amended": ResultAmended,
    "result-revoked": ResultRevoked,
    "opponent-placed": OpponentPlaced,
    "opponent-removed": OpponentRemoved,
    "match-not-needed": MatchNotNeeded,
    "match-needed-again": MatchNeededAgain,
    "participant-disqualified": ParticipantDisqualified,
    "participant-reinstated": ParticipantReinstated,
    "walkover-kept": WalkoverKept,
    "stage-completed": StageCompleted,
    "stage-reopened": StageReopened,
}
_KIND_OF = {fact_type: kind for kind, fact_type in KINDS.items()}
_FIELDS = {
    fact_type: tuple(each.name for each in dataclasses.fields(fact_type)) for fact_type in _KIND_OF
}


def encode(fact: Fact) -> dict[str, Any]:
    """Return `fact` as a dict that JSON can carry."""
    plain: dict[str, Any] = {"kind": _KIND_OF[type(fact)]}
    for name in _FIELDS[type(fact)]:
        plain[name] = _ENCODERS.get(name, _same)(getattr(fact, name))
    return plain


def decode(plain: Mapping[str, Any]) -> Fact:
    """Return the fact that was encoded; a field that is not known is ignored."""
    fact_type = KINDS[plain["kind"]]
    values = {name: _DECODERS.get(name, _same)(plain[name]) for name in _FIELDS[fact_type]}
    return fact_type(**values)


def encode_settings(settings: Settings) -> dict[str, Any]:
    """Return settings as a dict that JSON can carry."""
    best_of = settings.best_of
    return {
        "third_place": settings.third_place,
        "grand_final": settings.grand_final.value,
        "best_of": {
            "default": best_of.default,
            "rounds": [[each.bracket.value, each.round, each.best_of] for each in best_of.rounds],
            "final": best_of.final,
        },
    }


def decode_settings(plain: Mapping[str, Any]) -> Settings:
    """Return the settings that were encoded.

    Raises:
        BestOfNotOdd: one of the numbers of games is even or below 1.
    """
    best_of = plain["best_of"]
    rounds = tuple(
        RoundBestOf(Bracket(bracket), number, games) for bracket, number, games in best_of["rounds"]
    )
    return Settings(
        third_place=plain["third_place"],
        grand_final=GrandFinal(plain["grand_final"]),
        best_of=BestOf(best_of["default"], rounds, best_of["final"]),
    )


def encode_result(result: Result) -> dict[str, Any]:
    """Return a result as a dict that JSON can carry."""
    return {
        "outcome": result.outcome.value,
        "winner": result.winner,
        "scores": None if result.scores is None else list(result.scores),
        "games": [{"name": game.name, "scores": list(game.scores)} for game in result.games],
    }


def decode_result(plain: Mapping[str, Any]) -> Result:
    """Return the result that was encoded."""
    games = tuple(Game(_scores(game["scores"]), game["name"]) for game in plain["games"])
    scores = plain["scores"]
    return Result(
        Outcome(plain["outcome"]),
        plain["winner"],
        None if scores is None else _scores(scores),
        games,
    )


def _scores(plain: list[int]) -> Scores:
    first, second = plain
    return first, second


def _same(value: Any) -> Any:
    return value


_ENCODERS: Mapping[str, Callable[[Any], Any]] = {
    "settings": encode_settings,
    "participants": list,
    "opponents": list,
    "result": encode_result,
    "before": encode_result,
    "decided_by": str,
}
_DECODERS: Mapping[str, Callable[[Any], Any]] = {
    "settings": decode_settings,
    "participants": tuple,
    "opponents": tuple,
    "result": decode_result,
    "before": decode_result,
    "decided_by": DecidedBy,
}

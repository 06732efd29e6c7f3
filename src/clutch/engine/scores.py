"""Whether a result is possible in a match."""

from __future__ import annotations

from collections.abc import Iterable

from clutch.engine.refusals import (
    DoubleForfeitWithWinner,
    GameLevel,
    GamesDoNotTally,
    PartialScoreImpossible,
    ScoreImpossible,
    ScoreLevel,
    ScoreOutOfRange,
    WalkoverWithScores,
    WinnerAgainstScores,
    WinnerMissing,
    WinnerNotOpponent,
)
from clutch.engine.results import Outcome, Result, Scores
from clutch.engine.stage import Match

MOST = 999_999_999


def check_result(match: Match, result: Result) -> None:
    """Refuse a result that this match, whose two participants are known, can't have.

    Raises:
        ScoreOutOfRange: a score is negative, above `MOST` or no whole number.
        ScoreImpossible, ScoreLevel: it was played, and can't have ended so.
        PartialScoreImpossible: somebody gave up after the match had ended.
        WalkoverWithScores, DoubleForfeitWithWinner: the outcome leaves no room for them.
        WinnerMissing, WinnerNotOpponent, WinnerAgainstScores: the winner is not possible.
        GamesDoNotTally, GameLevel: the games do not add up.
    """
    _check_range(_all_scores(result))
    if result.outcome is Outcome.PLAYED:
        _check_played(match, result)
    elif result.outcome is Outcome.WALKOVER and (result.scores is not None or result.games):
        raise WalkoverWithScores(match.id)
    if result.outcome is Outcome.DOUBLE_FORFEIT:
        _check_nobody_won(match, result)
    else:
        _check_winner(match, result)
    if result.outcome in (Outcome.FORFEIT, Outcome.DOUBLE_FORFEIT):
        _check_partial(match, result)
    if result.games:
        _check_games(match, result)


def wins_needed(best_of: int) -> int:
    """How many games win a best-of."""
    return best_of // 2 + 1


def _all_scores(result: Result) -> Iterable[Scores]:
    if result.scores is not None:
        yield result.scores
    for game in result.games:
        yield game.scores


def _check_range(every: Iterable[Scores]) -> None:
    for first, second in every:
        if not (_is_score(first) and _is_score(second)):
            raise ScoreOutOfRange(first, second, MOST)


def _is_score(score: object) -> bool:
    """True and False are whole numbers to Python, not to a referee."""
    return type(score) is int and 0 <= score <= MOST


def _check_played(match: Match, result: Result) -> None:
    if result.scores is None:
        return
    first, second = result.scores
    best_of = match.best_of
    if best_of is not None:
        wins = wins_needed(best_of)
        if max(first, second) != wins or min(first, second) == wins:
            raise ScoreImpossible(first, second, best_of, wins)
    elif first == second:
        raise ScoreLevel(first, second)
    if result.winner is not None and result.winner == match.participants[first > second]:
        raise WinnerAgainstScores(match.id)


def _check_winner(match: Match, result: Result) -> None:
    if result.winner is None:
        raise WinnerMissing(match.id)
    if result.winner not in match.participants:
        raise WinnerNotOpponent(match.id, result.winner)


def _check_nobody_won(match: Match, result: Result) -> None:
    if result.winner is not None:
        raise DoubleForfeitWithWinner(match.id)


def _check_partial(match: Match, result: Result) -> None:
    """The leader may be the one who gave up, but who has enough games has won them."""
    if result.scores is None or match.best_of is None:
        return
    wins = wins_needed(match.best_of)
    allowed = tuple(wins if each == result.winner else wins - 1 for each in match.participants)
    if any(score > most for score, most in zip(result.scores, allowed, strict=True)):
        raise PartialScoreImpossible(*result.scores, match.best_of, wins)


def _check_games(match: Match, result: Result) -> None:
    won = [0, 0]
    for number, game in enumerate(result.games, start=1):
        first, second = game.scores
        if first == second:
            raise GameLevel(match.id, number)
        won[second > first] += 1
    if result.scores is None or tuple(won) != tuple(result.scores):
        raise GamesDoNotTally(match.id, won[0], won[1])

"""How a decision travels through a stage, and how it is taken back.

Everything is read from the matches themselves: each says where its winner and its loser go.
"""

from __future__ import annotations

from clutch.engine.facts import (
    MatchDecided,
    MatchNeededAgain,
    MatchNotNeeded,
    OpponentPlaced,
    OpponentRemoved,
    Opponents,
    ResultAmended,
    ResultRevoked,
)
from clutch.engine.fold import Draft
from clutch.engine.results import Outcome, ParticipantId, Result
from clutch.engine.stage import DecidedBy, Feed, Holds, Match, Status

NOBODY_CAME = Result(Outcome.WALKOVER, None)
BOTH_OUT = Result(Outcome.DOUBLE_FORFEIT, None)


def decide(draft: Draft, match: Match, result: Result, decided_by: DecidedBy) -> None:
    """Give an undecided match its result, and bring winner and loser to where they go."""
    draft.record(MatchDecided(match.id, _opponents(match), result, decided_by))
    _route(draft, draft.matches[match.id])


def settle(draft: Draft, match: Match) -> None:
    """Let an undecided match go on without being played, where a rule says so.

    A bye passes its other side on; a vacant place or a disqualification gives a walkover.
    """
    if match.status is Status.BYE:
        _pass_on(draft, match)
        return
    result = ruling(match, draft.disqualified)
    if result is not None:
        decide(draft, match, result, DecidedBy.RULE)


def ruling(match: Match, disqualified: frozenset[ParticipantId]) -> Result | None:
    """The result that follows from who is disqualified or gone; None: it is to be played."""
    for opponent in match.opponents:
        if opponent.holds is Holds.UNKNOWN or opponent.holds is Holds.BYE:
            return None
    participants = match.participants
    able = [each for each in participants if each not in disqualified]
    if len(able) == 2:
        return None
    if able:
        return Result(Outcome.WALKOVER, able[0])
    return BOTH_OUT if len(participants) == 2 else NOBODY_CAME


def replace(draft: Draft, match: Match, result: Result | None, decided_by: DecidedBy) -> None:
    """Give a decided match another result, or None, and redo what follows from it.

    Where the winner stays the same nothing downstream is touched. Else all that followed is
    taken back, even where the same two would meet again.
    """
    before = match.result
    assert before is not None, "only a decided match has a result to replace"
    assert match.decided_by is not None
    if result is not None and result.winner == before.winner:
        draft.record(ResultAmended(match.id, _opponents(match), before, result, decided_by))
        return
    _unwind(draft, match)
    if result is not None:
        decide(draft, draft.matches[match.id], result, decided_by)


def _route(draft: Draft, match: Match) -> None:
    target = match.winner_to
    if target is not None and not _needs(draft.matches[target.match], match):
        draft.record(MatchNotNeeded(target.match))
        return
    if target is not None:
        _place(draft, target, match.winner)
    if match.loser_to is not None:
        _place(draft, match.loser_to, match.loser)


def _needs(follower: Match, decided: Match) -> bool:
    """Whether a match that waits for one side of another to win it is needed now."""
    condition = follower.plan.needed_if
    if condition is None:
        return True
    winner = decided.winner
    return winner is not None and decided.opponents[condition.side].participant == winner


def _place(draft: Draft, feed: Feed, participant: ParticipantId | None) -> None:
    draft.record(OpponentPlaced(feed.match, feed.side, participant))
    settle(draft, draft.matches[feed.match])


def _pass_on(draft: Draft, match: Match) -> None:
    if match.winner_to is None:
        return
    for opponent in match.opponents:
        if opponent.holds in (Holds.PARTICIPANT, Holds.VACANT):
            _place(draft, match.winner_to, opponent.participant)


def _unwind(draft: Draft, match: Match) -> None:
    """Take a result back, after everything that followed from it: farthest first."""
    _withdraw(draft, match.winner_to)
    _withdraw(draft, match.loser_to)
    assert match.result is not None, "only a decided match is unwound"
    assert match.decided_by is not None
    draft.record(ResultRevoked(match.id, _opponents(match), match.result, match.decided_by))


def _withdraw(draft: Draft, feed: Feed | None) -> None:
    if feed is None:
        return
    match = draft.matches[feed.match]
    if match.status is Status.NOT_NEEDED:
        draft.record(MatchNeededAgain(match.id))
        return
    leaving = match.opponents[feed.side]
    if leaving.holds is Holds.UNKNOWN:
        return
    if match.status is Status.DECIDED:
        _unwind(draft, match)
    elif match.status is Status.BYE:
        _withdraw(draft, match.winner_to)
    draft.record(OpponentRemoved(feed.match, feed.side, leaving.participant))


def _opponents(match: Match) -> Opponents:
    first, second = match.opponents
    return first.participant, second.participant

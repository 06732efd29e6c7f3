"""What the follower `notices` concludes for a player, in their own stream: for them alone.

`opponent` is the participant on the other side (None: nobody); scores are ours, then theirs.
`cause` is the position of the event that it follows from.
"""

from __future__ import annotations

from clutch.kernel.log import Fact, fact

Scores = tuple[int, int] | None


class Notice(Fact, frozen=True):
    """Something about a match that the player plays in."""

    tournament_id: str
    match: str
    opponent: int | None
    cause: int


@fact("player-match-opened")
class PlayerMatchOpened(Notice, frozen=True):
    """Both sides are known: it can be played."""


@fact("player-result-claimed")
class PlayerResultClaimed(Notice, frozen=True):
    """The other side reported a result, and this side has not answered."""

    scores: Scores


@fact("player-result-settled")
class PlayerResultSettled(Notice, frozen=True):
    """A result was accepted; `how`: by the opponent, an organizer or the deadline."""

    scores: Scores
    how: str


@fact("player-result-disputed")
class PlayerResultDisputed(Notice, frozen=True):
    """The two sides reported different results: an organizer decides."""

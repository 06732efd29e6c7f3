"""What the rules of a tournament refuse, and what to do instead.

The base class stands here, not in the kernel, so that the engine runs on the standard
library alone; its shape (`code`, `sentence`, `kind`, `field`, `facts`) is the kernel's.
Sentences are English templates, translated where they are shown. A refused operation
has changed nothing. `kind` is "invalid" where what was asked never makes sense and
"conflict" where only the state of the stage stands against it.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, ClassVar


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for "mark, don't translate yet"
    """Mark `text` for the catalogue; it is translated where it is shown."""
    return text


@dataclass(eq=False)
class RuleRefusal(Exception):
    """A no by the rules. Each `{name}` in `sentence` is one of the attributes."""

    code: ClassVar[str] = "rule"
    sentence: ClassVar[str] = "{code}"
    kind: ClassVar[str] = "conflict"
    field: ClassVar[str | None] = None

    @property
    def facts(self) -> dict[str, Any]:
        """What the sentence speaks of, by name."""
        return {each.name: getattr(self, each.name) for each in dataclasses.fields(self)}

    def __str__(self) -> str:
        return self.sentence.format(**self.facts)


@dataclass(eq=False)
class _MatchRefusal(RuleRefusal):
    match: str


# --- what a stage can be drawn from --------------------------------------------------------------


@dataclass(eq=False)
class TooFewParticipants(RuleRefusal):
    """A bracket of one has no match."""

    count: int
    least: int

    code = "too-few-participants"
    kind = "invalid"
    sentence = N_("A draw needs at least {least} participants and there are {count}. Admit more.")


@dataclass(eq=False)
class TooManyParticipants(RuleRefusal):
    """More than a bracket is built for."""

    count: int
    most: int

    code = "too-many-participants"
    kind = "invalid"
    sentence = N_("A draw takes at most {most} participants and there are {count}. Admit fewer.")


@dataclass(eq=False)
class ParticipantTwice(RuleRefusal):
    """Somebody stands in the seeding twice."""

    participant: int

    code = "participant-twice"
    kind = "invalid"
    sentence = N_("A participant stands in the seeding twice. Give each one seed.")


@dataclass(eq=False)
class FormatUnknown(RuleRefusal):
    """No module plays this format."""

    format: str
    known: str

    code = "format-unknown"
    kind = "invalid"
    sentence = N_("There is no format {format}. Choose one of: {known}.")


@dataclass(eq=False)
class ThirdPlaceNotPlayed(RuleRefusal):
    """Double elimination finds its third in the lower bracket."""

    code = "third-place-not-played"
    kind = "invalid"
    sentence = N_(
        "Double elimination has no third-place match: the lower bracket decides who is third. "
        "Switch the third-place match off."
    )


@dataclass(eq=False)
class BestOfNotOdd(RuleRefusal):
    """An even best-of can end level."""

    best_of: int

    code = "best-of-not-odd"
    kind = "invalid"
    sentence = N_("Best of {best_of} can end level. Choose an odd number, such as 1, 3 or 5.")


# --- what stands against an operation ------------------------------------------------------------


@dataclass(eq=False)
class MatchUnknown(_MatchRefusal):
    """The stage has no match of this id."""

    code = "match-unknown"
    sentence = N_(
        "There is no match {match} here. Look at the bracket and choose one of its matches."
    )


@dataclass(eq=False)
class MatchNotReady(_MatchRefusal):
    """A result was reported for a match whose opponents are not all known."""

    code = "match-not-ready"
    sentence = N_(
        "The opponents of match {match} are not known yet. "
        "Report the matches that lead to it first."
    )


@dataclass(eq=False)
class MatchAlreadyDecided(_MatchRefusal):
    """A result was reported for a match that has one."""

    code = "match-already-decided"
    sentence = N_("Match {match} is decided already. If its result is wrong, correct it.")


@dataclass(eq=False)
class MatchNotDecided(_MatchRefusal):
    """There is no result to correct or to take back."""

    code = "match-not-decided"
    sentence = N_("Match {match} has no result that could be changed. Report one instead.")


@dataclass(eq=False)
class MatchIsBye(_MatchRefusal):
    """Nobody was ever due on one side, so the match is never played."""

    code = "match-is-bye"
    sentence = N_(
        "Match {match} is a bye: it is not played and has no result. Choose another match."
    )


@dataclass(eq=False)
class MatchIsNotNeeded(_MatchRefusal):
    """The second final is off, because the upper bracket's side won the first."""

    code = "match-is-not-needed"
    sentence = N_(
        "Match {match} is not played, because the final before it decided everything. "
        "If that one's result is wrong, correct it."
    )


@dataclass(eq=False)
class MatchDecidedByRule(_MatchRefusal):
    """An outcome that follows from something else can't be taken back alone."""

    code = "match-decided-by-rule"
    sentence = N_(
        "The outcome of match {match} follows from a disqualification or an earlier "
        "double forfeit. Correct the match instead, or change what it follows from."
    )


@dataclass(eq=False)
class OpponentVacant(_MatchRefusal):
    """One side of the match is empty for good, so no other result is possible."""

    code = "opponent-vacant"
    sentence = N_(
        "In match {match} one place stays empty after an earlier double forfeit, so only a "
        "walkover is possible. Correct that earlier match."
    )


@dataclass(eq=False)
class ResultUnchanged(_MatchRefusal):
    """The correction is what stands already."""

    code = "result-unchanged"
    sentence = N_("This is the result that match {match} has already. There is nothing to correct.")


@dataclass(eq=False)
class ParticipantUnknown(RuleRefusal):
    """Somebody who is not in this stage."""

    participant: int

    code = "participant-unknown"
    sentence = N_("This participant does not play here. Choose one from the list of participants.")


@dataclass(eq=False)
class AlreadyDisqualified(RuleRefusal):
    """Disqualifying twice says nothing new."""

    participant: int

    code = "already-disqualified"
    sentence = N_("This participant is disqualified already. There is nothing more to do.")


@dataclass(eq=False)
class NotDisqualified(RuleRefusal):
    """There is no disqualification to lift."""

    participant: int

    code = "not-disqualified"
    sentence = N_("This participant is not disqualified. There is nothing to lift.")


# --- results that can't be -----------------------------------------------------------------------


@dataclass(eq=False)
class ScoreOutOfRange(RuleRefusal):
    """A score that is negative, broken or absurd."""

    first: object
    second: object
    most: int

    code = "score-out-of-range"
    kind = "invalid"
    field = "scores"
    sentence = N_("A score is a whole number from 0 to {most}. Check the two scores.")


@dataclass(eq=False)
class ScoreLevel(RuleRefusal):
    """Somebody has to win."""

    first: int
    second: int

    code = "score-level"
    kind = "invalid"
    field = "scores"
    sentence = N_("{first}:{second} names no winner. Give the winner the higher score.")


@dataclass(eq=False)
class ScoreImpossible(RuleRefusal):
    """A best-of can't end so."""

    first: int
    second: int
    best_of: int
    wins: int

    code = "score-impossible"
    kind = "invalid"
    field = "scores"
    sentence = N_(
        "A best-of-{best_of} can't end {first}:{second}: it ends as soon as one side has {wins}. "
        "Give the winner {wins} and the other side less."
    )


@dataclass(eq=False)
class PartialScoreImpossible(RuleRefusal):
    """Somebody gave up, but these scores say that the match had ended before."""

    first: int
    second: int
    best_of: int
    wins: int

    code = "partial-score-impossible"
    kind = "invalid"
    field = "scores"
    sentence = N_(
        "At {first}:{second} nobody can give up in a best-of-{best_of}: {wins} wins it, "
        "and only the winner can have that many. Check the scores and who won."
    )


@dataclass(eq=False)
class WinnerMissing(_MatchRefusal):
    """The outcome needs a winner and none is named."""

    code = "winner-missing"
    kind = "invalid"
    field = "winner"
    sentence = N_("Say who won match {match}.")


@dataclass(eq=False)
class WinnerNotOpponent(_MatchRefusal):
    """The winner named does not play in this match."""

    participant: int

    code = "winner-not-opponent"
    kind = "invalid"
    field = "winner"
    sentence = N_(
        "The winner of match {match} must be one of its two opponents. Choose one of them."
    )


@dataclass(eq=False)
class WinnerAgainstScores(_MatchRefusal):
    """The scores name one winner, the result another."""

    code = "winner-against-scores"
    kind = "invalid"
    field = "winner"
    sentence = N_("The scores of match {match} say that the other side won. Check both.")


@dataclass(eq=False)
class WalkoverWithScores(_MatchRefusal):
    """Nothing was played, so nothing was scored."""

    code = "walkover-with-scores"
    kind = "invalid"
    field = "scores"
    sentence = N_(
        "A walkover has no scores, because match {match} did not start. "
        "Leave them empty, or record a forfeit if it had started."
    )


@dataclass(eq=False)
class DoubleForfeitWithWinner(_MatchRefusal):
    """Both gave up, so nobody won."""

    code = "double-forfeit-with-winner"
    kind = "invalid"
    field = "winner"
    sentence = N_(
        "Nobody wins a double forfeit. Name no winner of match {match}, or record a forfeit."
    )


@dataclass(eq=False)
class GamesDoNotTally(_MatchRefusal):
    """The games do not add up to the scores."""

    first: int
    second: int

    code = "games-do-not-tally"
    kind = "invalid"
    field = "games"
    sentence = N_(
        "The games of match {match} add up to {first}:{second}, which is not its score. "
        "Check the games and the score."
    )


@dataclass(eq=False)
class GameLevel(_MatchRefusal):
    """A game without a winner."""

    game: int

    code = "game-level"
    kind = "invalid"
    field = "games"
    sentence = N_(
        "Game {game} of match {match} ended level. Each game needs a winner: check its scores."
    )

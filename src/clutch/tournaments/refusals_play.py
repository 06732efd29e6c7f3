"""What is refused from the draw on, besides what the rules of the format refuse."""

from __future__ import annotations

from clutch.kernel.refusals import N_, Kind, NotFound, Refusal
from clutch.tournaments.refusals import ReasonNeeded as ReasonNeeded  # noqa: PLC0414 - said here too


class TournamentNotRunning(Refusal):
    """Results are for running tournaments; corrections also for completed ones."""

    code = "tournament-not-running"
    sentence = N_("This tournament is not being played now, so there is nothing to report in it.")


class NotYourMatch(Refusal):
    """Only the two sides of a match report it: the player, or the team's captain."""

    code = "not-your-match"
    kind = Kind.FORBIDDEN
    sentence = N_(
        "Only the players of this match report it, and for a team its captain. "
        "If the result is wrong, tell the organizer."
    )


class MatchStale(Refusal):
    """The match changed since the actor looked at it."""

    code = "version-stale"
    kind = Kind.STALE
    sentence = N_(
        "Match {match} changed meanwhile: you saw version {seen}, now it is version {current}. "
        "Look at what is there now and decide again."
    )


class AlreadyReported(Refusal):
    """The same side said the same before."""

    code = "already-reported"
    sentence = N_(
        "You have reported this result already. It stands when the other side confirms it, "
        "or by itself when the time for that is over."
    )


class NothingReported(Refusal):
    """There is no claim to confirm or to withdraw."""

    code = "nothing-reported"
    sentence = N_("Nobody has reported a result of this match that you could confirm or take back.")


class OwnReport(Refusal):
    """Confirming is for the other side."""

    code = "own-report"
    kind = Kind.FORBIDDEN
    sentence = N_(
        "This is your own report: the other side confirms it. You can still take it back."
    )


class ReportDisputed(Refusal):
    """The two sides claim different results."""

    code = "report-disputed"
    sentence = N_("The two sides report different results, so an organizer decides this match.")


class ConfirmationNeeded(Refusal):
    """The correction takes back matches that were really played.

    `losses` is the fingerprint of all that goes: sent back with the number, it agrees to that.
    """

    code = "confirmation-needed"
    kind = Kind.CONFLICT
    field = "confirm_played"
    sentence = N_(
        "Played matches that this takes back: {played} ({matches}). "
        "To go on, confirm that number and say why."
    )


class PreviewStale(Refusal):
    """What the act takes away is not what its preview showed."""

    code = "preview-stale"
    kind = Kind.STALE
    sentence = N_(
        "Something happened since you looked, so this would now take away something else. "
        "Nothing was changed. Look at the list again and decide anew."
    )


class MatchOver(Refusal):
    """Only what is still to be played begins at some time."""

    code = "match-over"
    sentence = N_(
        "Match {match} is not to be played any more, so its start time can't change. "
        "Choose a match that is still open."
    )


class RoundMissing(NotFound):
    """The bracket has no such round."""

    code = "round-missing"
    sentence = N_("This tournament has no such round. Choose one that stands in its bracket.")


class RoundOver(Refusal):
    """Only what is still to be played begins at some time."""

    code = "round-over"
    sentence = N_(
        "No match of this round is still to be played, so there is nothing to set a time for. "
        "Choose another round."
    )


class IntervalRefused(Refusal):
    """Matches of a round begin at once, or one after another within a day."""

    code = "interval-refused"
    kind = Kind.INVALID
    field = "every_minutes"
    sentence = N_("Between two matches there are 0 to {most} minutes.")


class MatchesOpen(Refusal):
    """The tournament can't be completed while a match is open."""

    code = "matches-open"
    sentence = N_(
        "{count} matches are still open. Decide them first, then complete the tournament."
    )

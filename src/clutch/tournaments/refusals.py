"""What tournaments refuse when they are set up and moved on, and what to do about it."""

from __future__ import annotations

from clutch.kernel.refusals import N_, Kind, NotFound, Refusal


class TournamentMissing(NotFound):
    """No tournament has this id, or it is somebody else's draft."""

    code = "tournament-missing"
    sentence = N_("There is no such tournament. Look for it in the list of tournaments.")


# --- setting it up --------------------------------------------------------------------------------


class SettingRefused(Refusal):
    """A setting that makes no sense, or not with the others; each is a subclass."""

    kind = Kind.INVALID


class GameRefused(SettingRefused):
    """No game, or a name longer than what fits."""

    code = "game-invalid"
    field = "game"
    sentence = N_("Say which game is played, in 1 to {limit} characters.")


class FormatRefused(SettingRefused):
    """Nobody wrote that format."""

    code = "format-unknown"
    field = "format"
    sentence = N_("There is no such format. Choose single or double elimination.")


class ThirdPlaceRefused(SettingRefused):
    """Double elimination finds its third in the lower bracket."""

    code = "third-place-not-played"
    field = "third_place"
    sentence = N_(
        "Double elimination has no third-place match: the lower bracket decides who is third. "
        "Switch it off."
    )


class GrandFinalRefused(SettingRefused):
    """No such way to play the grand final."""

    code = "grand-final-unknown"
    field = "grand_final"
    sentence = N_(
        "The grand final is played once, twice if needed, or not at all. Choose one of these."
    )


class BestOfRefused(SettingRefused):
    """An even best-of can end level."""

    code = "best-of-invalid"
    field = "best_of"
    sentence = N_(
        "A match is best of an odd number of games from 1 to {limit}, or any two different "
        "scores count."
    )


class RoundRefused(SettingRefused):
    """A round's key is not one that a bracket can have."""

    code = "round-unknown"
    field = "rounds"
    sentence = N_("There is no round “{round}”. Rounds are written U1, U2, L1, L2, F or T.")


class RosterRefused(SettingRefused):
    """Roster sizes that no team can have."""

    code = "roster-invalid"
    field = "roster_min"
    sentence = N_(
        "A team plays with 1 to {limit} people, and the smallest roster is not above the "
        "largest. Change the sizes."
    )


class SizeRefused(SettingRefused):
    """Fewer than two, or more than a bracket takes."""

    code = "size-invalid"
    field = "max_participants"
    sentence = N_(
        "A tournament takes {least} to {most} participants. Choose a number between them."
    )


class SizeBelowAdmitted(SettingRefused):
    """More participants are admitted than there would be places."""

    code = "size-below-admitted"
    kind = Kind.CONFLICT
    field = "max_participants"
    sentence = N_(
        "{admitted} participants are admitted already, so there must be at least as many places. "
        "Remove somebody first, or choose a larger number."
    )


class DeadlineRefused(SettingRefused):
    """A deadline that nobody could keep, or that never ends."""

    code = "report-deadline-invalid"
    field = "report_minutes"
    sentence = N_(
        "An unanswered report confirms itself after {least} to {most} minutes. Choose a number "
        "between them."
    )


class ZoneUnknown(SettingRefused):
    """No such time zone."""

    code = "zone-unknown"
    field = "zone"
    sentence = N_("There is no time zone “{zone}”. Write it like Europe/Berlin.")


class TimeSkipped(SettingRefused):
    """Clocks are put forward over this time."""

    code = "time-skipped"
    field = "starts_at"
    sentence = N_(
        "In {zone} clocks are put forward on that day, so {typed} does not exist there. Choose "
        "another time."
    )


class TimeRefused(SettingRefused):
    """Not a time, or one outside of what calendars are good for."""

    code = "time-invalid"
    field = "starts_at"
    sentence = N_(
        "Write a date and a time between the years 2000 and 2100, such as 2026-11-24 18:00."
    )


class TextTooLong(SettingRefused):
    """Rules or description longer than what a page shows."""

    code = "text-too-long"
    sentence = N_(
        "This text has {length} characters; {limit} fit. Shorten it, or put the long version "
        "elsewhere and link to it."
    )


class TextNotPrintable(SettingRefused):
    """The text has characters that can't be stored or shown."""

    code = "text-not-printable"
    sentence = N_("This text has a character that can't be shown ({character}). Take it out.")


class SettingFixed(Refusal):
    """The setting can't change any more, at the point where the tournament is."""

    code = "setting-fixed"
    sentence = N_(
        "“{setting}” can't change any more now: people have registered, played or finished under "
        "it. "
        "Leave it as it was."
    )


class TeamsOutside(Refusal):
    """Registered teams would have too few or too many players."""

    code = "rosters-outside"
    field = "roster_min"
    sentence = N_(
        "{count} registered teams have rosters outside of these sizes. Ask them to change "
        "theirs, or remove them first."
    )


# --- statuses -------------------------------------------------------------------------------------


class StatusRefused(Refusal):
    """From here the tournament can't get there."""

    code = "status-refused"
    sentence = N_(
        "The tournament can't take that step from where it stands. "
        "Look at it again: somebody may have moved it meanwhile."
    )


class TournamentOver(Refusal):
    """It was completed or cancelled."""

    code = "tournament-over"
    sentence = N_("This tournament is over, so nothing about it can change in that way.")


class ReasonNeeded(Refusal):
    """Others read why it was done."""

    code = "reason-needed"
    kind = Kind.INVALID
    field = "reason"
    sentence = N_("Say why, in at most {limit} characters: everybody concerned reads it.")


# --- co-organizers --------------------------------------------------------------------------------


class OwnerOnly(Refusal):
    """Only the owner and admins choose who organizes."""

    code = "owner-only"
    kind = Kind.FORBIDDEN
    sentence = N_("Only the owner of the tournament (or an admin) chooses its co-organizers.")


class AlreadyOrganizer(Refusal):
    """They organize it already."""

    code = "already-organizer"
    field = "name"
    sentence = N_("“{name}” organizes this tournament already.")


class NotOrganizer(Refusal):
    """They don't organize it."""

    code = "not-organizer"
    sentence = N_("That person is not a co-organizer of this tournament (any more).")


class TooManyOrganizers(Refusal):
    """More than anybody can keep track of."""

    code = "too-many-organizers"
    sentence = N_("A tournament has at most {limit} co-organizers. Remove one first.")

"""What tournaments refuse up to the draw, and what to do about it."""

from __future__ import annotations

from clutch.kernel.refusals import N_, Kind, NotFound, Refusal


class TournamentMissing(NotFound):
    """No tournament has this id, or it is somebody else's draft."""

    code = "tournament-missing"
    sentence = N_("There is no such tournament. Look for it in the list of tournaments.")


class RegistrationMissing(NotFound):
    """The tournament has no such registration."""

    code = "registration-missing"
    sentence = N_("This tournament has no such registration. Look at the list of participants.")


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


class StatusUnknown(Refusal):
    """That is no status that a tournament can be brought to by a click."""

    code = "status-unknown"
    kind = Kind.INVALID
    field = "to"
    sentence = N_("A tournament can't be brought to that status. Choose one of those offered.")


class StatusRefused(Refusal):
    """From here the tournament can't get there."""

    code = "status-refused"
    sentence = N_(
        "The tournament can't go from “{before}” to “{after}”. Look at where it stands now; "
        "somebody may have moved it."
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


# --- registering ----------------------------------------------------------------------------------


class RegistrationClosed(Refusal):
    """Registration has not been opened, or is over."""

    code = "registration-closed"
    sentence = N_(
        "Registration is not open. If you still want to play, ask an organizer of this tournament."
    )


class AlreadyRegistered(Refusal):
    """One account plays once in a tournament."""

    code = "already-registered"
    sentence = N_("You are registered in this tournament already.")


class PlayerRegistered(Refusal):
    """One account plays once in a tournament; this is about somebody else."""

    code = "player-registered"
    field = "players"
    sentence = N_(
        "{players}: registered in this tournament already, and nobody can play in it twice. "
        "Choose others."
    )


class RegistrationRefusedToRemoved(Refusal):
    """An organizer took them out; only an organizer lets them in again."""

    code = "registration-removed"
    kind = Kind.FORBIDDEN
    sentence = N_(
        "An organizer took you out of this tournament (“{reason}”), so only an organizer can let "
        "you in again."
    )


class TeamNeeded(Refusal):
    """Teams play here, and none was chosen."""

    code = "team-needed"
    kind = Kind.INVALID
    field = "team"
    sentence = N_(
        "Teams play in this tournament. Choose one that you are the captain of, or create a team "
        "first."
    )


class SoloOnly(Refusal):
    """Everybody plays alone here."""

    code = "solo-only"
    kind = Kind.INVALID
    field = "team"
    sentence = N_("Everybody plays alone in this tournament: register without a team.")


class CaptainOnly(Refusal):
    """Only the captain speaks for a team."""

    code = "captain-only"
    kind = Kind.FORBIDDEN
    sentence = N_("Only the captain of “{team}” can do this for the team. Ask the captain.")


class RosterSize(Refusal):
    """Too few or too many players were chosen."""

    code = "roster-size"
    kind = Kind.INVALID
    field = "players"
    sentence = N_(
        "A team plays with {least} to {most} people here, and {count} are chosen. Choose again."
    )


class NotInTeam(Refusal):
    """Somebody who was chosen is not in the team."""

    code = "player-not-in-team"
    kind = Kind.INVALID
    field = "players"
    sentence = N_(
        "Somebody whom you chose is not in the team (any more). Look at who is in it now and "
        "choose again."
    )


class NobodyNamed(Refusal):
    """No account or team has that name."""

    code = "nobody-named"
    kind = Kind.INVALID
    field = "name"
    sentence = N_(
        "Nobody here is called “{name}”. Check the spelling; it is the name on the site that "
        "counts."
    )


class TournamentFull(Refusal):
    """As many participants are admitted as there are places."""

    code = "tournament-full"
    sentence = N_(
        "All {places} places are taken. Remove somebody first, or raise the number of "
        "participants in the settings."
    )


class NotLiving(Refusal):
    """The registration was withdrawn or removed already."""

    code = "registration-over"
    sentence = N_("This registration is not there any more: it was withdrawn or removed.")


class NotWaiting(Refusal):
    """Only who waits, or was absent, can be moved up."""

    code = "not-waiting"
    sentence = N_("Only somebody on the waiting list, or who missed the check-in, can be moved up.")


class AlreadyDrawn(Refusal):
    """The bracket is drawn: who is in it is fixed."""

    code = "already-drawn"
    sentence = N_(
        "The bracket is drawn, so who plays is fixed. Who does not play any more is disqualified "
        "by an organizer."
    )


class NotYourRegistration(Refusal):
    """Somebody else's registration."""

    code = "not-your-registration"
    kind = Kind.FORBIDDEN
    sentence = N_("Only the one who registered, the team's captain or an organizer can do this.")


# --- checking in ----------------------------------------------------------------------------------


class CheckInClosed(Refusal):
    """The organizer has not opened check-in, or has closed it."""

    code = "check-in-closed"
    sentence = N_("Check-in is not open now. The organizer opens it before the start.")


class AlreadyCheckedIn(Refusal):
    """The second check-in."""

    code = "already-checked-in"
    sentence = N_("You are checked in already, since {checked_in_at}. There is nothing more to do.")


class NotCheckedIn(Refusal):
    """There is no check-in to take back."""

    code = "not-checked-in"
    sentence = N_("They are not checked in, so there is nothing to take back.")


# --- seeding and drawing --------------------------------------------------------------------------


class SeedingClosed(Refusal):
    """Seeds are given once it is known who plays, and until the draw."""

    code = "seeding-closed"
    sentence = N_(
        "Seeds can be set only in the seeding step: after registration or check-in, before the "
        "draw."
    )


class SeedingIncomplete(Refusal):
    """The order names somebody twice, not at all, or a stranger."""

    code = "seeding-incomplete"
    kind = Kind.INVALID
    field = "participants"
    sentence = N_(
        "The seeding must name each of the {count} participants once. Look at who is in it now "
        "and set it again."
    )


class SeedsRefused(Refusal):
    """Numbers that name no order."""

    code = "seeds-invalid"
    kind = Kind.INVALID
    field = "seeds"
    sentence = N_("Give each participant one whole number from 1 to {count}, each number once.")


class TooFewToDraw(Refusal):
    """A bracket of one has no match."""

    code = "too-few-participants"
    sentence = N_(
        "A draw needs at least {least} participants, and there are {count}. Go back and admit more."
    )


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

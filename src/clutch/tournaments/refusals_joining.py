"""What is refused to those who come and go, and around seeding, and what to do about it."""

from __future__ import annotations

from clutch.kernel.refusals import N_, Kind, NotFound, Refusal


class RegistrationMissing(NotFound):
    """The tournament has no such registration."""

    code = "registration-missing"
    sentence = N_("This tournament has no such registration. Look at the list of participants.")


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


class TeamRegistered(Refusal):
    """A team plays once in a tournament."""

    code = "team-registered"
    field = "team"
    sentence = N_("“{team}” is registered in this tournament already.")


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


class CaptainPlays(Refusal):
    """The captain speaks for the team in the tournament, so the roster needs them."""

    code = "captain-plays"
    kind = Kind.INVALID
    field = "players"
    sentence = N_(
        "The captain speaks for the team in a tournament, so the captain is always in the roster. "
        "Add the captain, or hand the captaincy over first."
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


class ClosingStale(Refusal):
    """Closing the check-in would do something else than its preview showed."""

    code = "closing-stale"
    kind = Kind.STALE
    sentence = N_(
        "Somebody checked in, came or left since you looked, so closing would now do something "
        "else. Nothing was changed. Look at the lists again and decide anew."
    )


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

"""What teams refuse, and what to do about it."""

from __future__ import annotations

from clutch.accounts.refusals import NameLooksTaken, NameTaken
from clutch.kernel.refusals import N_, Kind, NotFound, Refusal


class TeamMissing(NotFound):
    """No team has this id."""

    code = "team-missing"
    sentence = N_("There is no such team. Look for it in the list of teams.")


class TeamIsDisbanded(Refusal):
    """The team ended; nothing about it changes any more."""

    code = "team-disbanded"
    sentence = N_(
        "The team “{team}” was disbanded, so nothing in it can change. Create a new team instead."
    )


class TeamNameTaken(NameTaken):
    """Another team has the same name."""

    code = "team-name-taken"
    sentence = N_(
        "There is a team “{taken}” already; upper and lower case count as the same. Take "
        "another name."
    )


class TeamNameLooksTaken(NameLooksTaken):
    """Another team's name looks the same."""

    code = "team-name-looks-taken"
    sentence = N_("This name looks the same as that of the team “{taken}”. Take another name.")


class TagRefused(Refusal):
    """The tag is too short, too long, or has something else than letters and digits."""

    code = "tag-invalid"
    kind = Kind.INVALID
    field = "tag"
    sentence = N_(
        "A tag has {shortest} to {longest} letters or digits of any alphabet and nothing "
        "else, such as RED or K9."
    )


class TagReserved(Refusal):
    """The tag would be taken for the site itself or for a place in a bracket."""

    code = "tag-reserved"
    kind = Kind.INVALID
    field = "tag"
    sentence = N_("This tag, or one that looks like it, is kept for the site. Take another one.")


class ColourRefused(Refusal):
    """That is no colour."""

    code = "colour-invalid"
    kind = Kind.INVALID
    field = "colour"
    sentence = N_("Choose a colour from the palette, or write it like #2e8b57.")


class NotCaptain(Refusal):
    """Only the captain (or an admin) may do this."""

    code = "not-captain"
    kind = Kind.FORBIDDEN
    sentence = N_(
        "Only the captain of “{team}” may do this. Ask the captain, or have the captaincy "
        "handed over."
    )


class NotMember(Refusal):
    """The person is not in the team."""

    code = "not-member"
    sentence = N_("That person is not in the team “{team}” (any more). Look at who is in it now.")


class AlreadyMember(Refusal):
    """The person is in the team already; the invite was not used up."""

    code = "already-member"
    sentence = N_("You are in the team “{team}” already.")


class AlreadyCaptain(Refusal):
    """The captaincy would go to the one who has it."""

    code = "already-captain"
    field = "account_id"
    sentence = N_("This member is the captain of “{team}” already. Choose somebody else.")


class CaptainCannotLeave(Refusal):
    """The captain would leave the others without one."""

    code = "captain-cannot-leave"
    sentence = N_(
        "You are the captain of “{team}”. Hand the captaincy over first, or disband the team."
    )


class TeamFull(Refusal):
    """The team has as many members as a team can have."""

    code = "team-full"
    sentence = N_(
        "The team “{team}” has {limit} members, which is as many as fit. Ask the captain to "
        "make room."
    )


class InviteMissing(NotFound):
    """The team has no such invite."""

    code = "invite-missing"
    sentence = N_("The team has no such invite. Look at the list of invites.")


class InviteUnknown(NotFound):
    """No invite has this token: the link was cut short, or never made."""

    code = "invite-unknown"
    sentence = N_(
        "This invite does not exist. Check that the link is complete, or ask the captain for "
        "a new one."
    )


class InviteExpired(Refusal):
    """The invite's time is over."""

    code = "invite-expired"
    kind = Kind.MISSING
    sentence = N_("This invite ran out on {expired_at}. Ask the captain for a new one.")


class InviteTakenBack(Refusal):
    """The captain took the invite back."""

    code = "invite-revoked"
    kind = Kind.MISSING
    sentence = N_("This invite was taken back. Ask the captain for a new one.")


class InviteUsedUp(Refusal):
    """As many people as it was made for came in by it."""

    code = "invite-used-up"
    kind = Kind.MISSING
    sentence = N_("This invite was used as often as it may be. Ask the captain for a new one.")


class InviteBeforeRemoval(Refusal):
    """The captain removed this person after the invite was made."""

    code = "invite-before-removal"
    kind = Kind.FORBIDDEN
    sentence = N_(
        "You were taken out of “{team}” after this invite was made, so it does not work for "
        "you. Ask the captain for a new one."
    )


class TooManyInvites(Refusal):
    """So many invites work at once that nobody keeps track of them."""

    code = "too-many-invites"
    sentence = N_(
        "The team has {limit} working invites, which is as many as there can be. Revoke one first."
    )


class InviteTermsRefused(Refusal):
    """An invite that lives too long, or for too many."""

    code = "invite-terms-invalid"
    kind = Kind.INVALID
    sentence = N_(
        "An invite works for 1 to {days} days and for 1 to {uses} people, or for any number "
        "of them. Choose again."
    )

"""What accounts refuse, and what to do about it."""

from __future__ import annotations

from math import ceil
from typing import Any

from clutch.kernel.refusals import N_, Kind, NotFound, Refusal


class RoleNeeded(Refusal):
    """The actor's role is below the one that the act takes."""

    code = "role-needed"
    kind = Kind.FORBIDDEN
    sentence = N_(
        "Your account may not do this. If you should, ask an admin of the site for the role."
    )


class ScopeNeeded(Refusal):
    """A personal token was used for something it was not made for."""

    code = "scope-needed"
    kind = Kind.FORBIDDEN
    sentence = N_("This token does not allow that. Make one with the scope “{scope}”.")


class NameRefused(Refusal):
    """A name breaks one of the rules for names; each rule is a subclass."""

    kind = Kind.INVALID
    field = "name"


class NameEmpty(NameRefused):
    """Nothing of the name can be seen."""

    code = "name-empty"
    sentence = N_("A name needs at least one character that can be seen.")


class NameTooLong(NameRefused):
    """The name is longer than what fits into a bracket."""

    code = "name-too-long"
    sentence = N_("This name has {length} characters; {limit} fit. Take a shorter one.")


class NameNotPrintable(NameRefused):
    """The name has control, private-use or broken characters."""

    code = "name-not-printable"
    sentence = N_(
        "A character of this name ({character}) can't be shown. Type the name without it."
    )


class NameDirectional(NameRefused):
    """The name has characters that turn the direction of the text around it."""

    code = "name-direction"
    sentence = N_(
        "This name has an invisible character ({character}) that changes the direction of text. "
        "Type it without; right-to-left letters work by themselves."
    )


class NameInvisible(NameRefused):
    """The name hides characters that nobody can see."""

    code = "name-invisible"
    sentence = N_("This name has an invisible character ({character}). Type the name without it.")


class NameStacked(NameRefused):
    """So many marks on one letter that they run into the lines above and below."""

    code = "name-marks"
    sentence = N_("More than {limit} marks stand on one letter of this name. Take some away.")


class NameReserved(NameRefused):
    """The name would be taken for the site itself."""

    code = "name-reserved"
    sentence = N_("This name, or one that looks like it, is kept for the site. Take another one.")


class NameTaken(NameRefused):
    """Somebody has the same name, upper and lower case and invisible characters aside."""

    code = "name-taken"
    kind = Kind.CONFLICT
    sentence = N_(
        "The name “{taken}” is taken; upper and lower case count as the same. Take another one."
    )


class NameLooksTaken(NameRefused):
    """Somebody has a name that looks the same (Unicode's confusable characters)."""

    code = "name-looks-taken"
    kind = Kind.CONFLICT
    sentence = N_("This name looks the same as “{taken}”, which is taken. Take another one.")


class PasswordTooShort(Refusal):
    """The password is shorter than what can't be guessed quickly."""

    code = "password-too-short"
    kind = Kind.INVALID
    field = "password"
    sentence = N_(
        "A password needs at least {limit} characters; a few words in a row are easy to remember."
    )


class PasswordTooLong(Refusal):
    """The password is longer than what the site reads."""

    code = "password-too-long"
    kind = Kind.INVALID
    field = "password"
    sentence = N_("A password may have at most {limit} characters.")


class PasswordTooCommon(Refusal):
    """The password is among those that are tried first."""

    code = "password-too-common"
    kind = Kind.INVALID
    field = "password"
    sentence = N_("Many people use this password, so it is tried first. Take another one.")


class PasswordTooPlain(Refusal):
    """The password is the account's name, its address or the site's name."""

    code = "password-too-plain"
    kind = Kind.INVALID
    field = "password"
    sentence = N_("This password is easy to guess from your name or the site's. Take another one.")


class EmailRefused(Refusal):
    """That is no e-mail address that mail can be sent to."""

    code = "email-invalid"
    kind = Kind.INVALID
    field = "email"
    sentence = N_(
        "This is not an e-mail address. Write it like name@example.org, or leave it empty."
    )


class ZoneRefused(Refusal):
    """No such time zone."""

    code = "zone-unknown"
    kind = Kind.INVALID
    field = "zone"
    sentence = N_("There is no time zone “{zone}”. Write it like Europe/Berlin.")


class WrongPassword(Refusal):
    """Name and password don't belong together; which of them is wrong is never said."""

    code = "wrong-password"
    kind = Kind.INVALID
    sentence = N_("Name and password do not match. Check both, or reset the password.")


class PasswordNotConfirmed(Refusal):
    """The password that was asked for again is not the account's."""

    code = "password-not-confirmed"
    kind = Kind.INVALID
    field = "current_password"
    sentence = N_("This is not your current password. Type it again.")


class AccountBanned(Refusal):
    """The account is banned; nothing but an admin opens it again."""

    code = "account-banned"
    kind = Kind.FORBIDDEN
    sentence = N_(
        "This account is banned. If that is a mistake, ask an admin of the site. Reason: {reason}"
    )


class ResetLinkSpent(Refusal):
    """The link was used, is too old, was replaced by a newer one, or never existed."""

    code = "reset-link-spent"
    kind = Kind.MISSING
    sentence = N_(
        "This link no longer works: it was used, is too old, or a newer one was made. Ask for a "
        "new link."
    )


class AccountMissing(NotFound):
    """No account has this id (or it is deleted)."""

    code = "account-missing"
    sentence = N_("There is no such account. It may have been deleted.")


class TokenMissing(NotFound):
    """The account has no such token."""

    code = "token-missing"
    sentence = N_("There is no such token. It may have been revoked already.")


class ScopeRefused(Refusal):
    """A token was asked for with no scope, or with more than its owner may do."""

    code = "scope-refused"
    kind = Kind.INVALID
    field = "scopes"
    sentence = N_(
        "A token needs at least one scope, and none above what you may do yourself. Choose again."
    )


class TooManyTokens(Refusal):
    """The account has as many tokens as one can keep track of."""

    code = "too-many-tokens"
    sentence = N_(
        "You have {limit} tokens, which is as many as there can be. Revoke one that you no longer"
        " use."
    )


class LastAdmin(Refusal):
    """The site would be left without an admin."""

    code = "last-admin"
    sentence = N_("This is the last admin of the site. Make somebody else an admin first.")


class NotOnSelf(Refusal):
    """Admins don't ban themselves."""

    code = "not-on-self"
    sentence = N_("You can't ban yourself. Log out instead, or delete your account.")


class AlreadyBanned(Refusal):
    """The account is banned already."""

    code = "already-banned"
    sentence = N_("This account is banned already.")


class NotBanned(Refusal):
    """The account is not banned."""

    code = "not-banned"
    sentence = N_("This account is not banned.")


class BanReasonNeeded(Refusal):
    """A ban is explained to the one it hits."""

    code = "ban-reason-needed"
    kind = Kind.INVALID
    field = "reason"
    sentence = N_(
        "Say why in at most {limit} characters; the person reads it when they try to log in."
    )


class HashingBusy(Refusal):
    """So many passwords wait to be checked that another one would wait too long."""

    code = "passwords-busy"
    kind = Kind.BUSY
    sentence = N_(
        "Many people log in at the moment. Nothing was changed; try again in a few seconds."
    )
    retry_after = 5


class TooMany(Refusal):
    """Somebody tried too often; `retry_after` is in seconds."""

    code = "too-many-tries"
    kind = Kind.TOO_MANY
    sentence = N_("That was tried too often. Try again in {minutes} min.")

    def __init__(self, retry_after: float, **facts: Any) -> None:
        super().__init__(minutes=max(1, ceil(retry_after / 60)), **facts)
        self.retry_after = max(1, ceil(retry_after))


class TooManyLogins(TooMany):
    """Too many wrong passwords for this account or from this address."""

    code = "too-many-logins"
    sentence = N_(
        "Too many wrong passwords. Try again in {minutes} min, or from a device that you used "
        "here before."
    )


class TooManySignups(TooMany):
    """Too many accounts were made from this address."""

    code = "too-many-signups"
    sentence = N_(
        "Too many accounts were made from your network. Try again in {minutes} min, or ask an "
        "admin for one."
    )


class TooManyResets(TooMany):
    """Too many reset links were asked for from this address."""

    code = "too-many-resets"
    sentence = N_(
        "Too many password resets were asked for from your network. Try again in {minutes} min."
    )

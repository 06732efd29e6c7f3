"""What happened to accounts, in plain language."""

from __future__ import annotations

from markupsafe import Markup

from clutch.accounts import events
from clutch.kernel.log import Event
from clutch.kernel.refusals import N_
from clutch.web.sentences import Teller, sentence
from clutch.web.words import role_name


@sentence("account-created")
def created(teller: Teller, event: Event, fact: events.AccountCreated) -> Markup:
    person = teller.person(fact.account_id)
    if event.actor_id == fact.account_id:
        return teller.say(N_("Signed up: {person}."), person=person)
    return teller.say(
        N_("Account created: {person} ({role})."), person=person, role=role_name(fact.role)
    )


@sentence("account-renamed")
def renamed(teller: Teller, _: Event, fact: events.AccountRenamed) -> Markup:
    return teller.say(
        N_("Name changed; it is now {person}."), person=teller.person(fact.account_id)
    )


@sentence("email-changed")
def email_changed(teller: Teller, _: Event, fact: events.EmailChanged) -> Markup:
    return teller.say(
        N_("E-mail address changed: {person}."), person=teller.person(fact.account_id)
    )


@sentence("password-changed")
def password_changed(teller: Teller, _: Event, fact: events.PasswordChanged) -> Markup:
    person = teller.person(fact.account_id)
    if fact.by_link:
        return teller.say(N_("New password set by a one-time link: {person}."), person=person)
    return teller.say(N_("Password changed: {person}."), person=person)


@sentence("reset-link-made")
def reset_link_made(teller: Teller, _: Event, fact: events.ResetLinkMade) -> Markup:
    person = teller.person(fact.account_id)
    if fact.by_mail:
        return teller.say(N_("One-time link to a new password mailed to {person}."), person=person)
    return teller.say(N_("One-time link to a new password made for {person}."), person=person)


@sentence("role-changed")
def role_changed(teller: Teller, _: Event, fact: events.RoleChanged) -> Markup:
    return teller.say(
        N_("Role of {person} changed: {before} → {after}."),
        person=teller.person(fact.account_id),
        before=role_name(fact.before),
        after=role_name(fact.after),
    )


@sentence("account-banned")
def banned(teller: Teller, _: Event, fact: events.AccountBannedFact) -> Markup:
    return teller.say(
        N_("Account banned: {person}. Reason: {reason}"),
        person=teller.person(fact.account_id),
        reason=fact.reason,
    )


@sentence("account-unbanned")
def unbanned(teller: Teller, _: Event, fact: events.AccountUnbanned) -> Markup:
    return teller.say(N_("Ban lifted: {person}."), person=teller.person(fact.account_id))


@sentence("account-deleted")
def deleted(teller: Teller, _: Event, fact: events.AccountDeleted) -> Markup:
    return teller.say(N_("Account {number} deleted by its owner."), number=fact.account_id)


@sentence("token-made")
def token_made(teller: Teller, _: Event, fact: events.TokenMade) -> Markup:
    return teller.say(
        N_("Personal token made for {person} (scopes: {scopes})."),
        person=teller.person(fact.account_id),
        scopes=fact.scopes,
    )


@sentence("token-revoked")
def token_revoked(teller: Teller, _: Event, fact: events.TokenRevoked) -> Markup:
    return teller.say(
        N_("Personal token revoked: {person}."), person=teller.person(fact.account_id)
    )

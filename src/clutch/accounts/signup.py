"""New accounts: by signing up, by an admin, or by `clutch user create`."""

from __future__ import annotations

from dataclasses import dataclass

from clutch.accounts.desk import Caller, Desk
from clutch.accounts.details import check_email, check_language, check_zone
from clutch.accounts.events import AccountCreated, stream_of
from clutch.accounts.login import LoggedIn, begin_session
from clutch.accounts.models import Account, Actor, Role
from clutch.accounts.names import check_name
from clutch.accounts.passwords import check_password
from clutch.accounts.policy import require_admin
from clutch.accounts.repository import insert_account, refuse_taken
from clutch.kernel.writing import Transaction


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What a person says of themselves when they sign up; None for what they don't."""

    name: str
    password: str
    email: str | None = None
    language: str | None = None
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody whose wish is checked and whose password is hashed."""

    wish: NewAccount
    hashed: str


def sign_up(desk: Desk, wish: NewAccount, caller: Caller) -> LoggedIn:
    """Make an account for somebody who asks for it, and log them in.

    Raises:
        NameRefused, PasswordTooShort, ...: what is wrong with the wish, with the field.
        NameTaken, NameLooksTaken: whose name is in the way.
        TooManySignups: too many from this address; HashingBusy: too many at this moment.
    """
    checked = _checked(desk, wish)
    # Asked before the costly hash; the transaction asks again.
    with desk.database.read() as conn:
        refuse_taken(conn, checked.name, None)
    arrival = _hashed(desk, checked, caller)
    return desk.writer.write(lambda tx: begin_session(tx, enter(tx, arrival), caller))


def arrive(desk: Desk, wish: NewAccount, caller: Caller) -> Arrival:
    """Check a wish, count it and hash its password, before a transaction begins; see `enter`.

    Raises:
        NameRefused, PasswordTooShort, ..., TooManySignups, HashingBusy: as `sign_up`.
    """
    return _hashed(desk, _checked(desk, wish), caller)


def enter(tx: Transaction, arrival: Arrival) -> Account:
    """Make the account of somebody who arrived.

    Raises:
        NameTaken, NameLooksTaken: whose name is in the way.
    """
    made = _insert(tx, arrival.wish, arrival.hashed, Role.PLAYER)
    fact = AccountCreated(account_id=made.id, role=made.role)
    tx.append(stream_of(made.id), fact, actor_id=made.id)
    return made


def hash_for_account(desk: Desk, wish: NewAccount) -> str:
    """Check a wish and hash its password, before a transaction begins; see `create_account`.

    Raises:
        NameRefused, PasswordTooShort, ..., HashingBusy: what is wrong with the wish.
    """
    return desk.hasher.hash(_checked(desk, wish, official=True).password)


def create_account(
    tx: Transaction, actor: Actor, wish: NewAccount, hashed: str | None, role: Role = Role.PLAYER
) -> Account:
    """Make an account for somebody else; with no hash it can't log in by password until a reset
    link is used.

    Raises:
        LoginRequired, RoleNeeded, ScopeNeeded: the actor is no admin.
        NameRefused, NameTaken, NameLooksTaken, EmailRefused, ZoneRefused: what is wrong with
            the wish.
    """
    require_admin(actor)
    name = check_name(wish.name, official=actor.is_site)
    made = _insert(tx, _detailed(wish, name), hashed, role)
    tx.append(
        stream_of(made.id), AccountCreated(account_id=made.id, role=role), actor_id=actor.account_id
    )
    return made


def _hashed(desk: Desk, checked: NewAccount, caller: Caller) -> Arrival:
    desk.throttle.spend_signup(caller.address)
    return Arrival(checked, desk.hasher.hash(checked.password))


def _checked(desk: Desk, wish: NewAccount, *, official: bool = False) -> NewAccount:
    name = check_name(wish.name, reserved=desk.site_words, official=official)
    check_password(wish.password, about=(name, wish.email, *desk.site_words))
    return _detailed(wish, name)


def _detailed(wish: NewAccount, name: str) -> NewAccount:
    return NewAccount(
        name,
        wish.password,
        check_email(wish.email),
        check_language(wish.language),
        check_zone(wish.zone),
    )


def _insert(tx: Transaction, wish: NewAccount, hashed: str | None, role: Role) -> Account:
    return insert_account(
        tx,
        wish.name,
        email=wish.email,
        email_folded=wish.email.casefold() if wish.email else None,
        password_hash=hashed,
        password_set_at=tx.now if hashed else None,
        role=role.value,
        language=wish.language,
        zone=wish.zone,
    )

"""Logging in and out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from clutch.accounts import repository
from clutch.accounts.desk import Caller, Desk
from clutch.accounts.digests import digest_of
from clutch.accounts.models import Account, AccountId, Session
from clutch.accounts.names import name_keys
from clutch.accounts.passwords import LONGEST
from clutch.accounts.policy import may_login
from clutch.accounts.queries import Credentials, find_credentials
from clutch.accounts.refusals import (
    AccountBanned,
    HashingBusy,
    PasswordNotConfirmed,
    WrongPassword,
)
from clutch.accounts.sessions import open_session
from clutch.accounts.tables import known_device
from clutch.kernel.writing import Transaction

DEVICE_LIFE = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A session that has just begun. `secret` goes into the session cookie, `device` into the
    device cookie.
    """

    account: Account
    session: Session
    secret: str
    device: str


@dataclass(frozen=True, slots=True)
class Proof:
    """Somebody knew the password that was set at `password_set_at`; `rehash` is a fresher hash of
    it to keep.
    """

    account_id: AccountId
    password_set_at: datetime | None
    rehash: str | None


def log_in(desk: Desk, name: str, password: str, caller: Caller) -> LoggedIn:
    """Begin a session for who knows the password. The browser's old session, if any, is not
    touched.

    Raises:
        WrongPassword: name and password don't belong together; text and time are the same for
            unknown names.
        AccountBanned: the password is right, the account is banned.
        TooManyLogins: too many wrong passwords; HashingBusy: too many people log in at this moment.
    """
    proof = check_credentials(desk, name, password, caller)

    def work(tx: Transaction) -> LoggedIn:
        return begin_session(tx, admit_proven(tx, proof), caller)

    return desk.writer.write(work)


def check_credentials(desk: Desk, name: str, password: str, caller: Caller) -> Proof:
    """Whose name and password these are; asked outside any transaction, for it takes long.

    Raises:
        WrongPassword, TooManyLogins, HashingBusy: as `log_in`.
    """
    folded = name_keys(name[:LONGEST]).folded
    with desk.database.read() as conn:
        found = find_credentials(conn, name[:LONGEST])
        device = _known(conn, found, caller)
    attempt = desk.throttle.spend_login(folded, caller.address, device)
    kept = found.password_hash if found else None
    try:
        verdict = desk.hasher.verify(kept, password if len(password) <= LONGEST else "")
    except HashingBusy:
        desk.throttle.give_back(attempt)
        raise
    if found is None or not verdict.is_right:
        raise WrongPassword
    desk.throttle.forgive(attempt)
    return Proof(found.account_id, found.password_set_at, verdict.rehash)


def confirm_password(desk: Desk, account: Account, password: str, caller: Caller) -> None:
    """Ask the password again before something that can't be undone.

    Raises:
        PasswordNotConfirmed: it is another one; TooManyLogins, HashingBusy: as `log_in`.
    """
    try:
        check_credentials(desk, account.name or "", password, caller)
    except WrongPassword:
        raise PasswordNotConfirmed from None


def admit(tx: Transaction, account_id: AccountId) -> Account:
    """The account, when it may be used; every way in that is not a session or a token comes through
    here.

    Raises:
        AccountBanned: it is banned; AccountMissing: it was deleted meanwhile.
    """
    account = repository.lock_account(tx, account_id)
    if not may_login(account):
        raise AccountBanned(reason=account.ban_reason or "")
    return account


def admit_proven(tx: Transaction, proof: Proof) -> Account:
    """The account of somebody who knew its password, if that password is still in force.

    Raises:
        WrongPassword: it was changed since; AccountBanned, AccountMissing: as `admit`.
    """
    account = admit(tx, proof.account_id)
    if repository.password_set_at(tx, account.id) != proof.password_set_at:
        raise WrongPassword
    if proof.rehash is not None:
        repository.set_password_hash(tx, account.id, proof.rehash)
    return account


def begin_session(tx: Transaction, account: Account, caller: Caller) -> LoggedIn:
    """Open a session for an admitted account and remember the device."""
    device = caller.device or tx.new_token()
    remember_device(tx, account.id, device)
    session, secret = open_session(tx, account.id, caller.agent, caller.address)
    return LoggedIn(account, session, secret, device)


def remember_device(tx: Transaction, account_id: AccountId, device: str) -> None:
    """Give this browser a budget of wrong passwords of its own at this account; long unused ones
    are forgotten.
    """
    kind = sqlite if tx.conn.dialect.name == "sqlite" else postgresql
    tx.conn.execute(
        delete(known_device).where(
            known_device.c.account_id == account_id,
            known_device.c.last_used_at < tx.now - DEVICE_LIFE,
        )
    )
    tx.conn.execute(
        kind.insert(known_device)
        .values(account_id=account_id, device_digest=digest_of(device), last_used_at=tx.now)
        .on_conflict_do_update(
            index_elements=["account_id", "device_digest"], set_={"last_used_at": tx.now}
        )
    )


def _known(conn: Connection, found: Credentials | None, caller: Caller) -> str | None:
    """The caller's device, when somebody logged in to this account from it before."""
    if found is None or caller.device is None:
        return None
    digest = digest_of(caller.device)
    row = conn.execute(
        select(known_device.c.account_id).where(
            known_device.c.account_id == found.account_id, known_device.c.device_digest == digest
        )
    ).first()
    return None if row is None else digest.hex()

"""Forgotten passwords: one-time links, by mail where the site sends mail, else from an admin.

A link opens a page; only the page's form spends it, for mail scanners open every link they see.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from clutch.accounts.desk import Caller, Desk
from clutch.accounts.details import check_email
from clutch.accounts.digests import digest_of
from clutch.accounts.events import ResetLinkMade, stream_of
from clutch.accounts.login import LoggedIn, admit, begin_session
from clutch.accounts.models import Account, AccountId, Actor
from clutch.accounts.names import name_keys
from clutch.accounts.passwords import check_password
from clutch.accounts.policy import may_login, require_admin
from clutch.accounts.profile import keep_password
from clutch.accounts.refusals import AccountBanned, AccountMissing, EmailRefused, ResetLinkSpent
from clutch.accounts.repository import ACCOUNT_COLUMNS, account_of
from clutch.accounts.tables import account, reset_link
from clutch.kernel import deliveries
from clutch.kernel.writing import Transaction

RESET_MAIL = "reset-mail"
MAILED_LINK_LIFE = timedelta(hours=1)
# An admin hands this one over in person or by a messenger; an hour would often be too short.
MADE_LINK_LIFE = timedelta(hours=24)
# Several people may have given one address; a stranger who guesses it sends at most this many
# mails.
MOST_ACCOUNTS_OF_ONE_ADDRESS = 5


@dataclass(frozen=True, slots=True)
class ResetLink:
    """A link as its maker sees it, once: `path` is on this site."""

    path: str
    expires_at: datetime


def ask_for_reset(desk: Desk, name_or_email: str, caller: Caller) -> None:
    """Send a link to the stored address of the account that has this name or address; say nothing
    of whether it exists.

    Raises:
        TooManyResets: too many asked from this address.
    """
    desk.throttle.spend_reset(caller.address)
    if not desk.sends_mail:
        return
    with desk.database.read() as conn:
        found = _mailable(conn, name_or_email)
    for one in found:
        if desk.throttle.may_mail_reset(one.id):
            _queue_mail(desk, one.id)


def make_reset_link(tx: Transaction, actor: Actor, account_id: AccountId) -> ResetLink:
    """Make a link for somebody who can't get mail; the one made before stops working.

    Raises:
        LoginRequired, RoleNeeded, ScopeNeeded: the actor is no admin.
        AccountMissing: there is no such account; AccountBanned: it may not log in.
    """
    require_admin(actor)
    admit(tx, account_id)
    link = _keep_link(tx, account_id, MADE_LINK_LIFE)
    tx.append(
        stream_of(account_id),
        ResetLinkMade(account_id=account_id, by_mail=False),
        actor_id=actor.account_id,
    )
    return link


def find_reset(conn: Connection, secret: str, now: datetime) -> Account | None:
    """Whose password this link resets; None when it no longer works."""
    row = conn.execute(
        select(*ACCOUNT_COLUMNS, reset_link.c.expires_at)
        .join_from(reset_link, account, reset_link.c.account_id == account.c.id)
        .where(reset_link.c.token_digest == digest_of(secret))
    ).one_or_none()
    if row is None or row.expires_at <= now or not may_login(row):
        return None
    return account_of(row)


def use_reset_link(desk: Desk, secret: str, new: str, caller: Caller) -> LoggedIn:
    """Set the password by a link, which is spent with it; all sessions end and a new one begins.

    Raises:
        ResetLinkSpent: the link no longer works.
        PasswordTooShort, PasswordTooCommon, ...: what is wrong with the password; the link
            keeps working.
        HashingBusy: too many at this moment.
    """
    with desk.database.read() as conn:
        found = find_reset(conn, secret, desk.clock.now())
    if found is None:
        raise ResetLinkSpent
    check_password(new, about=(found.name, found.email, *desk.site_words))
    hashed = desk.hasher.hash(new)

    def work(tx: Transaction) -> LoggedIn:
        owner = admit(tx, found.id)
        # Locked now, so of two who use the link at once the second finds it spent.
        if find_reset(tx.conn, secret, tx.now) is None:
            raise ResetLinkSpent
        keep_password(tx, owner.id, hashed, keep=None, by_link=True, actor_id=owner.id)
        return begin_session(tx, owner, caller)

    return desk.writer.write(work)


def _mailable(conn: Connection, name_or_email: str) -> list[Account]:
    ways = [account.c.name_folded == name_keys(name_or_email[:254]).folded]
    try:
        typed = check_email(name_or_email)
    except EmailRefused:
        typed = None
    if typed is not None:
        ways.append(account.c.email_folded == typed.casefold())
    statement = (
        select(*ACCOUNT_COLUMNS)
        .where(or_(*ways), account.c.email.is_not(None))
        .order_by(account.c.id)
    )
    rows = conn.execute(statement.limit(MOST_ACCOUNTS_OF_ONE_ADDRESS))
    return [one for one in map(account_of, rows) if may_login(one)]


def mail_link(desk: Desk, account_id: AccountId) -> tuple[Account, ResetLink] | None:
    """Make the link that is being mailed, only now, so that its secret is never kept; None when
    there is no use for it.
    """

    def work(tx: Transaction) -> tuple[Account, ResetLink] | None:
        try:
            owner = admit(tx, account_id)
        except (AccountMissing, AccountBanned):
            return None
        if owner.email is None:
            return None
        link = _keep_link(tx, owner.id, MAILED_LINK_LIFE)
        tx.append(
            stream_of(owner.id), ResetLinkMade(account_id=owner.id, by_mail=True), actor_id=None
        )
        return owner, link

    return desk.writer.write(work)


def _queue_mail(desk: Desk, account_id: AccountId) -> None:
    desk.writer.write(lambda tx: deliveries.queue(tx, RESET_MAIL, {"account_id": account_id}))


def _keep_link(tx: Transaction, account_id: AccountId, life: timedelta) -> ResetLink:
    secret, expires_at = tx.new_token(), tx.now + life
    kept = {"token_digest": digest_of(secret), "expires_at": expires_at}
    kind = sqlite if tx.conn.dialect.name == "sqlite" else postgresql
    tx.conn.execute(
        kind.insert(reset_link)
        .values(account_id=account_id, **kept)
        .on_conflict_do_update(index_elements=["account_id"], set_=kept)
    )
    return ResetLink(f"/reset/{secret}", expires_at)

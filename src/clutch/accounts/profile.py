"""What people change of their own account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from clutch.accounts import repository
from clutch.accounts.desk import Caller, Desk
from clutch.accounts.details import check_email, check_language, check_zone
from clutch.accounts.events import AccountRenamed, EmailChanged, PasswordChanged, stream_of
from clutch.accounts.login import confirm_password
from clutch.accounts.models import Account, AccountId, Actor, SessionId
from clutch.accounts.names import check_name
from clutch.accounts.passwords import check_password
from clutch.accounts.policy import require_own
from clutch.accounts.queries import get_account
from clutch.accounts.sessions import end_sessions
from clutch.kernel.writing import Transaction


@dataclass(frozen=True, slots=True)
class Changes:
    """What to set; None leaves it as it is, empty text clears it (the name can't be cleared)."""

    name: str | None = None
    email: str | None = None
    language: str | None = None
    zone: str | None = None


def change_profile(
    tx: Transaction, actor: Actor, changes: Changes, version: int | None = None
) -> Account:
    """Change the actor's own name, e-mail, language or zone.

    Raises:
        LoginRequired, ScopeNeeded: the actor may not.
        VersionStale: the account is not at `version` any more.
        NameRefused, NameTaken, NameLooksTaken, EmailRefused, ZoneRefused: what can't be so.
    """
    account = repository.lock_account(tx, require_own(actor), version)
    name = (
        account.name
        if changes.name is None
        else check_name(changes.name, official=_is_kept(account, changes.name))
    )
    details = _changed_details(account, changes)
    if name != account.name and name is not None:
        repository.rename(tx, account.id, name)
        tx.append(stream_of(account.id), AccountRenamed(account_id=account.id), actor_id=account.id)
    if name == account.name and not details:
        return account
    if "email" in details:
        repository.drop_reset_link(tx, account.id)
        tx.append(stream_of(account.id), EmailChanged(account_id=account.id), actor_id=account.id)
    return repository.change_account(tx, account.id, **_columns(details))


def confirm_email_change(
    desk: Desk, actor: Actor, changes: Changes, password: str, caller: Caller
) -> None:
    """Ask for the password before the address is changed to which reset links go.

    Nothing is asked when the address stays as it is. Call it before the transaction.

    Raises:
        LoginRequired, ScopeNeeded: the actor may not.
        PasswordNotConfirmed: `password` is not the password.
        EmailRefused: the new address is none; TooManyLogins, HashingBusy: try again later.
    """
    account_id = require_own(actor)
    with desk.database.read() as conn:
        account = get_account(conn, account_id)
    if changes.email is None or check_email(changes.email) == account.email:
        return
    confirm_password(desk, account, password, caller)


def change_password(
    desk: Desk, actor: Actor, current: str, new: str, caller: Caller, keep: SessionId | None
) -> int:
    """Set a new password; all sessions but `keep` end at once. Gives how many ended.

    Raises:
        LoginRequired, ScopeNeeded: the actor may not.
        PasswordNotConfirmed: `current` is not the password.
        PasswordTooShort, PasswordTooCommon, ...: what is wrong with the new one.
        TooManyLogins, HashingBusy: try again later.
    """
    account_id = require_own(actor)
    with desk.database.read() as conn:
        account = get_account(conn, account_id)
    check_password(new, about=(account.name, account.email, *desk.site_words), field="new_password")
    confirm_password(desk, account, current, caller)
    hashed = desk.hasher.hash(new)

    def work(tx: Transaction) -> int:
        repository.lock_account(tx, account_id)
        return keep_password(tx, account_id, hashed, keep=keep, by_link=False, actor_id=account_id)

    return desk.writer.write(work)


def keep_password(
    tx: Transaction,
    account_id: AccountId,
    hashed: str,
    *,
    keep: SessionId | None,
    by_link: bool,
    actor_id: AccountId | None,
) -> int:
    """Put another password in force: sessions but `keep` end, reset links are spent. Gives how many
    sessions ended.
    """
    repository.set_password_hash(tx, account_id, hashed, tx.now)
    repository.drop_reset_link(tx, account_id)
    tx.append(
        stream_of(account_id),
        PasswordChanged(account_id=account_id, by_link=by_link),
        actor_id=actor_id,
    )
    return end_sessions(tx, account_id, keep=keep)


def _is_kept(account: Account, name: str) -> bool:
    # Who was given a reserved name by the site keeps it when they change something else.
    return name == account.name


def _changed_details(account: Account, changes: Changes) -> dict[str, Any]:
    wished: dict[str, Any] = {}
    if changes.email is not None:
        wished["email"] = check_email(changes.email)
    if changes.language is not None:
        wished["language"] = check_language(changes.language)
    if changes.zone is not None:
        wished["zone"] = check_zone(changes.zone)
    return {field: value for field, value in wished.items() if value != getattr(account, field)}


def _columns(details: dict[str, Any]) -> dict[str, Any]:
    if "email" not in details:
        return details
    email = details["email"]
    return details | {"email_folded": email.casefold() if email else None}

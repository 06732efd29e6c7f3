"""Rows of accounts, written: what the verbs have in common. Only verbs call it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from clutch.accounts.models import Account, AccountId, Role
from clutch.accounts.names import NameKeys, name_keys
from clutch.accounts.refusals import AccountMissing, LastAdmin, NameLooksTaken, NameTaken
from clutch.accounts.tables import account, reset_link
from clutch.kernel.refusals import VersionStale
from clutch.kernel.writing import Transaction

ACCOUNT_COLUMNS: tuple[Any, ...] = tuple(account.c[name] for name in Account.__dataclass_fields__)


def account_of(row: Any) -> Account:
    """The account in a row of `ACCOUNT_COLUMNS`."""
    return Account(
        id=AccountId(row.id),
        name=row.name,
        email=row.email,
        role=Role(row.role),
        language=row.language,
        zone=row.zone,
        version=row.version,
        created_at=row.created_at,
        banned_at=row.banned_at,
        ban_reason=row.ban_reason,
        deleted_at=row.deleted_at,
    )


def lock_account(tx: Transaction, account_id: AccountId, version: int | None = None) -> Account:
    """The account as it is now, nobody else changing it until the transaction ends.

    Raises:
        AccountMissing: there is none, or it is deleted.
        VersionStale: it is not at `version` any more.
    """
    statement = select(*ACCOUNT_COLUMNS).where(account.c.id == account_id).with_for_update()
    row = tx.conn.execute(statement).one_or_none()
    if row is None or row.deleted_at is not None:
        raise AccountMissing
    if version is not None and row.version != version:
        raise VersionStale(seen=version, current=row.version)
    return account_of(row)


def insert_account(tx: Transaction, name: str, **values: Any) -> Account:
    """A new account; `values` are the other columns that are not empty.

    Raises:
        NameTaken, NameLooksTaken: also when somebody takes the name at this very moment.
    """
    row = _named(name) | values | {"version": 1, "created_at": tx.now}
    refuse_taken(tx.conn, name, None)
    new_id = _or_taken(tx, name, None, insert(account).values(row).returning(account.c.id))
    return lock_account(tx, AccountId(new_id))


def rename(tx: Transaction, account_id: AccountId, name: str) -> None:
    """Give an account another name.

    Raises:
        NameTaken, NameLooksTaken: as for a new account.
    """
    refuse_taken(tx.conn, name, account_id)
    change = (
        update(account)
        .where(account.c.id == account_id)
        .values(_named(name))
        .returning(account.c.id)
    )
    _or_taken(tx, name, account_id, change)


def change_account(tx: Transaction, account_id: AccountId, **values: Any) -> Account:
    """Set columns and count the version up."""
    tx.conn.execute(
        update(account)
        .where(account.c.id == account_id)
        .values(**values, version=account.c.version + 1)
    )
    return account_of(
        tx.conn.execute(select(*ACCOUNT_COLUMNS).where(account.c.id == account_id)).one()
    )


def refuse_taken(conn: Connection, name: str, but: AccountId | None) -> None:
    """Refuse a name that another account has, or that looks like one.

    Raises:
        NameTaken, NameLooksTaken: whose name it is stands in the refusal.
    """
    keys = name_keys(name)
    columns = account.c.name, account.c.name_folded
    found = conn.execute(
        select(*columns)
        .where(_alike(keys), account.c.id != (but or 0))
        .order_by((account.c.name_folded == keys.folded).desc())
        .limit(1)
    ).one_or_none()
    if found is None:
        return
    raise (NameTaken if found.name_folded == keys.folded else NameLooksTaken)(taken=found.name)


def lock_admins(tx: Transaction) -> list[AccountId]:
    """The admins who can log in, none of them changing until the transaction ends; lock them before
    anybody else.
    """
    rows = tx.conn.execute(_ADMINS.order_by(account.c.id).with_for_update()).scalars()
    return [AccountId(found) for found in rows]


def refuse_last_admin(admins: list[AccountId], leaving: AccountId) -> None:
    """Refuse to take the last of `admins` (all of them, locked) away.

    Raises:
        LastAdmin: `leaving` is the only one.
    """
    if admins == [leaving]:
        raise LastAdmin


def password_set_at(tx: Transaction, account_id: AccountId) -> datetime | None:
    """When the password that is in force was set; None for an account without one."""
    return tx.conn.execute(
        select(account.c.password_set_at).where(account.c.id == account_id)
    ).scalar()


def set_password_hash(
    tx: Transaction, account_id: AccountId, hashed: str, at: datetime | None = None
) -> None:
    """Keep another hash; `at` when the password itself is another one."""
    values: dict[str, Any] = {"password_hash": hashed} | ({"password_set_at": at} if at else {})
    tx.conn.execute(update(account).where(account.c.id == account_id).values(values))


def drop_reset_link(tx: Transaction, account_id: AccountId) -> None:
    """Spend the account's reset link, if there is one."""
    tx.conn.execute(delete(reset_link).where(reset_link.c.account_id == account_id))


def _named(name: str) -> dict[str, Any]:
    keys = name_keys(name)
    return {
        "name": name,
        "name_folded": keys.folded,
        "name_skeleton": keys.skeleton,
        "name_shape": keys.shape,
    }


def _alike(keys: NameKeys) -> Any:
    return or_(
        account.c.name_folded == keys.folded,
        account.c.name_skeleton == keys.skeleton,
        account.c.name_shape == keys.shape,
    )


def _or_taken(tx: Transaction, name: str, but: AccountId | None, statement: Any) -> int:
    # Two sign-ups at once may both have found the name free: the unique indexes let one through,
    # and the other looks again.
    try:
        with tx.conn.begin_nested():
            return int(tx.conn.execute(statement).scalar_one())
    except IntegrityError:
        refuse_taken(tx.conn, name, but)
        raise


_ADMINS = select(account.c.id).where(
    account.c.role == Role.ADMIN.value,
    account.c.banned_at.is_(None),
    account.c.deleted_at.is_(None),
)

"""Reading accounts."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Select, bindparam, func, or_, select

from clutch.accounts.models import Account, AccountId, Player, Role, Scope, Token, TokenId
from clutch.accounts.names import clean_name, name_keys
from clutch.accounts.refusals import AccountMissing
from clutch.accounts.repository import ACCOUNT_COLUMNS, account_of
from clutch.accounts.tables import account, token
from clutch.kernel.log import Event
from clutch.kernel.tables import event

T = TypeVar("T")

PER_PAGE = 50
LONGEST_SEARCH = 100

_ACCOUNT = select(*ACCOUNT_COLUMNS).where(account.c.id == bindparam("account_id"))
_PLAYER_COLUMNS = account.c.id, account.c.name, account.c.created_at
_PLAYER = select(*_PLAYER_COLUMNS).where(account.c.id == bindparam("account_id"))
_CREDENTIALS = select(account.c.id, account.c.password_hash, account.c.password_set_at).where(
    account.c.name_folded == bindparam("folded")
)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a password is checked against."""

    account_id: AccountId
    password_hash: str | None
    password_set_at: datetime | None


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list, counted from 1, and how long the whole list is."""

    items: list[T]
    total: int
    number: int

    @property
    def last(self) -> int:
        return max(1, -(-self.total // PER_PAGE))


def find_credentials(conn: Connection, name: str) -> Credentials | None:
    """Whose name it is, upper and lower case aside."""
    row = conn.execute(_CREDENTIALS, {"folded": name_keys(name).folded}).one_or_none()
    return None if row is None else Credentials(*row)


def get_account(conn: Connection, account_id: AccountId) -> Account:
    """An account that is not deleted.

    Raises:
        AccountMissing: there is none.
    """
    row = conn.execute(_ACCOUNT, {"account_id": account_id}).one_or_none()
    if row is None or row.deleted_at is not None:
        raise AccountMissing
    return account_of(row)


def get_player(conn: Connection, account_id: AccountId) -> Player:
    """The public part of an account; of a deleted one all but the name.

    Raises:
        AccountMissing: there never was one.
    """
    row = conn.execute(_PLAYER, {"account_id": account_id}).one_or_none()
    if row is None:
        raise AccountMissing
    return Player(*row)


def names_of(conn: Connection, account_ids: Iterable[int]) -> dict[AccountId, str | None]:
    """The names of these accounts; None for a deleted one. Ids that never were are left out."""
    wanted = sorted(set(account_ids))
    names: dict[AccountId, str | None] = {}
    for start in range(0, len(wanted), 500):
        some = wanted[start : start + 500]
        rows = conn.execute(select(account.c.id, account.c.name).where(account.c.id.in_(some)))
        names.update((row.id, row.name) for row in rows)
    return names


def find_player_named(conn: Connection, name: str) -> Player | None:
    """The account of that name, upper and lower case aside."""
    statement = select(*_PLAYER_COLUMNS).where(account.c.name_folded == name_keys(name).folded)
    row = conn.execute(statement).one_or_none()
    return None if row is None else Player(*row)


def list_players(conn: Connection, search: str = "", page: int = 1) -> Page[Player]:
    """Accounts that are not deleted, by name; `search` is a part of the name in any case."""
    statement = select(*_PLAYER_COLUMNS).where(
        account.c.deleted_at.is_(None), *_search(search, by_email=False)
    )
    return _page(conn, statement, page, lambda row: Player(*row))


def list_accounts(
    conn: Connection, search: str = "", role: Role | None = None, page: int = 1
) -> Page[Account]:
    """Accounts as admins see them; `search` is a part of the name or of the e-mail address, or an
    id.
    """
    statement = select(*ACCOUNT_COLUMNS).where(
        account.c.deleted_at.is_(None), *_search(search, by_email=True)
    )
    if role is not None:
        statement = statement.where(account.c.role == role.value)
    return _page(conn, statement, page, account_of)


def count_accounts(conn: Connection) -> int:
    """How many accounts there are that are not deleted."""
    return conn.execute(
        select(func.count()).select_from(account).where(account.c.deleted_at.is_(None))
    ).scalar_one()


def tokens_of(conn: Connection, account_id: AccountId) -> list[Token]:
    """The account's personal tokens, newest first."""
    rows = conn.execute(
        select(token).where(token.c.account_id == account_id).order_by(token.c.id.desc())
    )
    return [token_of(row) for row in rows]


def token_of(row: Any) -> Token:
    """The token in a row of its table."""
    scopes = tuple(Scope(scope) for scope in row.scopes.split())
    return Token(
        TokenId(row.id),
        AccountId(row.account_id),
        row.name,
        row.start,
        scopes,
        row.created_at,
        row.last_used_at,
    )


def read_back(
    conn: Connection,
    before: int | None = None,
    most: int = PER_PAGE,
    besides: Collection[str] = frozenset(),
) -> list[Event]:
    """The log of the whole site, newest first, from just before position `before`.

    Kinds in `besides` are left out.
    """
    told = event.c.kind.not_in(besides)
    statement = select(event).where(told).order_by(event.c.position.desc()).limit(most)
    if before is not None:
        statement = statement.where(event.c.position < before)
    return [Event(*row) for row in conn.execute(statement)]


def _search(text: str, *, by_email: bool) -> list[Any]:
    text = text[:LONGEST_SEARCH]
    folded = name_keys(clean_name(text)).folded
    if not folded:
        return []
    ways = [account.c.name_folded.contains(folded, autoescape=True)]
    if by_email:
        ways.append(account.c.email_folded.contains(folded, autoescape=True))
        ways.extend(
            [account.c.id == int(text)]
            if text.isascii() and text.isdigit() and len(text) < 18
            else []
        )
    return [or_(*ways)]


def _page(conn: Connection, statement: Select[Any], page: int, build: Any) -> Page[Any]:
    number = min(max(1, page), 1_000_000)
    total = conn.execute(select(func.count()).select_from(statement.subquery())).scalar_one()
    ordered = statement.order_by(account.c.name_folded, account.c.id)
    rows = conn.execute(ordered.limit(PER_PAGE).offset((number - 1) * PER_PAGE))
    return Page([build(row) for row in rows], total, number)

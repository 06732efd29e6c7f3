"""Administration over the API: accounts of others, and the log."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query
from markupsafe import Markup
from pydantic import Field
from starlette.responses import Response

from clutch.accounts.admin import ban, change_role, unban
from clutch.accounts.models import AccountId, Actor, Language, Role, Scope
from clutch.accounts.policy import require_admin
from clutch.accounts.queries import get_account, list_accounts, read_back
from clutch.accounts.resets import make_reset_link
from clutch.accounts.signup import NewAccount, create_account, hash_for_account
from clutch.accounts.tokens import make_token_for
from clutch.kernel.writing import Transaction
from clutch.web.answers import ApiIn, answers
from clutch.web.api.accounts import (
    AccountOut,
    MadeTokenOut,
    account_out,
    made_out,
)
from clutch.web.callers import Secret
from clutch.web.sentences import Told, tell
from clutch.web.views.numbers import Id, PageNumber
from clutch.web.visit import LARGEST_ID, ApiVisitDep

router = APIRouter(prefix="/admin", tags=["admin"])


class NewTokenIn(ApiIn):
    """A token for the account that is being made."""

    name: str = Field("", max_length=64)
    scopes: list[Scope] = Field(min_length=1, max_length=10)


class NewAccountIn(ApiIn):
    """Without a password nobody can log in until a reset link is used; a token works at once."""

    name: str = Field(max_length=2048)
    password: Secret | None = None
    email: str | None = Field(None, max_length=512)
    language: Language | None = None
    zone: str | None = Field(None, max_length=64)
    role: Role = Role.PLAYER
    token: NewTokenIn | None = None


class RoleIn(ApiIn):
    role: Role


class BanIn(ApiIn):
    reason: str = Field(max_length=2000)


class NewAccountOut(msgspec.Struct, frozen=True):
    """The account that was made, and its token if one was asked for."""

    account: AccountOut
    token: MadeTokenOut | None


class AccountsOut(msgspec.Struct, frozen=True):
    """One page of accounts, by name."""

    accounts: list[AccountOut]
    total: int
    page: int
    pages: int


class ResetLinkOut(msgspec.Struct, frozen=True):
    """A one-time link, shown once; `path` is on this site."""

    path: str
    expires_at: datetime


class LineOut(msgspec.Struct, frozen=True):
    """One line of the log in plain language, in the caller's language."""

    position: int
    at: datetime
    stream: str
    kind: str
    actor: str
    text: str


@router.post("/accounts", status_code=201, **answers(NewAccountOut, 201))
def make_account(body: NewAccountIn, visit: ApiVisitDep) -> Response:
    """Make an account for somebody, without the throttle of sign-up.

    With a token in it the answer is not kept for an Idempotency-Key, for it holds a secret.
    """
    require_admin(visit.actor)
    wish = NewAccount(body.name, body.password or "", body.email, body.language, body.zone)
    hashed = hash_for_account(visit.site.desk, wish) if body.password is not None else None

    def work(tx: Transaction) -> NewAccountOut:
        made = create_account(tx, visit.actor, wish, hashed, body.role)
        return NewAccountOut(account_out(made), _token(tx, visit.actor, made.id, body.token))

    if body.token is None:
        return visit.mutate(work, 201)
    return visit.json(visit.write(work), 201)


@router.get("/accounts", **answers(AccountsOut))
def accounts(
    visit: ApiVisitDep,
    q: Annotated[str, Query(max_length=100)] = "",
    role: Role | None = None,
    page: PageNumber = 1,
) -> Response:
    """Accounts by name; `q` is a part of the name or the e-mail address, or a number."""
    require_admin(visit.actor)
    with visit.read() as conn:
        found = list_accounts(conn, q, role, page)
    listed = [account_out(one) for one in found.items]
    return visit.json(AccountsOut(listed, found.total, found.number, found.last))


@router.get("/accounts/{account_id}", **answers(AccountOut))
def account(account_id: Id, visit: ApiVisitDep) -> Response:
    """One account."""
    require_admin(visit.actor)
    with visit.read() as conn:
        return visit.json(account_out(get_account(conn, AccountId(account_id))))


@router.put("/accounts/{account_id}/role", **answers(AccountOut, versioned=True))
def set_role(account_id: Id, body: RoleIn, visit: ApiVisitDep) -> Response:
    """Give another role; it counts from the next request on."""
    actor, version, user = visit.actor, visit.version(), AccountId(account_id)
    return visit.mutate(lambda tx: account_out(change_role(tx, actor, user, body.role, version)))


@router.put("/accounts/{account_id}/ban", **answers(AccountOut, versioned=True))
def ban_account(account_id: Id, body: BanIn, visit: ApiVisitDep) -> Response:
    """Shut somebody out at once."""
    actor, version, user = visit.actor, visit.version(), AccountId(account_id)
    return visit.mutate(lambda tx: account_out(ban(tx, actor, user, body.reason, version)))


@router.delete("/accounts/{account_id}/ban", **answers(AccountOut, versioned=True))
def unban_account(account_id: Id, visit: ApiVisitDep) -> Response:
    """Let somebody in again."""
    actor, version, user = visit.actor, visit.version(), AccountId(account_id)
    return visit.mutate(lambda tx: account_out(unban(tx, actor, user, version)))


@router.post("/accounts/{account_id}/reset-link", status_code=201, **answers(ResetLinkOut, 201))
def reset_link(account_id: Id, visit: ApiVisitDep) -> Response:
    """Make a one-time link to a new password; never kept for an Idempotency-Key: it is a secret."""
    actor, user = visit.actor, AccountId(account_id)
    link = visit.write(lambda tx: make_reset_link(tx, actor, user))
    return visit.json(ResetLinkOut(link.path, link.expires_at), 201)


@router.get("/log", **answers(list[LineOut]))
def log(
    visit: ApiVisitDep, before: Annotated[int | None, Query(ge=1, le=LARGEST_ID)] = None
) -> Response:
    """Everything that happened, newest first, 50 lines a page; go on from the last `position`."""
    require_admin(visit.actor)
    with visit.read() as conn:
        lines = tell(conn, visit.reader, read_back(conn, before))
    return visit.json([_line_out(line) for line in lines])


def _token(
    tx: Transaction, actor: Actor, account_id: AccountId, wish: NewTokenIn | None
) -> MadeTokenOut | None:
    if wish is None:
        return None
    return made_out(make_token_for(tx, actor, account_id, wish.name, wish.scopes))


def _line_out(line: Told) -> LineOut:
    return LineOut(
        line.position, line.at, line.stream, line.kind, _plain(line.actor), _plain(line.text)
    )


def _plain(text: Markup) -> str:
    return text.striptags()

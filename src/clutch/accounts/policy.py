"""Who may what with accounts: one function a question."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from clutch.accounts.models import AccountId, Actor, Role, Scope


class Standing(Protocol):
    """What decides whether an account may be used: an `Account`, or a row with these columns."""

    @property
    def banned_at(self) -> datetime | None: ...
    @property
    def deleted_at(self) -> datetime | None: ...


def may_login(account: Standing) -> bool:
    """Whether the account may be used at all: by password, session, token, reset link or live
    connection.
    """
    return account.banned_at is None and account.deleted_at is None


def require_admin(actor: Actor) -> None:
    """Insist on an admin (with a token: one made for administration).

    Raises:
        LoginRequired, RoleNeeded, ScopeNeeded: what is missing.
    """
    actor.require(Role.ADMIN)
    actor.require_scope(Scope.ADMIN)


def require_own(actor: Actor) -> AccountId:
    """Insist on somebody who may change their own account; gives its id.

    Raises:
        LoginRequired, ScopeNeeded: what is missing.
    """
    account_id = actor.require_login()
    actor.require_scope(Scope.ACCOUNT_WRITE)
    return account_id


def scopes_within(role: Role) -> frozenset[Scope]:
    """The scopes that a token of somebody with `role` may have."""
    return frozenset(Scope) if role is Role.ADMIN else frozenset(Scope) - {Scope.ADMIN}

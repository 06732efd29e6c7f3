"""Who acts: accounts, roles, sessions and the actor every command is given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, NewType

from clutch.accounts.refusals import RoleNeeded, ScopeNeeded
from clutch.kernel.refusals import LoginRequired

AccountId = NewType("AccountId", int)
SessionId = NewType("SessionId", int)
TokenId = NewType("TokenId", int)

Language = Literal["en", "ru"]
LANGUAGES: tuple[Language, ...] = ("en", "ru")


class Role(StrEnum):
    """What a person may do on the whole site; each role may all that the ones before it may."""

    PLAYER = "player"
    ORGANIZER = "organizer"
    ADMIN = "admin"

    @property
    def rank(self) -> int:
        return _ROLE_RANKS[self]


_ROLE_RANKS = {Role.PLAYER: 1, Role.ORGANIZER: 2, Role.ADMIN: 3}


class Scope(StrEnum):
    """What a personal token may be used for; it never exceeds its owner's role."""

    READ = "read"
    TOURNAMENTS_WRITE = "tournaments:write"
    TEAMS_WRITE = "teams:write"
    ACCOUNT_WRITE = "account:write"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks, as of the start of the request.

    A guest has no account and no role. The site itself (timers, `clutch` at a terminal) has no
    account and every right. `scopes` is None for a person in a browser, else what their token
    allows. `language` and `zone` (an IANA name) are None when the person never chose.
    """

    account_id: AccountId | None
    name: str
    role: Role | None
    language: Language | None = None
    zone: str | None = None
    scopes: frozenset[Scope] | None = None

    @property
    def is_guest(self) -> bool:
        return self.role is None

    @property
    def is_site(self) -> bool:
        return self.account_id is None and self.role is not None

    def has(self, role: Role) -> bool:
        """Whether the actor is at least `role`."""
        return self.role is not None and self.role.rank >= role.rank

    def allows(self, scope: Scope | str) -> bool:
        """Whether the actor's token, if they came by one, allows `scope`; any token may read."""
        return self.scopes is None or scope in self.scopes or scope == Scope.READ

    def require_login(self) -> AccountId:
        """The account that acts.

        Raises:
            LoginRequired: nobody is logged in (or the site itself acts, which owns nothing).
        """
        if self.account_id is None:
            raise LoginRequired
        return self.account_id

    def require(self, role: Role) -> None:
        """Insist on `role` or one above it.

        Raises:
            LoginRequired: nobody is logged in; logging in may help.
            RoleNeeded: the account's role is too low; only an admin can change that.
        """
        if self.role is None:
            raise LoginRequired
        if not self.has(role):
            raise RoleNeeded(role=role.value)

    def require_scope(self, scope: Scope | str) -> None:
        """Insist that a token allows `scope`; a person in a browser has every scope.

        Raises:
            ScopeNeeded: the token was made without it; make another.
        """
        if not self.allows(scope):
            raise ScopeNeeded(scope=str(scope))


GUEST = Actor(account_id=None, name="", role=None)
SITE = Actor(account_id=None, name="", role=Role.ADMIN)


@dataclass(frozen=True, slots=True)
class Session:
    """One browser in which a person is logged in; `device` is what that browser calls itself."""

    id: SessionId
    account_id: AccountId
    device: str
    address: str
    created_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Account:
    """A person's account; `version` grows with every change of what its owner or an admin can set.

    `name` is None once the account is deleted: it is shown as "deleted player" then.
    """

    id: AccountId
    name: str | None
    email: str | None
    role: Role
    language: Language | None
    zone: str | None
    version: int
    created_at: datetime
    banned_at: datetime | None
    ban_reason: str | None
    deleted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Player:
    """What anybody may see of an account."""

    id: AccountId
    name: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Token:
    """A personal token as its owner sees it: never the secret, only how it begins."""

    id: TokenId
    account_id: AccountId
    name: str
    start: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    last_used_at: datetime | None

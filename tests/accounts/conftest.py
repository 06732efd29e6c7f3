"""People for tests of accounts: with passwords, sessions and tokens, made by the real commands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import pytest
from argon2 import Parameters, Type
from argon2.low_level import ARGON2_VERSION

from clutch.accounts import passwords
from clutch.accounts.desk import Caller
from clutch.accounts.login import begin_session
from clutch.accounts.models import SITE, Account, AccountId, Actor, Role, Scope
from clutch.accounts.queries import get_account
from clutch.accounts.sessions import actor_of_session
from clutch.accounts.signup import NewAccount, create_account, hash_for_account
from clutch.accounts.tokens import make_token_for
from clutch.bootstrap import Site
from clutch.kernel.log import Event, read_stream
from clutch.kernel.writing import Transaction

T = TypeVar("T")

PASSWORD = "correct horse battery"
HERE = Caller("192.0.2.7", "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0")

# Real argon2id, only quick: the strength is tested where it matters (test_passwords.py).
QUICK = Parameters(Type.ID, ARGON2_VERSION, 16, 32, 1, 8, 1)


@pytest.fixture(autouse=True)
def quick_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "PARAMETERS", QUICK)


@dataclass
class People:
    """Makes people on a site, and looks at what became of them."""

    site: Site

    def write(self, work: Callable[[Transaction], T]) -> T:
        return self.site.writer.write(work)

    def person(self, name: str, role: Role = Role.PLAYER, *, email: str | None = None) -> Account:
        """Somebody with an account and the password `PASSWORD`."""
        wish = NewAccount(name, PASSWORD, email)
        hashed = hash_for_account(self.site.desk, wish)
        return self.write(lambda tx: create_account(tx, SITE, wish, hashed, role))

    def actor(self, account: Account) -> Actor:
        """The account's owner in a browser, as of now."""
        now = self.now(account.id)
        return Actor(now.id, now.name or "", now.role)

    def now(self, account_id: AccountId) -> Account:
        with self.site.database.read() as conn:
            return get_account(conn, account_id)

    def session(self, account: Account, caller: Caller = HERE) -> str:
        """The secret of a new session."""
        return self.write(lambda tx: begin_session(tx, account, caller)).secret

    def is_alive(self, secret: str) -> bool:
        """Whether a session still counts."""
        with self.site.database.read() as conn:
            return actor_of_session(conn, secret, self.site.clock.now()) is not None

    def token(self, account: Account, *scopes: Scope) -> str:
        """The secret of a new token; without scopes it has all that the role allows but `admin`."""
        wished = scopes or tuple(scope for scope in Scope if scope is not Scope.ADMIN)
        made = self.write(lambda tx: make_token_for(tx, SITE, account.id, "test", wished))
        return made.secret

    def kinds(self, account: Account) -> list[str]:
        """What the log says of an account."""
        return [event.kind for event in self.log(account)]

    def log(self, account: Account) -> list[Event]:
        with self.site.database.read() as conn:
            return read_stream(conn, f"player-{account.id}")


@pytest.fixture
def people(site: Site) -> People:
    return People(site)

"""Personal tokens: how programs come in. Shown once, kept as a digest, never stronger than their
owner.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select

from clutch.accounts.desk import Caller, Desk
from clutch.accounts.digests import digest_of
from clutch.accounts.events import TokenMade, TokenRevoked, stream_of
from clutch.accounts.login import admit, admit_proven, check_credentials
from clutch.accounts.models import Account, AccountId, Actor, Scope, Token, TokenId
from clutch.accounts.names import clean_name
from clutch.accounts.policy import require_admin, require_own, scopes_within
from clutch.accounts.queries import token_of
from clutch.accounts.refusals import ScopeRefused, TokenMissing, TooManyTokens
from clutch.accounts.tables import token
from clutch.kernel.writing import Transaction

PREFIX = "clutch_"
SHOWN = len(PREFIX) + 5
LONGEST_NAME = 64
MOST_TOKENS = 50


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A new token with its secret, which nobody can find out again."""

    token: Token
    secret: str


def make_token(tx: Transaction, actor: Actor, name: str, scopes: Iterable[Scope]) -> MadeToken:
    """Make a token for the actor. One that comes by a token makes none that may more than it.

    Raises:
        LoginRequired, ScopeNeeded: the actor may not.
        ScopeRefused: no scope, or one above what the actor may.
        TooManyTokens: revoke one first.
    """
    owner = admit(tx, require_own(actor))
    wished = frozenset(scopes)
    if not all(actor.allows(scope) for scope in wished):
        raise ScopeRefused
    return _insert(tx, owner, name, wished, actor.account_id)


def make_token_by_password(
    desk: Desk, account_name: str, password: str, name: str, scopes: Iterable[Scope], caller: Caller
) -> MadeToken:
    """Make a token for whoever knows the password: how a program logs in.

    Raises:
        WrongPassword, AccountBanned, TooManyLogins, HashingBusy: as logging in.
        ScopeRefused, TooManyTokens: as `make_token`.
    """
    proof = check_credentials(desk, account_name, password, caller)

    def work(tx: Transaction) -> MadeToken:
        owner = admit_proven(tx, proof)
        return _insert(tx, owner, name, frozenset(scopes), owner.id)

    return desk.writer.write(work)


def make_token_for(
    tx: Transaction, actor: Actor, account_id: AccountId, name: str, scopes: Iterable[Scope]
) -> MadeToken:
    """Make a token for an account that the site itself or an admin has just made for a program.

    Raises:
        LoginRequired, RoleNeeded, ScopeNeeded: the actor is no admin.
        AccountBanned, AccountMissing, ScopeRefused, TooManyTokens: what is in the way.
    """
    require_admin(actor)
    return _insert(tx, admit(tx, account_id), name, frozenset(scopes), actor.account_id)


def revoke_token(tx: Transaction, actor: Actor, token_id: TokenId) -> None:
    """End one of the actor's own tokens at once.

    Raises:
        LoginRequired, ScopeNeeded: the actor may not.
        TokenMissing: they have no such token.
    """
    owner_id = require_own(actor)
    gone = tx.conn.execute(
        delete(token).where(token.c.id == token_id, token.c.account_id == owner_id)
    )
    if gone.rowcount == 0:
        raise TokenMissing
    tx.append(
        stream_of(owner_id), TokenRevoked(account_id=owner_id, token_id=token_id), actor_id=owner_id
    )


def _insert(
    tx: Transaction, owner: Account, name: str, scopes: frozenset[Scope], maker: AccountId | None
) -> MadeToken:
    if not scopes or not scopes <= scopes_within(owner.role):
        raise ScopeRefused
    held = select(func.count()).select_from(token).where(token.c.account_id == owner.id)
    if tx.conn.execute(held).scalar_one() >= MOST_TOKENS:
        raise TooManyTokens(limit=MOST_TOKENS)
    secret = PREFIX + tx.new_token()
    row = {
        "token_digest": digest_of(secret),
        "account_id": owner.id,
        "name": clean_name(name)[:LONGEST_NAME] or PREFIX.rstrip("_"),
        "start": secret[:SHOWN],
        "scopes": " ".join(scope.value for scope in Scope if scope in scopes),
        "created_at": tx.now,
    }
    made = token_of(tx.conn.execute(insert(token).values(row).returning(token)).one())
    fact = TokenMade(
        account_id=owner.id, token_id=made.id, scopes=tuple(scope.value for scope in made.scopes)
    )
    tx.append(stream_of(owner.id), fact, actor_id=maker)
    return MadeToken(made, secret)

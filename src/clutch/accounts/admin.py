"""What admins do with other people's accounts. Each act stands in the log with who did it."""

from __future__ import annotations

from clutch.accounts import repository
from clutch.accounts.events import AccountBannedFact, AccountUnbanned, RoleChanged, stream_of
from clutch.accounts.models import SITE, Account, AccountId, Actor, Role
from clutch.accounts.policy import require_admin
from clutch.accounts.refusals import (
    AlreadyBanned,
    BanReasonNeeded,
    NotBanned,
    NotOnSelf,
    RoleNeeded,
)
from clutch.accounts.sessions import end_sessions
from clutch.kernel.writing import Transaction

LONGEST_REASON = 500


def change_role(
    tx: Transaction, actor: Actor, account_id: AccountId, role: Role, version: int | None = None
) -> Account:
    """Give somebody another role; it counts from their next request on.

    Raises:
        LoginRequired, RoleNeeded, ScopeNeeded: the actor is no admin (any more).
        AccountMissing, VersionStale: the account is gone, or another version than the one seen.
        LastAdmin: nobody would be left to administrate.
    """
    target, admins = _lock(tx, actor, account_id, version)
    if target.role is role:
        return target
    if role is not Role.ADMIN:
        repository.refuse_last_admin(admins, target.id)
    return _give(tx, actor, target, role)


def take_admin_back(tx: Transaction, account_id: AccountId) -> Account:
    """Make an organizer of an admin whom the site made for itself, even of the only one.

    A site that had no admin before has none after. Who is an organizer already stays one.
    """
    target, _ = _lock(tx, SITE, account_id, None)
    return target if target.role is Role.ORGANIZER else _give(tx, SITE, target, Role.ORGANIZER)


def ban(
    tx: Transaction, actor: Actor, account_id: AccountId, reason: str, version: int | None = None
) -> Account:
    """Shut somebody out at once: sessions end, tokens and reset links stop working until the ban is
    lifted.

    Raises:
        LoginRequired, RoleNeeded, ScopeNeeded: the actor is no admin (any more).
        BanReasonNeeded: without one, or too long.
        NotOnSelf, LastAdmin, AlreadyBanned: why it can't be.
        AccountMissing, VersionStale: as for a role.
    """
    reason = " ".join(reason.split())
    if not 0 < len(reason) <= LONGEST_REASON:
        raise BanReasonNeeded(limit=LONGEST_REASON)
    target, admins = _lock(tx, actor, account_id, version)
    if target.id == actor.account_id:
        raise NotOnSelf
    if target.banned_at is not None:
        raise AlreadyBanned
    repository.refuse_last_admin(admins, target.id)
    end_sessions(tx, target.id)
    repository.drop_reset_link(tx, target.id)
    fact = AccountBannedFact(account_id=target.id, reason=reason)
    tx.append(stream_of(target.id), fact, actor_id=actor.account_id)
    return repository.change_account(tx, target.id, banned_at=tx.now, ban_reason=reason)


def unban(
    tx: Transaction, actor: Actor, account_id: AccountId, version: int | None = None
) -> Account:
    """Let somebody in again; their tokens work again, they log in anew.

    Raises:
        LoginRequired, RoleNeeded, ScopeNeeded: the actor is no admin (any more).
        NotBanned: there is no ban.
        AccountMissing, VersionStale: as for a role.
    """
    target, _ = _lock(tx, actor, account_id, version)
    if target.banned_at is None:
        raise NotBanned
    tx.append(
        stream_of(target.id), AccountUnbanned(account_id=target.id), actor_id=actor.account_id
    )
    return repository.change_account(tx, target.id, banned_at=None, ban_reason=None)


def _give(tx: Transaction, actor: Actor, target: Account, role: Role) -> Account:
    fact = RoleChanged(account_id=target.id, before=target.role.value, after=role.value)
    tx.append(stream_of(target.id), fact, actor_id=actor.account_id)
    return repository.change_account(tx, target.id, role=role.value)


def _lock(
    tx: Transaction, actor: Actor, account_id: AccountId, version: int | None
) -> tuple[Account, list[AccountId]]:
    """The account acted on and all admins, none of them changing meanwhile."""
    require_admin(actor)
    admins = repository.lock_admins(tx)
    # The actor was an admin when the request began; two admins who demote each other stand in line
    # here.
    if not actor.is_site and actor.account_id not in admins:
        raise RoleNeeded(role=Role.ADMIN.value)
    return repository.lock_account(tx, account_id, version), admins

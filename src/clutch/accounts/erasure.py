"""What is kept about a person: given to them on request, and forgotten when they leave.

Accounts know only their own tables. Other contexts say at bootstrap what they keep (`contribute`)
and how they forget a name (`on_erase`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, or_, select, text

from clutch.accounts import repository
from clutch.accounts.events import AccountDeleted, stream_of
from clutch.accounts.models import Account, AccountId
from clutch.accounts.queries import get_account, tokens_of
from clutch.accounts.sessions import end_sessions, sessions_of
from clutch.accounts.tables import known_device, token
from clutch.kernel.log import Event
from clutch.kernel.tables import event
from clutch.kernel.writing import Transaction

Collect = Callable[[Connection, AccountId], Any]
Forget = Callable[[Transaction, AccountId], None]


class Personal:
    """Who keeps what about people. `contribute` and `on_erase` are called by bootstrap only."""

    def __init__(self) -> None:
        self._collectors: dict[str, Collect] = {}
        self._forgetters: list[Forget] = []

    def contribute(self, part: str, collect: Collect) -> None:
        """Add a part to everybody's download: `collect` gives what msgspec can write as JSON."""
        self._collectors[part] = collect

    def on_erase(self, forget: Forget) -> None:
        """Have `forget` take a person's name out of a context's rows, in the transaction that
        deletes the account.
        """
        self._forgetters.append(forget)

    def export(self, conn: Connection, account_id: AccountId, now: Any) -> dict[str, Any]:
        """All that is kept about a person, as JSON-ready values.

        Raises:
            AccountMissing: there is no such account.
        """
        parts: dict[str, Any] = {
            "exported_at": now,
            "account": get_account(conn, account_id),
            "sessions": sessions_of(conn, account_id, now),
            "tokens": tokens_of(conn, account_id),
        }
        parts |= {part: collect(conn, account_id) for part, collect in self._collectors.items()}
        return parts | {"history": history_of(conn, account_id)}

    def erase(self, tx: Transaction, account_id: AccountId, version: int | None = None) -> None:
        """Delete an account: the name vanishes everywhere, results stay, the log is unchanged.

        The caller has asked the person's password again.

        Raises:
            AccountMissing: it is gone already; VersionStale: it is not at `version` any more.
            LastAdmin: nobody would be left to administrate.
        """
        admins = repository.lock_admins(tx)
        leaving = repository.lock_account(tx, account_id, version)
        repository.refuse_last_admin(admins, leaving.id)
        for forget in self._forgetters:
            forget(tx, account_id)
        _forget_replies(tx, leaving)
        _empty(tx, leaving)
        tx.append(stream_of(account_id), AccountDeleted(account_id=account_id), actor_id=account_id)


def history_of(conn: Connection, account_id: AccountId) -> list[Event]:
    """The account's own facts and everything it did, oldest first."""
    statement = select(event).where(
        or_(event.c.stream == stream_of(account_id), event.c.actor_id == account_id)
    )
    return [Event(*row) for row in conn.execute(statement.order_by(event.c.position))]


def _forget_replies(tx: Transaction, leaving: Account) -> None:
    """Drop the replies kept for idempotency keys that say the name or the address."""
    for said in (leaving.name, leaving.email):
        if said is not None:
            names_it = _WITHIN[tx.conn.dialect.name == "sqlite"]
            tx.conn.execute(names_it, {"said": msgspec.json.encode(said)})


_WITHIN = {
    True: text("DELETE FROM idempotency WHERE instr(body, :said) > 0"),
    False: text("DELETE FROM idempotency WHERE position(:said IN body) > 0"),
}


def _empty(tx: Transaction, leaving: Account) -> None:
    end_sessions(tx, leaving.id)
    repository.drop_reset_link(tx, leaving.id)
    for table in (token, known_device):
        tx.conn.execute(delete(table).where(table.c.account_id == leaving.id))
    personal = (
        "name",
        "name_folded",
        "name_skeleton",
        "name_shape",
        "email",
        "email_folded",
        "password_hash",
    )
    choices = ("password_set_at", "language", "zone", "banned_at", "ban_reason")
    repository.change_account(
        tx, leaving.id, role="player", deleted_at=tx.now, **dict.fromkeys((*personal, *choices))
    )

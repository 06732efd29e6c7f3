"""Budgets: how often something may be tried, counted in the database for all processes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from limits import RateLimitItem
from sqlalchemy import Connection, bindparam, delete, insert, select, text

from clutch.accounts.digests import digest_of
from clutch.accounts.refusals import TooMany
from clutch.accounts.tables import attempt
from clutch.kernel.writing import Transaction

# Any fixed number that nobody else on this database uses: who spends stands in line here, so that
# two tries at once can't both be the last one.
_LINE = text("SELECT pg_advisory_xact_lock(7177266)")
_NTH_NEWEST = (
    select(attempt.c.at)
    .where(attempt.c.budget == bindparam("of"), attempt.c.at > bindparam("since"))
    .order_by(attempt.c.at.desc())
    .limit(1)
    .offset(bindparam("before"))
)
_SPEND = insert(attempt).returning(attempt.c.id)


@dataclass(frozen=True, slots=True)
class Budget:
    """What is limited, as a digest, and by how many tries in which windows."""

    key: bytes
    limits: Sequence[RateLimitItem]


def budget_of(limits: Sequence[RateLimitItem], *parts: str, times: int = 1) -> Budget:
    """The budget of what `parts` name, `times` as wide as the limits say."""
    wide = [type(one)(one.amount * times, one.multiples, one.namespace) for one in limits]
    return Budget(digest_of("\0".join(parts)), wide)


def seconds_until_free(conn: Connection, budget: Budget, now: datetime) -> float:
    """After how long one more try is allowed; 0 when it is now."""
    return max(_wait(conn, budget.key, limit, now) for limit in budget.limits)


def refuse_spent(
    conn: Connection, budgets: Iterable[Budget], now: datetime, refusal: type[TooMany]
) -> None:
    """Refuse what one of the budgets has no room for.

    Raises:
        TooMany: the `refusal`, with the time after which a try is allowed again.
    """
    wait = max(seconds_until_free(conn, budget, now) for budget in budgets)
    if wait > 0:
        raise refusal(wait)


def spend(tx: Transaction, budgets: Iterable[Budget], refusal: type[TooMany]) -> list[int]:
    """Count one try in each of the budgets; the ids of what was counted, in their order.

    Raises:
        TooMany: as `refuse_spent`; then nothing is counted.
    """
    wanted = list(budgets)
    if tx.conn.dialect.name != "sqlite":
        tx.conn.execute(_LINE)
    refuse_spent(tx.conn, wanted, tx.now, refusal)
    return [tx.conn.execute(_SPEND, _row(budget, tx.now)).scalar_one() for budget in wanted]


def give_back(tx: Transaction, ids: Sequence[int]) -> None:
    """Take back tries that were counted."""
    tx.conn.execute(delete(attempt).where(attempt.c.id.in_(ids)))


def empty(tx: Transaction, budget: Budget) -> None:
    """Forget all that was spent of a budget."""
    tx.conn.execute(delete(attempt).where(attempt.c.budget == budget.key))


def _wait(conn: Connection, key: bytes, limit: RateLimitItem, now: datetime) -> float:
    window = timedelta(seconds=limit.get_expiry())
    asked = {"of": key, "since": now - window, "before": limit.amount - 1}
    oldest: datetime | None = conn.execute(_NTH_NEWEST, asked).scalar()
    return 0 if oldest is None else (oldest + window - now).total_seconds()


def _row(budget: Budget, now: datetime) -> dict[str, object]:
    longest = max(limit.get_expiry() for limit in budget.limits)
    return {"budget": budget.key, "at": now, "until": now + timedelta(seconds=longest)}

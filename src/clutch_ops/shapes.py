"""What a migration did to the data, and what its phase allows.

*Expand* only adds: whatever was there stays as it was, so that the release before can go on with
it. *Data* may rewrite contents, and *contract* may take tables and columns away. No phase may lose
rows, and only *contract* may leave a column empty that was filled: that is as good as gone. What
is seen goes by tables, columns, types and rows; contents are read through where asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from clutch_ops import databases
from clutch_ops.databases import PASSING, Store

NONE, EXPAND, REWRITES, CONTRACT = "", "expand", "data", "contract"
PHASES = (EXPAND, REWRITES, CONTRACT)


@dataclass(frozen=True)
class Seen:
    """A database at one moment; `contents` by table and `filled` by table and column, where they
    were read through: a digest of the rows, and how many of them have a value there.
    """

    counts: dict[str, int] = field(default_factory=dict)
    columns: dict[str, dict[str, str]] = field(default_factory=dict)
    contents: dict[str, str] = field(default_factory=dict)
    filled: dict[str, dict[str, int]] = field(default_factory=dict)


def together(phases: Iterable[str]) -> str:
    """What migrations may do that come one after the other: as much as the freest of them."""
    return max(phases, key=PHASES.index, default=NONE)


def look(store: Store, *, phase: str = NONE) -> Seen:
    """What is there now; for a phase that must leave contents alone, every row is read."""
    columns = {name: kinds for name, kinds in store.columns().items() if name not in PASSING}
    read = columns if phase == EXPAND else {}
    contents = {name: store.digest(name, list(kinds)) for name, kinds in read.items()}
    counted = columns if phase == REWRITES else {}
    filled = {name: databases.filled(store, name, list(kinds)) for name, kinds in counted.items()}
    return Seen(databases.counts(store), columns, contents, filled)


def damage(before: Seen, store: Store, phase: str) -> str | None:
    """What is wrong with what became of it, in half a sentence, or None."""
    after = store.columns()
    return (
        databases.lost(before.counts, databases.counts(store), phase == CONTRACT)
        or _gone(before, after, phase)
        or _other_type(before, after, phase)
        or _rewritten(before, store)
        or _emptied(before, store)
    )


def _gone(before: Seen, after: dict[str, dict[str, str]], phase: str) -> str | None:
    if phase == CONTRACT:
        return None
    for table, kinds in before.columns.items():
        for column in kinds:
            if column not in after.get(table, {}):
                return f"the column {column} of the table {table} is gone"
    return None


def _other_type(before: Seen, after: dict[str, dict[str, str]], phase: str) -> str | None:
    if phase in {REWRITES, CONTRACT}:
        return None
    for table, kinds in before.columns.items():
        for column, kind in kinds.items():
            if after[table][column] != kind:
                return f"the column {column} of the table {table} is no {kind} any more"
    return None


def _rewritten(before: Seen, store: Store) -> str | None:
    for table, digest in before.contents.items():
        if store.digest(table, list(before.columns[table])) != digest:
            return f"rows of the table {table} were rewritten, which {EXPAND!r} must not do"
    return None


def _emptied(before: Seen, store: Store) -> str | None:
    for table, filled in before.filled.items():
        now = databases.filled(store, table, list(filled))
        for column, count in filled.items():
            if count and not now[column]:
                return f"the column {column} of the table {table} was filled and is empty now"
    return None

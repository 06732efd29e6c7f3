"""What a migration did to the data, and what its phase allows.

*Expand* only adds: whatever was there stays as it was, so that the release before can go on with
it. *Data* may rewrite contents, and *contract* may take tables and columns away. No phase may lose
rows. What is seen goes by tables, columns, types and rows; contents are read through where asked.
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
    """A database at one moment; `contents` by table, where they were read through."""

    counts: dict[str, int] = field(default_factory=dict)
    columns: dict[str, dict[str, str]] = field(default_factory=dict)
    contents: dict[str, str] = field(default_factory=dict)


def together(phases: Iterable[str]) -> str:
    """What migrations may do that come one after the other: as much as the freest of them."""
    return max(phases, key=PHASES.index, default=NONE)


def look(store: Store, *, thoroughly: bool = False) -> Seen:
    """What is there now; `thoroughly` reads every row."""
    columns = {name: kinds for name, kinds in store.columns().items() if name not in PASSING}
    read = columns if thoroughly else {}
    contents = {name: store.digest(name, list(kinds)) for name, kinds in read.items()}
    return Seen(databases.counts(store), columns, contents)


def damage(before: Seen, store: Store, phase: str) -> str | None:
    """What is wrong with what became of it, in half a sentence, or None."""
    after = store.columns()
    return (
        databases.lost(before.counts, databases.counts(store), phase == CONTRACT)
        or _gone(before, after, phase)
        or _other_type(before, after, phase)
        or _rewritten(before, store)
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

"""Which database a binding's data is, so that no other one is taken for it.

It is noted once there is one: at a commit, and when the first start has made it. From then on a
setting that names another, or a file that is gone, is refused: the release would make an empty one.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from clutch_ops import databases, durable
from clutch_ops.databases import Sqlite, Store
from clutch_ops.layout import Binding, Layout
from clutch_ops.postgres import Postgres
from clutch_ops.refusals import NeedsPerson, Refused


@dataclass(frozen=True)
class Note:
    """What was noted, and where."""

    file: Path
    kind: str
    name: str
    epoch: str


def note(layout: Layout, binding: Binding) -> None:
    """Note it. What can't be read just now is noted at the next start."""
    file = _file(binding)
    if file.exists():
        return
    with suppress(Refused, OSError, sqlite3.Error):
        store = databases.store_of(layout, binding)
        epoch = _epoch(store)
        if epoch:
            durable.write_json(file, {**_named(store), "epoch": epoch})


def check(layout: Layout, binding: Binding) -> None:
    """See that the settings lead to the very data that was bound.

    Raises:
        NeedsPerson: they lead to another, or it is gone.
        Refused: the database can't be asked.
    """
    noted = check_settings(layout, binding)
    if noted is None:
        return
    store = databases.store_of(layout, binding)
    try:
        found = _epoch(store)
    except sqlite3.Error as error:
        raise Refused(
            f"The database can't be read: {error}.", f"{layout.launcher} doctor"
        ) from None
    except Refused:
        if isinstance(store, Postgres) and store.name not in store.neighbours():
            raise _other(layout, noted, "it is gone") from None
        raise
    if found != noted.epoch:
        what = "what is there is empty" if found is None else "what is there is other data"
        raise _other(layout, noted, what)


def check_if_it_answers(layout: Layout, binding: Binding) -> None:
    """The same for a start: a database that can't be asked may come later.

    Raises:
        NeedsPerson: as `check`.
    """
    try:
        check(layout, binding)
    except NeedsPerson:
        raise
    except Refused:
        return


def check_settings(layout: Layout, binding: Binding) -> Note | None:
    """The same as far as it can be seen without asking the database; what was noted.

    Raises:
        NeedsPerson: the settings lead to another, or its file is gone.
    """
    told: dict[str, str] | None = durable.read_json(_file(binding))
    if told is None:
        return None
    noted = Note(_file(binding), told["kind"], told["name"], told["epoch"])
    store = databases.store_of(layout, binding)
    named = _named(store)
    if named != {"kind": noted.kind, "name": noted.name}:
        raise _other(layout, noted, f"the settings lead to {named['kind']}, {named['name']}")
    if isinstance(store, Sqlite) and not store.path.exists():
        raise _other(layout, noted, "it is gone")
    return noted


def _file(binding: Binding) -> Path:
    return binding.folder / "database.json"


def _named(store: Store) -> dict[str, str]:
    if isinstance(store, Postgres):
        return {"kind": "PostgreSQL", "name": store.name}
    assert isinstance(store, Sqlite)
    return {"kind": "SQLite", "name": store.path.name}


def _epoch(store: Store) -> str | None:
    if isinstance(store, Sqlite) and not store.path.exists():
        return None
    return store.value(databases.EPOCH) if "epoch" in store.tables() else None


def _other(layout: Layout, noted: Note, how: str) -> NeedsPerson:
    return NeedsPerson(
        f"The site's data is {noted.kind}, {noted.name}, epoch {noted.epoch}, but {how}. Started "
        "like this, the site would be empty.",
        f"See to DATABASE_URL in {layout.settings_file} and to the database; where it is "
        f"gone: {layout.launcher} restore BACKUP. Where another is meant: rm {noted.file}",
    )

"""What a migration may do to the data, by the phase that it declares."""

from __future__ import annotations

from pathlib import Path

import pytest

from clutch_ops import shapes
from clutch_ops.databases import Sqlite, Store
from clutch_ops.postgres import Postgres
from clutch_ops.shapes import CONTRACT, EXPAND, NONE, REWRITES

BEGIN = (
    "CREATE TABLE team (id INTEGER PRIMARY KEY, name VARCHAR(20), seed INTEGER)",
    "INSERT INTO team VALUES (1, 'Red', 4), (2, 'Blue', NULL)",
    "CREATE TABLE lease (name VARCHAR(20), held INTEGER)",
)
# What is done, and what is said to it in a phase; None: it is allowed.
DEEDS = {
    "adds": ("ALTER TABLE team ADD COLUMN motto VARCHAR(9) DEFAULT 'gg'", EXPAND, None),
    "adds in another order": ("UPDATE team SET name = name", EXPAND, None),
    "drops": ("ALTER TABLE team DROP COLUMN seed", EXPAND, "the column seed of the table team"),
    "renames": (
        "ALTER TABLE team RENAME COLUMN seed TO place",
        EXPAND,
        "the column seed of the table team is gone",
    ),
    "rewrites": ("UPDATE team SET seed = 1 WHERE id = 2", EXPAND, "rows of the table team were"),
    "adds a row": ("INSERT INTO team VALUES (3, 'Green', 1)", EXPAND, "rows of the table team"),
    "rewrites as data": ("UPDATE team SET seed = 1 WHERE id = 2", REWRITES, None),
    "drops as data": (
        "ALTER TABLE team DROP COLUMN seed",
        REWRITES,
        "the column seed of the table",
    ),
    "deletes as data": ("DELETE FROM team WHERE id = 2", REWRITES, "1 of 2 rows of the table team"),
    "empties as data": ("UPDATE team SET name = ''", REWRITES, "the column name of the table team"),
    "empties as contract": ("UPDATE team SET name = ''", CONTRACT, None),
    "drops as contract": ("ALTER TABLE team DROP COLUMN seed", CONTRACT, None),
    "deletes as contract": ("DELETE FROM team WHERE id = 2", CONTRACT, "1 of 2 rows"),
    "drops without a migration": ("ALTER TABLE team DROP COLUMN seed", NONE, "the column seed"),
    "passing": ("INSERT INTO lease VALUES ('a', 1)", EXPAND, None),
}


def begun(store: Store, phase: str, deed: str) -> str | None:
    for statement in BEGIN:
        store.run(statement)
    before = shapes.look(store, phase=phase)
    store.run(deed)
    return shapes.damage(before, store, phase)


def see(found: str | None, told: str | None) -> None:
    assert (found is None) == (told is None), found
    assert (told or "") in (found or "")


@pytest.mark.parametrize("kind", DEEDS)
def test_a_migration_does_what_its_phase_allows(tmp_path: Path, kind: str) -> None:
    deed, phase, told = DEEDS[kind]
    (tmp_path / "clutch.db").touch()
    see(begun(Sqlite(tmp_path / "clutch.db"), phase, deed), told)


@pytest.mark.postgres
@pytest.mark.parametrize("kind", [*DEEDS, "another type"])
def test_on_postgresql_too(postgres_url: str, kind: str) -> None:
    another = "ALTER TABLE team ALTER COLUMN seed TYPE BIGINT"
    wrong = (another, EXPAND, "the column seed of the table team is no integer any more")
    deed, phase, told = DEEDS.get(kind, wrong)
    see(begun(Postgres.at(postgres_url, None), phase, deed), told)


def test_migrations_in_a_row_may_do_what_the_freest_of_them_may() -> None:
    assert shapes.together([]) == NONE
    assert shapes.together([EXPAND, EXPAND]) == EXPAND
    assert shapes.together([EXPAND, CONTRACT, REWRITES]) == CONTRACT

"""`clutch restore`: a backup looked at, or put in place of what the site has.

The old database is kept aside, whole. What takes its place has been restored beside it and checked,
and has an epoch of its own, so that no open page trusts a number of a future that is gone.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from clutch_ops import (
    archives,
    copies,
    databases,
    durable,
    identity,
    memory,
    processes,
    recover,
    services,
    terminal,
)
from clutch_ops import arguments as typed
from clutch_ops.archives import Manifest
from clutch_ops.backup import try_restore
from clutch_ops.databases import Sqlite, Store
from clutch_ops.layout import Binding, name_of
from clutch_ops.place import SQLITE, Place, here
from clutch_ops.postgres import Postgres
from clutch_ops.refusals import DONE, Refused
from clutch_ops.report import COMMITTED, RELEASES, Steps, begin, conclude, say
from clutch_ops.switch import drop

CONNECTED = "SELECT count(*) FROM pg_stat_activity WHERE datname = '{}'"


def restore(root: Path, arguments: Sequence[str]) -> int:
    """Put a backup in place of the site's database, or with --check only see that one could."""
    words = typed.Words("restore", restore.__doc__)
    words.add_argument("file", type=Path, help="what clutch backup wrote")
    words.add_argument(
        "--check", action="store_true", help="restore it beside the site, look, stop"
    )
    wanted = words.parse_args(arguments)
    place = here(root)
    path = wanted.file.absolute()
    manifest = archives.read_manifest(path)
    check_kind(place, manifest)
    copies.check_schema(manifest.facts.schema, place.schemas)
    _describe(path, manifest)
    return _check(place, path) if wanted.check else _restore(place, path)


def check_kind(place: Place, manifest: Manifest) -> None:
    """See that the site has this kind of database.

    Raises:
        Refused: it has the other one.
    """
    if manifest.kind == place.kind:
        return
    way = "Set DATABASE_URL" if place.kind == SQLITE else "Take DATABASE_URL out"
    raise Refused(
        f"This is a backup of {manifest.kind}, and the site's database is {place.kind}.",
        f"{way} ({place.settings_file}), or restore a backup of {place.kind}.",
    )


def _describe(path: Path, manifest: Manifest) -> None:
    facts = manifest.facts
    made = f"{terminal.moment(manifest.made_at)} ({terminal.age(manifest.made_at)})"
    print(terminal.row("backup", f"of {made}, by Clutch {manifest.version}, {manifest.kind}"))
    head = terminal.number(facts.head)
    print(terminal.row("holds", f"{terminal.plural(facts.rows, 'row')}, log up to {head}"))
    if not path.stat().st_mode & 0o077:
        return
    print(terminal.row("careful", "others can read it"))
    print(terminal.advice(f"chmod 600 {path}"))


def _check(place: Place, path: Path) -> int:
    store, folder = place.store, place.backups
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    copies.check_room(folder, archives.read_manifest(path).size)
    work = folder / f".checking-{os.getpid()}"
    work.mkdir(mode=0o700)
    try:
        try_restore(place, store, path, work)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    memory.remember(place, memory.TEST, path)
    print(terminal.row("restored", "beside the site, and found whole; nothing was changed"))
    return DONE


def _restore(place: Place, path: Path) -> int:
    processes.check_standing_still(place)
    with place.alone("restore"):
        processes.check_standing_still(place)
        if place.binding is not None:
            return _reported(place, place.binding, path)
        aside = _into_checkout(place, path)
    memory.remember(place, memory.TEST, path)
    print(terminal.row("restored", "and found whole; it has a new epoch"))
    print(terminal.row("kept aside", aside))
    print(f"\nStart the site: {place.typed} serve")
    return DONE


def _reported(place: Place, binding: Binding, path: Path) -> int:
    """In an installed site a restore leaves a report, as everything does that changes it."""
    recover.tidy(place.layout)
    facts = {**dict.fromkeys(RELEASES, name_of(binding.release)), "file": str(path)}
    steps = begin(place.layout, "restore", f"Restore of {path.name}", 2, facts)
    return conclude(place.layout, steps, lambda: _into_generation(place, binding, path, steps))


def _fill(place: Place, path: Path, store: Store, work: Path) -> None:
    """Restore into a store that nobody uses, check it, and begin a new epoch there."""
    work.mkdir(parents=True, exist_ok=True, mode=0o700)
    copies.check_room(work, archives.read_manifest(path).size)
    copy = work / "unpacked"
    try:
        manifest = archives.unpack(path, copy)
        copies.pour(copy, store)
        copies.check(store, manifest.facts, place.schemas)
        databases.renew_epoch(store)
    except BaseException:
        store.drop()
        raise
    finally:
        copy.unlink(missing_ok=True)
    if isinstance(store, Sqlite):
        durable.sync(store.path)
        durable.sync(store.path.parent)


def _into_checkout(place: Place, path: Path) -> str:
    store, stamp = place.store, f"{datetime.now(UTC):%Y%m%d%H%M%S}"
    if isinstance(store, Sqlite):
        return _replace_file(place, path, store, stamp)
    return _replace_database(place, path, cast("Postgres", store), stamp)


def _replace_file(place: Place, path: Path, store: Sqlite, stamp: str) -> str:
    folder = store.path.parent
    for left in folder.glob(".restoring-*"):
        shutil.rmtree(left, ignore_errors=True)
    work = folder / f".restoring-{stamp}"
    restored = Sqlite(work / copies.FILE)
    try:
        _fill(place, path, restored, work)
        aside = _keep_aside(store, folder / f"before-restore-{stamp}")
        restored.path.replace(store.path)
        durable.sync(folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return aside


def _keep_aside(store: Sqlite, aside: Path) -> str:
    """Second names for the old files; then what would be replayed into the new one goes.

    The old database itself stays in place until one rename replaces it.
    """
    if not store.path.exists():
        return "nothing: there was no database"
    aside.mkdir(mode=0o700)
    for end in ("", "-wal", "-shm"):
        file = store.path.with_name(store.path.name + end)
        if file.exists():
            (aside / file.name).hardlink_to(file)
    durable.sync(aside)
    durable.sync(aside.parent)
    for end in ("-wal", "-shm"):
        store.path.with_name(store.path.name + end).unlink(missing_ok=True)
    return f"the old database: {aside / store.path.name}"


def _replace_database(place: Place, path: Path, store: Postgres, stamp: str) -> str:
    check_unused(store)
    fresh = replace(store, name=f"{store.name}_restoring")
    _fill(place, path, fresh, place.backups)
    aside = f"{store.name}_before_{stamp}"
    try:
        # Both in one transaction: the name always leads to the one or the other.
        replace(store, name="postgres").run(
            f'ALTER DATABASE "{store.name}" RENAME TO "{aside}"; '
            f'ALTER DATABASE "{fresh.name}" RENAME TO "{store.name}"'
        )
    except Refused:
        fresh.drop()
        raise
    return f"the old database, under the name {aside}"


def check_unused(store: Postgres) -> None:
    """See that nobody is connected, from this machine or another.

    Raises:
        Refused: somebody is.
    """
    asked = CONNECTED.format(store.name.replace("'", "''"))
    count = int(replace(store, name="postgres").value(asked) or 0)
    if count:
        raise Refused(
            f"The database {store.name} is in use: {terminal.plural(count, 'connection')}.",
            "Stop every site and program that uses it, then type this again.",
        )


def _into_generation(place: Place, binding: Binding, path: Path, steps: Steps) -> str:
    """A new generation of the data, bound by one rename; the old one stays as it is."""
    layout = place.layout
    generation, database = databases.next_generation(layout)
    number = layout.next_number()
    meant = {"number": number, "generation": generation.name, "database": database}
    steps.journal.note("binding", **meant)
    layout.make_generation(generation)
    try:
        with steps.step("restore", "Restore it beside the data, see that it is whole"):
            _fill(place, path, databases.store_at(layout, generation, database), generation)
        with steps.step("commit", "Change over"):
            bound = layout.bind(binding.release, generation, database)
            layout.commit_to(bound)
            steps.facts[COMMITTED] = True
            identity.note(layout, bound)
    except BaseException:
        if layout.leads_to(binding):
            after = Binding(layout.bindings / str(number), binding.release, generation, database)
            drop(layout, after, binding)
        raise
    memory.remember(place, memory.TEST, path)
    say(terminal.row("kept aside", f"the data as it was: {binding.generation}"))
    return f"Start the site: {services.start(layout)}"

"""Bad input: one sentence each for what is wrong, the state of the site, and what to type."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from clutch_ops import archives
from clutch_ops.journal import only_one
from clutch_ops.refusals import NEEDS_PERSON, REFUSED
from tests.ops.sites import Site
from tests.upkeep.test_restore import forge

STANDING = {REFUSED: "Nothing was changed", NEEDS_PERSON: "The site may be standing still"}
# More than any disk of a test machine has; nothing of it is ever written.
HUGE_BYTES = 4 << 40
Break = Callable[[Site], AbstractContextManager[object]]


@contextmanager
def kept(path: Path, text: str | None) -> Iterator[None]:
    """Another text in a file for a moment; None: the file is not there."""
    before = path.read_text(encoding="utf-8")
    if text is None:
        path.unlink()
    else:
        path.write_text(text, encoding="utf-8")
    yield
    path.write_text(before, encoding="utf-8")


def as_it_is(_: Site) -> AbstractContextManager[object]:
    return only_nothing()


@contextmanager
def only_nothing() -> Iterator[None]:
    yield


def no_network(site: Site) -> AbstractContextManager[object]:
    told = json.loads((site.root / "site.json").read_text(encoding="utf-8"))
    away = json.dumps({**told, "source": "https://127.0.0.1:9/clutch.git"})
    return kept(site.root / "site.json", away)


def dirty(site: Site) -> AbstractContextManager[object]:
    return kept(site.repository / "pyproject.toml", "changed")


def half_written(site: Site) -> AbstractContextManager[object]:
    file = site.root / ".env"
    return kept(file, file.read_text(encoding="utf-8") + 'CLUTCH_SITE_NAME="hal\n')


def cut_value(site: Site) -> AbstractContextManager[object]:
    file = site.root / ".env"
    return kept(file, file.read_text(encoding="utf-8") + "CLUTCH_MAIL_HOST=smtp.exa")


def another_host(site: Site) -> AbstractContextManager[object]:
    file = site.root / ".env"
    return kept(file, file.read_text(encoding="utf-8") + "CLUTCH_HOST=127.0.0.2\n")


def wrong_value(site: Site) -> AbstractContextManager[object]:
    file = site.root / ".env"
    return kept(file, file.read_text(encoding="utf-8") + "CLUTCH_WORKERS=tw\n")


@contextmanager
def full_disk(site: Site) -> Iterator[None]:
    """Three times so much data fit on no disk."""
    file = site.current.generation / "clutch.db-spare"
    file.touch()
    os.truncate(file, HUGE_BYTES)
    yield
    file.unlink()


@contextmanager
def clock_behind(site: Site) -> Iterator[None]:
    """Something was noted tomorrow."""
    journal = min((site.root / "journal").glob("*.jsonl"))
    tomorrow = time.time() + 24 * 3600
    os.utime(journal, (tomorrow, tomorrow))
    yield
    os.utime(journal)


def another_at_work(site: Site) -> AbstractContextManager[object]:
    return only_one(site.layout, "update")


@contextmanager
def edited_current(site: Site) -> Iterator[None]:
    link = site.root / "current"
    target = link.readlink()
    link.unlink()
    link.symlink_to("data/gen-1")
    yield
    link.unlink()
    link.symlink_to(target)


@dataclass(frozen=True)
class Case:
    """What is wrong, what is typed, and what is said then."""

    wrong: Break
    typed: tuple[str, ...]
    told: str
    status: int = REFUSED


WHILE_IT_RUNS = {
    "a wrong ref": Case(
        as_it_is, ("update", "--to", "no-such"), "no branch, tag or commit 'no-such'"
    ),
    "no network": Case(no_network, ("update",), "no network, or its server does not"),
    "a dirty checkout": Case(dirty, ("update",), "has changes in 1 file, not committed"),
    "a second update at once": Case(
        another_at_work, ("update",), "Another command is at work on this site: clutch update"
    ),
    "not enough disk": Case(full_disk, ("update",), "Too little room under"),
    "a clock that is off": Case(clock_behind, ("update",), "The clock is wrong, or was: "),
    "a half-written .env": Case(half_written, ("update",), "opens a quotation and never ends it"),
    "the same at a restart": Case(half_written, ("restart",), "never ends it"),
    "a .env that ends in a value": Case(
        cut_value, ("restart",), "(CLUTCH_MAIL_HOST) has no end, and its value is not the one"
    ),
    "the same at an update": Case(cut_value, ("update",), "it may be half-written"),
    "a value that is none": Case(wrong_value, ("restart",), "CLUTCH_WORKERS=tw"),
    "another host": Case(another_host, ("restart",), "CLUTCH_HOST is 127.0.0.2 now"),
    "a current that somebody edited": Case(
        edited_current, ("update",), "which is no binding: somebody edited it", NEEDS_PERSON
    ),
    "nothing to go back to": Case(as_it_is, ("rollback",), "There is no release before this one"),
    "a word that nobody knows": Case(
        as_it_is, ("update", "--twice"), "clutch update: unrecognized arguments: --twice."
    ),
    "a restore beside the site": Case(as_it_is, ("restore", "backup"), "The site is running"),
}
WHILE_IT_STANDS_STILL = {
    "a service that is not running": Case(as_it_is, ("update",), "The site does not run"),
    "a backup cut in half": Case(as_it_is, ("restore", "half"), "is no whole backup"),
    "a backup of a newer schema": Case(as_it_is, ("restore", "newer"), "a newer release made it"),
}


def say_wrong_thing(site: Site, name: str, case: Case, files: dict[str, Path]) -> None:
    before = site.current
    with case.wrong(site):
        done = site.clutch(*(str(files.get(word, word)) for word in case.typed))
    assert done.status == case.status, f"{name}: {done.said}"
    for part in (case.told, STANDING[case.status], "What to do: "):
        assert part in done.said, f"{name}: {done.said}"
    assert "Traceback" not in done.said, name
    assert site.current == before, name


def test_what_is_wrong_is_said_with_the_state_of_the_site_and_what_to_type(site: Site) -> None:
    site.serve()
    done = site.clutch("backup")
    assert done.status == 0, done.said
    [backup] = (site.root / "backups").glob("*.tar.gz")
    half = backup.with_name("half.tar.gz")
    half.write_bytes(backup.read_bytes()[: backup.stat().st_size // 2])
    newer = forge(backup, lambda one: replace(one, facts=replace(one.facts, schema="9999")))
    assert archives.read_manifest(newer).facts.schema == "9999"
    files = {"backup": backup, "half": half, "newer": newer}
    for name, case in WHILE_IT_RUNS.items():
        say_wrong_thing(site, name, case, files)
    assert site.answers()
    site.end()
    for name, case in WHILE_IT_STANDS_STILL.items():
        say_wrong_thing(site, name, case, files)

"""Serving processes for the tests of live, and a site of the test's own beside them."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from clutch.accounts.models import SITE, AccountId, Actor, Role, SessionId
from clutch.accounts.sessions import open_session
from clutch.accounts.signup import NewAccount, create_account
from clutch.bootstrap import Site, open_site
from clutch.kernel.settings import Settings
from clutch.kernel.writing import Transaction
from tests.serve.running import Running, serving

_numbers = itertools.count(1)


@contextmanager
def live_sites(
    settings: Settings, folder: Path, count: int, module: str = "tests.live.served"
) -> Iterator[list[Running]]:
    """Sites that share this database and nothing else, each with a serving process of its own."""
    place = folder / f"sites-{next(_numbers)}"
    place.mkdir()
    arguments = [str(count), str(settings.home), settings.database_url or ""]
    if settings.redis_url:
        arguments.append(settings.redis_url)
    with serving(["-m", module, *arguments], place) as first:
        assert first.process.stdout is not None
        others = [first.process.stdout.readline().strip() for _ in range(count - 1)]
        yield [first, *(replace(first, address=address) for address in others)]


@dataclass(frozen=True)
class Pair:
    """Two serving processes that share a database and nothing else, and a third that commits."""

    one: Running
    two: Running
    beside: Site


@pytest.fixture(
    scope="session",
    params=[
        pytest.param("sqlite", marks=pytest.mark.sqlite),
        pytest.param("postgres", marks=pytest.mark.postgres),
    ],
)
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pair]:
    """Once on SQLite and once on PostgreSQL; each test takes streams of its own."""
    home = tmp_path_factory.mktemp("pair")
    with ExitStack() as stack:
        settings = stack.enter_context(_settings(request, home))
        one, two = stack.enter_context(live_sites(settings, home, 2))
        beside = open_site(settings)
        stack.callback(beside.close)
        yield Pair(one, two, beside)


@contextmanager
def _settings(request: pytest.FixtureRequest, home: Path) -> Iterator[Settings]:
    (home / "run").mkdir()
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("prepared_sqlite"), home / "clutch.db")
        yield Settings(home=home)
        return
    databases = request.getfixturevalue("databases")
    with databases.fresh(request.getfixturevalue("prepared_postgres")) as url:
        yield Settings(home=home, DATABASE_URL=url)


@pytest.fixture(scope="session")
def shared_settings(tmp_path_factory: pytest.TempPathFactory, prepared_sqlite: Path) -> Settings:
    """Settings of one SQLite site for all tests of this process; each takes streams of its own."""
    home = tmp_path_factory.mktemp("live")
    (home / "run").mkdir()
    shutil.copy(prepared_sqlite, home / "clutch.db")
    return Settings(home=home)


@pytest.fixture(scope="session")
def shared(shared_settings: Settings) -> Iterator[Running]:
    """One serving process for all tests of this process."""
    with live_sites(shared_settings, shared_settings.home, 1) as (running,):
        yield running


@pytest.fixture(scope="module", params=["served", "wireless"])
def each_way(request: pytest.FixtureRequest, shared_settings: Settings) -> Iterator[Running]:
    """The shared site in a process more: as it is, then on a server that gives no wires."""
    module = f"tests.live.{request.param}"
    with live_sites(shared_settings, shared_settings.home, 1, module=module) as (running,):
        yield running


@pytest.fixture(scope="session")
def shared_beside(shared_settings: Settings) -> Iterator[Site]:
    """The shared site as this process has it."""
    opened = open_site(shared_settings)
    yield opened
    opened.close()


@pytest.fixture
def stream() -> str:
    """A stream that no other test of this process uses."""
    return f"team-{next(_numbers)}"


@dataclass(frozen=True)
class Person:
    """An account, as whom one acts and connects."""

    actor: Actor
    session_id: SessionId
    secret: str

    @property
    def account_id(self) -> AccountId:
        return self.actor.require_login()

    def connecting(self, shared: Running) -> dict[str, Any]:
        """Options of a connection out of this person's browser."""
        cookie = {"Cookie": f"clutch-session={self.secret}"}
        return {"origin": shared.address, "additional_headers": cookie}


@dataclass
class People:
    """Makes accounts of the shared site, each with a login."""

    site: Site

    def arrive(self, role: Role = Role.PLAYER) -> Person:
        wish = NewAccount(name=f"alice{next(_numbers)}", password="never used here")

        def work(tx: Transaction) -> Person:
            account = create_account(tx, SITE, wish, None, role)
            session, secret = open_session(tx, account.id, "a test", "127.0.0.1")
            return Person(Actor(account.id, wish.name, role), session.id, secret)

        return self.site.writer.write(work)


@pytest.fixture
def people(shared_beside: Site) -> People:
    return People(shared_beside)

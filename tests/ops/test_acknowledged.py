"""What the site has accepted is there after an update; who writes meanwhile waits, no more."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
import urllib.request
from contextlib import closing

import pytest

from clutch.accounts.models import SITE, Role
from clutch.accounts.signup import NewAccount, create_account
from clutch.accounts.tokens import make_token_for
from clutch.bootstrap import open_site
from clutch.cli.playing.token import SCOPES
from clutch.kernel.settings import Settings
from clutch.kernel.writing import Transaction
from tests.ops.sites import Site
from tests.ops.test_update import migration

pytestmark = pytest.mark.long


def token_of(site: Site) -> str:
    """A token of an admin of the site."""

    def make(tx: Transaction) -> str:
        account = create_account(tx, SITE, NewAccount("olga", ""), None, Role.ADMIN)
        return make_token_for(tx, SITE, account.id, "test", SCOPES).secret

    opened = open_site(Settings.model_validate({"home": site.current.generation}))
    try:
        return opened.writer.write(make)
    finally:
        opened.close()


class Writers:
    """Two who make accounts by the API, one after the other, until they are told to stop."""

    def __init__(self, site: Site, token: str) -> None:
        self.acked: list[str] = []
        self.failed: list[str] = []
        self.slowest = 0.0
        self._site, self._token = site, token
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._write, args=(who,)) for who in "ab"]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join(60)

    def _write(self, who: str) -> None:
        number = 0
        while not self._ended.wait(0.02):
            number += 1
            self._make(f"{who}-writer-{number}")

    def _make(self, name: str) -> None:
        began = time.monotonic()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self._site.port}/api/v1/admin/accounts",
            json.dumps({"name": name, "role": "player"}).encode(),
            {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=60):
                self.acked.append(name)
        except OSError as error:
            self.failed.append(f"{name}: {error}")
        self.slowest = max(self.slowest, time.monotonic() - began)


def test_every_write_that_was_acknowledged_is_in_the_new_generation(site: Site) -> None:
    site.serve()
    writers = Writers(site, token_of(site))
    site.newer("0.1.1", **migration(site))
    done = site.clutch("update", "--pause", "100")
    writers.stop()
    assert done.status == 0, done.said
    assert site.current.generation.name == "gen-2"
    assert writers.failed == []
    assert len(writers.acked) > 20
    with closing(sqlite3.connect(site.current.generation / "clutch.db")) as conn:
        there = {row[0] for row in conn.execute("SELECT name FROM account")}
    assert set(writers.acked) <= there
    assert writers.slowest < 30

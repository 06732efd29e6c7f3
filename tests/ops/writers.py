"""Somebody who writes to a site by its API, one write after the other, whatever becomes of it."""

from __future__ import annotations

import json
import sqlite3
import threading
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path

from clutch.accounts.models import SITE, Role
from clutch.accounts.signup import NewAccount, create_account
from clutch.accounts.tokens import make_token_for
from clutch.bootstrap import open_site, prepare
from clutch.cli.playing.token import SCOPES
from clutch.kernel.settings import Settings
from clutch.kernel.writing import Transaction
from tests.ops.sites import Site

PAUSE_S = 0.1
NO_ANSWER = 600


def token_of(site: Site) -> str:
    """A token of an admin of the site, whose database is made when it is not there yet."""

    def make(tx: Transaction) -> str:
        account = create_account(tx, SITE, NewAccount("olga", ""), None, Role.ADMIN)
        return make_token_for(tx, SITE, account.id, "test", SCOPES).secret

    settings = Settings.model_validate({"home": site.current.generation})
    prepare(settings)
    opened = open_site(settings)
    try:
        return opened.writer.write(make)
    finally:
        opened.close()


class Writer:
    """Makes accounts until it is told to stop; `acked` are those that the site said yes to."""

    def __init__(self, site: Site, token: str, name: str = "writer") -> None:
        self.acked: list[str] = []
        self._site, self._token, self._name = site, token, name
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._write)
        self._thread.start()

    def stop(self) -> None:
        """Write nothing more; what is under way gets its answer."""
        self._ended.set()
        self._thread.join(60)

    def _write(self) -> None:
        number = 0
        while not self._ended.wait(PAUSE_S):
            number += 1
            name = f"{self._name}-{number}"
            if 200 <= write_once(self._site, self._token, name) < 300:
                self.acked.append(name)


def write_once(site: Site, token: str, name: str, seconds: float = 30) -> int:
    """Make one account by the API; the status of the answer, 600 when there was none."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{site.port}/api/v1/admin/accounts",
        json.dumps({"name": name, "role": "player"}).encode(),
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=seconds) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except OSError:
        return NO_ANSWER


def names_in(database: Path) -> set[str]:
    """The names of all accounts in a SQLite file."""
    with closing(sqlite3.connect(database)) as conn:
        return {str(row[0]) for row in conn.execute("SELECT name FROM account")}

"""The tests' own services: really their own, and gone when the session is."""

import asyncio
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
from playwright.sync_api import Browser, Page

from tests.services.databases import Databases
from tests.services.ports import free_port
from tests.services.postgres import PostgresServer, wheel_binaries
from tools.tracked import ROOT


def only_value(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def test_a_port_is_given_to_one_process_only() -> None:
    ask = "import sys; from tests.services.ports import _claim; sys.exit(_claim(int(sys.argv[1])))"
    subprocess.run([sys.executable, "-c", ask, str(free_port())], cwd=ROOT, check=True)


def test_two_tests_never_share_a_database(databases: Databases) -> None:
    with databases.fresh() as first, databases.fresh() as second:
        with psycopg.connect(first) as connection:
            connection.execute("CREATE TABLE mark (id int)")
        assert only_value(second, "SELECT count(*) FROM pg_tables WHERE tablename = 'mark'") == 0


def test_a_database_is_dropped_even_with_a_connection_open(databases: Databases) -> None:
    with databases.fresh() as url:
        forgotten = psycopg.connect(url)
        name = forgotten.info.dbname
    assert not databases.exists(name)
    forgotten.close()


def test_a_template_is_filled_once_and_copied(databases: Databases) -> None:
    def fill(url: str) -> None:
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE filled (id int)")

    template = databases.template("template_of_a_test", fill)
    assert databases.template("template_of_a_test", fill) == template
    with databases.fresh(template) as url:
        assert only_value(url, "SELECT count(*) FROM filled") == 0


def test_the_server_listens_on_no_port(postgres_url: str) -> None:
    assert only_value(postgres_url, "SHOW listen_addresses") == ""


def test_a_machine_without_postgresql_uses_the_one_of_the_environment() -> None:
    binaries = wheel_binaries()
    assert binaries is not None
    # Not in tmp_path: only root may enter that, and a socket's path has room for 107 characters.
    with TemporaryDirectory(prefix="clutch-tests-") as folder:
        Path(folder).chmod(0o711)
        with PostgresServer.start(Path(folder), binaries) as server:
            assert server.answers()
        assert not server.answers()


@pytest.mark.browser
def test_the_browser_shows_russian_text(page: Page) -> None:
    page.set_content("<h1>Турнирная сетка</h1>")
    assert page.get_by_role("heading").inner_text() == "Турнирная сетка"


@pytest.mark.browser
def test_a_coroutine_runs_in_the_process_that_drives_the_browser(browser: Browser) -> None:
    assert browser.is_connected()


def test_after_the_browser_another_test_runs_a_loop_of_its_own() -> None:
    async def answer() -> int:
        return 42

    assert asyncio.run(answer()) == 42

"""What all tests share: a clean environment, databases, a browser, real data, no silent skips."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

from tests.services.databases import Databases
from tests.services.keeper import session_folder, shared_socket

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytest_plugins = ["tests.fixtures.site"]

ROOT = Path(__file__).parents[1]
IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
SURROUNDINGS = ("CLUTCH_", "DATABASE_", "REDIS_", "PG")
SESSION_FOLDER = pytest.StashKey[Path]()
TEST_DATA = pytest.StashKey[Path]()
CLOSING = pytest.StashKey[ExitStack]()

hypothesis.settings.register_profile(
    "clutch", deadline=None, database=None, derandomize=IN_CI, print_blob=True
)
hypothesis.settings.load_profile("clutch")


# --- the session -------------------------------------------------------------------------------


def pytest_configure(config: pytest.Config) -> None:
    received: dict[str, str] | None = getattr(config, "workerinput", None)
    if received is None:
        named = os.environ.get("CLUTCH_TEST_DATA", ROOT.parent / "shared" / "data")
        config.stash[CLOSING] = ExitStack()
        config.stash[SESSION_FOLDER] = config.stash[CLOSING].enter_context(session_folder())
        config.stash[TEST_DATA] = Path(named).resolve()
    else:
        config.stash[SESSION_FOLDER] = Path(received["session_folder"])
        config.stash[TEST_DATA] = Path(received["test_data"])
    for name in [name for name in os.environ if name.startswith(SURROUNDINGS)]:
        del os.environ[name]


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["session_folder"] = str(node.config.stash[SESSION_FOLDER])
    node.workerinput["test_data"] = str(node.config.stash[TEST_DATA])


def pytest_unconfigure(config: pytest.Config) -> None:
    if CLOSING in config.stash:
        config.stash[CLOSING].close()


# --- a skip is a hole, and in CI nobody may fall into one ----------------------------------------

skipped: dict[str, str] = {}


def note_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, (tuple, list)) else "expected"
        skipped[report.nodeid] = reason.removeprefix("Skipped: ")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    note_skip(report)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    note_skip(report)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    harmless = session.exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}
    is_worker = hasattr(session.config, "workerinput")
    if IN_CI and skipped and harmless and not is_worker:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line for each reason to skip; in CI also which tests they are."""
    for reason, times in Counter(skipped.values()).most_common():
        terminalreporter.line(f"SKIPPED {times}: {reason}")
    if IN_CI and skipped:
        terminalreporter.section("in CI a skip is a failure", red=True)
        for nodeid in skipped:
            terminalreporter.line(nodeid)


# --- asyncio beside Playwright -------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _no_foreign_loop(request: pytest.FixtureRequest) -> Iterator[None]:
    """Playwright leaves its loop marked as running in this thread: hide it from other tests."""
    loop = asyncio._get_running_loop()
    if loop is None or "browser" in request.fixturenames:
        yield
        return
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(loop)


# --- fixtures ------------------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty CLUTCH_HOME, also set in the environment."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("CLUTCH_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def worker(request: pytest.FixtureRequest) -> str:
    """Name of the process that runs this test: main, gw0, gw1..."""
    received = getattr(request.config, "workerinput", {"workerid": "main"})
    return str(received["workerid"])


@pytest.fixture(scope="session")
def databases(request: pytest.FixtureRequest, worker: str) -> Databases:
    """The session's own PostgreSQL; ``databases.fresh()`` makes a database in it."""
    return Databases(shared_socket(request.config.stash[SESSION_FOLDER]), worker)


@pytest.fixture
def postgres_url(databases: Databases) -> Iterator[str]:
    """URL of an empty PostgreSQL database of this test's own."""
    with databases.fresh() as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """URL of a SQLite file that is not there yet."""
    return f"sqlite:///{tmp_path / 'clutch.sqlite3'}"


@pytest.fixture(
    params=[
        pytest.param("sqlite", marks=pytest.mark.sqlite),
        pytest.param("postgres", marks=pytest.mark.postgres),
    ]
)
def database_url(request: pytest.FixtureRequest) -> str:
    """URL of an empty database: the test runs once on SQLite and once on PostgreSQL."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the system's Chromium."""
    from tests.services.chromium import ADVICE, find_chromium

    found = find_chromium()
    if found is None:
        pytest.skip(ADVICE)
    return found


@pytest.fixture(scope="session")
def browser(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One headless Chromium for all tests of this process; each test makes its own context."""
    from playwright.sync_api import expect

    from tests.services.chromium import launched

    # What is waited for comes at once on a machine that has nothing else to do.
    expect.set_options(timeout=15_000)
    with launched(chromium, tmp_path_factory.mktemp("chromium")) as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in a context of its own, in English; the test fails when one of its scripts does."""
    with browser.new_context(locale="en-GB") as context:
        errors: list[str] = []
        opened = context.new_page()
        opened.on("pageerror", lambda error: errors.append(str(error)))
        yield opened
    assert not errors


@pytest.fixture(scope="session")
def test_data(request: pytest.FixtureRequest) -> Path:
    """Folder of the real data."""
    folder = request.config.stash[TEST_DATA]
    if not folder.is_dir():
        pytest.skip("no real data here: CLUTCH_TEST_DATA names its folder")
    return folder

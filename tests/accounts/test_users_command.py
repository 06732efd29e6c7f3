"""`clutch user`: accounts from a terminal, beside a running site or before its first start."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from clutch.accounts.desk import Caller
from clutch.accounts.login import log_in
from clutch.accounts.models import Role
from clutch.accounts.resets import use_reset_link
from clutch.bootstrap import Site, open_site
from clutch.cli.users import app
from clutch.kernel.settings import load_settings

HERE = Caller("127.0.0.1")


def run(*words: str, typed: str = "") -> Result:
    return CliRunner().invoke(app, list(words), input=typed, prog_name="clutch user")


def opened() -> Site:
    return open_site(load_settings(dotenv=None))


def password_in(result: Result) -> str:
    return result.stdout.rpartition("once: ")[2].strip()


@pytest.fixture(autouse=True)
def _in_a_home(home: Path, prepared_sqlite: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(prepared_sqlite, home / "clutch.db")
    monkeypatch.chdir(home)


def test_the_first_admin_is_made_before_the_first_start_and_logs_in(home: Path) -> None:
    (home / "clutch.db").unlink()
    result = run("create", "--admin", "Olga")
    assert result.exit_code == 0
    assert "The account Olga is there (admin)." in result.stdout
    site = opened()
    entered = log_in(site.desk, "Olga", password_in(result), HERE)
    assert entered.account.role is Role.ADMIN
    site.close()


def test_without_a_name_the_first_admin_is_called_admin() -> None:
    assert "The account admin is there (admin)." in run("create", "--admin").stdout
    result = run("create")
    assert result.exit_code == 2
    assert result.stderr == "Say the name of the account: clutch user create NAME.\n"


def test_a_role_and_a_password_can_be_given() -> None:
    result = run(
        "create", "Alice", "--role", "organizer", "--ask", typed="another horse entirely\n"
    )
    assert result.stdout == "The account Alice is there (organizer).\n"
    site = opened()
    assert log_in(site.desk, "Alice", "another horse entirely", HERE).account.name == "Alice"
    site.close()


@pytest.mark.parametrize(
    ("words", "typed", "said"),
    [
        (["create", "ALICE"], "", "The name “Alice” is taken"),
        (["create", "AIice"], "", "looks the same as “Alice”"),
        (["create", "Bob", "--ask"], "short\n", "at least 8 characters"),
        (["create", "Bob", "--email", "nowhere"], "", "not an e-mail address"),
        (["create", "x" * 300], "", "300 characters"),
        (["reset", "Bob"], "", "There is no account called Bob."),
        (["role", "Alice", "player"], "", "the last admin"),
    ],
)
def test_what_can_not_be_is_one_line_and_exit_code_2(
    words: list[str], typed: str, said: str
) -> None:
    run("create", "--admin", "Alice")
    result = run(*words, typed=typed)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


def test_a_reset_link_from_the_terminal_works_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLUTCH_URL", "https://clutch.example")
    run("create", "Alice")
    result = run("reset", "alice")
    link = result.stdout.splitlines()[-1]
    assert link.startswith("https://clutch.example/reset/")
    site = opened()
    entered = use_reset_link(site.desk, link.rpartition("/")[2], "another horse entirely", HERE)
    assert entered.account.name == "Alice"
    site.close()


def test_the_list_shows_everybody_or_who_matches() -> None:
    for name in ("Alice", "Bob", "Искра", "[bold]:smile:[/]"):
        run("create", name, "--email", f"{len(name)}@example.org")
    everybody = run("list").stdout
    assert all(
        name in everybody for name in ("Alice", "Bob", "Искра", "[bold]:smile:[/]", "3@example.org")
    )
    some = run("list", "иск").stdout
    assert "Искра" in some
    assert "Alice" not in some


def test_a_role_is_changed_at_once() -> None:
    run("create", "Alice")
    assert run("role", "alice", "admin").stdout == "Alice is now admin.\n"


def test_a_setting_that_is_none_ends_it_with_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLUTCH_PROT", "1337")
    result = run("list")
    assert result.exit_code == 2
    assert "CLUTCH_PROT is not a setting" in result.stderr

"""What an attacker would try at the door."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from datetime import timedelta

import pytest
import structlog
from sqlalchemy import text

from clutch.accounts.models import Role
from clutch.bootstrap import Site
from clutch.kernel import log, logs
from clutch.kernel.database import Database
from clutch.kernel.refusals import StorageUnavailable
from tests.accounts.conftest import PASSWORD, People
from tests.fixtures.browsing import Browser, Bugs
from tests.fixtures.site import on_sqlite

pytestmark = on_sqlite

SESSION = "clutch-session"


def log_in(browser: Browser, name: str, password: str = PASSWORD) -> None:
    browser.send(browser.get("/login").form("Log in"), name=name, password=password)


def test_logging_in_never_takes_a_session_that_was_planted(client: Browser, people: People) -> None:
    people.person("Alice")
    client.http.cookies.set(SESSION, "planted-by-an-attacker", domain="testserver.local")
    log_in(client, "Alice")
    assert client.http.cookies[SESSION] != "planted-by-an-attacker"
    assert not people.is_alive("planted-by-an-attacker")


def test_logging_in_again_ends_the_session_before(client: Browser, people: People) -> None:
    people.person("Alice")
    people.person("Bob")
    log_in(client, "Alice")
    before = client.http.cookies[SESSION]
    form = client.get("/account").form("Log out")
    fields = [*form.fields, ("name", "Bob"), ("password", PASSWORD)]
    client.post("/login", fields)
    assert client.http.cookies[SESSION] != before
    assert not people.is_alive(before)


def test_an_old_cookie_is_worth_nothing_after_logging_out(
    client: Browser, make_client: Callable[..., Browser], people: People
) -> None:
    people.person("Alice")
    log_in(client, "Alice")
    stolen = client.http.cookies[SESSION]
    client.send(client.get("/").form("Log out"))
    thief = make_client().log_in(stolen)
    assert "/login" in str(thief.get("/account").response.url)


def test_secret_cookies_are_out_of_reach_of_scripts_and_other_sites(
    client: Browser, people: People
) -> None:
    people.person("Alice")
    form = client.get("/login").form("Log in")
    answer = client.http.post(
        "/login",
        data=dict(form.fields) | {"name": "Alice", "password": PASSWORD},
        headers={"origin": "http://testserver"},
        follow_redirects=False,
    )
    given = [one for one in answer.headers.get_list("set-cookie") if "clutch-" in one]
    secret = [one for one in given if "clutch-session=" in one or "clutch-device=" in one]
    assert len(secret) == 2
    assert all("HttpOnly" in one and "SameSite=lax" in one.replace("Lax", "lax") for one in secret)


@pytest.mark.parametrize("path", ["/login", "/signup", "/logout", "/account", "/account/delete"])
def test_another_sites_form_does_nothing(client: Browser, people: People, path: str) -> None:
    alice = people.person("Alice")
    client.log_in(people.session(alice))
    answer = client.http.post(path, data={"name": "x"}, headers={"origin": "https://evil.example"})
    assert answer.status_code == 403
    assert people.now(alice.id).version == 1


@pytest.mark.parametrize("path", ["/login", "/signup", "/reset", "/logout", "/account/delete"])
def test_a_form_without_its_token_does_nothing(client: Browser, people: People, path: str) -> None:
    alice = people.person("Alice")
    client.log_in(people.session(alice))
    page = client.post(path, [("name", "Alice"), ("password", PASSWORD)])
    assert page.response.status_code == 403
    assert people.is_alive(client.http.cookies[SESSION])


def position(people: People) -> int:
    with people.site.database.read() as conn:
        return log.last_position(conn)


def test_no_address_changes_anything_by_being_opened(client: Browser, people: People) -> None:
    alice = people.person("Alice", Role.ADMIN)
    people.person("Olga", Role.ADMIN)
    client.log_in(people.session(alice))
    before = position(people)
    for path in (
        "/logout",
        "/account/delete",
        "/account/sessions/end-others",
        "/admin/users/1/ban",
    ):
        # 200: where a form goes, its page is shown.
        assert client.get(path).response.status_code in {200, 404, 405, 409}
    assert position(people) == before
    assert people.is_alive(client.http.cookies[SESSION])
    assert people.now(alice.id).version == 1


def test_an_unknown_name_costs_the_same_hashing_as_a_wrong_password(
    client: Browser, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted, not timed: the machine that tests run on is shared."""
    people.person("Alice")
    checked: list[str] = []
    hasher = people.site.desk.hasher._hasher

    class Watched:
        def verify(self, kept: str, password: bytes) -> bool:
            checked.append(kept.rpartition("$")[0].rpartition("$")[0])
            return hasher.verify(kept, password)

    monkeypatch.setattr(people.site.desk.hasher, "_hasher", Watched())
    said = []
    for name in ("Alice", "Nobody"):
        page = client.send(client.get("/login").form("Log in"), name=name, password="wrong one")
        said.append((page.response.status_code, page.ids["refusal"]))
    assert said[0] == said[1]
    assert len(checked) == 2
    assert checked[0] == checked[1]
    assert checked[0].startswith("$argon2id$")


def test_no_secret_reaches_the_logs(
    client: Browser,
    make_client: Callable[..., Browser],
    people: People,
    bugs: Bugs,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not even when something breaks while secrets are at hand."""
    written = io.StringIO()
    logs.configure("debug")
    logging.getLogger().handlers[0].setStream(written)  # type: ignore[attr-defined]
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # the test's own client, not the site
    people.person("Alice", Role.ADMIN)
    log_in(client, "Alice", "Kanarienvogel-Passwort")
    log_in(client, "Alice")
    secrets = [PASSWORD, "Kanarienvogel-Passwort", client.http.cookies[SESSION]]
    page = client.get("/account/tokens")
    page = client.send(page.form("Make the token"), name="bot", scopes=["read"])
    secrets.append(page.ids["new-token"])
    page = client.send(client.get("/admin/users/1").form("Make a one-time link"))
    link = page.ids["reset-link"].removeprefix("http://testserver")
    secrets.append(link.removeprefix("/reset/"))

    def broken(*_: object) -> None:
        raise RuntimeError("it broke")

    monkeypatch.setattr("clutch.web.pages.login.find_reset", broken)
    monkeypatch.setattr("clutch.accounts.login.find_credentials", broken)
    guest = make_client()
    form = dict(guest.get("/login").form("Log in").fields)
    guest.http.get(link)
    guest.http.post("/login", data=form | {"name": "Alice", "password": PASSWORD})
    assert [str(bug) for bug in bugs] == ["it broke", "it broke"]
    bugs.clear()
    said = written.getvalue()
    structlog.reset_defaults()
    assert said.count("RuntimeError: it broke") == 2
    assert [secret for secret in secrets if secret in said] == []


def test_a_failing_statement_does_not_tell_its_values(site: Site) -> None:
    with pytest.raises(Exception, match="no such table") as failed, site.database.read() as conn:
        conn.execute(text("SELECT * FROM nowhere WHERE secret = :secret"), {"secret": "canary"})
    assert "canary" not in str(failed.value)


def test_what_is_only_read_goes_on_when_nothing_can_be_written(
    client: Browser, people: People, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = people.person("Alice")
    client.log_in(people.session(alice))

    def full(_: Database) -> None:
        raise StorageUnavailable

    monkeypatch.setattr(Database, "begin_write", full)
    site.clock.advance(timedelta(minutes=10))  # type: ignore[attr-defined]
    assert client.get("/account").response.status_code == 200
    site.desk.footprints.write_down()
    page = client.send(client.get("/account").form("Save"), name="Alicia")
    assert page.response.status_code == 503
    assert page.response.headers["retry-after"]
    assert "Nothing was changed" in page.text

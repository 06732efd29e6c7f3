"""Journeys through the door, the account pages and administration, in a browser without scripts."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from clutch.accounts.models import Role, Scope
from clutch.accounts.sessions import end_sessions
from tests.accounts.conftest import PASSWORD, People
from tests.fixtures.browsing import Browser, SeenPage
from tests.fixtures.site import on_sqlite

NEW = "another horse entirely"
Make = Callable[..., Browser]

pytestmark = on_sqlite


def log_in(browser: Browser, name: str, password: str = PASSWORD, at: str = "/login") -> SeenPage:
    return browser.send(browser.get(at).form("Log in"), name=name, password=password)


def path_of(page: SeenPage) -> str:
    return str(page.response.url).removeprefix("http://testserver")


def test_a_stranger_signs_up_goes_and_comes_back(client: Browser, make_client: Make) -> None:
    page = client.get("/signup")
    page = client.send(page.form("Create my account"), name="Night Owl", password=PASSWORD)
    assert path_of(page) == "/"
    assert "Welcome, Night Owl." in page.text
    page = client.send(page.form("Log out"))
    assert "You are logged out." in page.text
    assert path_of(client.get("/account")) == "/login?next=/account"
    page = log_in(client, "night owl", at="/login?next=/account/sessions")
    assert path_of(page) == "/account/sessions"
    assert path_of(make_client().get("/account")) == "/login?next=/account"


def test_what_was_typed_stays_when_a_sign_up_is_refused(client: Browser, people: People) -> None:
    people.person("Alice")
    form = client.get("/signup").form("Create my account")
    page = client.send(form, name="AIice", password=PASSWORD, email="a@example.org")
    assert page.response.status_code == 409
    assert "looks the same as “Alice”" in page.text
    kept = dict(page.form("Create my account").fields)
    assert (kept["name"], kept["email"], kept["password"]) == ("AIice", "a@example.org", "")


def test_refusals_are_in_the_readers_language(make_client: Make, people: People) -> None:
    people.person("Alice")
    russian = make_client("ru")
    form = russian.get("/login").form("Войти")
    page = russian.send(form, name="Alice", password="неверный пароль")
    assert page.response.status_code == 422
    assert "Неверное имя или пароль" in page.text


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "http:evil.example",
    ],
)
def test_logging_in_leads_nowhere_but_here(client: Browser, people: People, target: str) -> None:
    people.person("Alice")
    form = client.get("/login").form("Log in")
    values = {"name": "Alice", "password": PASSWORD, "next": target}
    answer = client.http.post(
        "/login",
        data=dict(form.fields) | values,
        headers={"origin": "http://testserver"},
        follow_redirects=False,
    )
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"


def test_the_profile_is_changed_and_the_language_follows(client: Browser, people: People) -> None:
    people.person("Alice")
    log_in(client, "Alice")
    form = client.get("/account").form("Save")
    page = client.send(form, name="Алиса", language="ru", zone="Europe/Moscow")
    assert "Профиль сохранён." in page.text
    kept = dict(page.form("Сохранить").fields)
    assert (kept["name"], kept["language"], kept["zone"]) == ("Алиса", "ru", "Europe/Moscow")
    assert "Алиса" in client.get("/").text


def test_another_address_is_kept_only_with_the_password(client: Browser, people: People) -> None:
    alice = people.person("Alice")
    log_in(client, "Alice")
    page = client.send(client.get("/account").form("Save"), email="a@example.org")
    assert page.response.status_code == 422
    assert "This is not your current password" in page.text
    page = client.send(page.form("Save"), email="a@example.org", current_password=PASSWORD)
    assert "Your profile is saved." in page.text
    assert people.now(alice.id).email == "a@example.org"
    page = client.send(client.get("/account").form("Save"), name="Alicia")
    assert "Your profile is saved." in page.text


def test_two_windows_do_not_overwrite_each_other(client: Browser, people: People) -> None:
    people.person("Alice")
    log_in(client, "Alice")
    old = client.get("/account").form("Save")
    client.send(client.get("/account").form("Save"), name="Alicia")
    page = client.send(old, name="Alissa")
    assert page.response.status_code == 412
    assert "Somebody changed this meanwhile" in page.text


def test_a_new_password_logs_other_browsers_out_at_once(
    client: Browser, make_client: Make, people: People
) -> None:
    people.person("Alice")
    other = make_client()
    log_in(client, "Alice")
    log_in(other, "Alice")
    form = client.get("/account/password").form("Change the password")
    page = client.send(form, current_password=PASSWORD, new_password=NEW)
    assert "Your password is changed, 1 other session has ended." in page.text
    assert path_of(other.get("/account")) == "/login?next=/account"
    assert client.get("/account").response.status_code == 200


def test_sessions_are_listed_and_ended_one_by_one_or_all_others(
    client: Browser, make_client: Make, people: People
) -> None:
    people.person("Alice")
    others = [make_client(), make_client()]
    for browser in (client, *others):
        log_in(browser, "Alice")
    page = client.get("/account/sessions")
    assert page.text.count("This browser") == 1
    page = client.send(page.form("End"))
    assert "That session has ended." in page.text
    page = client.send(page.form("Log out everywhere else"))
    assert "1 session has ended." in page.text
    assert all(path_of(one.get("/account")).startswith("/login") for one in others)
    assert client.get("/account").response.status_code == 200


def test_a_token_is_shown_once_and_revoked(client: Browser, people: People) -> None:
    people.person("Alice")
    log_in(client, "Alice")
    form = client.get("/account/tokens").form("Make the token")
    page = client.send(form, name="Overlay", scopes=["read", "teams:write"])
    secret = page.ids["new-token"]
    assert secret.startswith("clutch_")
    assert page.response.headers["cache-control"] == "private, no-store"
    page = client.get("/account/tokens")
    assert secret not in page.response.text
    assert "Overlay" in page.text
    assert "read, teams:write" in page.text
    page = client.send(page.form("Revoke"))
    assert "The token no longer works." in page.text
    assert "No tokens yet" in page.text


def test_only_an_admin_is_offered_to_administrate_by_token(client: Browser, people: People) -> None:
    people.person("Alice")
    log_in(client, "Alice")
    page = client.get("/account/tokens")
    assert ("scopes", "admin") not in page.form("Make the token").boxes
    form = page.form("Make the token")
    page = client.post(form.action, [*form.fields, ("name", "x"), ("scopes", "admin")])
    assert page.response.status_code == 422


def test_everything_kept_is_downloaded_and_the_account_deleted(
    client: Browser, people: People
) -> None:
    alice = people.person("Alice", email="alice@example.org")
    log_in(client, "Alice")
    answer = client.get("/account/export").response
    assert answer.headers["content-disposition"].startswith("attachment")
    kept = msgspec.json.decode(answer.content)
    assert kept["account"]["email"] == "alice@example.org"
    form = client.get("/account/privacy").form("Delete my account")
    page = client.send(form, current_password="wrong")
    assert page.response.status_code == 422
    page = client.send(page.form("Delete my account"), current_password=PASSWORD)
    assert "Your account is deleted." in page.text
    assert "Log in" in page.text
    assert people.kinds(alice)[-1] == "account-deleted"
    page = log_in(client, "Alice")
    assert "Name and password do not match" in page.text


def test_a_reset_link_is_opened_without_being_spent(
    client: Browser, make_client: Make, people: People
) -> None:
    people.person("Olga", Role.ADMIN)
    alice = people.person("Alice")
    log_in(client, "Olga")
    page = client.get(f"/admin/users/{alice.id}")
    page = client.send(page.form("Make a one-time link"))
    link = page.ids["reset-link"].removeprefix("http://testserver")
    scanner, owner = make_client(), make_client()
    for _ in range(3):
        assert scanner.get(link).response.status_code == 200
    page = owner.get(link)
    assert page.response.headers["referrer-policy"] == "same-origin"
    page = owner.send(page.form("Set the password"), password="short")
    assert page.response.status_code == 422
    page = owner.send(page.form("Set the password"), password=NEW)
    assert "you are logged in" in page.text
    assert "Alice" in page.text
    assert scanner.get(link).response.status_code == 404


def test_asking_for_a_reset_says_the_same_whoever_asks(client: Browser, people: People) -> None:
    people.person("Alice", email="alice@example.org")
    assert "sends no mail" in client.get("/reset").text
    object.__setattr__(people.site.desk, "sends_mail", True)
    said = set()
    for name in ("Alice", "nobody", "alice@example.org", "x@example.org"):
        page = client.send(client.get("/reset").form("Send the link"), name=name)
        said.add(page.text)
    assert len(said) == 1
    assert "If there is an account" in said.pop()


# --- administration -----------------------------------------------------------------------------


def test_an_admin_finds_somebody_and_makes_them_an_organizer(
    client: Browser, people: People
) -> None:
    people.person("Olga", Role.ADMIN)
    alice = people.person("Alice")
    log_in(client, "Olga")
    page = client.send(client.get("/admin/users").form("Search"), q="ali")
    assert [
        address for _, address in page.links if "/admin/users/" in address and "new" not in address
    ] == [f"/admin/users/{alice.id}"]
    page = client.send(
        client.get(f"/admin/users/{alice.id}").form("Change the role"), role="organizer"
    )
    assert "The role is changed" in page.text
    assert "Role of Alice changed: Player → Organizer." in page.text


def test_a_banned_player_is_out_with_the_next_click_and_reads_why(
    client: Browser, make_client: Make, people: People
) -> None:
    people.person("Olga", Role.ADMIN)
    alice, player = people.person("Alice"), make_client()
    log_in(client, "Olga")
    log_in(player, "Alice")
    page = client.get(f"/admin/users/{alice.id}")
    page = client.send(page.form("Ban"), reason="Shouting at the referee.")
    assert "The account is banned" in page.text
    assert path_of(player.get("/account")) == "/login?next=/account"
    page = log_in(player, "Alice")
    assert page.response.status_code == 403
    assert "Shouting at the referee." in page.text
    page = client.send(client.get(f"/admin/users/{alice.id}").form("Lift the ban"))
    assert "The ban is lifted." in page.text
    assert path_of(log_in(player, "Alice")) == "/"


def test_an_admin_makes_an_account_without_a_password(client: Browser, people: People) -> None:
    people.person("Olga", Role.ADMIN)
    log_in(client, "Olga")
    form = client.get("/admin/users/new").form("Create the account")
    page = client.send(form, name="Guest star", role="organizer")
    assert "The account Guest star is there." in page.text
    assert page.form("Make a one-time link").method == "post"
    page = client.send(client.get("/admin/users/new").form("Create the account"), name="GUEST star")
    assert page.response.status_code == 409


def test_the_log_tells_everything_in_both_languages(client: Browser, people: People) -> None:
    people.person("Olga", Role.ADMIN)
    alice = people.person("<b>Alice</b>")
    people.token(alice, Scope.READ)
    log_in(client, "Olga")
    page = client.get("/admin/log")
    assert "Account created: <b>Alice</b> (Player)." in page.text
    assert "Personal token made for <b>Alice</b> (scopes: read)." in page.text
    assert "<b>Alice" not in page.response.text
    page = client.send(page.form("EN"), button="RU")
    assert "Создан аккаунт: <b>Alice</b> (Игрок)." in client.get("/admin/log").text


def test_a_long_log_goes_on_page_after_page(client: Browser, people: People) -> None:
    people.person("Olga", Role.ADMIN)
    for n in range(60):
        people.person(f"Player {n:02}")
    log_in(client, "Olga")
    page = client.get("/admin/log")
    assert "Player 59" in page.text
    assert "Player 09" not in page.text
    older = next(address for label, address in page.links if label == "Older")
    page = client.get(older)
    assert "Player 09" in page.text
    assert "Player 59" not in page.text
    assert "Older" not in [label for label, _ in page.links]


ADMIN_PAGES = ["/admin", "/admin/users", "/admin/users/new", "/admin/users/1", "/admin/log"]


@pytest.mark.parametrize("path", ADMIN_PAGES)
def test_administration_is_for_admins(client: Browser, people: People, path: str) -> None:
    people.person("Olga", Role.ORGANIZER)
    assert path_of(client.get(path)).startswith("/login?next=/admin")
    log_in(client, "Olga")
    assert client.get(path).response.status_code == 403


def test_an_admin_who_is_one_no_more_is_stopped_at_once(client: Browser, people: People) -> None:
    people.person("Olga", Role.ADMIN)
    anna = people.person("Anna", Role.ADMIN)
    log_in(client, "Anna")
    page = client.get(f"/admin/users/{anna.id}")
    page = client.send(page.form("Change the role"), role="player")
    assert page.response.status_code == 403
    assert people.now(anna.id).role is Role.PLAYER


def test_people_pages_of_nobody_are_missing(client: Browser, people: People) -> None:
    people.person("Olga", Role.ADMIN)
    log_in(client, "Olga")
    for path in ("/admin/users/4711", "/admin/users/99999999999999999999", "/reset/unknown"):
        assert client.get(path).response.status_code == 404


def test_a_session_that_ended_elsewhere_is_a_guest_here(client: Browser, people: People) -> None:
    alice = people.person("Alice")
    log_in(client, "Alice")
    people.write(lambda tx: end_sessions(tx, alice.id))
    assert path_of(client.get("/account/tokens")).startswith("/login")
    assert "Log in" in client.get("/").text

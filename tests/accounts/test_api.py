"""Accounts over the API: what a program does from its first log-in to its last."""

from __future__ import annotations

from typing import Any

import pytest

from clutch.accounts.models import Role, Scope
from tests.accounts.conftest import PASSWORD, People
from tests.fixtures.browsing import Api, Browser
from tests.fixtures.site import on_sqlite

NEW = "another horse entirely"

pytestmark = on_sqlite


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_a_program_signs_up_logs_in_and_looks_at_itself(api: Api) -> None:
    answer = api.post("/accounts", {"name": "Alice", "password": PASSWORD, "language": "ru"})
    assert answer.status_code == 201
    assert answer.headers["etag"] == '"1"'
    assert answer.json()["role"] == "player"
    login = {"name": "alice", "password": PASSWORD}
    made = api.post("/tokens", {"name": "bot", "scopes": ["read"], "login": login})
    assert made.status_code == 201
    assert "idempotent-replayed" not in made.headers
    me = api.by(made.json()["secret"]).get("/account").json()
    assert (me["name"], me["language"], me["version"]) == ("Alice", "ru", 1)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"name": "", "password": PASSWORD}, 422, "name-empty"),
        ({"name": "x" * 300, "password": PASSWORD}, 422, "name-too-long"),
        ({"name": "a\u202eb", "password": PASSWORD}, 422, "name-direction"),
        ({"name": "a\x01b", "password": PASSWORD}, 422, "name-not-printable"),
        ({"name": "a\x00b", "password": PASSWORD}, 422, "invalid-input"),
        # Not a NUL, but what a NUL looks like.
        ({"name": "a\\u0000b", "password": "short"}, 422, "password-too-short"),
        ({"name": "ALICE", "password": PASSWORD}, 409, "name-taken"),
        ({"name": "аlice", "password": PASSWORD}, 409, "name-looks-taken"),
        ({"name": "Bob", "password": "short"}, 422, "password-too-short"),
        ({"name": "Bob", "password": PASSWORD, "email": "x"}, 422, "email-invalid"),
        ({"name": "Bob", "password": PASSWORD, "zone": "Mars"}, 422, "zone-unknown"),
        ({"name": "Bob", "password": PASSWORD, "role": "admin"}, 422, "invalid-input"),
        ({"name": "Bob", "password": PASSWORD, "language": "xx"}, 422, "invalid-input"),
        ({"name": 7, "password": PASSWORD}, 422, "invalid-input"),
        ({"name": "Bob"}, 422, "invalid-input"),
        ([], 422, "invalid-input"),
    ],
)
def test_a_sign_up_that_can_not_be_is_refused_with_a_code(
    api: Api, people: People, body: Any, status: int, code: str
) -> None:
    people.person("Alice")
    assert code_of(api.post("/accounts", body)) == (status, code)


def test_text_that_is_no_unicode_is_refused_not_a_bug(api: Api) -> None:
    for raw in (b'{"name": "\\ud800", "password": "correct horse battery"}', b"\xff{}"):
        headers = {"content-type": "application/json"}
        answer = api.http.post("/api/v1/accounts", content=raw, headers=headers)
        assert 400 <= answer.status_code < 500


def test_a_password_is_taken_to_the_letter(api: Api) -> None:
    api.post("/accounts", {"name": "Alice", "password": f" {PASSWORD} "})
    for password, status in ((PASSWORD, 422), (f" {PASSWORD} ", 201)):
        login = {"name": "Alice", "password": password}
        answer = api.post("/tokens", {"scopes": ["read"], "login": login})
        assert answer.status_code == status


def test_a_sign_up_sent_twice_under_one_key_makes_one_account(api: Api) -> None:
    body = {"name": "Alice", "password": PASSWORD}
    first = api.post("/accounts", body, key="k1")
    again = api.post("/accounts", body, key="k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again.headers["idempotent-replayed"] == "true"
    other = api.post("/accounts", body | {"name": "Bob"}, key="k1")
    assert code_of(other) == (422, "idempotency-key-reused")


def test_a_profile_is_changed_by_whom_has_seen_it(api: Api, people: People) -> None:
    mine = api.by(people.token(people.person("Alice")))
    assert code_of(mine.patch("/account", {"name": "Alicia"})) == (428, "version-required")
    answer = mine.patch("/account", {"name": "Alicia", "zone": "Europe/Moscow"}, version=1)
    assert answer.status_code == 200
    assert (answer.json()["name"], answer.json()["version"]) == ("Alicia", 2)
    stale = mine.patch("/account", {"name": "Alissa"}, version=1)
    assert code_of(stale) == (412, "version-stale")
    assert stale.json()["details"] == {"seen": 1, "current": 2}


def test_another_address_needs_the_password(api: Api, people: People) -> None:
    mine = api.by(people.token(people.person("Alice")))
    body = {"email": "a@example.org"}
    refused = mine.patch("/account", body, version=1)
    assert code_of(refused) == (422, "password-not-confirmed")
    answer = mine.patch("/account", body | {"current_password": PASSWORD}, version=1)
    assert answer.json()["email"] == "a@example.org"
    assert mine.patch("/account", {"email": ""}, version=2).status_code == 422


def test_scopes_bind_the_program(api: Api, people: People) -> None:
    alice = people.person("Alice")
    reader = api.by(people.token(alice, Scope.READ))
    assert reader.get("/account").status_code == 200
    for answer in (
        reader.patch("/account", {"name": "X"}, version=1),
        reader.get("/tokens"),
        reader.get("/account/export"),
        reader.post("/tokens", {"scopes": ["read"]}),
        reader.delete("/account", {"current_password": PASSWORD}, version=1),
    ):
        assert code_of(answer) == (403, "scope-needed")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/account", None),
        ("PATCH", "/account", {"name": "X"}),
        ("POST", "/account/password", {"current_password": "a", "new_password": NEW}),
        ("DELETE", "/account", {"current_password": "a"}),
        ("GET", "/account/export", None),
        ("GET", "/account/sessions", None),
        ("DELETE", "/account/sessions", None),
        ("DELETE", "/account/sessions/1", None),
        ("GET", "/tokens", None),
        ("POST", "/tokens", {"scopes": ["read"]}),
        ("DELETE", "/tokens/1", None),
        ("GET", "/admin/accounts", None),
        ("POST", "/admin/accounts", {"name": "X"}),
        ("GET", "/admin/accounts/1", None),
        ("PUT", "/admin/accounts/1/role", {"role": "admin"}),
        ("PUT", "/admin/accounts/1/ban", {"reason": "x"}),
        ("DELETE", "/admin/accounts/1/ban", None),
        ("POST", "/admin/accounts/1/reset-link", None),
        ("GET", "/admin/log", None),
    ],
)
def test_guests_are_asked_to_log_in_and_players_stay_players(
    api: Api, people: People, method: str, path: str, body: Any
) -> None:
    alice = people.person("Alice")
    assert code_of(api.call(method, path, body, version=1)) == (401, "login-required")
    assert api.call(method, path, body, version=1).headers["www-authenticate"].startswith("Bearer")
    if path.startswith("/admin"):
        player = api.by(people.token(alice))
        assert code_of(player.call(method, path, body, version=1)) == (403, "role-needed")


def test_a_token_in_the_address_is_no_token(api: Api, people: People) -> None:
    secret = people.token(people.person("Alice"))
    for name in ("token", "access_token", "authorization", "api_key"):
        assert api.get(f"/account?{name}={secret}").status_code == 401
    assert api.get("/account", authorization=f"Basic {secret}").status_code == 401


def test_an_unknown_token_is_said_to_be_one(api: Api) -> None:
    assert code_of(api.by("clutch_nobody").get("/players")) == (401, "token-unknown")


def test_a_password_changed_by_a_program_ends_all_sessions(api: Api, people: People) -> None:
    alice = people.person("Alice")
    session, mine = people.session(alice), api.by(people.token(alice))
    body = {"current_password": PASSWORD, "new_password": NEW}
    assert mine.post("/account/password", body).json() == {"ended": 1}
    assert not people.is_alive(session)
    assert code_of(mine.post("/account/password", body)) == (422, "password-not-confirmed")


def test_sessions_and_tokens_are_listed_and_ended(api: Api, people: People) -> None:
    alice = people.person("Alice")
    people.session(alice)
    mine = api.by(people.token(alice))
    (listed,) = mine.get("/account/sessions").json()
    assert (listed["device"], listed["is_current"]) == ("Firefox, Linux", False)
    assert mine.delete(f"/account/sessions/{listed['id']}").status_code == 204
    assert mine.delete("/account/sessions").json() == {"ended": 0}
    (token,) = mine.get("/tokens").json()
    assert mine.delete(f"/tokens/{token['id']}").status_code == 204
    assert mine.get("/tokens").status_code == 401


def test_leaving_over_the_api(api: Api, people: People) -> None:
    alice = people.person("Alice")
    mine = api.by(people.token(alice))
    kept = mine.get("/account/export").json()
    assert kept["account"]["name"] == "Alice"
    wrong = mine.delete("/account", {"current_password": "wrong"}, version=1)
    assert code_of(wrong) == (422, "password-not-confirmed")
    right = {"current_password": PASSWORD}
    assert code_of(mine.delete("/account", right, version=7)) == (412, "version-stale")
    assert mine.delete("/account", right, version=1).status_code == 204
    assert mine.get("/account").status_code == 401
    left = api.get(f"/players/{alice.id}").json()
    assert {"id": alice.id, "name": None, "created_on": "2026-03-14"}.items() <= left.items()


def test_players_are_public_without_what_is_private(api: Api, people: People) -> None:
    people.person("Alice", email="alice@example.org")
    people.person("Bob")
    listed = api.get("/players?q=ali").json()
    assert listed["players"] == [{"id": 1, "name": "Alice", "created_on": "2026-03-14"}]
    assert "example.org" not in api.get("/players").text
    assert code_of(api.get("/players/4711")) == (404, "account-missing")
    for path in (
        "/players/0",
        "/players/x",
        "/players/-1",
        f"/players/{10**30}",
        "/players?page=0",
    ):
        assert api.get(path).status_code in {404, 422}


def test_log_ins_are_throttled_with_the_time_to_wait(api: Api, people: People) -> None:
    people.person("Alice")
    body = {"scopes": ["read"], "login": {"name": "Alice", "password": "wrong"}}
    answers = [api.post("/tokens", body) for _ in range(12)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429] * 2
    assert 0 < int(answers[-1].headers["retry-after"]) <= 61
    assert answers[-1].json()["code"] == "too-many-logins"
    assert "min" in answers[-1].json()["message"]


def test_an_admin_makes_many_accounts_with_tokens_and_no_throttle(api: Api, people: People) -> None:
    scopes = (Scope.READ, Scope.ADMIN)
    admin = api.by(people.token(people.person("Olga", Role.ADMIN), *scopes))
    token = {"name": "play", "scopes": ["tournaments:write"]}
    answers = [
        admin.post("/admin/accounts", {"name": f"Player {n}", "token": token}) for n in range(30)
    ]
    assert {answer.status_code for answer in answers} == {201}
    made = answers[-1].json()
    me = api.by(made["token"]["secret"]).get("/account").json()
    assert me["name"] == "Player 29"
    login = {"scopes": ["read"], "login": {"name": "Player 29", "password": ""}}
    assert code_of(api.post("/tokens", login)) == (422, "wrong-password")
    too_much = {"name": "Eve", "token": {"scopes": ["admin"]}}
    assert code_of(admin.post("/admin/accounts", too_much)) == (422, "scope-refused")
    assert code_of(api.get("/players/32")) == (404, "account-missing")


def test_an_admin_does_over_the_api_what_the_pages_do(api: Api, people: People) -> None:
    admin = api.by(people.token(people.person("Olga", Role.ADMIN), Scope.READ, Scope.ADMIN))
    made = admin.post("/admin/accounts", {"name": "Alice", "password": PASSWORD}, key="a")
    assert (
        admin.post("/admin/accounts", {"name": "Alice", "password": PASSWORD}, key="a").json()
        == made.json()
    )
    who = f"/admin/accounts/{made.json()['account']['id']}"
    assert code_of(admin.put(f"{who}/role", {"role": "organizer"})) == (428, "version-required")
    changed = admin.put(f"{who}/role", {"role": "organizer"}, version=1)
    assert changed.headers["etag"] == '"2"'
    banned = admin.put(f"{who}/ban", {"reason": "Cheating."}, version=2).json()
    assert (banned["ban_reason"], banned["version"]) == ("Cheating.", 3)
    refused = admin.post(f"{who}/reset-link")
    assert code_of(refused) == (403, "account-banned")
    assert admin.delete(f"{who}/ban", version=3).json()["banned_at"] is None
    link = admin.post(f"{who}/reset-link").json()["path"].removeprefix("/reset/")
    used = api.post("/password-resets/use", {"link": link, "password": NEW})
    assert used.json()["name"] == "Alice"
    again = api.post("/password-resets/use", {"link": link, "password": NEW})
    assert code_of(again) == (404, "reset-link-spent")
    assert [
        one["name"] for one in admin.get("/admin/accounts?role=organizer").json()["accounts"]
    ] == ["Alice"]
    log = admin.get("/admin/log").json()
    assert log[0]["text"] == "New password set by a one-time link: Alice."
    assert {line["kind"] for line in log} >= {"role-changed", "account-banned", "token-made"}


def test_asking_for_a_reset_never_tells(api: Api, people: People) -> None:
    people.person("Alice", email="alice@example.org")
    for name in ("Alice", "nobody"):
        answer = api.post("/password-resets", {"name": name})
        assert (answer.status_code, answer.content) == (204, b"")


def test_a_page_of_another_site_changes_nothing(api: Api, client: Browser, people: People) -> None:
    alice = people.person("Alice")
    client.log_in(people.session(alice))
    body = {"name": "Eve"}
    for headers in (
        {"origin": "https://evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"origin": "null"},
        {},  # a form of ours could not send JSON; our scripts say who they are
    ):
        answer = client.http.patch(
            "/api/v1/account", json=body, headers={"if-match": '"1"', **headers}
        )
        assert code_of(answer) == (403, "other-origin")
    ours = {"if-match": '"1"', "origin": "http://testserver", "x-requested-with": "clutch"}
    answer = client.http.patch("/api/v1/account", json={"name": "Alicia"}, headers=ours)
    assert answer.status_code == 200

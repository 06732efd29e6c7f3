"""Tournaments over the API, from the draft to the draw."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from clutch.accounts.models import Actor, Role, Scope
from clutch.accounts.repository import insert_account
from clutch.kernel.writing import Transaction
from clutch.tournaments import organizing
from clutch.tournaments.models import Status, Tournament
from clutch.tournaments.registering import Wish, register
from tests.fixtures.browsing import Api
from tests.fixtures.site import on_sqlite
from tests.tournaments.conftest import Community


def test_an_organizer_leads_a_tournament_by_a_token(community: Community) -> None:
    boss = community.api(community.boss)
    made = boss.post(
        "/tournaments",
        {
            "name": "Cup",
            "game": "Chess",
            "format": "double_elimination",
            "format_settings": {"best_of": 3, "final": 5},
            "max_participants": 3,
            "starts_at": "2026-12-05T19:00:00+03:00",
            "zone": "Europe/Moscow",
        },
    )
    assert made.status_code == 201
    cup = made.json()
    assert (cup["status"], cup["starts_at"]) == ("draft", "2026-12-05T16:00:00Z")
    assert made.headers["etag"] == f'"{cup["version"]}"'
    path = f"/tournaments/{cup['id']}"
    assert community.api().get(path).status_code == 404

    cup = boss.post(f"{path}/status", {"to": "registration"}, version=1).json()
    registered = {}
    for player in community.players(4):
        answer = community.api(player).post(f"{path}/registrations", {"name": f"The {player.name}"})
        assert answer.status_code == 201
        registered[player.name] = answer.json()
    assert [one["status"] for one in registered.values()] == ["admitted"] * 3 + ["waiting"]

    cup = boss.post(f"{path}/status", {"to": "check_in"}, version=cup["version"]).json()
    for name in ("player1", "player2", "player4"):
        one = registered[name]
        where = f"{path}/registrations/{one['id']}/check-in"
        answer = boss.post(where, version=one["version"])
        assert answer.json()["checked_in_at"] == "2026-03-14T15:00:00Z"
    plan = boss.get(f"{path}/check-in").json()
    assert plan["absent"] == [registered["player3"]["id"]]
    assert plan["moving_up"] == [registered["player4"]["id"]]
    cup = boss.post(f"{path}/status", {"to": "seeding"}, version=cup["version"]).json()

    seeding = boss.get(f"{path}/seeding").json()
    order = [registered["player2"]["participant"], *reversed(seeding["participants"][2:])]
    order += [one for one in seeding["participants"] if one not in order]
    seeding = boss.put(
        f"{path}/seeding", {"participants": order}, version=seeding["version"]
    ).json()
    preview = boss.post(f"{path}/draw/preview").json()
    assert preview["version"] == seeding["version"]
    started = boss.post(f"{path}/draw", version=preview["version"])
    assert started.json()["status"] == "running"
    participants = community.api().get(f"{path}/participants").json()
    assert [(one["seed"], one["name"]) for one in participants] == [
        (1, "The player2"),
        (2, "The player4"),
        (3, "The player1"),
    ]
    drawn = community.api().get(f"{path}/bracket").json()["matches"]
    shown = [(one["id"], one["best_of"], one["status"], one["opponents"]) for one in drawn]
    assert shown == [
        (one["id"], one["best_of"], one["status"], one["opponents"]) for one in preview["matches"]
    ]


def test_the_same_key_registers_once(community: Community) -> None:
    cup = community.cup()
    player = community.api(community.person("player1"))
    path = f"/tournaments/{cup.id}/registrations"
    first = player.post(path, {}, key="one")
    again = player.post(path, {}, key="one")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    other = player.post(path, {})
    assert (other.status_code, other.json()["code"]) == (409, "already-registered")
    assert len(community.registrations(cup)) == 1


@pytest.mark.parametrize("name", ["", "   ", "\u3000"])
def test_an_empty_display_name_is_not_the_same_as_none(community: Community, name: str) -> None:
    cup = community.cup()
    player = community.api(community.person("player1"))
    answer = player.post(f"/tournaments/{cup.id}/registrations", {"name": name})
    assert (answer.status_code, answer.json()["code"]) == (422, "name-empty")
    assert community.registrations(cup) == []


def test_versions_are_asked_for_and_compared(community: Community) -> None:
    cup = community.cup(*community.players(2))
    boss, path = community.api(community.boss), f"/tournaments/{cup.id}"
    one = community.registrations(cup)[0]
    calls: list[tuple[str, str, Any]] = [
        ("PATCH", path, {"rules": "New"}),
        ("POST", f"{path}/status", {"to": "seeding"}),
        ("PATCH", f"{path}/registrations/{one.id}", {"name": "New"}),
        ("DELETE", f"{path}/registrations/{one.id}", None),
        ("POST", f"{path}/registrations/{one.id}/remove", {"reason": "why not"}),
    ]
    for method, where, body in calls:
        without = boss.call(method, where, body)
        assert (without.status_code, without.json()["code"]) == (428, "version-required")
        stale = boss.call(method, where, body, version=99)
        assert (stale.status_code, stale.json()["code"]) == (412, "version-stale")
        assert stale.json()["details"]["seen"] == 99
    assert community.now(cup) == cup
    assert community.registrations(cup)[0] == one


@on_sqlite
def test_lists_are_filtered_and_paged(community: Community) -> None:
    for number in range(3):
        community.cup(name=f"Cup {number}", game="Chess" if number else "Go")
    community.draft(name="Hidden")
    api = community.api()
    found = api.get("/tournaments").json()
    assert (found["total"], found["page"], found["pages"]) == (3, 1, 1)
    names = [one["name"] for one in api.get("/tournaments?game=Chess&q=cup").json()["tournaments"]]
    assert sorted(names) == ["Cup 1", "Cup 2"]
    assert api.get("/tournaments?status=running").json()["tournaments"] == []
    assert api.get("/tournaments?status=nonsense").status_code == 422


@on_sqlite
@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"name": "Cup", "game": "Chess", "colour": "red"}, "invalid-input"),
        ({"name": "Cup"}, "invalid-input"),
        ({"name": "Cup", "game": "Chess", "max_participants": "many"}, "invalid-input"),
        ({"name": "Cup", "game": "Chess", "max_participants": 10**9}, "invalid-input"),
        ({"name": "Cup", "game": "Chess", "max_participants": 2000}, "size-invalid"),
        ({"name": "Cup", "game": "Chess", "starts_at": "2026-12-05T19:00"}, "invalid-input"),
        ({"name": " ", "game": "Chess"}, "name-empty"),
        ({"name": "Cup", "game": "Chess", "rules": "x" * 50_001}, "text-too-long"),
    ],
)
def test_bodies_that_make_no_sense_are_refused(
    community: Community, body: dict[str, Any], code: str
) -> None:
    answer = community.api(community.boss).post("/tournaments", body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


@on_sqlite
def test_rules_of_five_megabytes_are_refused_at_the_door(community: Community) -> None:
    body = {"name": "Cup", "game": "Chess", "rules": "x" * 5_000_000}
    answer = community.api(community.boss).post("/tournaments", body)
    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")


@on_sqlite
def test_a_token_for_reading_changes_nothing(community: Community) -> None:
    cup = community.cup()
    reader = community.api(community.boss, Scope.READ)
    answer = reader.post(f"/tournaments/{cup.id}/status", {"to": "check_in"}, version=cup.version)
    assert (answer.status_code, answer.json()["code"]) == (403, "scope-needed")
    answer = reader.post(f"/tournaments/{cup.id}/registrations", {})
    assert answer.json()["code"] == "scope-needed"


CALLS: list[tuple[str, str, Any, bool]] = [
    # method, path, body, for the owner and admins only
    ("PATCH", "", {"rules": "New"}, False),
    ("POST", "/status", {"to": "nowhere"}, False),
    ("POST", "/status", {"to": "running"}, False),
    ("PUT", "/seeding", {"participants": []}, False),
    ("POST", "/seeding/random", None, False),
    ("POST", "/seeding/rating", None, False),
    ("POST", "/draw", None, False),
    ("POST", "/draw/preview", None, False),
    ("GET", "/check-in", None, False),
    ("POST", "/registrations", {"add": "nobody-1"}, False),
    ("POST", "/registrations/{one}/remove", {"reason": "x"}, False),
    ("POST", "/registrations/{one}/admit", None, False),
    ("DELETE", "/registrations/{one}/check-in", None, False),
    ("POST", "/organizers", {"name": "nobody-1"}, True),
    ("DELETE", "/organizers/999", None, True),
]


@on_sqlite
def test_who_may_call_what(community: Community) -> None:
    """Guests are asked to log in, others are refused, organizers get as far as rules let them."""
    community.person("other", Role.ORGANIZER)
    cup = community.cup(community.person("player1"))
    community.person("helper1")
    add = partial(organizing.add_organizer, actor=community.boss, name="helper1")
    community.write(partial(add, tournament_id=cup.id))
    admin = community.person("root-1", Role.ADMIN)
    callers: list[tuple[Actor | None, str]] = [
        (None, "guest"),
        (community.people["player1"], "stranger"),
        (community.people["other"], "stranger"),
        (community.people["helper1"], "co-organizer"),
        (community.boss, "owner"),
        (admin, "owner"),
    ]
    for who, role in callers:
        api = community.api(who)
        for call in CALLS:
            status, code = answer_of(api, cup, community, call)
            expected = {
                "guest": status == 401,
                "stranger": status == 403,
                "co-organizer": (status == 403) == call[3],
                "owner": status not in {401, 403},
            }[role]
            assert expected, (role, call, status, code)


def answer_of(
    api: Api, cup: Tournament, community: Community, call: tuple[str, str, Any, bool]
) -> tuple[int, str]:
    method, path, body, _ = call
    if body == {"to": "nowhere"}:
        body = {"to": "check_in"}
    one = community.registrations(cup)[0]
    where = f"/tournaments/{cup.id}{path.format(one=one.id)}"
    # A version that is always old: nobody gets past it, but who may not is told that first.
    answer = api.call(method, where, body, version=0)
    return answer.status_code, "" if answer.status_code < 400 else answer.json()["code"]


@on_sqlite
def test_players_decide_only_for_themselves(community: Community) -> None:
    one, two = community.players(2)
    cup = community.cup(one, two)
    mine = community.registration(cup, one)
    path = f"/tournaments/{cup.id}/registrations/{mine.id}"
    other = community.api(two)
    for answer in (
        other.delete(path, version=mine.version),
        other.patch(path, {"name": "Loser"}, version=mine.version),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "not-your-registration")
    own = community.api(one).patch(path, {"name": "Winner"}, version=mine.version)
    assert (own.status_code, own.json()["name"]) == (200, "Winner")
    gone = community.api(one).delete(path, version=own.json()["version"])
    assert gone.json()["status"] == "withdrawn"


@on_sqlite
def test_ids_that_were_made_up_are_nothing(community: Community) -> None:
    cup = community.cup()
    boss = community.api(community.boss)
    for path in ("/tournaments/nothere1", "/tournaments/%00", f"/tournaments/{cup.id}x"):
        assert boss.get(path).status_code == 404
    for number in ("999", "9223372036854775807", "99999999999999999999"):
        path = f"/tournaments/{cup.id}/registrations/{number}"
        assert boss.get(path).status_code in {404, 422}
        assert boss.delete(path, version=1).status_code in {404, 422}


@on_sqlite
def test_cancelling_needs_a_reason_and_ends_it(community: Community) -> None:
    cup = community.cup()
    boss, path = community.api(community.boss), f"/tournaments/{cup.id}"
    answer = boss.post(f"{path}/status", {"to": "cancelled"}, version=cup.version)
    assert answer.json()["code"] == "reason-needed"
    body = {"to": "cancelled", "reason": "Flood"}
    answer = boss.post(f"{path}/status", body, version=cup.version)
    assert (answer.json()["status"], answer.json()["cancel_reason"]) == ("cancelled", "Flood")
    answer = boss.post(f"{path}/status", {"to": "registration"}, version=answer.json()["version"])
    assert answer.json()["code"] == "status-refused"
    assert community.now(cup).status is Status.CANCELLED


def crowd(tx: Transaction, cup: Tournament, count: int) -> None:
    """Register that many new accounts at once."""
    for number in range(1, count + 1):
        made = insert_account(tx, f"player{number}", role="player")
        register(tx, Actor(made.id, made.name or "", Role.PLAYER), cup.id, Wish())


@on_sqlite
def test_hundreds_are_seeded_in_one_request_and_drawn(community: Community) -> None:
    cup = community.cup(max_participants=1024)
    boss, path = community.api(community.boss), f"/tournaments/{cup.id}"
    community.write(lambda tx: crowd(tx, cup, 256))
    cup = community.move(cup, Status.SEEDING)
    seeding = boss.get(f"{path}/seeding").json()
    order = list(reversed(seeding["participants"]))
    answer = boss.put(f"{path}/seeding", {"participants": order}, version=seeding["version"])
    assert answer.json()["participants"] == order
    started = boss.post(f"{path}/draw", version=answer.json()["version"])
    assert started.json()["status"] == "running"
    assert community.seeding(cup)[0] == "player256"

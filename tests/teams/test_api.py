"""Teams over the API."""

from datetime import timedelta

import pytest

from clutch.accounts.models import Scope
from tests.fixtures.browsing import Api
from tests.fixtures.site import on_sqlite
from tests.teams.club import Club

RED = {"name": "Red", "tag": "RED", "colour": "#d6453d"}


@pytest.fixture
def alice(club: Club, api: Api) -> Api:
    """The API as the captain of the first team calls it."""
    return api.by(club.token(club.person("alice")))


@pytest.fixture
def bob(club: Club, api: Api) -> Api:
    return api.by(club.token(club.person("bob")))


def test_a_team_lives_and_ends_over_the_api(alice: Api, bob: Api, api: Api) -> None:
    made = alice.post("/teams", RED)
    assert (made.status_code, made.headers["etag"]) == (201, '"1"')
    assert [one["name"] for one in made.json()["members"]] == ["alice"]

    invite = alice.post("/teams/1/invites", {"days": 1, "uses": 1}).json()
    assert invite["path"] == f"/join/{invite['token']}"
    assert api.get(f"/invites/{invite['token']}").json()["team"]["members"] == 1
    joined = bob.post(f"/invites/{invite['token']}/join").json()
    assert [one["name"] for one in joined["members"]] == ["alice", "bob"]
    bobs_id = joined["members"][1]["player"]

    handed = alice.put("/teams/1/captain", {"player": bobs_id}, version=1)
    assert (handed.json()["captain"], handed.headers["etag"]) == (bobs_id, '"2"')
    assert alice.patch("/teams/1", {"tag": "NEW"}, version=2).json()["code"] == "not-captain"
    assert bob.patch("/teams/1", {"tag": "NEW"}, version=2).json()["tag"] == "NEW"
    captain = made.json()["captain"]
    assert alice.delete(f"/teams/1/members/{captain}").status_code == 204
    assert bob.delete("/teams/1", version=3).json()["disbanded_at"] is not None
    assert [one["ending"] for one in api.get("/teams/1/memberships").json()] == [
        "left",
        "disbanded",
    ]
    kinds = [event["kind"] for event in api.get("/teams/1/history").json()["events"]]
    assert kinds == [
        "team-disbanded",
        "team-member-left",
        "team-changed",
        "team-captain-changed",
        "team-member-joined",
        "team-created",
    ]


@on_sqlite
def test_a_change_says_which_version_it_saw(alice: Api) -> None:
    alice.post("/teams", RED)
    for method, path, body in (
        ("PATCH", "/teams/1", {"tag": "NEW"}),
        ("PUT", "/teams/1/captain", {"player": 1}),
        ("DELETE", "/teams/1", None),
    ):
        assert alice.call(method, path, body).status_code == 428
        stale = alice.call(method, path, body, version=7)
        assert (stale.status_code, stale.json()["details"]) == (412, {"seen": 7, "current": 1})


@on_sqlite
def test_a_team_is_created_once_for_one_key(alice: Api, api: Api) -> None:
    first, again = (alice.post("/teams", RED, key="k1") for _ in range(2))
    assert (again.content, again.headers["idempotent-replayed"]) == (first.content, "true")
    assert api.get("/teams").json()["total"] == 1


@on_sqlite
def test_the_secret_of_an_invite_is_not_kept_for_its_key(club: Club, alice: Api) -> None:
    alice.post("/teams", RED)
    token = alice.post("/teams/1/invites", {}, key="k1").json()["token"]
    with club.database.read() as conn:
        kept = conn.exec_driver_sql("SELECT body FROM idempotency").scalars().all()
    assert not any(token.encode() in body for body in kept)


@on_sqlite
@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        (RED | {"name": "  "}, "name-empty", "name"),
        (RED | {"name": "x" * 300}, "name-too-long", "name"),
        (RED | {"tag": "A"}, "tag-invalid", "tag"),
        (RED | {"colour": "red"}, "colour-invalid", "colour"),
        (RED | {"captain": 2}, "invalid-input", "captain"),
        ({"name": "Red"}, "invalid-input", "tag"),
    ],
)
def test_bad_input_is_refused_field_by_field(
    alice: Api, body: dict[str, object], code: str, field: str
) -> None:
    answer = alice.post("/teams", body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert field in answer.json()["details"]["errors"]


@on_sqlite
def test_guests_and_narrow_tokens_change_nothing(club: Club, api: Api) -> None:
    reader = api.by(club.token(club.person("carol"), Scope.READ))
    assert api.post("/teams", RED).status_code == 401
    refused = reader.post("/teams", RED)
    assert (refused.status_code, refused.json()["code"]) == (403, "scope-needed")
    assert reader.get("/teams").json() == {"teams": [], "total": 0, "page": 1, "pages": 1}


@on_sqlite
def test_other_peoples_teams_are_closed(alice: Api, bob: Api) -> None:
    alice.post("/teams", RED)
    made = alice.post("/teams/1/invites", {}).json()
    owner = alice.get("/teams/1").json()["captain"]
    for answer in (
        bob.patch("/teams/1", {"tag": "BOB"}, version=1),
        bob.delete("/teams/1", version=1),
        bob.get("/teams/1/invites"),
        bob.post("/teams/1/invites", {}),
        bob.delete(f"/teams/1/invites/{made['invite']['id']}"),
        bob.delete(f"/teams/1/members/{owner}"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "not-captain")


@on_sqlite
def test_forged_ids_lead_nowhere(alice: Api) -> None:
    alice.post("/teams", RED)
    missing = 2**63 - 1
    for answer in (
        alice.get(f"/teams/{missing}"),
        alice.patch(f"/teams/{missing}", {}, version=1),
        alice.delete(f"/teams/1/invites/{missing}"),
        alice.post("/invites/nothing/join"),
        alice.get(f"/teams/{missing}/members"),
        alice.get(f"/teams/{2**70}"),
    ):
        assert answer.status_code == 404
    assert alice.delete(f"/teams/1/members/{missing}").json()["code"] == "not-member"


@on_sqlite
def test_an_expired_and_a_revoked_invite_let_nobody_in(club: Club, alice: Api, bob: Api) -> None:
    alice.post("/teams", RED)
    revoked = alice.post("/teams/1/invites", {}).json()
    alice.delete(f"/teams/1/invites/{revoked['invite']['id']}")
    expired = alice.post("/teams/1/invites", {"days": 1}).json()
    club.clock.advance(timedelta(days=1))
    codes = [bob.post(f"/invites/{one['token']}/join").json()["code"] for one in (revoked, expired)]
    assert codes == ["invite-revoked", "invite-expired"]
    assert alice.post("/teams/1/invites", {"days": 365}).json()["code"] == "invite-terms-invalid"
    assert [one["revoked_at"] is None for one in alice.get("/teams/1/invites").json()] == [
        True,
        False,
    ]


@on_sqlite
def test_teams_are_listed_and_found(alice: Api, api: Api) -> None:
    for name in ("Red", "Blue", "Dark Red"):
        alice.post("/teams", RED | {"name": name, "tag": "TAG"})
    found = api.get("/teams?q=red").json()
    assert [team["name"] for team in found["teams"]] == ["Dark Red", "Red"]
    assert found["teams"][0]["captain_name"] == "alice"
    assert api.get("/teams?page=0").status_code == 422

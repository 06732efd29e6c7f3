"""Achievements over the API; what is not known is null and named."""

from __future__ import annotations

from typing import Any

import pytest

from clutch.accounts.models import Actor, Role, Scope
from clutch.achievements.own import MOST_PER_OWNER
from clutch.kernel.capabilities import State
from tests.achievements.conftest import Trophies
from tests.fixtures.browsing import Api
from tests.fixtures.site import on_sqlite
from tests.teams.club import account_id

pytestmark = on_sqlite

WORDS = {"en": {"name": "Twice", "text": "Win two matches"}}
TWICE: dict[str, Any] = {"rule": "wins", "targets": [2], "words": WORDS}


@pytest.fixture
def boss(trophies: Trophies) -> Actor:
    return trophies.organizer()


@pytest.fixture
def by_boss(trophies: Trophies, boss: Actor, api: Api) -> Api:
    return api.by(trophies.token(boss, Scope.READ, Scope.TOURNAMENTS_WRITE))


@pytest.fixture
def played(trophies: Trophies, boss: Actor, four: list[Actor]) -> list[Actor]:
    """Alice has won a cup, and everything followed."""
    trophies.played_cup(boss, four)
    trophies.follow()
    return four


def test_a_player_has_points_and_what_they_came_by(
    trophies: Trophies, played: list[Actor], api: Api
) -> None:
    alice = account_id(played[0])
    answer = api.get(f"/players/{alice}/achievements").json()
    assert answer["degraded"] == []
    found = answer["achievements"]
    title = next(one for one in found["unlocked"] if one["key"] == "titles")
    assert title["name"] == "Champion\N{NO-BREAK SPACE}I"
    assert title["tournament_id"]
    progress = {one["key"]: one for one in found["progress"]}
    assert progress["matches-won"] == {"key": "matches-won", "value": 2, "target": 10}
    assert "night-owl" not in progress
    profile = api.get(f"/players/{alice}").json()
    assert profile["achievements"] == {
        "level": found["level"],
        "points": found["points"],
        "held": found["held"],
    }


def test_the_catalogue_has_shares_and_keeps_secrets(played: list[Actor], api: Api) -> None:
    listed = api.get("/achievements").json()["achievements"]
    assert len(listed) >= 40
    titles = next(one for one in listed if one["key"] == "titles")
    assert titles["tiers"][0]["percent_of_players"] == 20
    goals = {one["key"] for one in api.get("/challenges").json()["challenges"]}
    assert goals == {one["key"] for one in listed if one["current"]}
    challenges = [one for one in listed if one["span"] is not None]
    assert {one["span"] for one in challenges} == {"day", "week"}
    assert all(one["tiers"][0]["percent_of_players"] is None for one in challenges)
    hidden = [one for one in listed if one["hidden"]]
    assert hidden
    assert all(one["key"] is one["name"] is one["tiers"][0]["text"] is None for one in hidden)


def test_without_achievements_fields_are_null_and_named(
    trophies: Trophies, played: list[Actor], api: Api
) -> None:
    trophies.site.capabilities.set("achievements", State.DOWN)
    alice = account_id(played[0])
    for path in (f"/players/{alice}", f"/players/{alice}/achievements"):
        answer = api.get(path)
        assert answer.status_code == 200
        assert answer.json()["achievements"] is None
        assert answer.json()["degraded"] == ["achievements"]
    catalogue = api.get("/achievements").json()
    assert catalogue["degraded"] == ["achievements"]
    assert catalogue["achievements"][0]["tiers"][0]["percent_of_players"] is None
    goals = api.get("/challenges").json()
    assert goals["degraded"] == ["achievements"]
    assert len(goals["challenges"]) == 4
    assert all(one["value"] is None for one in goals["challenges"])


def test_challenges_are_the_same_for_all_and_the_callers_own_progress(
    trophies: Trophies, played: list[Actor], api: Api
) -> None:
    guest = api.get("/challenges").json()["challenges"]
    mine = api.by(trophies.token(played[0])).get("/challenges").json()["challenges"]
    assert [one["key"] for one in guest] == [one["key"] for one in mine]
    assert all(one["met"] is None for one in guest)
    assert any(one["met"] for one in mine)


def test_an_organizer_counts_their_own_tournaments(
    trophies: Trophies, played: list[Actor], by_boss: Api
) -> None:
    other = trophies.organizer("oscar")
    trophies.played_cup(other, list(reversed(played)), "Oscar's Cup")
    shown = by_boss.post("/own-achievements/preview", TWICE).json()
    assert [one["name"] for one in shown["tiers"][0]["holders"]] == ["alice"]
    assert shown["looked_at"] == 4
    made = by_boss.post("/own-achievements", TWICE).json()
    trophies.follow()
    held = [one.name for one in played if made["key"] in trophies.held(one)]
    assert held == ["alice"]
    everywhere = by_boss.post("/own-achievements", {**TWICE, "everywhere": True})
    assert everywhere.status_code == 403
    admin = trophies.person("ada", Role.ADMIN)
    by_admin = trophies.token(admin, Scope.READ, Scope.TOURNAMENTS_WRITE)
    whole = by_boss.by(by_admin).post("/own-achievements", {**TWICE, "everywhere": True}).json()
    trophies.follow()
    assert [one.name for one in played if whole["key"] in trophies.held(one)] == ["alice", "dave"]


def test_game_and_format_narrow_what_counts_for_owners_and_for_everybody(
    trophies: Trophies, boss: Actor, played: list[Actor], by_boss: Api
) -> None:
    double = {"format": "double_elimination"}
    cup = trophies.open_cup(boss, "Double", game="Go", **double)
    for one in played[2:]:
        trophies.register(cup, one)
    trophies.start(boss, cup)
    trophies.decide_all(boss, cup, ["U1.1"])
    admin = trophies.token(trophies.person("ada", Role.ADMIN), Scope.READ, Scope.TOURNAMENTS_WRITE)
    base = TWICE | {"targets": [1]}

    def winners(api: Api, **filters: object) -> list[str]:
        shown = api.post("/own-achievements/preview", base | filters).json()
        return [one["name"] for one in shown["tiers"][0]["holders"]]

    for api, scope in ((by_boss, {}), (by_boss.by(admin), {"everywhere": True})):
        assert winners(api, **scope) == ["alice", "bob", "carol"]
        assert winners(api, game="Go", **scope) == winners(api, **double, **scope) == ["carol"]
        assert winners(api, game="Chess", **double, **scope) == []


def test_another_target_takes_it_back_and_retiring_does_not(
    trophies: Trophies, boss: Actor, played: list[Actor], by_boss: Api
) -> None:
    made = by_boss.post("/own-achievements", TWICE).json()
    path = f"/own-achievements/{made['id']}"
    assert by_boss.put(path, {**TWICE, "targets": [3]}).status_code == 428
    edited = by_boss.put(path, {**TWICE, "targets": [3]}, version=1)
    assert edited.json()["version"] == 2
    trophies.follow()
    assert made["key"] not in trophies.held(played[0])
    trophies.played_cup(boss, played, "Second")
    trophies.follow()
    assert made["key"] in trophies.held(played[0])
    assert by_boss.post(f"{path}/retire", version=1).status_code == 412
    assert by_boss.post(f"{path}/retire", version=2).json()["retired_at"]
    for name in ("Third", "Fourth"):
        trophies.played_cup(boss, list(reversed(played)), name)
    trophies.follow()
    assert made["key"] in trophies.held(played[0])
    assert made["key"] not in trophies.held(played[3])
    assert by_boss.put(path, TWICE, version=3).json()["code"] == "achievement-retired"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"targets": [100_001]}, "achievement-target-refused"),
        ({"rule": "streak", "targets": [1]}, "achievement-target-refused"),
        ({"rule": "weeks", "targets": [1, 4]}, "achievement-target-refused"),
        ({"targets": [3, 3]}, "achievement-tiers-refused"),
        ({"targets": [5, 2]}, "achievement-tiers-refused"),
        ({"format": "swiss"}, "format-unknown"),
        ({"words": {}}, "achievement-words-missing"),
        ({"words": {"en": {"name": "Only a name"}}}, "achievement-words-missing"),
        ({"words": {"en": {"name": "N" * 61, "text": "t"}}}, "achievement-words-too-long"),
        ({"words": {"en": {"name": "a\x07b", "text": "t"}}}, "text-not-printable"),
        ({"game": "\u200b"}, "game-invalid"),
    ],
)
def test_what_makes_no_sense_is_refused(by_boss: Api, change: dict[str, Any], code: str) -> None:
    answer = by_boss.post("/own-achievements", TWICE | change)
    assert answer.status_code == 422
    assert answer.json()["code"] == code


def test_there_are_only_so_many_and_only_organizers_make_them(
    trophies: Trophies, boss: Actor, by_boss: Api
) -> None:
    made = [by_boss.post("/own-achievements", TWICE) for _ in range(MOST_PER_OWNER)]
    assert {one.status_code for one in made} == {201}
    assert by_boss.post("/own-achievements", TWICE).json()["code"] == "too-many-achievements"
    by_boss.post("/own-achievements/1/retire", version=1)
    assert by_boss.post("/own-achievements", TWICE).status_code == 201
    player = by_boss.by(trophies.token(trophies.person("eve"), Scope.TOURNAMENTS_WRITE))
    assert player.post("/own-achievements", TWICE).status_code == 403
    assert player.post("/own-achievements/preview", TWICE).status_code == 403
    oscar = trophies.token(trophies.organizer("oscar"), Scope.TOURNAMENTS_WRITE)
    theirs = by_boss.by(oscar).put("/own-achievements/2", TWICE, version=1)
    assert theirs.json()["code"] == "not-your-achievement"
    reader = by_boss.by(trophies.token(boss, Scope.READ))
    assert reader.post("/own-achievements", TWICE).json()["code"] == "scope-needed"
    assert by_boss.get("/own-achievements/999").status_code == 404


def test_a_deleted_organizers_are_retired(
    trophies: Trophies, boss: Actor, played: list[Actor], by_boss: Api
) -> None:
    made = by_boss.post("/own-achievements", TWICE).json()
    trophies.follow()
    trophies.write(lambda tx: trophies.site.personal.erase(tx, account_id(boss)))
    trophies.follow()
    assert made["key"] in trophies.held(played[0])
    with trophies.database.read() as conn:
        assert conn.exec_driver_sql("SELECT retired_at FROM own_achievement").scalar()

"""Records over the API."""

from datetime import timedelta

from tests.fixtures.browsing import Api
from tests.fixtures.site import on_sqlite
from tests.profile.arena import Arena


def test_a_players_record_is_read_over_the_api(arena: Arena, api: Api) -> None:
    people = [arena.person(name) for name in ("alice", "bob", "carol", "dave")]
    olga = arena.organizer()
    arena.played_cup(olga, people, "Old", game="Dota 2", starts_at=arena.clock.now() + timedelta(1))
    arena.clock.advance(timedelta(days=9))
    arena.played_cup(olga, people, "New")
    path = f"/players/{people[0].account_id}"
    found = api.get(f"{path}/tournaments?sort=date&game=Dota+2&status=completed").json()
    assert [(one["name"], one["rank"], one["to"], one["won"]) for one in found["tournaments"]] == [
        ("Old", 1, 1, 2)
    ]
    assert (found["total"], found["page"], found["pages"]) == (1, 1, 1)
    since = api.get(f"{path}/tournaments?since=2026-03-20").json()
    assert [one["name"] for one in since["tournaments"]] == ["New"]
    matches = api.get(f"{path}/matches").json()
    assert [one["tournament_name"] for one in matches["matches"]] == ["New", "New", "Old", "Old"]
    assert matches["matches"][0]["opponent"]["name"] == "bob"


@on_sqlite
def test_a_teams_record_and_a_players_teams(arena: Arena, api: Api) -> None:
    alice = arena.person("alice")
    team = arena.team(alice)
    assert api.get(f"/teams/{team.id}/tournaments").json()["tournaments"] == []
    assert api.get(f"/teams/{team.id}/matches").json()["total"] == 0
    teams = api.get(f"/players/{alice.account_id}/teams").json()
    assert [(one["team"], one["name"], one["left_at"]) for one in teams] == [(team.id, "Red", None)]


@on_sqlite
def test_what_makes_no_sense_is_refused(arena: Arena, api: Api) -> None:
    path = f"/players/{arena.person('alice').account_id}/tournaments"
    for query in ("sort=password", "status=nonsense", "since=soon", "page=0"):
        answer = api.get(f"{path}?{query}")
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")
    answer = api.get(f"{path}?sort=password")
    assert "Sort by game" in answer.json()["details"]["errors"]["sort"]
    for missing in ("/players/99/tournaments", "/players/99/matches", "/players/99/teams",
                    "/teams/99/tournaments", "/teams/99/matches"):  # fmt: skip
        assert api.get(missing).status_code == 404

"""A deleted account's name vanishes from tournaments; what happened stays."""

from __future__ import annotations

from clutch.accounts.models import Actor
from clutch.kernel.writing import Transaction
from clutch.tournaments import organizing
from clutch.tournaments.models import PlayedBy, RegistrationStatus, Status
from clutch.tournaments.registering import Wish
from tests.tournaments.conftest import Community, id_of


def erase(community: Community, who: Actor) -> None:
    def work(tx: Transaction) -> None:
        community.site.personal.erase(tx, id_of(who))

    community.write(work)


def test_a_name_vanishes_from_a_running_tournament_and_its_place_stays(
    community: Community,
) -> None:
    alice, bob = community.person("alice"), community.person("bob")
    cup = community.cup(alice, bob)
    community.move(cup, Status.SEEDING)
    community.start(cup)
    guest = community.browser()
    assert "alice" in guest.get(f"/tournaments/{cup.id}/participants").text
    before = len(community.events(cup.stream))
    erase(community, alice)
    page = guest.get(f"/tournaments/{cup.id}/participants")
    assert "alice" not in page.text
    assert "deleted player" in page.text
    for path in ("/bracket", "/history"):
        assert "alice" not in guest.get(f"/tournaments/{cup.id}{path}").text
    assert community.kinds(cup.stream)[before:] == ["participant-erased"]
    assert [one.name for one in community.participants(cup)] == [None, "bob"]
    assert [one.name for one in community.registrations(cup)] == [None, "bob"]


def test_before_the_draw_the_place_goes_to_the_next_one(community: Community) -> None:
    people = community.players(3)
    cup = community.cup(*people, max_participants=2)
    erase(community, people[0])
    assert community.names(cup, RegistrationStatus.ADMITTED) == ["player2", "player3"]
    assert community.registrations(cup)[0].status is RegistrationStatus.WITHDRAWN


def test_a_team_keeps_its_place_without_the_name(community: Community) -> None:
    alice, bob = community.person("alice"), community.person("bob")
    red = community.team("Red", alice, bob)
    cup = community.cup(played_by=PlayedBy.TEAM, roster_min=2, roster_max=2)
    community.register(cup, alice, Wish(team_id=red.id))
    erase(community, bob)
    page = community.browser().get(f"/tournaments/{cup.id}/participants")
    assert "Red" in page.text
    assert "alice" in page.text
    assert "bob" not in page.text


def test_who_is_gone_organizes_no_longer(community: Community) -> None:
    carol = community.person("carol")
    cup = community.cup()
    community.write(lambda tx: organizing.add_organizer(tx, community.boss, cup.id, "carol"))
    erase(community, carol)
    assert community.kinds(cup.stream)[-1] == "organizer-removed"
    answer = community.api().get(f"/tournaments/{cup.id}/organizers").json()
    assert [one["name"] for one in answer] == ["boss"]


def test_a_download_holds_registrations_and_what_one_organizes(community: Community) -> None:
    alice = community.person("alice")
    community.cup(alice, name="Spring cup")
    with community.site.database.read() as conn:
        mine = community.site.personal.export(conn, id_of(alice), community.clock.now())
        theirs = community.site.personal.export(conn, id_of(community.boss), community.clock.now())
    (registration,) = mine["tournaments"]["registrations"]
    assert (registration["tournament"], registration["name"]) == ("Spring cup", "alice")
    assert [one["name"] for one in theirs["tournaments"]["organized"]] == ["Spring cup"]

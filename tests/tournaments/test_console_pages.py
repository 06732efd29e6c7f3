"""The organizer's console in a browser without scripts."""

from __future__ import annotations

import pytest

from clutch.tournaments import organizing
from clutch.tournaments.models import RegistrationStatus, Status
from tests.fixtures.site import on_sqlite
from tests.tournaments.conftest import Community, id_of


@on_sqlite
def test_a_removed_co_organizer_is_told_so_on_the_page_that_is_open(community: Community) -> None:
    helper = community.person("carol")
    cup = community.cup(*community.players(2))
    community.write(lambda tx: organizing.add_organizer(tx, community.boss, cup.id, "carol"))
    browser = community.browser(helper)
    page = browser.get(f"/tournaments/{cup.id}/console")
    community.write(
        lambda tx: organizing.remove_organizer(tx, community.boss, cup.id, id_of(helper))
    )
    page = browser.send(page.form("Open check-in"))
    assert (page.status, community.now(cup).status) == (403, Status.REGISTRATION)
    assert "You may not do this" in page.text


@on_sqlite
def test_of_two_organizers_with_the_same_page_the_second_is_told(community: Community) -> None:
    cup = community.cup(*community.players(3))
    community.move(cup, Status.SEEDING)
    one, two = community.browser(community.boss), community.browser(community.boss)
    first, second = (each.get(f"/tournaments/{cup.id}/console/seeding") for each in (one, two))
    order = [each.id for each in community.participants(cup)]
    one.send(first.forms[-1], **{f"seed-{order[0]}": "3", f"seed-{order[2]}": "1"})
    page = two.send(second.forms[-1], **{f"seed-{order[0]}": "2", f"seed-{order[1]}": "1"})
    assert page.status == 412
    assert "Somebody changed this meanwhile" in page.text
    assert community.seeding(cup) == ["player3", "player2", "player1"]


@on_sqlite
@pytest.mark.parametrize("numbers", [("1", "1"), ("0", "1"), ("abc", "1"), ("", "2"), ("1", "3")])
def test_numbers_that_make_no_order_are_refused(
    community: Community, numbers: tuple[str, str]
) -> None:
    cup = community.cup(*community.players(2))
    community.move(cup, Status.SEEDING)
    boss = community.browser(community.boss)
    page = boss.get(f"/tournaments/{cup.id}/console/seeding")
    one, two = (each.id for each in community.participants(cup))
    page = boss.send(page.forms[-1], **{f"seed-{one}": numbers[0], f"seed-{two}": numbers[1]})
    assert page.status == 422
    assert "one whole number from 1 to 2" in page.text
    assert community.seeding(cup) == ["player1", "player2"]


@on_sqlite
def test_rounds_get_a_best_of_of_their_own(community: Community) -> None:
    cup = community.cup(*community.players(8), format="double_elimination")
    community.move(cup, Status.SEEDING)
    boss = community.browser(community.boss)
    page = boss.get(f"/tournaments/{cup.id}/console/draw")
    form = page.form(f"/tournaments/{cup.id}/console/rounds")
    boss.send(form, **{"round-U2": "3", "round-L4": "5", "final": "7"})
    settings = community.now(cup).format_settings
    assert (dict(settings.rounds), settings.final) == ({"U2": 3, "L4": 5}, 7)
    page = boss.send(boss.get(f"/tournaments/{cup.id}/console/draw").form("Start tournament"))
    assert page.status == 200
    answer = community.api().get(f"/tournaments/{cup.id}/bracket").json()
    best_of = {match["id"]: match["best_of"] for match in answer["matches"]}
    assert (best_of["U1.1"], best_of["U2.1"], best_of["L4.1"], best_of["F1"]) == (1, 3, 5, 7)


@on_sqlite
def test_organizers_add_rename_and_remove(community: Community) -> None:
    cup = community.cup()
    community.person("alice")
    boss = community.browser(community.boss)
    path = f"/tournaments/{cup.id}/console"
    page = boss.send(boss.get(path).form("called"), called="ALICE", name="Alice the Great")
    assert "Added: Alice the Great" in page.text
    page = boss.send(boss.get(path).form("called"), called="nobody here")
    assert (page.status, "Nobody here is called" in page.text) == (422, True)
    one = community.registrations(cup)[0]
    page = boss.get(f"{path}/registrations/{one.id}")
    page = boss.send(page.form("Save name"), name="Alice")
    assert "Name changed" in page.text
    page = boss.get(f"{path}/registrations/{one.id}")
    page = boss.send(page.form("reason"), reason="Asked to leave")
    assert "Removed" in page.text
    assert (
        "Asked to leave"
        in community.browser(community.person("alice")).get(f"/tournaments/{cup.id}").text
    )


@on_sqlite
def test_registrations_of_other_tournaments_are_nothing_here(community: Community) -> None:
    alice = community.person("alice")
    mine, other = community.cup(name="Mine"), community.cup(alice, name="Other")
    one = community.registration(other, alice)
    boss = community.browser(community.boss)
    path = f"/tournaments/{mine.id}/console/registrations/{one.id}"
    assert boss.get(path).status == 404
    page = boss.get(f"/tournaments/{other.id}/console/registrations/{one.id}")
    form = page.form("reason")
    pairs = form.filled({"reason": "No"})
    assert boss.post(f"{path}/remove", pairs).status == 404
    assert community.registration(other, alice).status is RegistrationStatus.ADMITTED


@on_sqlite
def test_the_console_shows_who_is_missing_first_and_finds_by_name(community: Community) -> None:
    people = community.players(3)
    cup = community.cup(*people)
    community.move(cup, Status.CHECK_IN)
    boss, path = community.browser(community.boss), f"/tournaments/{cup.id}/console"
    one = community.registration(cup, people[0])
    form = boss.get(path).form(f"{path}/registrations/{one.id}/check-in")
    page = boss.send(form)
    assert "Checked in: player1" in page.text
    assert "1 of 3 checked in" in page.text
    listed = page.piece("admitted")
    assert listed.index("player2") < listed.index("player3") < listed.index("player1")
    page = boss.get(f"{path}?q=LAYER3")
    assert "player3" in page.piece("admitted")
    assert "player2" not in page.piece("admitted")
    assert "Nobody here is called like that" in boss.get(f"{path}?q=zed&page=9").text

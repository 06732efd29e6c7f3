"""Tournaments in a browser without scripts, from the draft to the draw."""

from __future__ import annotations

import re
from functools import partial

import pytest

from clutch.accounts.models import Role
from clutch.tournaments import moving, organizing, registering
from clutch.tournaments.models import PlayedBy, RegistrationStatus, Status, Visibility
from tests.fixtures.browsing import Browser
from tests.fixtures.site import on_sqlite
from tests.tournaments.conftest import Community


def test_a_volunteer_leads_a_tournament_from_the_draft_to_the_draw(community: Community) -> None:
    boss, guest = community.browser(community.boss), community.browser()
    alice, bob, carol = (community.person(name) for name in ("alice", "bob", "carol"))
    page = boss.get("/tournaments/new")
    page = boss.send(
        page.form("Make draft"),
        name="Harvest cup",
        game="Chess",
        max_participants=2,
        starts_at="2026-10-03T18:00",
        zone="Europe/Berlin",
        rules="# Fair play\n\nBe **kind**.",
    )
    base = page.path.removesuffix("/console")
    assert "Draft made" in page.text
    assert guest.get(base).status == 404

    page = boss.send(page.form("Open registration"))
    assert "Registration is open" in page.text
    page = guest.get(base)
    assert (page.title, "2 places left" in page.text) == ("Harvest cup · Clutch", True)
    assert "3 Oct 2026, 16:00 UTC" in page.text
    assert "/login" in guest.get(f"{base}/register").path

    for who in (alice, bob):
        mine = community.browser(who)
        page = mine.send(
            mine.get(f"{base}/register").form("Register"), name=f"{who.name} the first"
        )
        assert "alice the first is registered" in page.text or who is bob
    third = community.browser(carol)
    page = third.send(third.get(f"{base}/register").form("Join the waiting list"))
    assert "carol: number 1 on the waiting list" in page.text

    page = boss.send(boss.get(f"{base}/console").form("Open check-in"))
    mine = community.browser(alice)
    page = mine.get(base)
    mine.send(page.form("Check in"))
    assert "alice the first is checked in" in mine.get(base).text
    third.send(third.get(base).form("Check in"))
    page = boss.get(f"{base}/console/close-check-in")
    assert "1 is out, not checked in bob the first" in page.text
    assert "1 moves up from the waiting list carol" in page.text
    page = boss.send(page.form("Close check-in"))
    assert community.names(community.now_of(base), RegistrationStatus.ADMITTED) == [
        "alice the first",
        "carol",
    ]

    page = boss.get(page.link("Set seeds and draw"))
    one, two = [name for name in page.form("then").names if name.startswith("seed-")]
    page = boss.send(page.forms[-1], button="Save and look at the bracket")
    assert "This is the bracket" in page.text
    assert "2 participants" in page.text
    assert one != two
    page = boss.send(page.form("Start tournament"))
    assert "The tournament is running" in page.text
    assert "against carol" in mine.get(base).text


def test_pages_of_teams(community: Community) -> None:
    alice, bob, carol = (community.person(name) for name in ("alice", "bob", "carol"))
    red = community.team("Red", alice, bob, carol)
    cup = community.cup(played_by=PlayedBy.TEAM, roster_min=2, roster_max=2)
    captain, path = community.browser(alice), f"/tournaments/{cup.id}"
    page = captain.get(f"{path}/register")
    assert "Choose 2 players; the captain is among them." in page.text
    page = captain.send(page.form("Register"), players=[str(bob.account_id), str(carol.account_id)])
    assert page.status == 422
    assert "The captain speaks for the team" in page.text
    chosen = [str(alice.account_id), str(carol.account_id)]
    page = captain.send(page.form("Register"), players=chosen, name="Red Devils")
    assert "Red Devils is registered" in page.text
    page = community.browser().get(f"{path}/participants")
    assert "Red Devils" in page.text
    assert page.link("carol") == f"/players/{carol.account_id}"
    page = community.browser(carol).get(f"{path}/registration")
    assert "The captain changes it or withdraws the team." in page.text
    page = captain.get(f"{path}/registration")
    page = captain.send(page.form("Withdraw"))
    assert "Registration withdrawn" in page.text
    assert red.name not in community.browser().get(f"{path}/participants").text
    page = community.browser(bob).get(f"{path}/register")
    assert "You lead no team" in page.text


def test_a_refused_form_keeps_what_was_typed(community: Community) -> None:
    boss = community.browser(community.boss)
    page = boss.get("/tournaments/new")
    page = boss.send(page.form("Make draft"), name="\u3000", game="Chess", rules="Keep me")
    assert page.status == 422
    assert "A name needs at least one character that can be seen." in page.text
    fields = dict(page.form("Make draft").fields)
    assert (fields["game"], fields["rules"].strip()) == ("Chess", "Keep me")
    page = boss.send(
        page.form("Make draft"),
        name="Cup",
        starts_at="2026-03-29T02:30",
        zone="Europe/Berlin",
        format="double_elimination",
    )
    assert "so 2026-03-29 02:30 does not exist there" in page.text
    assert dict(page.form("Make draft").fields)["format"] == "double_elimination"


@on_sqlite
@pytest.mark.parametrize(("size", "status"), [(60_000, 422), (5_000_000, 413)])
def test_rules_beyond_measure_are_refused_in_words(
    community: Community, size: int, status: int
) -> None:
    cup = community.cup(rules="Short")
    boss = community.browser(community.boss)
    page = boss.get(f"/tournaments/{cup.id}/edit")
    page = boss.send(page.form("Save settings"), rules="x" * size)
    assert page.status == status
    assert ("60,000 characters; 50,000 fit" in page.text) or ("1,024 KiB" in page.text)
    assert community.now(cup).rules == "Short"


@on_sqlite
def test_rules_are_markdown_that_harms_nobody(community: Community) -> None:
    rules = (
        "# Title\n\n<script>alert(1)</script> <img src=x onerror=alert(2)>\n\n"
        "[site](https://example.org) [bad](javascript:alert(3)) ![pixel](https://spy.example/p.png)"
    )
    cup = community.cup(rules=rules, description="**Open** to all")
    page = community.browser().get(f"/tournaments/{cup.id}/rules")
    body = page.html[page.html.index("<main") : page.html.index("</main>")]
    assert "<script" not in body
    assert not re.search(r"<[^>]*onerror", body)
    assert '<a href="https://example.org" rel="nofollow noopener ugc">site</a>' in body
    assert 'href="javascript' not in body
    assert "<img" not in body
    assert "<h3>Title</h3>" in body
    assert "<strong>Open</strong>" in community.browser().get(f"/tournaments/{cup.id}").html


@on_sqlite
@pytest.mark.parametrize("name", ["=cmd()", "نادي الأبطال", "🐙", "<b>x</b>", '"><svg onload=1>'])
def test_free_names_are_harmless_on_every_page(community: Community, name: str) -> None:
    cup = community.cup(name=name)
    player = community.browser(community.person("alice"))
    page = player.get(f"/tournaments/{cup.id}/register")
    player.send(page.form("Register"), name=name)
    community.move(cup, Status.SEEDING)
    boss = community.browser(community.boss)
    for path in ("", "/participants", "/console", "/console/seeding"):
        page = boss.get(f"/tournaments/{cup.id}{path}")
        assert name in page.text
        assert "<svg onload" not in page.html
        assert "<b>x" not in page.html


def test_the_list_is_found_by_status_game_format_and_a_part_of_the_name(
    community: Community,
) -> None:
    community.cup(name="Зимний Кубок", game="Chess")
    community.cup(name="Summer Slam", game="Dota 2", format="double_elimination")
    community.cup(name="Secret", visibility=Visibility.UNLISTED)
    community.draft(name="Unborn")
    guest = community.browser()

    def found(query: str) -> list[str]:
        page = guest.get(f"/tournaments{query}")
        return re.findall(r'class="name"[^>]*><bdi>([^<]*)', page.html)

    assert sorted(found("")) == ["Summer Slam", "Зимний Кубок"]
    assert found("?q=КУБОК") == ["Зимний Кубок"]
    assert guest.get("/tournaments?q=%00").status == 404
    assert found("?game=Dota+2") == ["Summer Slam"]
    assert found("?format=double_elimination") == ["Summer Slam"]
    assert len(found("?status=registration&page=99")) == 2
    page = guest.get("/tournaments?status=completed&q=%25")
    assert "Nothing matches" in page.text
    assert page.link("Show all tournaments") == "/tournaments"
    assert "Unborn" in community.browser(community.boss).get("/tournaments").text


@on_sqlite
def test_empty_pages_say_what_will_be_there(community: Community) -> None:
    guest = community.browser()
    for path in ("/", "/tournaments"):
        assert "No tournaments yet" in guest.get(path).text
    cup = community.cup()
    assert "Nobody has registered yet" in guest.get(f"/tournaments/{cup.id}/participants").text
    assert "No rules yet" in guest.get(f"/tournaments/{cup.id}/rules").text


def test_what_guests_see_is_right_after_each_act(community: Community) -> None:
    guest = community.browser()
    assert "No tournaments yet" in guest.get("/").text
    alice, bob = community.person("alice"), community.person("bob")
    cup = community.cup(max_participants=2)
    assert "0 of 2" in guest.get("/").text
    community.register(cup, alice)
    for path in (
        "/",
        "/tournaments",
        f"/tournaments/{cup.id}",
        f"/tournaments/{cup.id}/participants",
    ):
        assert "1 of 2" in guest.get(path).text
    etag = guest.get(f"/tournaments/{cup.id}").response.headers["etag"]
    again = guest.http.get(f"/tournaments/{cup.id}", headers={"if-none-match": etag})
    assert again.status_code == 304
    community.register(cup, bob)
    assert "2 of 2" in guest.get(f"/tournaments/{cup.id}").text


def at(community: Community, browser: Browser, path: str) -> int:
    return browser.get(path).status


@on_sqlite
def test_who_may_open_which_page(community: Community) -> None:
    """200 for whom a page is, 404 for what one may not know of, 403 for what is others'."""
    player, other = community.person("player1"), community.person("other", Role.ORGANIZER)
    helper, admin = community.person("helper1"), community.person("root-1", Role.ADMIN)
    cup, draft = community.cup(player), community.draft()
    for one in (cup, draft):
        add = partial(organizing.add_organizer, actor=community.boss, name="helper1")
        community.write(partial(add, tournament_id=one.id))
    console = ("/edit", "/console", "/console/cancel", "/console/organizers")
    public = ("", "/participants", "/rules")
    for who, of_cup, of_draft in (
        (None, "login", 404),
        (player, 403, 404),
        (other, 403, 404),
        (helper, 200, 200),
        (community.boss, 200, 200),
        (admin, 200, 200),
    ):
        browser = community.browser(who)
        assert {at(community, browser, f"/tournaments/{cup.id}{path}") for path in public} == {200}
        found: set[object] = set()
        for path in console:
            page = browser.get(f"/tournaments/{cup.id}{path}")
            found.add("login" if page.path.startswith("/login") else page.status)
        assert found == {of_cup}, who
        assert {at(community, browser, f"/tournaments/{draft.id}{path}") for path in public} == {
            of_draft
        }


@on_sqlite
@pytest.mark.parametrize(
    "path",
    [
        "/tournaments/nothere1",
        "/tournaments/zzzzzzzz/participants",
        "/tournaments/../../etc/passwd",
        "/tournaments/%00%00%00%00%00%00%00%00/rules",
        "/tournaments/a%27b%22c%3Cd/console",
    ],
)
def test_forged_addresses_are_nothing(community: Community, path: str) -> None:
    assert community.browser(community.boss).get(path).status == 404


@on_sqlite
def test_pages_are_there_in_russian(community: Community) -> None:
    alice = community.person("alice")
    cup = community.cup(alice, max_participants=2)
    mine = community.registration(cup, alice)
    russian = community.browser(alice, "ru")
    assert "alice: заявка принята" in russian.get(f"/tournaments/{cup.id}").text
    community.write(lambda tx: registering.withdraw(tx, alice, cup.id, mine.id, mine.version))
    assert "Осталось 2 места" in community.browser(language="ru").get(f"/tournaments/{cup.id}").text
    boss = community.browser(community.boss, "ru")
    page = boss.send(boss.get(f"/tournaments/{cup.id}/edit").form("max_participants"), name=" ")
    assert "хотя бы один" in page.text or "видимый" in page.text


@on_sqlite
def test_what_runs_without_a_planned_start_says_when_it_began(community: Community) -> None:
    guest = community.browser()
    cup = community.cup(*community.players(2), starts_at=None)
    path, unset = f"/tournaments/{cup.id}", "not set yet"
    assert unset in guest.get(path).text
    assert unset in guest.get("/tournaments").text
    community.move(cup, Status.SEEDING)
    cup = community.start(cup)
    assert cup.started_at
    began = f"Start {cup.started_at.day} {cup.started_at:%b %Y, %H:%M} UTC"
    assert began in guest.get(path).text
    assert unset not in guest.get("/tournaments").text


@on_sqlite
def test_what_was_cancelled_before_it_had_a_start_promises_none(community: Community) -> None:
    cup = community.cup(starts_at=None)
    community.write(
        lambda tx: moving.cancel_tournament(tx, community.boss, cup.id, cup.version, "few")
    )
    pages = [community.browser().get(path) for path in (f"/tournaments/{cup.id}", "/tournaments")]
    assert all("Cup" in page.text for page in pages)
    assert not any("not set yet" in page.text for page in pages)

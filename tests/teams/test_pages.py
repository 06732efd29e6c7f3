"""Teams in a browser without scripts."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from clutch.accounts.models import Actor, Role
from clutch.teams.change import transfer_captaincy
from tests.fixtures.browsing import Browser, SeenPage
from tests.fixtures.site import on_sqlite
from tests.teams.club import Club, account_id

Visit = Callable[..., Browser]


@pytest.fixture
def visit(club: Club, make_client: Callable[..., Browser]) -> Visit:
    """Somebody's browser, logged in."""

    def open_browser(actor: Actor, language: str = "en") -> Browser:
        return make_client(language).log_in(club.session(actor))

    return open_browser


def create(browser: Browser, name: str = "Night Owls", tag: str = "OWL") -> SeenPage:
    form = browser.get("/teams/new").form("Create team")
    return browser.send(form, name=name, tag=tag)


def link_of(browser: Browser, team_path: str, **terms: Any) -> str:
    """The path of a new invite link, as its maker copies it."""
    form = browser.get(f"{team_path}/invites").form("Make a link")
    page = browser.send(form, **terms)
    values = [value for form in page.forms for name, value in form.fields if "/join/" in value]
    assert not values, "the link is no field of a form"
    start = page.html.index("http://testserver/join/")
    return page.html[start : page.html.index('"', start)].removeprefix("http://testserver")


def test_a_team_is_created_and_joined_by_link(club: Club, visit: Visit, client: Browser) -> None:
    alice, bob = visit(club.person("alice")), club.person("bob")
    team = create(alice)
    assert (team.status, team.path) == (200, "/teams/1")
    assert team.piece("flash") == "Team created. Invite the others."
    link = link_of(alice, "/teams/1", days="1", uses=1)

    guest = client.get(link)
    assert "Night Owls" in guest.text
    assert guest.link("Log in") == f"/login?next={link}"
    assert "Join the team" not in guest.text

    bobs = visit(bob)
    joined = bobs.send(bobs.get(link).form("Join the team"))
    assert joined.path == "/teams/1"
    assert joined.piece("members").startswith("Members")
    assert "bob" in joined.piece("members")
    assert "You are in this team already." in bobs.get(link).text


@on_sqlite
def test_looking_at_a_link_does_not_join(club: Club, visit: Visit) -> None:
    alice, bob = club.person("alice"), club.person("bob")
    token = club.invite(alice, club.team(alice))
    bobs = visit(bob)
    for _ in range(2):
        assert bobs.get(f"/join/{token}").status == 200
    assert club.names(club.get_first().id) == ["alice"]


@on_sqlite
def test_a_guest_who_sends_the_form_logs_in_and_comes_back(club: Club, client: Browser) -> None:
    alice = club.person("alice")
    token = club.invite(alice, club.team(alice))
    fields = client.get("/login").form("Log in").fields
    page = client.get(f"/join/{token}")
    answer = client.post(page.path, [("csrf", dict(fields)["csrf"])])
    assert answer.path == f"/login?next=/join/{token}"
    assert answer.piece("flash") == "Log in first; then you come back here."


@on_sqlite
@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_link_that_does_not_work_says_why(
    club: Club, make_client: Callable[..., Browser], language: str
) -> None:
    alice = club.person("alice")
    team = club.team(alice)
    old = club.invite(alice, team, days=1)
    club.clock.advance(timedelta(days=2))
    spent = club.invite(alice, team, uses=1)
    club.join(club.person("bob"), spent)
    browser = make_client(language)
    said = {
        "en": ("ran out on", "used as often as it may be", "does not exist"),
        "ru": ("истёк", "столько раз, сколько можно", "приглашения нет"),
    }[language]
    for token, words in zip((old, spent, "x" * 43), said, strict=True):
        page = browser.get(f"/join/{token}")
        assert (page.status, words in page.text) == (404, True)


@on_sqlite
def test_the_captains_pages_are_closed_to_others(club: Club, visit: Visit, client: Browser) -> None:
    alice, bob, dora = club.person("alice"), club.person("bob"), club.person("dora", Role.ADMIN)
    club.let_in(alice, club.team(alice), bob)
    for page in ("edit", "members", "invites", "disband"):
        address = f"/teams/1/{page}"
        assert visit(bob).get(address).status == 403
        assert client.get(address).path == f"/login?next={address}"
        assert visit(alice).get(address).status == 200
        assert visit(dora).get(address).status == 200
        assert visit(alice).get(f"/teams/99/{page}").status == 404
    assert "Manage members" not in visit(bob).get("/teams/1").text


@on_sqlite
def test_a_forged_form_changes_nothing(club: Club, visit: Visit) -> None:
    alice, bob = club.person("alice"), club.person("bob")
    team = club.team(alice)
    club.let_in(alice, team, bob)
    bobs = visit(bob)
    token = dict(bobs.get("/teams/1/leave").form("Leave the team").fields)["csrf"]
    for path, fields in (
        ("/teams/1/edit", [("name", "Bobs"), ("tag", "BOB"), ("colour", "#3b7ddd")]),
        ("/teams/1/captain", [("account_id", str(bob.account_id))]),
        (f"/teams/1/members/{alice.account_id}/remove", []),
        ("/teams/1/disband", []),
        ("/teams/1/invites", [("days", "7")]),
        ("/teams/1/invites/1/revoke", []),
    ):
        answer = bobs.post(path, [("csrf", token), ("version", "1"), *fields])
        assert (answer.status, answer.response.url.path) == (403, path)
    assert (club.get(team.id), club.names(team.id)) == (team, ["alice", "bob"])


@on_sqlite
def test_a_refused_team_comes_back_as_it_was_typed(club: Club, visit: Visit) -> None:
    alice = visit(club.person("alice"))
    create(alice)
    form = alice.get("/teams/new").form("Create team")
    page = alice.send(form, name="night OWLS", tag="TOOLONG", colour="own", own_colour="#123456")
    assert page.status == 422
    assert "2 to 5 letters" in page.piece("f-tag-error")
    page = alice.send(page.form("Create team"), tag="OWL")
    assert (page.status, "Night Owls" in page.piece("f-name-error")) == (409, True)
    typed = page.form("Create team").fields
    assert {("name", "night OWLS"), ("colour", "own"), ("own_colour", "#123456")} <= set(typed)


@on_sqlite
def test_an_edit_of_what_was_changed_meanwhile_is_refused_and_can_be_sent_again(
    club: Club, visit: Visit
) -> None:
    actor = club.person("alice")
    alice = visit(actor)
    create(alice)
    early, late = (alice.get("/teams/1/edit").form("Save team") for _ in range(2))
    assert alice.send(early, tag="ONE").path == "/teams/1"
    page = alice.send(late, tag="TWO")
    assert (page.status, "you saw version 1" in page.text) == (412, True)
    assert alice.send(page.form("Save team"), tag="TWO").status == 200
    assert club.get_first().tag == "TWO"


@on_sqlite
def test_the_captaincy_is_handed_over_and_then_the_team_left(club: Club, visit: Visit) -> None:
    alice, bob = club.person("alice"), club.person("bob")
    club.let_in(alice, club.team(alice), bob)
    browser = visit(alice)
    assert "Hand the captaincy over first" in browser.get("/teams/1/leave").text
    form = browser.get("/teams/1/members").form("Hand over")
    assert browser.send(form, account_id="").status == 422
    assert browser.send(form, account_id=bob.account_id).piece("flash") == "Captaincy handed over"
    left = browser.send(browser.get("/teams/1/leave").form("Leave the team"))
    assert (left.path, left.piece("flash")) == ("/teams/1", "You left the team")
    assert browser.get("/teams/1/leave").status == 409


@on_sqlite
def test_a_member_is_taken_out_and_the_history_says_so(club: Club, visit: Visit) -> None:
    alice, bob = club.person("alice"), club.person("bob")
    club.let_in(alice, club.team(alice), bob)
    browser = visit(alice)
    form = browser.get("/teams/1/members").form(f"/teams/1/members/{bob.account_id}/remove")
    assert browser.send(form).piece("flash") == "Member removed"
    history = browser.get("/teams/1/history")
    assert "Taken out of Red by its captain: bob." in history.piece("history")
    assert "removed by the captain" in history.piece("memberships")


@on_sqlite
def test_who_was_invited_is_told_to_members_only(club: Club, visit: Visit, client: Browser) -> None:
    alice, bob = club.person("alice"), club.person("bob")
    club.let_in(alice, club.team(alice), bob)
    assert "Invite into" in visit(bob).get("/teams/1/history").piece("history")
    assert "Invite into" not in client.get("/teams/1/history").piece("history")


@on_sqlite
def test_a_disbanded_team_is_still_there_to_be_looked_at(
    club: Club, visit: Visit, client: Browser
) -> None:
    browser = visit(club.person("alice"))
    create(browser)
    gone = browser.send(browser.get("/teams/1/disband").form("Disband the team"))
    assert gone.piece("flash") == "Team disbanded"
    assert "Disbanded" in client.get("/teams/1").piece("team-head")
    assert client.get("/teams").text.count("Night Owls") == 0
    assert browser.get("/teams/1/edit").status == 409


@on_sqlite
def test_the_link_is_shown_once_and_its_use_counted(club: Club, visit: Visit) -> None:
    alice, bob = visit(club.person("alice")), visit(club.person("bob"))
    create(alice)
    link = link_of(alice, "/teams/1", uses=3)
    bob.send(bob.get(link).form("Join the team"))
    page = alice.get("/teams/1/invites")
    assert link.removeprefix("/join/") not in page.html
    assert "used 1 of 3" in page.text
    alice.send(page.form("/teams/1/invites/1/revoke"))
    assert "taken back" in alice.get("/teams/1/invites").text
    assert bob.get(link).status == 200  # who is in already is told so
    assert visit(club.person("carol")).get(link).status == 404


@on_sqlite
def test_empty_lists_say_what_will_be_there(client: Browser, make_client: Visit) -> None:
    assert client.get("/teams").link("Create team") == "/teams/new"
    assert "No teams yet" in client.get("/teams").text
    assert "No team matches" in client.get("/teams?q=owl").text
    assert "Команд пока нет" in make_client("ru").get("/teams").text


@on_sqlite
def test_the_list_is_searched_and_paged(
    club: Club, client: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clutch.teams.queries.PER_PAGE", 2)
    alice = club.person("alice")
    for name in ("Owls A", "Owls B", "Owls C", "Foxes"):
        club.team(alice, name, "TAG")
    page = client.get("/teams?q=owls")
    assert ("Page 1 of 2" in page.text, "Foxes" in page.text) == (True, False)
    assert "Owls C" in client.get(page.link("Next")).text
    for odd in ("0", "-1", "abc", "99999999999", "²"):
        assert client.get(f"/teams?page={odd}").status == 200


@on_sqlite
def test_odd_names_are_shown_as_they_are(club: Club, client: Browser) -> None:
    alice = club.person("alice")
    for name in ("<script>alert(1)</script>", "=cmd()", "فريق النجوم", "🦊 Foxes 🦊", "W" * 32):
        team = club.team(alice, name)
        for address in ("/teams", f"/teams/{team.id}", f"/teams/{team.id}/history"):
            page = client.get(address)
            assert name in page.text
            assert "<script>alert" not in page.html


@on_sqlite
def test_everything_about_a_team_is_said_in_russian(club: Club, visit: Visit) -> None:
    alice, bob = club.person("alice"), club.person("bob")
    team = club.team(alice, "Совы", "СОВА")
    club.let_in(alice, team, bob)
    club.write(lambda tx: transfer_captaincy(tx, alice, team.id, 1, account_id(bob)))
    browser = visit(bob, "ru")
    for address in ("", "/tournaments", "/matches", "/history", "/edit", "/members", "/invites",
                    "/leave", "/disband"):  # fmt: skip
        text = browser.get(f"/teams/1{address}").text
        for english in ("member", "Captain", "invite", "team", "history", "Team"):
            assert english not in text.replace("Clutch", "")
    assert "2 участника" in browser.get("/teams/1").text
    assert "Смена капитана" in browser.get("/teams/1/history").text

"""Who may follow what: asked at every subscription, and again while the connection is open."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from websockets.exceptions import ConnectionClosed

from clutch.accounts.admin import ban, change_role
from clutch.accounts.models import GUEST, SITE, Actor, Role, Scope
from clutch.accounts.sessions import end_session
from clutch.accounts.tokens import make_token, revoke_token
from clutch.bootstrap import Site
from clutch.kernel.writing import Transaction
from clutch.live.drawing import Drawer
from clutch.live.frames import Wish
from clutch.live.kinds import stream_kinds
from clutch.live.listener import Who
from clutch.live.past import Look, look_back
from clutch.live.rendering import Audience
from clutch.teams.events import InviteRevoked, TeamChanged
from clutch.tournaments.drafting import create_tournament
from clutch.tournaments.models import Status, Tournament
from clutch.tournaments.moving import move_tournament
from clutch.tournaments.organizing import add_organizer, remove_organizer
from clutch.tournaments.settings import Setup
from tests.live.conftest import People, Person
from tests.live.reader import Reader, reading
from tests.live.things import score
from tests.serve.running import Running

PROMISED_S = 5.0


@pytest.fixture
def shared(each_way: Running) -> Running:
    """Resuming and rights hold whichever way frames go out."""
    return each_way


@pytest.fixture
def owner(people: People) -> Person:
    return people.arrive(Role.ORGANIZER)


@pytest.fixture
def draft(shared_beside: Site, owner: Person) -> Tournament:
    """A tournament that only its organizers may see."""
    setup = Setup(name="Red Cup", game="Chess")
    return shared_beside.writer.write(lambda tx: create_tournament(tx, owner.actor, setup))


@contextmanager
def in_time() -> Iterator[None]:
    """What the block waits for comes as fast as promised."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began < PROMISED_S


def test_who_is_looked_up_together_is_told_apart(
    people: People, owner: Person, draft: Tournament
) -> None:
    other = people.arrive(Role.ORGANIZER)
    actors = [GUEST, owner.actor, other.actor, GUEST, owner.actor]
    looks = [Look(((Wish(draft.stream), 1),), who_is(actor)) for actor in actors]
    kinds = stream_kinds()
    with people.site.database.read() as conn:
        found = look_back(conn, kinds, Drawer(kinds), looks)
    refused = [past.refusal is not None for own in found for past in own]
    assert refused == [True, False, True, True, False]


def who_is(actor: Actor) -> Who:
    login = b"" if actor.is_guest else str(actor.account_id).encode()
    return Who(
        actor=actor,
        session_id=None,
        login=login,
        address="127.0.0.1",
        audience=Audience("en"),
        again=lambda _: actor,
        say=lambda refusal: refusal.code,
    )


def test_a_draft_is_open_to_its_organizers_alone(
    shared: Running, people: People, owner: Person, draft: Tournament
) -> None:
    with reading(shared.address, **owner.connecting(shared)) as reader:
        assert reader.follow(draft.stream)["type"] == "subscribed"
    with reading(shared.address, **people.arrive(Role.ORGANIZER).connecting(shared)) as reader:
        assert reader.follow(draft.stream)["code"] == "stream-unknown"
    with reading(shared.address) as reader:
        assert reader.follow(draft.stream)["code"] == "stream-unknown"
        publish(people.site, owner, draft)
        assert reader.follow(draft.stream)["type"] == "subscribed"


def publish(site: Site, owner: Person, draft: Tournament) -> None:
    """The draft is open for registration, and so to everybody."""
    to = Status.REGISTRATION
    site.writer.write(lambda tx: move_tournament(tx, owner.actor, draft.id, draft.version, to))


def test_the_right_is_asked_for_again_at_a_resume(
    shared: Running, shared_beside: Site, people: People, owner: Person, draft: Tournament
) -> None:
    friend = people.arrive()
    write = shared_beside.writer.write
    write(lambda tx: add_organizer(tx, owner.actor, draft.id, friend.actor.name))
    with reading(shared.address, **friend.connecting(shared)) as reader:
        assert reader.follow(draft.stream)["type"] == "subscribed"
        write(lambda tx: remove_organizer(tx, owner.actor, draft.id, friend.account_id))
        assert reader.follow(draft.stream, resume=True)["code"] == "stream-unknown"


def test_a_role_that_was_taken_away_opens_nothing_at_a_resume_on_the_same_line(
    shared: Running, shared_beside: Site, people: People, draft: Tournament
) -> None:
    admin, _ = people.arrive(Role.ADMIN), people.arrive(Role.ADMIN)
    with reading(shared.address, **admin.connecting(shared)) as reader:
        assert reader.follow(draft.stream)["type"] == "subscribed"
        shared_beside.writer.write(lambda tx: change_role(tx, SITE, admin.account_id, Role.PLAYER))
        assert reader.follow(draft.stream, resume=True)["code"] == "stream-unknown"


def test_a_co_organizer_who_is_one_no_longer_hears_no_more_of_the_draft(
    shared: Running, shared_beside: Site, people: People, owner: Person, draft: Tournament
) -> None:
    friend = people.arrive()
    write = shared_beside.writer.write
    write(lambda tx: add_organizer(tx, owner.actor, draft.id, friend.actor.name))
    with reading(shared.address, **friend.connecting(shared)) as reader:
        reader.follow(draft.stream)
        reader.follow("site")
        with in_time():
            write(lambda tx: remove_organizer(tx, owner.actor, draft.id, friend.account_id))
            assert reader.next("refused")["stream"] == draft.stream
        write(score(draft.stream, 1))
        write(score("site", 1))
        assert reader.next("events")["stream"] == "site"


def banned(people: People, person: Person) -> Callable[[Transaction], object]:
    return lambda tx: ban(tx, SITE, person.account_id, "a test")


def logged_out(_: People, person: Person) -> Callable[[Transaction], object]:
    return lambda tx: end_session(tx, person.account_id, person.session_id)


@pytest.mark.parametrize("ended", [banned, logged_out])
def test_an_ended_login_ends_the_connection(
    shared: Running,
    shared_beside: Site,
    people: People,
    ended: Callable[[People, Person], Callable[[Transaction], object]],
) -> None:
    person, other = people.arrive(), people.arrive()
    with (
        reading(shared.address, **other.connecting(shared)) as bystander,
        reading(shared.address, **person.connecting(shared)) as reader,
    ):
        reader.follow("site")
        with in_time():
            shared_beside.writer.write(ended(people, person))
            assert_ended(reader)
        assert bystander.follow("site")["type"] == "subscribed"


def assert_ended(reader: Reader) -> None:
    assert reader.next("bye")["code"] == "session-ended"
    with pytest.raises(ConnectionClosed) as found:
        reader.next()
    assert found.value.rcvd is not None
    assert found.value.rcvd.code == 4001


def test_a_revoked_token_ends_the_connection(
    shared: Running, shared_beside: Site, people: People, owner: Person, draft: Tournament
) -> None:
    write = shared_beside.writer.write
    token = write(lambda tx: make_token(tx, owner.actor, "a test", [Scope.READ]))
    headers = {"Authorization": f"Bearer {token.secret}"}
    with reading(shared.address, additional_headers=headers) as reader:
        assert reader.follow(draft.stream)["type"] == "subscribed"
        with in_time():
            write(lambda tx: revoke_token(tx, owner.actor, token.token.id))
            assert_ended(reader)


def test_of_what_is_nobody_elses_business_only_the_seq_is_told(
    shared: Running, shared_beside: Site, stream: str
) -> None:
    open_one, closed = TeamChanged(team_id=7, fields=()), InviteRevoked(team_id=7, invite_id=9)
    with reading(shared.address) as reader:
        reader.follow(stream)
        shared_beside.writer.write(lambda tx: tx.append(stream, open_one, closed, actor_id=None))
        first, second = reader.next("events")["events"]
    assert (first["kind"], first["facts"]["team_id"]) == ("team-changed", 7)
    assert second == {"seq": 2}

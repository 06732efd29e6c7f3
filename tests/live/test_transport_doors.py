"""Who may come in, by which transport, how many, and for how long."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from clutch.accounts.admin import ban
from clutch.accounts.models import SITE, Role
from clutch.accounts.sessions import end_session
from clutch.bootstrap import Site
from clutch.kernel.writing import Transaction
from clutch.live.limits import CONNECTIONS_AN_ACCOUNT
from clutch.tournaments.drafting import create_tournament
from clutch.tournaments.organizing import add_organizer, remove_organizer
from clutch.tournaments.settings import Setup
from tests.live.conftest import People, Person
from tests.live.lines import Ended, Refused
from tests.live.reader import TRANSPORTS, Follower, Ledger, following
from tests.live.test_rights import in_time
from tests.serve.running import Running

on_each_transport = pytest.mark.parametrize("transport", TRANSPORTS)


def headers_of(person: Person, shared: Running) -> dict[str, str]:
    """What this person's browser sends."""
    return {"Cookie": f"clutch-session={person.secret}", "Origin": shared.address}


def refusal(shared: Running, transport: str, headers: dict[str, str]) -> int:
    """The status of a request that is refused."""
    try:
        with following(transport, shared.address, ["site"], headers=headers) as reader:
            reader.next("subscribed")
    except Refused as error:
        return error.status
    except InvalidStatus as error:
        return error.response.status_code
    return 200


@on_each_transport
def test_a_page_of_another_site_is_refused_and_one_of_this_site_is_not(
    shared: Running, people: People, transport: str
) -> None:
    person = people.arrive()
    own = headers_of(person, shared)
    assert refusal(shared, transport, {"Origin": "https://evil.example"}) == 403
    assert refusal(shared, transport, own | {"Origin": "null"}) == 403
    assert refusal(shared, transport, {"Cookie": own["Cookie"]}) == 403
    with following(transport, shared.address, ["site"], headers=own) as reader:
        reader.next("subscribed")


@pytest.mark.parametrize("transport", ["events", "poll"])
def test_where_browsers_send_no_origin_they_name_their_page_otherwise(
    shared: Running, people: People, transport: str
) -> None:
    cookie = {"Cookie": headers_of(people.arrive(), shared)["Cookie"]}
    for said in ("cross-site", "same-site"):
        assert refusal(shared, transport, cookie | {"Sec-Fetch-Site": said}) == 403
    assert refusal(shared, transport, cookie | {"Referer": "https://evil.example/x"}) == 403
    for own in ({"Sec-Fetch-Site": "same-origin"}, {"Referer": f"{shared.address}/teams"}):
        with following(transport, shared.address, ["site"], headers=cookie | own) as reader:
            reader.next("subscribed")


@on_each_transport
def test_a_token_that_nobody_gave_out_is_refused(shared: Running, transport: str) -> None:
    assert refusal(shared, transport, {"Authorization": "Bearer nonsense"}) == 401


def test_an_account_has_so_many_connections_over_all_transports_together(
    shared: Running, people: People
) -> None:
    headers = headers_of(people.arrive(), shared)
    with ExitStack() as stack:
        for number in range(CONNECTIONS_AN_ACCOUNT):
            transport = TRANSPORTS[number % 2]
            reader = following(transport, shared.address, ["site"], headers=headers)
            stack.enter_context(reader)
        for transport in TRANSPORTS:
            assert refusal(shared, transport, headers) == 429


def test_an_address_has_so_many_connections_over_all_transports_together(
    shared: Running, shared_beside: Site
) -> None:
    headers = {"X-Forwarded-For": "203.0.113.77"}
    with ExitStack() as stack:
        for number in range(shared_beside.settings.live_per_address):
            transport = TRANSPORTS[number % 2]
            reader = following(transport, shared.address, ["site"], headers=headers)
            stack.enter_context(reader)
        for transport in TRANSPORTS:
            assert refusal(shared, transport, headers) == 429


def banned(people: People, person: Person) -> Callable[[Transaction], object]:
    return lambda tx: ban(tx, SITE, person.account_id, "a test")


def logged_out(_: People, person: Person) -> Callable[[Transaction], object]:
    return lambda tx: end_session(tx, person.account_id, person.session_id)


@on_each_transport
@pytest.mark.parametrize("ended", [banned, logged_out])
def test_an_ended_login_ends_the_connection(
    shared: Running,
    people: People,
    transport: str,
    ended: Callable[[People, Person], Callable[[Transaction], object]],
) -> None:
    person = people.arrive()
    headers = headers_of(person, shared)
    with following(transport, shared.address, ["site"], headers=headers) as reader:
        reader.next("subscribed")
        with in_time():
            end = ended(people, person)
            if transport == "poll":
                assert ended_while_waiting(people, reader, end) == "session-ended"
                return
            people.site.writer.write(end)
            assert reader.next("bye")["code"] == "session-ended"
            with pytest.raises((Ended, ConnectionClosed)):
                reader.next()


def ended_while_waiting(
    people: People, reader: Follower, end: Callable[[Transaction], object]
) -> str:
    """The login ends while the request waits; the code of the goodbye that it gets."""
    timer = threading.Timer(0.3, lambda: people.site.writer.write(end))
    timer.start()
    told: dict[str, Any] = reader.next("bye", seconds=6)
    timer.join()
    return str(told["code"])


@on_each_transport
def test_the_right_is_asked_for_again_at_each_resume(
    shared: Running, people: People, transport: str
) -> None:
    owner, friend = people.arrive(Role.ORGANIZER), people.arrive()
    write = people.site.writer.write
    setup = Setup(name="Red Cup", game="Chess")
    draft = write(lambda tx: create_tournament(tx, owner.actor, setup))
    headers = headers_of(friend, shared)
    ledger = Ledger()
    write(lambda tx: add_organizer(tx, owner.actor, draft.id, friend.actor.name))
    with following(transport, shared.address, [draft.stream], ledger, headers) as reader:
        reader.next("subscribed")
    write(lambda tx: remove_organizer(tx, owner.actor, draft.id, friend.account_id))
    with following(transport, shared.address, [draft.stream], ledger, headers) as reader:
        assert reader.next("refused", "subscribed", "events")["code"] == "stream-unknown"

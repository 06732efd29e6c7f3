"""Who may open a connection, how many, and how much they may say."""

from __future__ import annotations

import json
import resource
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from websockets.exceptions import ConnectionClosed, ConnectionClosedError, InvalidStatus

from clutch.kernel.settings import Settings
from clutch.live import limits
from clutch.live.frames import LARGEST_MESSAGE, STREAMS_A_LISTENER
from clutch.live.limits import (
    CONNECTIONS_AN_ACCOUNT,
    MOST_NETWORKS,
    Doors,
    network_of,
    share_of,
)
from clutch.live.refusals import TooManyOpenings
from tests.live.conftest import People, live_sites
from tests.live.lines import EventsLine, Refused
from tests.live.reader import Reader, reading
from tests.serve.running import Running, wait_until

FILES = 256
PER_ADDRESS = Settings().live_per_address


@pytest.fixture
def reader(shared: Running) -> Iterator[Reader]:
    with reading(shared.address) as opened:
        yield opened


def refused(shared: Running, **options: Any) -> tuple[int, str]:
    """Status and code of a handshake that is refused."""
    with pytest.raises(InvalidStatus) as found, reading(shared.address, **options):
        pass
    response = found.value.response
    return response.status_code, json.loads(response.body or b"{}")["code"]


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1.evil.example"]
)
def test_a_page_of_another_site_is_refused(shared: Running, origin: str) -> None:
    assert refused(shared, origin=origin) == (403, "other-origin")


def test_a_page_of_this_site_and_a_program_without_cookies_may_follow(shared: Running) -> None:
    for origin in (shared.address, None):
        with reading(shared.address, origin=origin) as opened:
            assert opened.follow("site")["type"] == "subscribed"


def test_cookies_without_an_origin_are_refused(shared: Running, people: People) -> None:
    cookie = people.arrive().connecting(shared)["additional_headers"]
    assert refused(shared, additional_headers=cookie) == (403, "other-origin")


def test_a_token_that_nobody_gave_out_is_refused(shared: Running) -> None:
    headers = {"Authorization": "Bearer nonsense"}
    status, _ = refused(shared, additional_headers=headers)
    assert status == 401


def test_an_account_has_so_many_connections_and_no_more(shared: Running, people: People) -> None:
    options = people.arrive().connecting(shared)
    with ExitStack() as stack:
        opened = [
            stack.enter_context(reading(shared.address, **options))
            for _ in range(CONNECTIONS_AN_ACCOUNT)
        ]
        assert refused(shared, **options) == (429, "too-many-connections")
        opened[-1].socket.close()
        wait_until(lambda: not is_full(shared, **options))


def test_an_address_has_so_many_connections_and_no_more(shared: Running) -> None:
    def from_address(last: int) -> dict[str, Any]:
        return {"additional_headers": {"X-Forwarded-For": f"203.0.113.{last}"}}

    with ExitStack() as stack:
        for _ in range(PER_ADDRESS):
            stack.enter_context(reading(shared.address, **from_address(7)))
        assert refused(shared, **from_address(7)) == (429, "too-many-connections")
        stack.enter_context(reading(shared.address, **from_address(8)))
        stack.enter_context(reading(shared.address))


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3::4", "2001:0db8:0001:0002"),
        ("2001:db8:1:2:ffff::", "2001:0db8:0001:0002"),
        ("127.0.0.1", None),
        ("::1", None),
        ("::ffff:127.0.0.1", None),
        ("", ""),
    ],
)
def test_a_household_counts_as_one_and_the_machine_itself_as_none(
    address: str, network: str | None
) -> None:
    assert network_of(address) == network


def knocks(doors: Doors, address: str, now: float, most: int = 10_000) -> int:
    """How often one gets in at this moment."""
    for count in range(most):
        try:
            doors.knock(address, now, is_forwarded=False)
        except TooManyOpenings:
            return count
    return most


def test_an_address_opens_and_polls_so_often_and_others_are_not_held_up() -> None:
    doors = Doors(address=50, most=1_000)
    assert knocks(doors, "203.0.113.7", 0) == 200
    assert knocks(doors, "203.0.113.7", 1) == 50
    assert knocks(doors, "203.0.113.8", 1) == 200
    assert knocks(doors, "2001:db8:1:2:3::4", 1) == 200
    assert knocks(doors, "2001:db8:1:2:5::6", 1) == 0


def test_whoever_is_behind_an_unknown_proxy_is_limited_too() -> None:
    doors = Doors(address=50, most=1_000)
    assert knocks(doors, "127.0.0.1", 0) == knocks(doors, "127.0.0.1", 4) == 4_000


def test_addresses_without_end_take_no_memory_without_end() -> None:
    doors = Doors(address=50, most=1_000)
    for number in range(MOST_NETWORKS + 500):
        doors.knock(f"203.0.{number // 256}.{number % 256}", 0, is_forwarded=False)
    assert len(doors._knocks) == MOST_NETWORKS


@pytest.mark.parametrize(
    ("limit", "workers", "share"), [(50, 1, 50), (50, 2, 25), (50, 16, 8), (10, 2, 8), (3, 2, 3)]
)
def test_processes_share_a_limit_but_few_connections_are_always_fine(
    limit: int, workers: int, share: int
) -> None:
    assert share_of(limit, workers) == share


def test_a_process_has_so_many_connections_as_files_allow(
    shared_settings: Settings, tmp_path: Path
) -> None:
    with ExitStack() as site:
        with few_files(FILES):
            (running,) = site.enter_context(live_sites(shared_settings, tmp_path, 1))
        with ExitStack() as stack:
            for _ in range(FILES // 2):
                stack.enter_context(reading(running.address))
            assert refused(running) == (503, "live-full")
            for path in ("events", "poll"):
                with pytest.raises(Refused) as found:
                    EventsLine(f"{running.address}/live/{path}?follow=site")
                assert (found.value.status, found.value.code) == (503, "live-full")
            # Pages have files left.
            assert urlopen(f"{running.address}/livez").status == 200
        wait_until(lambda: not is_full(running))


def is_full(running: Running, **options: Any) -> bool:
    try:
        with reading(running.address, **options):
            return False
    except InvalidStatus:
        return True


@contextmanager
def few_files(count: int) -> Iterator[None]:
    """Processes that are started in the block can open so many files."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (count, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_that_a_proxy_is_not_believed_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[object] = []
    monkeypatch.setattr(limits._log, "warning", lambda _, setting: said.append(setting))
    doors = Doors(address=50, most=1_000)
    for _ in range(3):
        doors.knock("127.0.0.1", 0, is_forwarded=True)
        doors.knock("203.0.113.7", 0, is_forwarded=True)
    assert said == ["CLUTCH_TRUSTED_PROXIES"]


def test_a_connection_follows_so_many_streams_and_no_more(reader: Reader, stream: str) -> None:
    reader.subscribe(*({"stream": f"{stream}-{one}"} for one in range(STREAMS_A_LISTENER)))
    for _ in range(STREAMS_A_LISTENER):
        reader.next("subscribed")
    assert reader.follow(stream)["code"] == "too-many-streams"
    assert reader.follow(f"{stream}-0")["type"] == "subscribed"
    reader.subscribe(*({"stream": f"{stream}-{one}"} for one in range(STREAMS_A_LISTENER + 1)))
    assert reader.next("refused") == {
        "type": "refused",
        "stream": None,
        "code": "too-many-streams",
        "message": "A connection follows at most 64 streams. Unsubscribe from some first.",
    }


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "[]",
        "{}",
        '{"type": "shout"}',
        '{"type": "subscribe"}',
        '{"type": "subscribe", "streams": [{"stream": 7}]}',
        '{"type": "subscribe", "streams": [{"stream": "\\ud800"}]}',
        '{"type": "ping", "more": ' + "[" * 20_000,
        b"\xff\xfe",
        '{"type":"subscribe","streams":[{"stream":"site","seq":3}]}',
        '{"type":"subscribe","streams":[{"stream":"site","epoch":"q8txv9spf4hn"}]}',
    ],
)
def test_what_cannot_be_read_is_refused_and_the_connection_goes_on(
    reader: Reader, text: str | bytes
) -> None:
    reader.socket.send(text)
    assert reader.next("refused")["code"] == "message-unreadable"
    assert reader.follow("site")["type"] == "subscribed"


@pytest.mark.parametrize(
    "stream", ["", "nothing-1", "tournament-", "team\0", "site" * 30, "Team-1"]
)
def test_a_stream_that_is_none_is_refused(reader: Reader, stream: str) -> None:
    answer = reader.follow(stream)
    assert (answer["type"], answer["code"], answer["stream"]) == (
        "refused",
        "stream-unknown",
        stream,
    )


def test_a_refusal_speaks_the_readers_language(shared: Running) -> None:
    with reading(shared.address, additional_headers={"Accept-Language": "ru"}) as opened:
        assert "нет доступа" in opened.follow("nothing")["message"]


def test_a_message_that_is_too_long_ends_the_connection(reader: Reader) -> None:
    reader.socket.send("x" * (LARGEST_MESSAGE + 1))
    with pytest.raises(ConnectionClosedError) as found:
        reader.next()
    assert found.value.rcvd is not None
    assert found.value.rcvd.code == 1009


def test_who_says_too_much_is_told_so_and_sent_away(reader: Reader) -> None:
    with suppress(ConnectionClosed):
        for _ in range(2_000):
            reader.say({"type": "ping"})
    assert reader.next("bye")["code"] == "too-many-messages"
    with pytest.raises(ConnectionClosed) as found:
        reader.next()
    assert found.value.rcvd is not None
    assert found.value.rcvd.code == 4029

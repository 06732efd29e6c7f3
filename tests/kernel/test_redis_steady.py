"""A Redis that looks well and is not: it stays down, and says why, instead of coming and going."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from clutch.kernel import redis_link
from clutch.kernel.capabilities import Capabilities, State
from clutch.kernel.clock import SystemClock
from clutch.kernel.redis_link import RedisLink
from tests.kernel.redis_room import (
    RETURN_S,
    Room,
    counted,
    reason,
    room_of,
    state,
    until,
    until_down,
)
from tests.services.redis import cluster, running
from tests.services.wire import Fault

PASSWORD = "s3cr3tCANARY"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_link, "CHECK_EVERY_S", 0.3)
    monkeypatch.setattr(redis_link, "FIRST_PAUSE_S", 0.1)


def changes_within(link: RedisLink, seconds: float, work: Callable[[], object]) -> int:
    """How often its state changes while somebody works with it."""
    before = link._capabilities.get("redis").changes
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        work()
        time.sleep(0.01)
    return link._capabilities.get("redis").changes - before


def asks(link: RedisLink) -> Callable[[], object]:
    return lambda: [link.ask(("GET", link.key(f"kept:{one}"))) for one in range(10)]


def user(room: Room, *rules: str) -> str:
    room.server.run("ACL", "SETUSER", "site", "on", ">pw", "&*", *rules)
    return "site:pw@"


def test_a_user_who_may_not_read_is_down_until_he_may(room: Room) -> None:
    link = room.link(login=user(room, "~*", "+@all", "-get"))
    link.start()
    until_down(link, "this user may not do that")
    assert changes_within(link, 1.5, asks(link)) == 0
    user(room, "+get")
    until(lambda: link.is_up, RETURN_S)
    until(lambda: link.ask(("GET", "x")) == [None])


def test_what_was_refused_at_work_is_tried_before_it_is_used_again(room: Room) -> None:
    link = room.link(login=user(room, "~clutch:site:probe*", "+@all"))
    link.start()
    until(lambda: link.is_up)
    until(lambda: link.ask(("GET", link.key("kept"))) is None and state(link) is State.DOWN)
    assert changes_within(link, 1.5, asks(link)) == 0
    assert "this user may not do that" in reason(link)
    user(room, "~*")
    until(lambda: link.is_up, RETURN_S)


@pytest.mark.parametrize("place", range(3))
def test_a_node_of_a_cluster_is_down_and_said_to_be_one(tmp_path: Path, place: int) -> None:
    with cluster(tmp_path, 3) as nodes, room_of(nodes[place]) as room:
        link, other = room.link(), room.link(options="/1")
        link.start()
        until_down(link, "is a node of a cluster")
        assert "a single Redis is needed" in reason(link)
        assert changes_within(link, 1, asks(link)) == 0
        other.start()
        until_down(other, "is a node of a cluster")


def test_a_cluster_of_one_is_used_while_it_has_all_keys(tmp_path: Path) -> None:
    with cluster(tmp_path, 1) as nodes, room_of(nodes[0]) as room:
        link = room.up()
        nodes[0].run("CLUSTER", "DELSLOTSRANGE", "0", "8191")
        until_down(link, "is a node of a cluster")


def test_a_server_that_is_lost_as_soon_as_it_is_used_is_asked_ever_more_rarely(room: Room) -> None:
    link = room.up()
    back, began = counted(link), time.monotonic()
    for number in range(5):
        # Not before it was looked at once more.
        until(lambda: link.is_up and time.monotonic() - link._up_at > 0.4)
        room.wire.cut()
        until(lambda times=number: len(back) > times)  # type: ignore[misc]
    # After 0.1, 0.2, 0.4, 0.8 and 1.6 s, a fifth less at most.
    assert time.monotonic() - began > 5 * 0.4 + 0.8 * 3.1


def test_after_many_losses_a_return_is_still_noticed_in_time(room: Room) -> None:
    link = room.up()
    for _ in range(50):
        link._pauses.next()
    room.wire.lay(Fault.REFUSED)
    until(lambda: state(link) is State.DOWN, 3)
    time.sleep(0.3)
    room.wire.lay(Fault.NONE)
    assert until(lambda: state(link) is State.UP, RETURN_S) < RETURN_S


def test_after_a_while_without_trouble_pauses_begin_anew(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_link, "STEADY_S", 0.5)
    link = room.up()
    for _ in range(10):
        link._pauses.next()
    until(lambda: link._pauses._last == 0)
    back = counted(link)
    room.wire.cut()
    # The longest pause is 3 s, a fifth less at most.
    assert until(lambda: bool(back), RETURN_S) < 2.4


def test_a_bug_is_told_once_until_it_was_well_again(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_link, "LONGEST_PAUSE_S", 0.1)
    monkeypatch.setattr(redis_link, "STEADY_S", 0.5)
    link = room.up()
    check, tries = link._check, []

    def fails() -> None:
        tries.append(1)
        raise ValueError("one") if len(tries) % 2 else KeyError("another")

    def told_after(count: int) -> list[str]:
        tries.clear()
        with capture_logs() as lines:
            monkeypatch.setattr(link, "_check", fails)
            room.wire.cut()
            until(lambda: len(tries) >= count)
        return [type(one["exc_info"]).__name__ for one in lines if one["event"] == "redis failed"]

    assert told_after(6) == ["ValueError", "KeyError"]
    assert told_after(6) == []
    monkeypatch.setattr(link, "_check", check)
    until(lambda: link.is_up)
    until(lambda: not link._bugs)
    assert told_after(6) == ["ValueError", "KeyError"]


@pytest.mark.parametrize("password", [PASSWORD, PASSWORD * 20])
def test_a_password_that_the_server_repeats_is_not_shown(password: str) -> None:
    deaf = ("--requirepass", password, "--rename-command", "AUTH", "")
    with running(*deaf) as server, room_of(server) as room, capture_logs() as lines:
        link = room.link(login=f":{password}@")
        link.start()
        until_down(link, "refuses a command. (unknown command")
        assert PASSWORD not in str(lines) + str(link._capabilities.get("redis"))


def test_a_detail_is_blanked_like_the_log() -> None:
    known = Capabilities(SystemClock(), secrets=[PASSWORD])
    known.set("mail", State.DOWN, "It fails.", detail=f"LOGIN me {PASSWORD} at smtp://me:x@h")
    assert known.get("mail").detail == "LOGIN me *** at smtp://***@h"
    assert known.get("mail").reason == "It fails. (LOGIN me *** at smtp://***@h)"


def test_flapping_leaves_no_threads_and_no_connections_behind(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_link, "LONGEST_PAUSE_S", 0.4)
    link = room.up()
    back = counted(link)
    for number in range(6):
        room.wire.cut()
        until(lambda times=number: len(back) > times and link.is_up)  # type: ignore[misc]
    mine = {"redis", "redis-ear"}
    until(lambda: sum(one.name in mine for one in threading.enumerate()) == 2)
    # The link's two connections, and the one that asks.
    assert room.server.run("CLIENT", "LIST").count(b"addr=") <= 3 * 2

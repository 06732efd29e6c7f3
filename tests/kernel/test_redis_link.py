"""The link to a real Redis: nobody waits longer than 200 ms, and every return is noticed."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from statistics import median
from typing import Any

import pytest
from structlog.testing import capture_logs

from clutch.kernel import optional, redis_ear, redis_link, redis_pool
from clutch.kernel.capabilities import State
from clutch.kernel.redis_calls import Command
from clutch.kernel.redis_link import RedisLink
from clutch.kernel.redis_pool import open_pool
from clutch.kernel.refusals import StorageUnavailable
from clutch.kernel.settings import BadSettings
from tests.kernel.redis_room import (
    RETURN_S,
    Room,
    counted,
    reason,
    state,
    until,
    until_down,
)
from tests.services.ports import free_port
from tests.services.wire import Fault

# 200 ms, and what a busy machine adds to it.
SOON_S = 0.8


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_link, "CHECK_EVERY_S", 0.3)
    monkeypatch.setattr(redis_link, "FIRST_PAUSE_S", 0.2)
    monkeypatch.setattr(redis_link, "LONGEST_PAUSE_S", 0.4)


def timed(link: RedisLink) -> tuple[object, float]:
    began = time.monotonic()
    return link.ask(("GET", "x")), time.monotonic() - began


def test_what_is_put_is_found_and_what_is_not_there_is_nothing(room: Room) -> None:
    link = room.up()
    link.tell(("SET", link.key("a"), b"\x00bytes", "EX", 10))
    until(lambda: link.ask(("GET", link.key("a"))) == [b"\x00bytes"])
    assert link.ask(("GET", link.key("a")), ("GET", link.key("b"))) == [b"\x00bytes", None]
    assert state(link) is State.UP


@pytest.mark.parametrize("option", ["socket_timeout=abc", "db=one"])
def test_a_malformed_option_is_refused_before_anything_is_tried(option: str) -> None:
    package = optional.load("redis")
    assert package
    with pytest.raises(BadSettings, match="for h:6379: an option"):
        open_pool(package, f"redis://me:hunter2@h/0?{option}")


def test_our_deadlines_win_over_those_of_the_address(room: Room) -> None:
    link = room.up(options="?socket_timeout=30&socket_connect_timeout=30&health_check_interval=9")
    room.wire.lay(Fault.BLACK_HOLE)
    until(lambda: state(link) is State.DOWN, seconds=3)


def test_another_site_on_the_same_server_has_other_keys(room: Room) -> None:
    assert room.up().key("a") == "clutch:site:a"


def test_many_threads_ask_at_once_and_each_gets_its_own_answer(room: Room) -> None:
    link = room.up()
    right: list[bytes] = []
    wrong: list[object] = []

    def ask(number: int) -> None:
        for turn in range(50):
            said = f"{number}-{turn}".encode()
            answer = link.ask(("ECHO", said))
            if answer == [said]:
                right.append(said)
            elif answer is not None:  # None: it took too long, on a machine that does much else
                wrong.append((said, answer))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert right


def test_what_one_process_publishes_the_others_hear_and_it_does_not(room: Room) -> None:
    one, other = room.link(), room.link()
    heard: list[tuple[str, str]] = []
    one.heard = lambda text: heard.append(("one", text))
    other.heard = lambda text: heard.append(("other", text))
    for link in (one, other):
        link.start()
    until(lambda: one.is_up and other.is_up)
    one.publish("tournament-1 player-2")
    until(lambda: len(heard) == 1)
    time.sleep(0.1)
    assert heard == [("other", "tournament-1 player-2")]


def started_in(link: RedisLink) -> float:
    began = time.monotonic()
    link.start()
    return time.monotonic() - began


FAULTS = [Fault.REFUSED, Fault.RESET, Fault.BLACK_HOLE, Fault.SLOW]


@pytest.mark.parametrize("fault", FAULTS)
def test_at_boot_a_server_that_is_not_well_is_down_and_used_when_it_is(
    room: Room, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_link, "FIRST_PAUSE_S", 1.0)
    monkeypatch.setattr(redis_link, "LONGEST_PAUSE_S", 3.0)
    room.wire.lay(fault)
    # Who waited for an answer here would wait for its whole deadline, each time.
    link, other = room.link(), room.link()
    assert min(started_in(link), started_in(other)) < redis_pool.DEADLINE_S
    until(lambda: state(link) is State.DOWN, 5)
    assert min(timed(link)[1] for _ in range(3)) < 0.05
    room.wire.lay(Fault.NONE)
    assert until(lambda: link.is_up, RETURN_S) < RETURN_S


@pytest.mark.parametrize("fault", FAULTS)
def test_in_the_middle_nobody_waits_long_and_the_return_is_noticed(
    room: Room, fault: Fault
) -> None:
    link = room.up()
    with capture_logs() as lines:
        room.wire.lay(fault)
        took = [timed(link)[1] for _ in range(5)]
        # One of them may have met a busy machine.
        assert sorted(took)[-2] < SOON_S, took
        assert max(took) < 5, took
        until(lambda: state(link) is State.DOWN, 5)
        assert median(timed(link)[1] for _ in range(100)) < 0.01
        time.sleep(0.5)
        assert not link.is_up
        room.wire.lay(Fault.NONE)
        assert until(lambda: state(link) is State.UP, RETURN_S) < RETURN_S
    states = [line["state"] for line in lines if line["event"] == "capability"]
    # A busy machine may lose it once more on its way.
    assert states[0] == "down"
    assert states[-2:] == ["probing", "up"]
    assert len(states) <= 6
    # On a machine that does much else one answer may come too late for who waits for it.
    until(lambda: link.ask(("ECHO", "well")) == [b"well"], 2)


def test_nobody_waits_longer_though_the_thread_itself_is_stuck(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = room.up()
    # As a name server that does not answer would do, which no time-out of a socket bounds.
    go_on = threading.Event()
    send = link._send

    def stuck(commands: Sequence[Command]) -> list[Any]:
        go_on.wait(10)
        return send(commands)

    monkeypatch.setattr(link, "_send", stuck)
    took = [timed(link)[1] for _ in range(3)]
    assert 0.15 < max(took) < 5, took
    assert min(took) < SOON_S, took
    assert state(link) is State.DOWN
    assert min(timed(link)[1] for _ in range(3)) < 0.05
    go_on.set()
    until(lambda: link.is_up, RETURN_S)


def test_a_server_that_hangs_is_noticed_though_nobody_asks(room: Room) -> None:
    link = room.up()
    room.server.hang()
    until_down(link, "does not answer within 200 ms", 4)
    room.server.go_on()
    until(lambda: link.is_up, RETURN_S)


def test_a_server_that_is_killed_and_started_again_is_used_again(room: Room) -> None:
    link = room.up()
    room.server.kill()
    until(lambda: state(link) is State.DOWN, 4)
    room.server.start()
    until(lambda: link.is_up, RETURN_S)


def test_a_wrong_password_is_said_and_never_shown(room: Room) -> None:
    room.server.run("CONFIG", "SET", "requirepass", "right-one")
    link = room.link(login=":wrong-one@")
    with capture_logs() as lines:
        link.start()
        until_down(link, "does not accept the password")
    assert "wrong-one" not in str(lines) + reason(link)
    room.server.run("CONFIG", "SET", "requirepass", "wrong-one", password="right-one")
    until(lambda: link.is_up, RETURN_S)


def test_a_password_that_is_missing_is_said_too(room: Room) -> None:
    room.server.run("CONFIG", "SET", "requirepass", "right-one")
    link = room.link()
    link.start()
    until_down(link, "does not accept the password")


def test_a_server_that_can_only_be_read_is_not_used(room: Room) -> None:
    link = room.up()
    room.server.run("REPLICAOF", "127.0.0.1", str(free_port()))
    until_down(link, "can only be read", 4)
    room.server.run("REPLICAOF", "NO", "ONE")
    until(lambda: link.is_up, RETURN_S)


def test_a_server_without_memory_is_not_used(room: Room) -> None:
    link = room.up()
    room.server.run("CONFIG", "SET", "maxmemory", "1")
    until_down(link, "no memory left", 4)


def test_a_server_that_passes_nothing_on_is_not_used(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_ear.Ear, "_is_echo", lambda *_: False)
    monkeypatch.setattr(redis_ear, "ECHO_S", 0.1)
    link = room.link()
    link.start()
    until_down(link, "does not pass messages on")


def test_a_lost_subscription_is_renewed(room: Room) -> None:
    link, other = room.up(), room.link(room.server.port)
    heard: list[str] = []
    link.heard = heard.append
    other.start()
    until(lambda: other.is_up)
    back = counted(link)
    room.server.run("CLIENT", "KILL", "TYPE", "pubsub")
    until(lambda: bool(back) and link.is_up and other.is_up)

    def hears() -> bool:
        # What is published while the other's own is renewed may be lost.
        other.publish("again")
        return "again" in heard

    until(hears)


def test_a_subscription_that_takes_long_to_end_is_closed_by_its_own_thread(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    link, reading = room.up(), threading.Event()
    can_read = link._redis.Connection.can_read
    closers: list[str] = []

    def slow(line: Any, *args: Any, **options: Any) -> Any:
        # The link asks its own line, too, and may need an answer meanwhile.
        if threading.current_thread().name == "redis-ear":
            reading.set()
            time.sleep(0.3)
        return can_read(line, *args, **options)

    monkeypatch.setattr(redis_ear, "ROUND_S", 0.01)
    monkeypatch.setattr(link._redis.Connection, "can_read", slow)
    assert reading.wait(5)
    close = link._redis.client.PubSub.close

    def closed(line: Any) -> None:
        closers.append(threading.current_thread().name)
        close(line)

    monkeypatch.setattr(link._redis.client.PubSub, "close", closed)
    link.stop()
    until(lambda: closers == ["redis-ear"], 3)


def test_echoes_that_stay_out_are_noticed(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_ear, "ECHO_OLDEST_S", 0.5)
    link = room.up()
    assert link._thread is not None
    link._holder = "somebody else"
    until_down(link, "does not pass messages on")


def test_a_return_is_settled_before_anybody_relies_on_it(room: Room) -> None:
    link = room.link()
    told: list[str] = []
    link.looked = lambda: told.append("looked")
    link.returned = lambda: told.append(f"returned, up: {link.is_up}")
    link.start()
    until(lambda: link.is_up)
    assert told[0] == "looked"
    assert "returned, up: False" not in told
    room.wire.lay(Fault.RESET)
    until(lambda: state(link) is State.DOWN, 3)
    room.wire.lay(Fault.NONE)
    until(lambda: link.is_up, RETURN_S)
    assert "returned, up: False" in told


def test_while_the_database_cannot_settle_a_return_redis_is_not_used(room: Room) -> None:
    link = room.up()
    refuse = threading.Event()
    refuse.set()

    def returned() -> None:
        if refuse.is_set():
            raise StorageUnavailable

    link.returned = returned
    room.wire.cut()
    until(lambda: "waits for the database" in reason(link) and state(link) is State.DOWN, 5)
    assert not link.is_up
    refuse.clear()
    until(lambda: link.is_up, RETURN_S)


def test_the_end_comes_soon_whatever_hangs(room: Room) -> None:
    link = room.up()
    room.server.hang()
    began = time.monotonic()
    link.stop()
    assert time.monotonic() - began < 2
    room.server.go_on()

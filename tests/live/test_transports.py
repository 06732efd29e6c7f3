"""The same frames on every transport: nothing is lost and nothing comes twice, on one or across."""

from __future__ import annotations

import itertools
import json
import threading
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from clutch.bootstrap import Site
from clutch.kernel import epoch
from clutch.kernel.settings import Settings
from clutch.live.frames import Snapshot, Wish, encode
from clutch.live.past import MOST_MISSED
from clutch.web.live.events import Places
from tests.live.conftest import live_sites
from tests.live.lines import Ended, EventsLine, Line, PollLine, ask
from tests.live.reader import TRANSPORTS, Ledger, Reader, following, reading
from tests.live.things import score
from tests.serve.running import Running

TWO = (Wish("site", "e", 1), Wish("team-1", "e", 2))

on_each_transport = pytest.mark.parametrize("transport", TRANSPORTS)


def known(site: Site, **last: int) -> Ledger:
    """The ledger of somebody who was here before."""
    with site.database.read() as conn:
        found = epoch.get_epoch(conn)
    return Ledger(found, {name.replace("_", "-"): seq for name, seq in last.items()})


@on_each_transport
def test_what_was_missed_comes_first_then_what_happens(
    shared: Running, shared_beside: Site, stream: str, transport: str
) -> None:
    shared_beside.writer.write(score(stream, 1, 2, 3))
    ledger = known(shared_beside)
    ledger.last[stream] = 1
    with following(transport, shared.address, [stream, "site"], ledger) as reader:
        missed = reader.next("events")
        assert [one["facts"]["team_id"] for one in missed["events"]] == [2, 3]
        assert "score" in missed["pieces"]
        shared_beside.writer.write(score(stream, 4))
        reader.read_until(stream, 4)
    assert ledger.seqs[stream] == [2, 3, 4]
    ledger.require(stream, 4)


def test_one_reader_goes_from_transport_to_transport_while_things_happen(
    shared: Running, shared_beside: Site, stream: str
) -> None:
    shared_beside.writer.write(score(stream, 0))
    path = f"/try/score?stream={stream}&n=60"
    writer = threading.Thread(target=shared.get, args=(path, 60))
    ledger = known(shared_beside)
    ledger.last[stream] = 0
    writer.start()
    goals = range(5, 61, 5)
    for goal, transport in zip(goals, itertools.cycle(TRANSPORTS), strict=False):
        with following(transport, shared.address, [stream], ledger) as reader:
            reader.read_until(stream, goal)
    writer.join()
    with following("poll", shared.address, [stream], ledger) as reader:
        reader.read_until(stream, 61)
    assert ledger.seqs[stream] == list(range(1, 62))
    assert not ledger.snapshots


@on_each_transport
@pytest.mark.parametrize(
    ("place", "reason"),
    [({"seq": 9}, "future"), ({"epoch": "of-old", "seq": 1}, "epoch"), ({"seq": 0}, "gap")],
)
def test_a_place_that_cannot_be_gone_on_from_gets_a_snapshot(
    shared: Running,
    shared_beside: Site,
    stream: str,
    transport: str,
    place: dict[str, Any],
    reason: str,
) -> None:
    number = MOST_MISSED + 1 if reason == "gap" else 2
    shared_beside.writer.write(score(stream, *range(number)))
    ledger = known(shared_beside)
    ledger.last[stream] = place["seq"]
    ledger.epoch = place.get("epoch", ledger.epoch)
    ledger._epochs[stream] = ledger.epoch
    with following(transport, shared.address, [stream], ledger) as reader:
        told = reader.next("snapshot", "subscribed")
        assert (told["reason"], told["seq"]) == (reason, number)
        shared_beside.writer.write(score(stream, 1))
        reader.read_until(stream, number + 1)


@on_each_transport
def test_a_new_history_is_told_and_gone_on_from(
    shared: Running, shared_beside: Site, stream: str, transport: str
) -> None:
    shared_beside.writer.write(score(stream, 1, 2))
    ledger = known(shared_beside)
    ledger.last[stream] = 2
    with following(transport, shared.address, [stream, "site"], ledger) as reader:
        if transport != "poll":
            reader.next("subscribed")
        shared_beside.writer.write(epoch.renew)
        assert reader.next("snapshot")["reason"] == "epoch"
        shared_beside.writer.write(score(stream, 3))
        reader.read_until(stream, 3)


def test_a_poll_with_nothing_to_say_ends_with_a_heartbeat(shared: Running, stream: str) -> None:
    with following("poll", shared.address, [stream]) as reader:
        assert reader.next("subscribed")["seq"] == 0
        began = time.monotonic()
        told = reader.next("heartbeat", seconds=1.5)
        assert told["heads"] == {stream: 0}
        assert 0.9 < time.monotonic() - began < 4


def test_a_browser_that_comes_back_by_itself_names_its_places_in_the_last_event_id(
    shared: Running, shared_beside: Site, stream: str
) -> None:
    other = f"{stream}-other"
    url = f"{shared.address}/live/events?follow={stream}&follow={other}"
    line = EventsLine(url)
    ledger = Ledger()
    told = last_told(line, ledger, "subscribed", "subscribed")
    assert told == f"{ledger.epoch}:0,0"
    shared_beside.writer.write(score(stream, 1))
    told = last_told(line, ledger, "events")
    line.close()
    shared_beside.writer.write(score(stream, 2))
    shared_beside.writer.write(score(other, 1))
    line = EventsLine(url, {"Last-Event-ID": told})
    last_told(line, ledger, "events", "events")
    line.close()
    assert ledger.seqs == {stream: [1, 2], other: [1]}


def test_an_id_from_the_middle_of_a_change_of_history_trusts_no_old_place(
    shared: Running, shared_beside: Site, stream: str
) -> None:
    other = f"{stream}-other"
    url = f"{shared.address}/live/events?follow={stream}&follow={other}"
    line = EventsLine(url)
    ledger = Ledger()
    last_told(line, ledger, "subscribed", "subscribed")
    shared_beside.writer.write(epoch.renew)
    told = last_told(line, ledger, "snapshot")
    line.close()
    line = EventsLine(url, {"Last-Event-ID": told})
    frames = [line.next(5)[0] for _ in range(3)]
    line.close()
    assert {one["stream"]: one.get("reason") for one in frames[1:]} == {
        ledger.snapshots[0]["stream"]: None,
        ({stream, other} - {ledger.snapshots[0]["stream"]}).pop(): "epoch",
    }


def last_told(line: EventsLine, ledger: Ledger, *kinds: str) -> str:
    """Read until a frame of each kind came; the id of the last."""
    wanted = list(kinds)
    while True:
        frame, told = line.next(5)
        ledger.take(frame)
        if frame["type"] in wanted:
            wanted.remove(frame["type"])
        if not wanted:
            return told


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "follow=site@x&epoch=e",
        "follow=site@1",
        "follow=site@-1&epoch=e",
        f"follow=site@{10**20}&epoch=e",
        "follow=site&wait=soon",
        "follow=site@1&follow=team-1@1&follow=team-2@1&epoch=a&epoch=b",
    ],
)
@pytest.mark.parametrize("path", ["events", "poll"])
def test_an_address_that_cannot_be_read_is_refused(shared: Running, path: str, asked: str) -> None:
    assert status_of(f"{shared.address}/live/{path}?{asked}") == (422, "address-unreadable")


@pytest.mark.parametrize("transport", ["events", "poll"])
def test_an_address_can_name_an_epoch_for_each_stream(
    shared: Running, shared_beside: Site, stream: str, transport: str
) -> None:
    shared_beside.writer.write(score(stream, 1, 2))
    with shared_beside.database.read() as conn:
        known = epoch.get_epoch(conn)
    asked = f"follow={stream}@1&follow=site@0&epoch={known}&epoch=abandoned&wait=0"
    address = f"{shared.address}/live/{transport}?{asked}"
    line: Line = EventsLine(address) if transport == "events" else PollLine(lambda _: address)
    told: dict[str, Any] = {}
    try:
        while len(told) < 2:
            frame, _ = line.next(5)
            if frame["type"] in {"events", "snapshot"}:
                told[frame["stream"]] = (frame["type"], frame.get("after"), frame.get("reason"))
    finally:
        line.close()
    assert told == {stream: ("events", 1, None), "site": ("snapshot", None, "epoch")}


def test_an_event_is_put_into_words_once_for_all_who_follow_one_stream() -> None:
    parcel = encode(Snapshot("site", "e", 7, "gap"))
    alone, other, both = Places([Wish("site")]), Places([Wish("site", "d", 3)]), Places(TWO)
    assert alone.told(parcel) is other.told(parcel)
    assert alone.told(parcel).startswith(b'id: e:7\ndata: {"type":"snapshot"')
    assert both.told(parcel).startswith(b"id: e:7,2\n")


@pytest.mark.parametrize("told", ["nonsense", "e:1,2", "e:x1", ":1"])
def test_an_id_that_was_never_given_is_refused(shared: Running, told: str) -> None:
    url = f"{shared.address}/live/events?follow=site"
    assert status_of(url, {"Last-Event-ID": told}) == (422, "address-unreadable")


@pytest.mark.parametrize("path", ["events", "poll"])
def test_an_address_names_so_many_streams_and_no_more(shared: Running, path: str) -> None:
    asked = "&".join(f"follow=team-{number}" for number in range(1_000_000, 1_000_065))
    assert status_of(f"{shared.address}/live/{path}?{asked}") == (409, "too-many-streams")


def test_who_asks_for_the_socket_in_plain_http_is_shown_the_next_step(shared: Running) -> None:
    assert status_of(f"{shared.address}/live") == (426, "upgrade-required")


def status_of(url: str, headers: dict[str, str] | None = None) -> tuple[int, str]:
    connection, response = ask(url, headers or {})
    body = response.read()
    connection.close()
    return response.status, json.loads(body)["code"]


@pytest.mark.parametrize("path", ["events", "poll"])
def test_who_asks_for_the_head_alone_is_not_held(shared: Running, path: str) -> None:
    request = urllib.request.Request(f"{shared.address}/live/{path}?follow=site", method="HEAD")
    with pytest.raises(urllib.error.HTTPError) as found:
        urllib.request.urlopen(request, timeout=5)
    with found.value as answer:
        assert answer.code in {405, 409}


def test_nothing_on_the_way_may_keep_or_change_the_answers(shared: Running) -> None:
    for path, kind in (("events", "text/event-stream"), ("poll", "application/json")):
        connection, response = ask(f"{shared.address}/live/{path}?follow=site&wait=0", {})
        assert "no-store" in response.headers["cache-control"]
        assert response.headers["content-type"].startswith(kind)
        connection.close()


def test_the_end_of_the_site_ends_every_transport_within_five_seconds(
    sqlite_settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "end").mkdir()
    with live_sites(sqlite_settings, tmp_path / "end", 1) as (running,):
        events = EventsLine(f"{running.address}/live/events?follow=site")
        polled: list[str] = []
        follows = threading.Event()

        def poll() -> None:
            ledger = Ledger()
            with following("poll", running.address, ["site"], ledger) as reader:
                reader.next("subscribed")
                follows.set()
                polled.append(reader.next("bye", seconds=20)["code"])

        waiting = threading.Thread(target=poll)
        waiting.start()
        with reading(running.address) as socket:
            follow(socket, events)
            assert follows.wait(10)
            time.sleep(1)  # in which it asks for what comes next
            assert running.end() < 5
            assert socket.next("bye")["code"] == "closing"
        told = [frame for frame in iter_frames(events) if frame["type"] == "bye"]
        waiting.join(5)
        assert [one["code"] for one in told] == polled == ["closing"]
        assert events.retry_ms is not None
        assert 500 <= events.retry_ms <= 3000
        events.close()


def follow(socket: Reader, events: EventsLine) -> None:
    """Both follow by now."""
    socket.follow("site")
    while events.next(5)[0]["type"] != "subscribed":
        pass


def iter_frames(line: EventsLine) -> list[dict[str, Any]]:
    frames = []
    with suppress(Ended):
        while True:
            frames.append(line.next(5)[0])
    return frames


def test_without_the_package_the_others_carry_on_and_the_site_says_so(
    sqlite_settings: Settings, tmp_path: Path, stream: str
) -> None:
    with live_sites(sqlite_settings, tmp_path, 1, module="tests.live.without") as (running,):
        assert status_of(f"{running.address}/live") == (426, "upgrade-required")
        upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
        assert status_of(f"{running.address}/live", upgrade) == (426, "upgrade-required")
        for transport in ("events", "poll"):
            with following(transport, running.address, [stream]) as reader:
                reader.next("subscribed")
                running.get(f"/try/score?stream={stream}")
                reader.next("events")
        assert json.loads(running.get("/try/capabilities"))["live"] == "absent"
        assert "pgrade" not in running.said()

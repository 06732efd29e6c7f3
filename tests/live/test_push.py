"""The wire: what we lean on in uvicorn is there, and without it everything goes the public way."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode
from websockets.server import ServerProtocol

from clutch.cli.serving.child import LAST_WORD_SECONDS, _Server, server_config
from clutch.cli.serving.parent import Lines
from clutch.cli.serving.state import Beat
from clutch.kernel.settings import Settings
from clutch.live.frames import Parcel
from clutch.web.live.push import PushProtocol, SocketWire, is_pushable, pack
from tests.live.conftest import live_sites
from tests.live.reader import reading
from tests.live.test_slow_reader import EVENTS, SIZE, narrow_line
from tests.serve.running import Running

LEANED_ON = ("run_asgi", "pause_writing", "resume_writing", "connection_made")


@pytest.mark.parametrize("length", [0, 1, 125, 126, 65_535, 65_536, 300_000])
def test_a_packed_frame_is_what_the_library_itself_would_write(length: int) -> None:
    body = b"x" * length
    theirs = Frame(Opcode.TEXT, body).serialize(mask=False, extensions=[])
    assert pack(body) == theirs


def test_what_we_lean_on_is_there() -> None:
    assert all(callable(getattr(WebSocketsSansIOProtocol, name, None)) for name in LEANED_ON)
    config = server_config(lambda *_: None)  # type: ignore[arg-type]
    config.load()
    assert config.ws_protocol_class is PushProtocol
    assert not config.ws_per_message_deflate


@pytest.mark.parametrize("missing", ["transport", "conn", "scope"])
def test_a_protocol_that_lacks_something_is_not_written_to(missing: str) -> None:
    whole = {"transport": object(), "conn": ServerProtocol(), "scope": {}}
    assert is_pushable(SimpleNamespace(**whole))
    del whole[missing]
    assert not is_pushable(SimpleNamespace(**whole))


def test_a_server_that_tells_of_no_connections_waits_for_none_at_its_end() -> None:
    config = server_config(lambda *_: None)  # type: ignore[arg-type]
    server = _Server(config, Beat(), Lines(0, 0, 0), lambda: None)
    server.server_state = SimpleNamespace()  # type: ignore[assignment]
    began = time.monotonic()
    asyncio.run(server._hear_the_last())
    assert time.monotonic() - began < LAST_WORD_SECONDS / 2


def test_a_compressed_connection_is_not_written_to() -> None:
    protocol = SimpleNamespace(transport=object(), scope={}, conn=SimpleNamespace(extensions=[1]))
    assert not is_pushable(protocol)


def test_a_parcel_is_packed_once_for_everybody() -> None:
    parcel = Parcel("events", b"{}")
    written: list[bytes] = []
    transport = SimpleNamespace(write=written.append, is_closing=lambda: False)
    for _ in range(2):
        SocketWire(SimpleNamespace(transport=transport)).write(parcel)
    assert written[0] is written[1] is parcel.packed


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory, prepared_sqlite: Path) -> Iterator[Running]:
    """A site whose server gives no wire."""
    home = tmp_path_factory.mktemp("public")
    (home / "run").mkdir()
    (home / "clutch.db").write_bytes(prepared_sqlite.read_bytes())
    settings = Settings(home=home)
    with live_sites(settings, home, 1, module="tests.live.wireless") as (running,):
        yield running


def test_the_public_way_loses_nothing_and_sends_slow_readers_to_a_snapshot(
    public: Running, stream: str
) -> None:
    with (
        reading(public.address, sock=narrow_line(public), max_queue=1) as slow,
        reading(public.address) as quick,
    ):
        slow.follow(stream)
        quick.follow(stream)
        path = f"/try/score?stream={stream}&n={EVENTS}&size={SIZE}"
        writer = threading.Thread(target=public.get, args=(path, 60))
        writer.start()
        quick.read_until(stream, EVENTS, seconds=60)
        writer.join()
        assert quick.ledger.seqs[stream] == list(range(1, EVENTS + 1))
        slow.read_until(stream, EVENTS)
        assert {told["reason"] for told in slow.ledger.snapshots} == {"slow"}


def test_the_public_way_says_goodbye(public: Running) -> None:
    with reading(public.address) as reader:
        reader.follow("site")
        with suppress(ConnectionClosed):
            for _ in range(200):
                reader.say({"type": "ping"})
        assert reader.next("bye")["code"] == "too-many-messages"

"""The proxy does to a line what its mode says, and nothing else."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve

from clutch.web.live.push import pack
from tests.faults.frames import FrameSplitter, frame_length, text_of
from tests.faults.proxy import Mode, Proxy

Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]
OPENED: list[Line] = []


@asynccontextmanager
async def echoing() -> AsyncIterator[Proxy]:
    """A proxy to a server that says everything back."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while some := await reader.read(65536):
                writer.write(some)
        except OSError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with Proxy(server.sockets[0].getsockname()[1]) as proxy:
        yield proxy
    server.close()
    for _, writer in OPENED:
        writer.transport.abort()
    OPENED.clear()


@asynccontextmanager
async def frames_sent(*texts: str) -> AsyncIterator[Proxy]:
    """A proxy to a WebSocket server that sends these texts, then waits."""

    async def speak(socket: ServerConnection) -> None:
        for text in texts:
            await socket.send(text)
        await socket.wait_closed()

    async with (
        serve(speak, "127.0.0.1", 0, close_timeout=0.1, compression=None) as server,
        Proxy(server.sockets[0].getsockname()[1]) as proxy,
    ):
        yield proxy


async def opened(proxy: Proxy) -> Line:
    line = await asyncio.open_connection("127.0.0.1", proxy.port)
    OPENED.append(line)
    return line


async def said_back(line: Line, text: bytes, seconds: float = 5) -> bytes:
    line[1].write(text)
    return await asyncio.wait_for(line[0].readexactly(len(text)), seconds)


def run(test: Callable[[], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with asyncio.timeout(20):
            await test()

    asyncio.run(whole())


def test_everything_passes_unchanged_both_ways() -> None:
    async def test() -> None:
        text = bytes(range(256)) * 4000
        async with echoing() as proxy:
            line = await opened(proxy)
            assert await said_back(line, text) == text
            assert (proxy.opened, proxy.open_lines) == (1, 1)
            line[1].close()

    run(test)


def test_latency_delays_and_keeps_the_order() -> None:
    async def test() -> None:
        async with echoing() as proxy:
            line = await opened(proxy)
            await said_back(line, b"warm")
            await proxy.lay(Mode.LATENCY, delay_s=0.1)
            began = time.monotonic()
            line[1].write(b"one ")
            await asyncio.sleep(0.02)
            await proxy.lay(Mode.PASS)
            line[1].write(b"two ")
            assert await line[0].readexactly(8) == b"one two "
            assert time.monotonic() - began >= 0.09

    run(test)


def test_reset_cuts_open_lines_and_new_ones() -> None:
    async def test() -> None:
        async with echoing() as proxy:
            line = await opened(proxy)
            await said_back(line, b"warm")
            await proxy.lay(Mode.RESET)
            with pytest.raises(ConnectionResetError):
                await said_back(line, b"hello")
            with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
                await said_back(await opened(proxy), b"hello")
            await proxy.lay(Mode.PASS)
            assert await said_back(await opened(proxy), b"hello") == b"hello"

    run(test)


def test_refusal_closes_the_port_and_opens_the_same_one_again() -> None:
    async def test() -> None:
        async with echoing() as proxy:
            line, port = await opened(proxy), proxy.port
            await said_back(line, b"warm")
            await proxy.lay(Mode.REFUSE)
            with pytest.raises(ConnectionRefusedError):
                await opened(proxy)
            with pytest.raises(ConnectionResetError):
                await said_back(line, b"hello")
            await proxy.lay(Mode.PASS)
            assert proxy.port == port
            assert await said_back(await opened(proxy), b"hello") == b"hello"

    run(test)


def test_a_black_hole_takes_everything_and_says_nothing_and_its_lines_are_cut_in_the_end() -> None:
    async def test() -> None:
        async with echoing() as proxy:
            await proxy.lay(Mode.BLACK_HOLE)
            line = await opened(proxy)
            with pytest.raises(TimeoutError):
                await said_back(line, b"hello", 0.2)
            await proxy.lay(Mode.PASS)
            with pytest.raises(ConnectionResetError):
                await said_back(line, b"hello")
            assert await said_back(await opened(proxy), b"hello") == b"hello"

    run(test)


def test_a_throttled_line_takes_its_time() -> None:
    async def test() -> None:
        async with echoing() as proxy:
            await proxy.lay(Mode.THROTTLE, bytes_a_second=20_000)
            line = await opened(proxy)
            began = time.monotonic()
            for _ in range(3):
                await said_back(line, b"x" * 2000)
            assert time.monotonic() - began >= 0.2

    run(test)


def test_a_cut_resets_what_is_open_and_lets_new_lines_in() -> None:
    async def test() -> None:
        async with echoing() as proxy:
            lines = [await opened(proxy) for _ in range(3)]
            for line in lines:
                await said_back(line, b"warm")
            assert proxy.cut() == 3
            for line in lines:
                with pytest.raises(ConnectionResetError):
                    await said_back(line, b"hello")
            assert await said_back(await opened(proxy), b"hello") == b"hello"

    run(test)


def test_one_marked_frame_is_lost_and_the_line_stays_open() -> None:
    texts = [
        json.dumps({"type": "events", "seq": number}, separators=(",", ":")) for number in (1, 2, 3)
    ]
    long = "x" * 70_000

    async def test() -> None:
        async with frames_sent("hello", *texts, long) as proxy:
            proxy.lose_frame()
            async with connect(f"ws://127.0.0.1:{proxy.port}") as socket:
                got = [await socket.recv() for _ in range(4)]
            assert got == ["hello", texts[1], texts[2], long]
            assert [one.text.decode() for one in proxy.lost] == [texts[0]]

    run(test)


def test_an_upgrade_is_dropped_and_an_address_blocked() -> None:
    async def test() -> None:
        async with echoing() as proxy:
            proxy.drops_upgrade, proxy.blocked = True, ("/live/events",)
            line = await opened(proxy)
            line[1].write(
                b"GET /live HTTP/1.1\r\nHost: a\r\n"
                b"Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
            )
            assert await line[0].readuntil(b"\r\n\r\n") == b"GET /live HTTP/1.1\r\nHost: a\r\n\r\n"
            line[1].write(b"GET /live/events?a HTTP/1.1\r\nHost: a\r\n\r\n")
            assert (await line[0].read()).startswith(b"HTTP/1.1 502 ")

    run(test)


@pytest.mark.parametrize("length", [0, 1, 125, 126, 65_535, 65_536])
def test_frames_are_cut_out_whole_however_the_bytes_come(length: int) -> None:
    size = 0 if length < 126 else 2 if length < 65_536 else 8
    short = {0: length, 2: 126, 8: 127}[size]
    told = length.to_bytes(size, "big") if size else b""
    frame = bytes([0x81, short]) + told + b"x" * length
    splitter, both = FrameSplitter(), frame + frame
    found = [one for at in range(0, len(both), 977) for one in splitter.feed(both[at : at + 977])]
    assert found == [frame, frame]
    assert frame_length(frame[:1]) is None


@pytest.mark.parametrize("length", [2, 0x7B, 125, 126, 0x7B7B, 65_536])
@pytest.mark.parametrize("mask", [b"", b"\x01{\xff\x00"])
def test_what_stands_in_a_frame_is_told_from_its_head(length: int, mask: bytes) -> None:
    """The number of letters may look like a brace."""
    said = b"{" + b"x" * (length - 2) + b"}"
    packed = pack(said)
    head = packed[: -len(said)]
    if mask:
        masked = bytes(one ^ mask[at % 4] for at, one in enumerate(said))
        packed = bytes((head[0], head[1] | 0x80)) + head[2:] + mask + masked
    assert FrameSplitter().feed(packed + b"\x81") == [packed]
    assert text_of(packed) == said

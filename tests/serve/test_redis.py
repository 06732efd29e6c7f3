"""Real processes and a Redis that comes and goes; secrets that must not show."""

from __future__ import annotations

import socketserver
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import available_timezones

import pytest

from tests.serve.running import START_SECONDS, Running, started, wait_until
from tests.serve.whole_site import site_running, states, told
from tests.services.redis import RedisServer, running
from tests.services.wire import Fault, Wire

ZONES = iter(sorted(available_timezones()))
CANARY = "canary-4f1e"


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with running() as redis:
        yield redis


def all_are(site: Running, state: str) -> bool:
    return states(site, "redis") == {state}


def times_of(site: Running, count: int) -> list[float]:
    """How long so many pages took, the quickest first: a busy machine makes some of them slow."""
    took = []
    for _ in range(count):
        began = time.monotonic()
        # A zone that nobody had before is a page that nobody has drawn.
        zone = next(ZONES)
        assert told(site, "/tournaments", Cookie=f"zone={zone}")[0] == 200
        took.append(time.monotonic() - began)
    return sorted(took)


def test_a_redis_that_comes_and_goes_costs_nobody_an_answer(
    tmp_path: Path, server: RedisServer
) -> None:
    wire = Wire(server.port)
    wire.lay(Fault.BLACK_HOLE)
    began = time.monotonic()
    with site_running(tmp_path, {"REDIS_URL": f"redis://127.0.0.1:{wire.port}"}) as site:
        assert time.monotonic() - began < 15
        wait_until(lambda: all_are(site, "down"))
        assert told(site, "/healthz")[2] == '{"status":"warn"}'
        wire.lay(Fault.NONE)
        wait_until(lambda: all_are(site, "up"), 7)
        assert told(site, "/healthz")[2] == '{"status":"pass"}'
        for fault in (Fault.RESET, Fault.SLOW):
            wire.lay(fault)
            assert times_of(site, 5)[-2] < 1
            wait_until(lambda: all_are(site, "down"))
            assert times_of(site, 20)[-4] < 0.5
            wire.lay(Fault.NONE)
            wait_until(lambda: all_are(site, "up"), 7)
        wire.lay(Fault.BLACK_HOLE)
        assert site.end() < 5
        lines = [line for line in site.said().splitlines() if '"capability": "redis"' in line]
        # Two processes: asked, down, then three times probing, up, down; the last may be cut off.
        # As often again where an answer on a good wire comes too late.
        assert len(lines) <= 2 * (2 + 3 * 6)
    wire.close()


def send(site: Running, path: str, fields: dict[str, str], headers: dict[str, str]) -> int:
    body = urllib.parse.urlencode(fields).encode()
    request = urllib.request.Request(site.address + path, body, headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_no_secret_is_in_the_log_or_in_the_files_that_are_left(
    tmp_path: Path, server: RedisServer
) -> None:
    server.run("CONFIG", "SET", "requirepass", "another one")
    environment = {
        "REDIS_URL": f"redis://:{CANARY}-redis@127.0.0.1:{server.port}",
        "CLUTCH_MAIL_HOST": "127.0.0.1",
        "CLUTCH_MAIL_PASSWORD": f"{CANARY}-mail",
        "CLUTCH_METRICS_TOKEN": f"{CANARY}-metrics",
        "CLUTCH_LOG_LEVEL": "debug",
    }
    secret = {
        "Authorization": f"Bearer {CANARY}-header",
        "Cookie": f"clutch-session={CANARY}-session",
    }
    with site_running(tmp_path, environment) as site:
        wait_until(lambda: all_are(site, "down"))
        for path in (
            "/account",
            "/api/v1/account",
            f"/reset/{CANARY}",
            f"/join/{CANARY}",
            "/metrics",
        ):
            for headers in ({}, secret, {"Authorization": f"Bearer {CANARY}-metrics"}):
                told(site, path, **headers)
        login = {"name": "olga", "password": f"{CANARY}-typed"}
        send(site, "/login", login, {})
        send(site, "/api/v1/tokens", login, {"Content-Type": "application/json"})
        assert "does not accept the password" in site.said()
        left = [path.read_text() for path in (tmp_path / "home" / "run").glob("*.json")]
        assert len(left) >= 4
        assert CANARY not in site.said() + "".join(left)


class Repeats(socketserver.BaseRequestHandler):
    """Answers each command with the password, as proxies of some makers do."""

    def handle(self) -> None:
        while self.request.recv(1000):
            self.request.sendall(f"-ERR what is {CANARY}-redis?\r\n".encode())


def test_a_password_that_the_server_repeats_is_nowhere(tmp_path: Path) -> None:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Repeats) as parrot:
        threading.Thread(target=parrot.serve_forever, daemon=True).start()
        address = f"redis://:{CANARY}-redis@127.0.0.1:{parrot.server_address[1]}"
        with site_running(tmp_path, {"REDIS_URL": address}) as site:
            wait_until(lambda: all_are(site, "down"))
            run = tmp_path / "home" / "run"
            wait_until(lambda: any("what is ***" in one.read_text() for one in run.glob("*.json")))
            left = [one.read_text() for one in run.glob("*.json")]
            assert CANARY not in site.said() + "".join(left)
        parrot.shutdown()


def test_an_address_that_no_process_could_use_stops_the_start_with_a_sentence(
    tmp_path: Path,
) -> None:
    environment = {
        "CLUTCH_HOME": str(tmp_path / "home"),
        "CLUTCH_PORT": "0",
        "REDIS_URL": f"redis://:{CANARY}@h/0?socket_timeout=abc",
    }
    with started(["-m", "clutch", "serve"], tmp_path, environment) as site:
        assert site.process.wait(START_SECONDS) == 2
    assert "REDIS_URL for h:6379: an option after the ? is unknown" in site.said()
    assert "Traceback" not in site.said()
    assert CANARY not in site.said()

"""`clutch redis enable` and `disable`: only a server that the site can use gets into `.env`."""

from __future__ import annotations

import http.server
import threading
from pathlib import Path
from urllib.parse import quote

import pytest

from clutch_ops import dotenv
from clutch_ops.refusals import Refused
from clutch_ops.resp import Target
from tests.fixtures.site import on_sqlite
from tests.services.ports import free_port
from tests.services.redis import RedisServer, cluster, running
from tests.upkeep.checkouts import Checkout

pytestmark = on_sqlite
WRITTEN = "# mine\nCLUTCH_SITE_NAME='Our club'\nREDIS_HOST=old\n\n# REDIS_URL=\n"


def enable(checkout: Checkout, url: str) -> str:
    """Try it; the sentence of the refusal, and `.env` as it was."""
    before = checkout.dotenv.read_bytes()
    done = checkout.clutch("redis", "enable", url)
    assert done.status == 2, done.said
    assert "Traceback" not in done.errors
    assert checkout.dotenv.read_bytes() == before
    return done.errors


def test_a_server_that_works_is_written_beside_all_else_and_taken_out_again(
    checkout: Checkout,
) -> None:
    home = checkout.dotenv.read_text()
    checkout.dotenv.write_text(home + WRITTEN)
    password = "p#ss wörd/$1"
    with running("--requirepass", password) as server:
        url = f"redis://:{quote(password, safe='')}@127.0.0.1:{server.port}/3"
        done = checkout.clutch("redis", "enable", url)
        assert done.status == 0, done.errors
        assert server.run("DBSIZE", password=password) == b":0\r\n"
    said = " ".join(done.said.split())
    assert "it takes writes and passes messages on" in said
    assert "maxmemory-policy allkeys-lru" in said
    assert "little with one process" in said
    assert password not in done.said
    changed = WRITTEN.replace("REDIS_HOST", "# REDIS_HOST")
    assert checkout.dotenv.read_text() == f"{home}{changed}REDIS_URL={url}\n"
    assert checkout.dotenv.stat().st_mode & 0o077 == 0
    assert checkout.clutch("redis", "disable").status == 0
    assert checkout.dotenv.read_text() == f"{home}{changed}# REDIS_URL={url}\n"
    assert checkout.clutch("redis", "disable").said == "The site uses no Redis.\n"


def test_a_server_that_the_site_could_not_use_is_refused(checkout: Checkout) -> None:
    with running("--requirepass", "secret-one") as server:
        at = f"127.0.0.1:{server.port}"
        assert "wants a password" in enable(checkout, f"redis://{at}")
        wrong = enable(checkout, f"redis://:secret-two@{at}")
        assert "The password is wrong" in wrong
        assert "secret-two" not in wrong
    with running("--replicaof", "127.0.0.1 1", "--replica-serve-stale-data", "yes") as server:
        assert "is a replica" in enable(checkout, f"redis://127.0.0.1:{server.port}")
    with running("--maxmemory", "1") as server:
        assert "memory is full" in enable(checkout, f"redis://127.0.0.1:{server.port}")
    with running("--databases", "1") as server:
        assert "DB index" in enable(checkout, f"redis://127.0.0.1:{server.port}/7")


def test_a_node_of_a_cluster_is_refused(checkout: Checkout, tmp_path: Path) -> None:
    with cluster(tmp_path, 3) as nodes:
        for node in nodes:
            told = enable(checkout, f"redis://127.0.0.1:{node.port}")
            assert "a node of a cluster" in told


def test_a_password_that_the_server_repeats_is_not_shown(checkout: Checkout) -> None:
    with running("--requirepass", "secret-one", "--rename-command", "AUTH", "") as server:
        told = enable(checkout, f"redis://:secret-one@127.0.0.1:{server.port}")
    assert "unknown command" in told
    assert "secret-one" not in told


def test_what_is_no_redis_or_says_nothing_is_refused(checkout: Checkout) -> None:
    page = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
    threading.Thread(target=page.serve_forever, daemon=True).start()
    try:
        assert "No Redis answers" in enable(checkout, f"redis://127.0.0.1:{page.server_port}")
    finally:
        page.shutdown()
        page.server_close()
    assert "refused" in enable(checkout, f"redis://127.0.0.1:{free_port()}")
    server = RedisServer()
    server.start()
    try:
        server.hang()
        assert "timed out" in enable(checkout, f"redis://127.0.0.1:{server.port}")
    finally:
        server.kill()


def test_a_setting_of_the_environment_is_not_overruled_in_silence(checkout: Checkout) -> None:
    checkout.environment = {"REDIS_URL": "redis://127.0.0.1:1"}
    with running() as server:
        told = enable(checkout, f"redis://127.0.0.1:{server.port}")
    assert "REDIS_URL stands in the environment, which wins" in told


@pytest.mark.parametrize("url", ["", "here", "http://h", "redis://", "redis://h:x", "redis://h/x"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(Refused):
        Target.of(url)


@pytest.mark.parametrize("url", ["redis://:sE/cReT@host:6379", ":sEcReT@host:6379"])
def test_no_part_of_a_malformed_address_is_repeated(url: str) -> None:
    with pytest.raises(Refused) as refused:
        Target.of(url)
    assert "cReT" not in f"{refused.value} {vars(refused.value)}"


def test_addresses_are_read_as_everybody_writes_them() -> None:
    found = Target.of("rediss://me:a%40b@h:1/2")
    assert (found.user, found.password, found.number, found.tls) == ("me", "a@b", 2, True)
    assert Target.of("unix:///run/r.sock?db=4").number == 4
    assert Target.of("redis://h").name == "h:6379"


def test_a_value_that_a_settings_file_would_cut_is_quoted() -> None:
    lines = dotenv.changed(["A=1", "export A=2", "B=3"], {"A": "x #y", "C": "plain"})
    assert lines == ["A='x #y'", "B=3", "C=plain"]

"""`clutch serve` with the whole site: what it needs to start, and what it says when it can't."""

from __future__ import annotations

import http.client
import json
import re
import select
import socket
import sqlite3
import stat
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from clutch.cli.serve import make_home
from clutch.cli.serving.listening import CannotStart, take_listeners
from clutch.kernel.settings import Settings
from tests.serve.running import Running, started, wait_until

SERVE = ["-m", "clutch", "serve"]


def refused(folder: Path, environment: Mapping[str, str]) -> str:
    """What `clutch serve` says on stderr when it ends without serving."""
    settings = {"CLUTCH_HOME": str(folder / "home"), "CLUTCH_PORT": "0", **environment}
    with started(SERVE, folder, settings) as site:
        assert site.process.wait(20) == 2, site.said()
        assert "Traceback" not in site.said()
        return site.said().strip()


def address_in(said: str) -> str | None:
    found = re.search(r'"addresses": \["(http[^"]+)"', said)
    return found and found[1]


def wait_for(site: Running) -> None:
    wait_until(lambda: address_in(site.said()) is not None, seconds=30)
    site.address = address_in(site.said()) or ""


def test_two_parents_that_start_at_once_migrate_once_and_serve_no_demo(tmp_path: Path) -> None:
    settings = {"CLUTCH_HOME": str(tmp_path / "home"), "CLUTCH_PORT": "0", "CLUTCH_WORKERS": "1"}
    folders = [tmp_path / name for name in ("a", "b")]
    for folder in folders:
        folder.mkdir()
    with started(SERVE, folders[0], settings) as one, started(SERVE, folders[1], settings) as two:
        for site in (one, two):
            wait_for(site)
            assert json.loads(site.get("/testdb"))["status"] == "success"
            assert site.get("/readyz") == '{"status":"ready"}'
        files = [path for path in (tmp_path / "home").rglob("*") if path.is_file()]
        assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
        assert "demo-logins.txt" not in {path.name for path in files}
        assert max(one.end(), two.end()) < 5
        assert one.process.returncode == two.process.returncode == 0


def test_a_closed_gate_holds_up_no_end(tmp_path: Path) -> None:
    """Neither the background's lease nor somebody who waits for the gate: both are let go."""
    settings = {"CLUTCH_HOME": str(tmp_path / "home"), "CLUTCH_PORT": "0", "CLUTCH_WORKERS": "1"}
    with started(SERVE, tmp_path, settings) as site:
        wait_for(site)
        (tmp_path / "home" / "run" / "gate").touch()
        with closing(http.client.HTTPConnection(site.address.removeprefix("http://"))) as line:
            sign_up(line)
            assert select.select([line.sock], [], [], 1)[0] == []
            # Less than the 4.3 s after which it would be killed, and the ten that a gate holds up.
            assert site.end() < 4
            answer = line.getresponse()
            assert (answer.status, json.load(answer)["code"]) == (503, "writes-paused")
        assert "Traceback" not in site.said()


def sign_up(line: http.client.HTTPConnection) -> None:
    """Ask for an account by the API; the site is at it when this returns."""
    body = json.dumps({"name": "alice", "password": "eleven blue birds"}).encode()
    line.putrequest("POST", "/api/v1/accounts")
    line.putheader("Content-Type", "application/json")
    line.putheader("Content-Length", str(len(body)))
    line.putheader("Expect", "100-continue")
    line.endheaders()
    assert line.sock.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
    line.send(body)


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        said = refused(tmp_path, {"CLUTCH_PORT": str(port)})
    assert said == (
        f"Port {port} on 127.0.0.1 is taken by another program: "
        "stop that one, or set CLUTCH_PORT to a free port."
    )


def test_an_unknown_setting_is_said_with_the_nearest_known_one(tmp_path: Path) -> None:
    said = refused(tmp_path, {"CLUTCH_WORKER": "2"})
    assert (
        said == "CLUTCH_WORKER is not a setting of Clutch; the nearest known one is CLUTCH_WORKERS."
    )


def test_a_database_that_can_not_be_reached_is_said_without_its_password(tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        address = f"postgresql://clutch:hunter2@127.0.0.1:{port}/clutch"
        said = refused(tmp_path, {"DATABASE_URL": address})
    assert f"The database postgresql://clutch:***@127.0.0.1:{port}/clutch can't be used" in said
    assert "hunter2" not in said
    assert len(said.splitlines()) == 1


def test_a_database_of_a_newer_release_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "newer.db"
    with closing(sqlite3.connect(file)) as newer, newer:
        newer.execute("CREATE TABLE alembic_version (version_num VARCHAR(32))")
        newer.execute("INSERT INTO alembic_version VALUES ('9999')")
    said = refused(tmp_path, {"DATABASE_URL": f"sqlite:///{file}"})
    assert said.startswith("The database has schema 9999, newer than this release knows")
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize("host", ["999.1.1.1", "192.0.2.1"])
def test_an_address_that_is_not_this_machines_is_said(host: str) -> None:
    with pytest.raises(CannotStart, match=f"Can't listen on {host}, port 0 "):
        take_listeners(host, 0, {})


def test_a_home_that_can_not_be_written_is_said(tmp_path: Path) -> None:
    file = tmp_path / "a-file"
    file.touch()
    with pytest.raises(CannotStart, match=f"Nothing can be written under {file / 'home'} "):
        make_home(Settings(home=file / "home"))

"""systemd, without systemd: its units are checked by its own program, its protocol is played."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from clutch_ops import services
from clutch_ops.layout import Layout
from clutch_ops.refusals import Refused
from tests.ops.sites import Site, Visitors, serving_from
from tests.ops.systemd import Systemd, Unit, started_by_systemd
from tests.serve.running import wait_until


@pytest.fixture
def unit(site: Site) -> Unit:
    """The service unit that `clutch install --manager systemd` wrote for the site."""
    done = site.install("--manager", "systemd", "--name", "1337-backend")
    assert done.status == 0, done.said
    assert f"cp {site.root}/etc/1337-backend.* /etc/systemd/system/" in done.said
    return Unit(site.root / "etc" / "1337-backend.service")


@contextmanager
def under_systemd(
    site: Site, unit: Unit, folder: Path, watchdog_seconds: float = 30
) -> Iterator[Systemd]:
    """The site, started by its unit, on a socket that stays open whatever becomes of it."""
    host, _, port = Unit(unit.path.with_suffix(".socket")).settings["ListenStream"].rpartition(":")
    with (
        closing(socket.create_server((host, int(port)), backlog=2048)) as public,
        started_by_systemd(unit, public, folder, watchdog_seconds) as systemd,
    ):
        try:
            systemd.wait_for("READY=1")
            yield systemd
        finally:
            systemd.process.kill()
            wait_until(lambda: not serving_from(site.root), 20)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd-analyze (systemd)")
def test_systemd_finds_nothing_wrong_with_the_units(unit: Unit) -> None:
    units = [str(unit.path), str(unit.path.with_suffix(".socket"))]
    done = subprocess.run(
        ["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_a_unit_serves_on_the_socket_it_is_passed_with_everything_else_read_only(
    site: Site, unit: Unit, folder: Path
) -> None:
    assert unit.settings["ProtectSystem"] == "strict"
    assert unit.settings["CapabilityBoundingSet"] == ""
    with under_systemd(site, unit, folder, watchdog_seconds=1.5) as systemd:
        assert f"MAINPID={systemd.process.pid}" in systemd.hear()
        assert "STATUS=serving" in systemd.hear()
        assert site.version == "0.1.0"
        assert site.clutch("user", "create", "alice").status == 0
        assert systemd.feeds_within(1.5)
        began = time.monotonic()
        systemd.process.send_signal(signal.SIGTERM)
        assert systemd.process.wait(10) == 0
        assert time.monotonic() - began < 5
        assert "STOPPING=1" in systemd.hear()
        # systemd still holds the socket: who comes now waits for the next start.
        with socket.create_connection(("127.0.0.1", site.port), timeout=5):
            pass
    assert not serving_from(site.root)


def test_updates_and_restarts_under_a_unit_keep_its_process_and_fail_nobody(
    site: Site, unit: Unit, folder: Path
) -> None:
    with under_systemd(site, unit, folder) as systemd:
        with Visitors(site.port) as visitors:
            site.newer("0.1.1")
            done = site.clutch("update")
            assert done.status == 0, done.said
            assert site.version == "0.1.1"
            assert site.clutch("restart").status == 0
            told = visitors.counted()
        assert told["failed"] == []
        assert systemd.process.poll() is None


def test_a_serving_process_that_hangs_stops_the_watchdog_from_being_fed(
    site: Site, unit: Unit, folder: Path
) -> None:
    with under_systemd(site, unit, folder, watchdog_seconds=1.5) as systemd:
        told = json.loads(site.clutch("status", "--json").said)
        (serving,) = (one["pid"] for one in told["processes"])
        os.kill(serving, signal.SIGSTOP)
        try:
            wait_until(lambda: not systemd.feeds_within(1.5), 20)
        finally:
            os.kill(serving, signal.SIGCONT)
        wait_until(lambda: systemd.feeds_within(1.5), 20)


@pytest.mark.parametrize(
    ("host", "listens"),
    [("127.0.0.1", "127.0.0.1:1337"), ("::1", "[::1]:1337"), ("localhost", ":1337")],
)
def test_a_socket_unit_has_the_address_in_numbers(tmp_path: Path, host: str, listens: str) -> None:
    layout = Layout(tmp_path)
    layout.settings_file.write_text(f"CLUTCH_HOST={host}\n")
    text = services.files(layout, "systemd", "clutch")[tmp_path / "etc" / "clutch.socket"]
    [line] = [line for line in text.splitlines() if line.startswith("ListenStream=")]
    assert line.endswith(listens)
    assert "localhost" not in line


@pytest.mark.parametrize(
    ("folder", "name", "told"),
    [
        ("/srv/my site", "clutch", "has a space or a sign"),
        ("/srv/100%", "clutch", "has a space or a sign"),
        ("/srv/clutch", "../clutch", "is no name for a service"),
        ("/srv/clutch", "", "is no name for a service"),
    ],
)
def test_what_a_manager_would_misread_is_refused(folder: str, name: str, told: str) -> None:
    with pytest.raises(Refused, match=told):
        services.check(Layout(Path(folder)), "systemd", name)
    services.check(Layout(Path("/srv/my site")), "none", "clutch")

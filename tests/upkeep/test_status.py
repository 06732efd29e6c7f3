"""`clutch status` of a real site, and of one that does not run."""

from __future__ import annotations

import http.server
import json
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.fixtures.site import on_sqlite
from tests.serve.running import Running, started, wait_until
from tests.services.ports import free_port
from tests.upkeep.checkouts import ROOT, Checkout

pytestmark = on_sqlite


@contextmanager
def served(checkout: Checkout, folder: Path) -> Iterator[Running]:
    """The checkout's site, served by two real processes."""
    checkout.environment = {
        "CLUTCH_HOME": str(checkout.home),
        "CLUTCH_PORT": str(free_port()),
        "CLUTCH_WORKERS": "2",
        "REDIS_URL": "redis://127.0.0.1:1",
    }
    with started(["-m", "clutch", "serve"], folder, checkout.environment) as running:
        port = checkout.environment["CLUTCH_PORT"]
        running.address = f"http://127.0.0.1:{port}"
        wait_until(lambda: len(list(checkout.home.glob("run/process-*.json"))) == 2, 40)
        yield running


def test_a_running_site_tells_its_processes_capabilities_and_last_backup(
    checkout: Checkout, tmp_path: Path
) -> None:
    with served(checkout, tmp_path) as running:
        wait_until(lambda: checkout.clutch("status").status == 0, 20)
        assert checkout.clutch("backup").status == 0
        wait_until(lambda: all(_told(checkout)[part] for part in ("live", "followers")))
        told = _told(checkout)
        those = [*told["processes"], *told["followers"]]
        assert {one["pid"] for one in those} == running.children()
        assert (len(told["processes"]), len(told["followers"])) == (2, 1)
        assert told["capabilities"]["redis"]["state"] == "down"
        assert told["capabilities"]["mail"]["reason"] == "CLUTCH_MAIL_HOST is not set."
        assert set(told["live"]) == {"websocket", "sse", "polling"}
        assert told["last_backup"]
        done = checkout.clutch("status")
        assert done.status == 0, done.errors
        lines = done.said.splitlines()
        assert lines[0].startswith("Clutch 0.1.0 runs since ")
        assert max(map(len, lines)) <= 80
        assert all(str(pid) in done.said for pid in running.children())
        assert "\x1b" not in done.said
        the_site_that_hangs_is_told(checkout, running)


def _told(checkout: Checkout) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(checkout.clutch("status", "--json").said)
    return told


def the_site_that_hangs_is_told(checkout: Checkout, running: Running) -> None:
    pids = running.children()
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    done = checkout.clutch("status")
    for pid in pids:
        os.kill(pid, signal.SIGCONT)
    assert done.status == 4
    assert "is not well: it does not answer at 127.0.0.1:" in done.said


def test_a_site_that_does_not_run_says_so_and_what_to_type(checkout: Checkout) -> None:
    folders = os.environ["PATH"].split(os.pathsep)
    elsewhere = [one for one in folders if not (Path(one) / "clutch").exists()]
    checkout.environment = {"PATH": os.pathsep.join(elsewhere)}
    (checkout.home / "run" / "process-4194304.json").write_text('{"pid": 4194304}')
    done = checkout.clutch("status")
    assert done.status == 4
    assert f"no process serves it.\n  do: {ROOT}/bin/clutch serve\n" in done.said
    assert f"do: {ROOT}/bin/clutch backup\n" in done.said
    told = json.loads(checkout.clutch("status", "--json").said)
    assert (told["running"], told["processes"]) == (False, [])


def test_somebody_elses_page_at_our_port_is_not_the_site(checkout: Checkout) -> None:
    page = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
    threading.Thread(target=page.serve_forever, daemon=True).start()
    checkout.environment = {"CLUTCH_PORT": str(page.server_port)}
    state = {"pid": os.getpid(), "version": "0.1.0", "capabilities": {}}
    (checkout.home / "run" / f"process-{os.getpid()}.json").write_text(json.dumps(state))
    try:
        done = checkout.clutch("status")
    finally:
        page.shutdown()
        page.server_close()
    assert done.status == 4
    assert "is something else" in done.said

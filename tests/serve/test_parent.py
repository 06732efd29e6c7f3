"""The parent and its serving processes, with a small site in place of the whole one."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from clutch.cli.serving.listening import take_listeners
from clutch.cli.serving.notify import Notifier
from clutch.cli.serving.parent import END_SECONDS, pause_before_restart
from clutch.cli.serving.state import remove_stale
from tests.serve.running import Running, children_of, is_there, serving, started, wait_until


@contextmanager
def small_site(folder: Path, workers: int, behaviour: str = "") -> Iterator[Running]:
    arguments = ["-m", "tests.serve.small_site", str(folder), str(workers), behaviour]
    with serving(arguments, folder) as running:
        yield running


def states(folder: Path) -> dict[int, dict[str, object]]:
    found = [json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("process-*.json")]
    return {state["pid"]: state for state in found}


def in_background(work: object, *arguments: object) -> threading.Thread:
    thread = threading.Thread(target=work, args=arguments, daemon=True)  # type: ignore[arg-type]
    thread.start()
    return thread


def test_a_killed_process_is_replaced_and_the_other_serves_on(tmp_path: Path) -> None:
    with small_site(tmp_path, workers=2) as site:
        before = site.children()
        killed = int(site.get("/pid"))
        os.kill(killed, signal.SIGKILL)
        for _ in range(20):
            assert int(site.get("/pid")) != killed
        wait_until(lambda: len(site.children()) == 2 and killed not in site.children())
        assert len(before & site.children()) == 1
        wait_until(lambda: set(states(tmp_path)) == site.children())


def test_each_process_writes_what_it_did_every_second(tmp_path: Path) -> None:
    with small_site(tmp_path, workers=1) as site:
        (pid,) = site.children()
        with connect(site.address.replace("http", "ws") + "/live") as live:
            assert live.recv() == str(pid)
            assert site.status("/fail") == 500
            wait_until(lambda: states(tmp_path)[pid]["requests"] == 1)
            state = states(tmp_path)[pid]
        assert (state["errors"], state["live"], state["parent"]) == (1, 1, site.process.pid)
        assert 0 < int(str(state["rss_bytes"])) < 2**30
        assert int(str(state["loop_lag_ms"])) < 1_000
        site.end()
        assert states(tmp_path) == {}


def test_sigterm_finishes_what_is_under_way_and_ends_all_within_five_s(tmp_path: Path) -> None:
    answers: list[str] = []
    with small_site(tmp_path, workers=2) as site:
        host, port = site.address.removeprefix("http://").split(":")
        idle = http.client.HTTPConnection(host, int(port))
        idle.request("GET", "/pid")
        idle.getresponse().read()
        with connect(site.address.replace("http", "ws") + "/live") as live:
            live.recv()
            for path in ("/hang", "/stream"):
                in_background(_ask_and_ignore, site, path)
                wait_until((tmp_path / f"begun-{path[1:]}").exists)
            slow = in_background(lambda: answers.append(site.get("/slow")))
            wait_until((tmp_path / "begun-slow").exists)
            pids = site.children()
            took = site.end()
            slow.join(10)
            with pytest.raises(ConnectionClosed) as closed:
                live.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1012
        assert END_SECONDS < 5
        assert took < END_SECONDS + 2.5
        assert answers == ["finished"]
        assert site.process.returncode == 0
        assert not any(is_there(pid) for pid in pids)
        idle.close()


def _ask_and_ignore(site: Running, path: str) -> None:
    try:
        site.get(path, timeout=15)
    except OSError:
        return
    except http.client.HTTPException:
        return


def test_processes_do_not_outlive_a_parent_that_was_killed(tmp_path: Path) -> None:
    with small_site(tmp_path, workers=2) as site:
        pids = site.children()
        assert len(pids) == 2
        in_background(_ask_and_ignore, site, "/hang")
        site.process.kill()
        wait_until(lambda: not any(is_there(pid) for pid in pids), seconds=5)


def test_a_site_whose_process_ends_at_once_does_not_start(tmp_path: Path) -> None:
    with started(["-m", "tests.serve.small_site", str(tmp_path), "2", "dies"], tmp_path) as site:
        assert site.process.wait(15) == 1
        assert '"status": 7' in site.said()


def test_a_site_that_served_is_restarted_for_ever_but_ever_more_slowly(tmp_path: Path) -> None:
    with small_site(tmp_path, workers=1, behaviour="ages") as site:
        wait_until(lambda: site.said().count('"event": "process ended"') == 3)
        lines = [json.loads(line) for line in site.said().splitlines()]
        pauses = [line["restart_in"] for line in lines if "restart_in" in line]
        assert pauses == [0.0, 1.0, 2.0]
        assert site.end() < 5


def test_pauses_double_up_to_half_a_minute() -> None:
    assert [pause_before_restart(deaths) for deaths in (1, 2, 3, 4, 9, 99)] == [0, 1, 2, 4, 30, 30]


# What systemd does between fork and exec: the socket becomes descriptor 3, LISTEN_PID the new pid.
HAND_OVER = """
import os, sys
number = int(sys.argv.pop(1))
os.dup2(number, 3)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
from tests.serve.small_site import main
sys.exit(main())
"""


@contextmanager
def small_site_on(held: socket.socket, folder: Path) -> Iterator[Running]:
    arguments = ["-c", HAND_OVER, str(held.fileno()), str(folder), "1"]
    with started(arguments, folder, passed=[held.fileno()]) as site:
        yield site


def test_a_socket_that_systemd_passes_is_used_instead_of_an_address(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held, small_site_on(held, tmp_path) as site:
        site.address = f"http://127.0.0.1:{held.getsockname()[1]}"
        assert int(site.get("/pid")) in children_of(site.process.pid)


def test_what_is_passed_must_be_a_listening_socket(tmp_path: Path) -> None:
    with socket.socket() as idle, small_site_on(idle, tmp_path) as site:
        assert site.process.wait(15) == 1
        assert "file descriptor 3, which is no listening socket" in site.said()


def test_sockets_meant_for_another_process_are_left_alone() -> None:
    environment = {"LISTEN_FDS": "1", "LISTEN_PID": "1", "LISTEN_FDNAMES": "x"}
    (listener,) = take_listeners("127.0.0.1", 0, environment)
    with listener:
        assert listener.getsockname()[1] > 0
    assert environment == {}


def test_systemd_hears_ready_alive_and_stopping(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(10)
        environment = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "1500000"}
        arguments = ["-m", "tests.serve.small_site", str(tmp_path), "1"]
        with serving(arguments, tmp_path, environment) as site:
            heard = [systemd.recv(200).decode().splitlines()[0] for _ in range(2)]
            assert sorted(heard) == ["READY=1", "WATCHDOG=1"]
            site.end()
            systemd.settimeout(0.1)
            assert _last(systemd) == "STOPPING=1"


def test_a_systemd_that_is_not_there_or_gone_does_no_harm(tmp_path: Path) -> None:
    Notifier({}).ready("fine")
    Notifier({"NOTIFY_SOCKET": str(tmp_path / "nobody")}).ready("fine")
    assert Notifier({"WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "1"}).watchdog_seconds is None


def test_state_files_of_dead_processes_are_cleared_at_the_start(tmp_path: Path) -> None:
    pids = (os.getpid(), 2**22 + 1, os.getppid())
    mine, dead, old = (tmp_path / f"process-{pid}.json" for pid in pids)
    for path in (mine, dead, old):
        path.write_text("{}", encoding="utf-8")
    os.utime(old, (1, 1))
    remove_stale(tmp_path)
    assert list(tmp_path.glob("process-*")) == [mine]


def _last(systemd: socket.socket) -> str:
    last = ""
    try:
        while True:
            last = systemd.recv(200).decode().splitlines()[0]
    except TimeoutError:
        return last


def test_what_a_process_had_half_written_goes_with_it(tmp_path: Path) -> None:
    with small_site(tmp_path, workers=1) as site:
        (pid,) = site.children()
        wait_until(lambda: pid in states(tmp_path))
        drafts = [tmp_path / f"process-{pid}.new", tmp_path / f"metrics-{pid}.new"]
        os.kill(pid, signal.SIGSTOP)
        for draft in drafts:
            draft.write_text("{")
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not any(draft.exists() for draft in drafts))

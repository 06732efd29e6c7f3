"""kill -9 in the middle of results: what was acknowledged is there, nothing is half done."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx2

from clutch import engine
from clutch.accounts.models import Scope
from clutch.accounts.tokens import make_token
from tests.fixtures.site import on_sqlite
from tests.play.conftest import Running
from tests.play.test_one_truth import check_one_truth
from tests.serve.running import START_SECONDS, started, wait_until
from tests.serve.running import Running as Server
from tests.services.ports import free_port

pytestmark = on_sqlite
PLAYERS = 128


def answers(server: Server) -> bool:
    """Whether the server serves by now."""
    try:
        return server.status("/readyz") == 200
    except OSError:
        return False


@contextmanager
def served(home: Path, tmp_path: Path) -> Iterator[tuple[str, Callable[[], None]]]:
    """The real server on this home: its address, and how to kill it with all its processes."""
    port = free_port()
    environment = {"CLUTCH_HOME": str(home), "CLUTCH_PORT": str(port), "CLUTCH_WORKERS": "2"}
    with started(["-m", "clutch", "serve"], tmp_path, environment) as running:
        running.address = f"http://127.0.0.1:{port}"
        wait_until(lambda: answers(running), START_SECONDS)

        def kill() -> None:
            for pid in (running.process.pid, *running.children()):
                # The children end by themselves once the parent is gone.
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

        yield running.address, kill


def decide_until_killed(
    cup: Running, address: str, token: str, kill: Callable[[], None], enough: int
) -> dict[str, tuple[int, int]]:
    """Decide ready matches in two threads, kill the server meanwhile; what was acknowledged."""
    acknowledged: dict[str, tuple[int, int]] = {}
    ready = [match.id for match in engine.open_matches(cup.stage())]
    lock = threading.Lock()

    def work(mine: list[str]) -> None:
        headers = {"authorization": f"Bearer {token}"}
        with httpx2.Client(base_url=address, headers=headers, timeout=10) as client:
            for match_id in mine:
                path = f"/api/v1/tournaments/{cup.cup.id}/matches/{match_id}"
                try:
                    version = client.get(path).json()["version"]
                    body = {"scores": [2, 1]}
                    sent = {"if-match": f'"{version}"', "idempotency-key": f"{match_id}-x"}
                    answer = client.put(f"{path}/result", json=body, headers=sent)
                except httpx2.TransportError:
                    return
                assert answer.status_code == 200, answer.text
                with lock:
                    acknowledged[match_id] = (2, 1)
                    if len(acknowledged) == enough:
                        threading.Thread(target=kill).start()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, (ready[::2], ready[1::2])))
    return acknowledged


def test_every_acknowledged_result_survives_a_kill(
    run: Callable[..., Running], tmp_path: Path
) -> None:
    cup = run(PLAYERS)
    site = cup.people.site
    boss = cup.boss
    scopes = [Scope.TOURNAMENTS_WRITE]
    token = cup.people.write(lambda tx: make_token(tx, boss, "t", scopes)).secret
    for enough in (30, 12):
        with served(site.settings.home, tmp_path) as (address, kill):
            acknowledged = decide_until_killed(cup, address, token, kill, enough)
        assert len(acknowledged) >= enough
        check_one_truth(cup)
        for match_id, scores in acknowledged.items():
            assert cup.match(match_id).scores == scores

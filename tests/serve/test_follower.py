"""The process beside the serving ones: it follows the log, and is there again when it is killed."""

from __future__ import annotations

import os
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.serve.running import Running, is_there, wait_until
from tests.serve.whole_site import make_admin, site_running


def follower(folder: Path) -> int | None:
    """Its process number, as it says itself."""
    found = list((folder / "home" / "run").glob("follower-*.json"))
    return int(found[0].stem.partition("-")[2]) if len(found) == 1 else None


def behind(folder: Path) -> dict[str, int]:
    """How many events each projection has not taken in."""
    with closing(sqlite3.connect(folder / "home" / "clutch.db")) as conn:
        (last,) = conn.execute("SELECT max(position) FROM event").fetchone()
        rows = conn.execute("SELECT name, position FROM cursor").fetchall()
    return {name: last - position for name, position in rows}


def has_taken_in_all(folder: Path) -> bool:
    return behind(folder) == dict.fromkeys(("achievements", "notices", "statistics"), 0)


def test_it_follows_the_log_and_is_replaced_when_it_is_killed(tmp_path: Path) -> None:
    with site_running(tmp_path) as site:
        wait_until(lambda: follower(tmp_path) is not None)
        first = follower(tmp_path)
        make_admin(tmp_path)
        wait_until(lambda: has_taken_in_all(tmp_path))
        serving = site.children() - {first}
        assert len(serving) == 2
        assert first is not None
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: follower(tmp_path) not in {None, first})
        make_admin(tmp_path, "oleg")
        wait_until(lambda: has_taken_in_all(tmp_path))
        assert site.children() - {follower(tmp_path)} == serving
        ends_with_its_parent(site, follower(tmp_path))


def ends_with_its_parent(site: Running, pid: int | None) -> None:
    assert pid is not None
    site.process.kill()
    wait_until(lambda: not is_there(pid), seconds=6)


def test_it_ends_when_the_site_does_and_leaves_nothing(tmp_path: Path) -> None:
    with site_running(tmp_path, workers=1) as site:
        wait_until(lambda: follower(tmp_path) is not None)
        assert site.end() < 5
        assert follower(tmp_path) is None

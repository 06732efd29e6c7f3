"""`clutch logs`: what the site said, kept in a file that stays small."""

from __future__ import annotations

import json
import logging
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from clutch.kernel import log_file
from clutch.kernel.log_file import LogFile
from tests.fixtures.site import on_sqlite
from tests.serve.running import Running, wait_until
from tests.upkeep.checkouts import ROOT, Checkout
from tests.upkeep.test_status import served

pytestmark = on_sqlite


def write(checkout: Checkout, *lines: dict[str, object] | str) -> Path:
    folder = checkout.home / "logs"
    folder.mkdir(exist_ok=True)
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    with (folder / "clutch.log").open("a", encoding="utf-8") as file:
        file.writelines(f"{text}\n" for text in texts)
    return folder / "clutch.log"


def line(number: int, level: str = "info", **facts: object) -> dict[str, object]:
    when = f"2026-11-23T05:00:{number:02}.123Z"
    return {
        **facts,
        "event": f"event {number}",
        "logger": "test",
        "level": level,
        "timestamp": when,
    }


def lines_said(running: Running) -> set[str]:
    return {text for text in running.said().splitlines() if text.startswith("{")}


def test_a_served_sites_lines_are_there_for_people_and_as_they_are(
    checkout: Checkout, tmp_path: Path
) -> None:
    with served(checkout, tmp_path) as running:
        wait_until(lambda: "serving" in checkout.clutch("logs", "-n", "50").said, 20)
        done = checkout.clutch("logs", "-n", "50", "--level", "warning")
        assert "warning" in done.said
        assert "capability=redis" in done.said
        assert "serving" not in done.said
        # Two processes write to two places, and go on while these are read.
        before = lines_said(running)
        raw = set(checkout.clutch("logs", "-n", "50", "--json").said.splitlines())
        assert before
        assert before <= raw <= lines_said(running)
    path = checkout.home / "logs" / "clutch.log"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_newest_are_shown_by_number_level_and_request(checkout: Checkout) -> None:
    write(checkout, *(line(number) for number in range(30)), line(30, "error", request_id="r-1"))
    said = checkout.clutch("logs").said.splitlines()
    assert len(said) == 20
    assert said[-1] == "2026-11-23 05:00:30  error   event 30  request_id=r-1"
    assert len(checkout.clutch("logs", "-n", "3").said.splitlines()) == 3
    assert checkout.clutch("logs", "--level", "error").said.splitlines() == said[-1:]
    assert checkout.clutch("logs", "--request", "r-1").said.splitlines() == said[-1:]
    done = checkout.clutch("logs", "--request", "r-2")
    assert (done.status, done.said, done.errors) == (0, "", "No such line in the log.\n")


def test_older_files_are_read_when_the_newest_has_too_few(checkout: Checkout) -> None:
    write(checkout, line(1), line(2)).rename(checkout.home / "logs" / "clutch.log.1")
    write(checkout, line(3), "a line of somebody else")
    said = checkout.clutch("logs", "-n", "3").said.splitlines()
    assert "event 2" in said[0]
    assert "event 3" in said[1]
    assert said[2] == "a line of somebody else"


def test_a_traceback_stands_below_its_line(checkout: Checkout) -> None:
    write(checkout, line(1, "error", exception="Traceback:\n  boom"))
    assert checkout.clutch("logs").said.splitlines()[1:] == ["Traceback:", "  boom"]


def test_follow_goes_on_when_the_file_is_turned_over(checkout: Checkout) -> None:
    path = write(checkout, line(1))
    program = [sys.executable, "-I", "-S", str(ROOT / "bin" / "clutch")]
    # It ends by itself when what is waited for never comes.
    command = ["timeout", "30", *program, "logs", "-f"]
    following = subprocess.Popen(
        command,
        cwd=checkout.folder,
        env={**os.environ, **checkout.environment},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert following.stdout is not None
    try:
        assert "event 1" in following.stdout.readline()
        write(checkout, line(2))
        assert "event 2" in following.stdout.readline()
        path.rename(path.with_name("clutch.log.1"))
        write(checkout, line(3))
        assert "event 3" in following.stdout.readline()
    finally:
        following.terminate()
        following.communicate()


def test_without_a_log_it_says_where_else_to_look(checkout: Checkout) -> None:
    done = checkout.clutch("logs")
    assert done.status == 2
    assert "There is no log under" in done.errors


def test_many_writers_lose_no_line_and_the_files_stay_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_file, "LARGEST_BYTES", 20_000)
    writers = [LogFile(tmp_path / "logs") for _ in range(4)]

    def write_lines(number: int) -> None:
        for count in range(400):
            text = f"{number}-{count} " + "x" * 20
            record = logging.LogRecord("test", logging.INFO, "", 0, text, None, None)
            writers[number].handle(record)

    threads = [threading.Thread(target=write_lines, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for writer in writers:
        writer.close()
    files = sorted((tmp_path / "logs").glob("clutch.log*"))
    assert 2 < len(files) <= log_file.OLD_KEPT + 1
    texts = [text for path in files for text in path.read_text().splitlines()]
    assert len(set(texts)) == len(texts) == 4 * 400
    assert all(path.stat().st_size < 21_000 for path in files)


def test_a_disk_that_takes_nothing_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "logs").touch()
    writer = LogFile(tmp_path / "logs")
    writer.handle(logging.LogRecord("test", logging.INFO, "", 0, "lost", None, None))
    writer.close()

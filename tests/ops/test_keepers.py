"""supervisor and pm2 keep a site: real ones, by what `clutch install` wrote for them."""

from __future__ import annotations

import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clutch_ops.control import Control
from clutch_ops.journal import journals
from tests.ops.keepers import KINDS, NAME, Keeper, Supervisor, end_all
from tests.ops.sites import Site, Visitors, serving_from, wait_for_step
from tests.serve.running import is_there, wait_until


@pytest.fixture(params=list(KINDS))
def keeper(request: pytest.FixtureRequest, site: Site, folder: Path) -> Iterator[Keeper]:
    """A manager that keeps the installed site, which serves."""
    made = KINDS[request.param](site, folder)
    try:
        made.install()
        yield made
    finally:
        end_all(made)


def holder_of(site: Site) -> int:
    with Control(site.layout) as control:
        return int(control.ask("status")["pid"])


def standing(site: Site) -> tuple[int, Any]:
    done = site.clutch("status", "--json")
    return done.status, json.loads(done.said)


def found_by_doctor(site: Site) -> dict[str, Any]:
    """What the doctor says of who keeps the site."""
    told = json.loads(site.clutch("doctor", "--json").said)
    return next(one for one in told["findings"] if one["about"] == "kept by")


def test_a_manager_starts_a_site_stops_it_within_5_s_and_is_spoken_of_truthfully(
    keeper: Keeper,
) -> None:
    site, kind = keeper.site, keeper.kind
    status, told = standing(site)
    assert status == 0
    assert told["keeper"] == {
        "kind": kind,
        "name": NAME,
        "pid": holder_of(site),
        "trouble": "",
        "advice": "",
    }
    assert f"{kind}, as {NAME} (process {holder_of(site)})" in site.clutch("status").said
    with socket.create_connection(("127.0.0.1", site.port)) as follower:
        follower.sendall(b"GET /live/events?follow=site HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b"200" in follower.recv(64)
        began = time.monotonic()
        keeper.keep("stop")
        wait_until(lambda: not serving_from(site.root), 20)
        assert time.monotonic() - began < 5 + 1  # and what the manager's own program takes
    status, told = standing(site)
    assert status == 4
    assert told["keeper"]["trouble"] == f"{kind} does not run {NAME} (stopped)."
    assert f"\n  do: {kind if kind == 'pm2' else 'supervisorctl'} start" in (
        site.clutch("status").said
    )
    assert "The site does not run. What its keeper heard:" in site.clutch("logs").said


def test_who_may_not_ask_supervisor_sees_it_by_who_started_the_holder(
    site: Site, folder: Path
) -> None:
    keeper = Supervisor(site, folder)
    try:
        keeper.install()
        # What supervisorctl says to whom its socket does not belong.
        program = keeper.folder / "bin" / "supervisorctl"
        program.write_text(
            "#!/bin/sh\necho \"error: <class 'PermissionError'>, [Errno 13]\"\nexit 4\n"
        )
        assert standing(site)[1]["keeper"]["pid"] == holder_of(site)
        assert standing(site)[1]["keeper"]["trouble"] == ""
    finally:
        end_all(keeper)
    assert "as far as this user may see" in standing(site)[1]["keeper"]["trouble"]


def test_a_kept_site_is_updated_and_restarted_by_the_same_process_and_nobody_fails(
    keeper: Keeper,
) -> None:
    site = keeper.site
    before = holder_of(site)
    with Visitors(site.port) as visitors:
        site.newer("0.1.1")
        done = site.clutch("update")
        assert done.status == 0, done.said
        assert site.version == "0.1.1"
        done = site.clutch("restart")
        assert done.status == 0, done.said
        told = visitors.counted()
    assert told["failed"] == []
    assert told["asked"] > 50
    assert holder_of(site) == before == standing(site)[1]["keeper"]["pid"]


def test_a_holder_that_is_killed_in_an_update_is_started_again_and_recovers(keeper: Keeper) -> None:
    site = keeper.site
    site.newer("0.1.1")
    before = holder_of(site)
    update = site.begin("update")
    wait_until(lambda: bool(list(site.layout.journal.glob("*-update.jsonl"))), 30)
    wait_for_step(site, "rehearse", "begin")
    os.kill(update.pid, signal.SIGKILL)
    os.kill(before, signal.SIGKILL)
    update.communicate(timeout=30)
    wait_until(lambda: not is_there(before), 10)
    wait_until(lambda: not all(one.is_ended for one in journals(site.layout)), 1)
    wait_until(lambda: all(one.is_ended for one in journals(site.layout)), 60)
    wait_until(site.answers, 60)
    assert holder_of(site) != before
    assert found_by_doctor(site)["level"] == "ok"
    done = site.clutch("update")
    assert done.status == 0, done.said
    assert site.version == "0.1.1"


def test_a_manager_that_is_gone_or_not_asked_is_a_sentence_with_what_to_type(
    keeper: Keeper,
) -> None:
    site = keeper.site
    keeper.keep("stop")
    site.serve()
    by_hand = found_by_doctor(site)
    assert by_hand["level"] == "bad"
    assert f"holds the site, and {keeper.kind} did not start it" in by_hand["sentence"]
    assert by_hand["advice"].startswith(f"Stop that one (kill {holder_of(site)})")
    keeper.end()
    assert f"{keeper.kind} itself does not run" in found_by_doctor(site)["sentence"]
    site.end()
    gone = found_by_doctor(site)
    assert gone["sentence"].startswith(f"{keeper.kind} itself does not run")
    assert gone["advice"]

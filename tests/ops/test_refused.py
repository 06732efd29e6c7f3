"""What is said of the site when a command is refused or cut off, and how such a command ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from clutch_ops import durable, source
from clutch_ops.layout import Layout
from clutch_ops.refusals import REFUSED, Refused
from clutch_ops.standing import standing
from tests.ops.sites import Site
from tests.serve.running import wait_until
from tests.services.redis import running
from tools.tracked import ROOT

LAUNCHER = [sys.executable, str(ROOT / "bin" / "clutch")]


def clutch(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*LAUNCHER, *arguments], capture_output=True, text=True, check=False)


def test_of_a_site_that_is_down_nobody_says_that_it_goes_on(site: Site) -> None:
    for command in ("update", "rollback"):
        told = site.clutch(command)
        assert told.status == 2
        assert "Nothing was changed: the site did not run, and does not." in told.said
        assert "goes on as it was" not in told.said


def test_a_first_installation_that_is_refused_leaves_no_site_and_says_so(folder: Path) -> None:
    told = clutch("install", str(folder / "site"), "--from", "/nope")
    assert told.returncode == 2
    assert "can't be read: there is none at this address" in told.stdout
    assert "There is no site yet." in told.stdout
    left = subprocess.run([str(folder / "site" / "bin" / "clutch"), "status"], check=False)
    assert left.returncode == 2


def test_an_adoption_that_is_refused_leaves_the_old_site_going_on(tmp_path: Path) -> None:
    durable.write_json(tmp_path / "site.json", {"adopts": "the old checkout"})
    assert "goes on as it was" in standing(Layout(tmp_path), REFUSED)


def test_a_dry_run_is_refused_for_what_the_real_one_would_be(folder: Path) -> None:
    for arguments in ([str(folder / "a"), "--from", "/nope"], ["/proc/x", "--from", str(ROOT)]):
        told = clutch("install", *arguments, "--dry-run")
        assert told.returncode == 2, told.stdout
    assert not (folder / "a").exists()


def test_a_dry_run_promises_no_first_release_to_a_site_that_has_one(site: Site) -> None:
    told = site.install("--dry-run")
    assert told.status == 0
    assert "first release" not in told.said


def test_a_restart_that_is_refused_puts_the_settings_back(site: Site) -> None:
    site.serve()
    with running() as server:
        site.set(REDIS_URL=f"redis://127.0.0.1:{server.port}", CLUTCH_WORKERS="tw")
        before = (site.root / ".env").read_text(encoding="utf-8")
        told = site.clutch("redis", "disable")
    assert told.status == 2
    assert "Nothing was changed" in told.said
    assert (site.root / ".env").read_text(encoding="utf-8") == before


def test_looking_goes_on_where_current_leads_nowhere(site: Site) -> None:
    link = site.root / "current"
    link.unlink()
    link.symlink_to("bindings/none")
    told = json.loads(site.clutch("doctor", "--json").said)
    bad = [one for one in told["findings"] if one["level"] == "bad"]
    assert [one["about"] for one in bad] == ["current", "port"]
    assert bad[0]["advice"] == f"ln -sfn bindings/1 {link}"
    looked = site.clutch("status")
    assert looked.status == 4
    assert "somebody edited it" in " ".join(looked.said.split())
    assert "There is no database" in site.clutch("backup").said
    assert "There is no log" in site.clutch("logs").said


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("fatal: unable to access 'https://a/': Could not resolve host: a", "there is no network"),
        ("ssh: connect to host a port 22: Connection refused\nfatal: x", "there is no network"),
        ("git@a: Permission denied (publickey).\nfatal: x", "it wants a login"),
        ("fatal: could not read Username for 'https://a': x", "it wants a login"),
        ("remote: Repository not found.\nfatal: x", "there is none at this address"),
    ],
)
def test_what_git_says_is_one_sentence(said: str, meant: str, tmp_path: Path) -> None:
    refused = source._refused(said, "https://me:secret@a", tmp_path)
    assert f"The repository https://a can't be read: {meant}" in refused.reason
    assert "\n" not in refused.reason
    assert refused.details == said


def test_an_address_that_is_none_is_told_with_how_to_name_another(site: Site) -> None:
    release = site.root / "current" / "release"
    with pytest.raises(Refused) as raised:
        source.check("/nope", None, site.root)
    way = f"{release}/bin/clutch install {site.root} --from ADDRESS"
    assert raised.value.advice == f"Name the right one: {way}"


@pytest.mark.parametrize("command", ["logs -f", "status --watch"])
def test_ctrl_c_ends_what_goes_on_for_ever(site: Site, command: str) -> None:
    (site.current.generation / "logs").mkdir()
    (site.current.generation / "logs" / "clutch.log").write_text("It began.\n", encoding="utf-8")
    process = site.begin(*command.split())
    assert process.stdout is not None
    assert process.stdout.readline()
    wait_until(lambda: sleeps(process.pid))
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=30)
    assert "Traceback" not in said
    assert process.returncode == 0, said


def sleeps(pid: int) -> bool:
    return (
        Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "S"
    )


def test_ctrl_c_in_the_midst_of_a_look_is_no_traceback(site: Site, folder: Path) -> None:
    begun, hangs = folder / "begun", folder / "timedatectl"
    hangs.write_text(f"#!/bin/sh\ntouch {begun}\nexec sleep 20\n", encoding="utf-8")
    hangs.chmod(0o755)
    path = {"PATH": f"{folder}:{os.environ['PATH']}"}
    process = site.begin("doctor", environment=path)
    wait_until(begun.exists, 30)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=30)
    assert "Traceback" not in said
    assert process.returncode == 130, said

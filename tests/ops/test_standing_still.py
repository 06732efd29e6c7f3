"""A release that does not start can be left, and a refusal leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess

from clutch_ops.control import Control
from tests.ops.sites import Site
from tests.ops.test_update import migration, value

SECOND, THIRD = "0.1.1", "0.1.2"


def folders(site: Site) -> list[str]:
    found = [*site.layout.bindings.iterdir(), *site.layout.generations.iterdir()]
    return sorted(f"{path.parent.name}/{path.name}" for path in found)


def updated(site: Site, phase: str | None = None) -> None:
    """A site that runs its second release."""
    site.serve()
    site.newer(SECOND, **(migration(site, phase) if phase else {}))
    done = site.clutch("update", "--pause", "100")
    assert done.status == 0, done.said


def break_current(site: Site) -> None:
    """Its release does not start any more, and the service has given up."""
    file = site.current.release / "src" / "clutch" / "cli" / "serve.py"
    file.write_text(file.read_text(encoding="utf-8") + "\nraise RuntimeError('no')\n")
    site.end()
    begun = subprocess.run([site.layout.launcher, "serve"], capture_output=True, check=False)
    assert begun.returncode == 2, begun.stderr


def test_a_release_that_does_not_start_is_left_by_a_rollback(site: Site) -> None:
    updated(site)
    break_current(site)
    done = site.clutch("rollback")
    assert done.status == 0, done.said
    assert f"Start the site: {site.layout.launcher} serve" in done.said
    site.serve()
    assert site.version == "0.1.0"


def test_another_rollback_goes_further_back_and_not_forth(site: Site) -> None:
    updated(site)
    site.newer(THIRD)
    done = site.clutch("update", "--pause", "100")
    assert done.status == 0, done.said
    for version in (SECOND, "0.1.0"):
        done = site.clutch("rollback")
        assert (done.status, site.version) == (0, version), done.said
    done = site.clutch("rollback")
    assert done.status == 2
    assert "no release before this one" in done.said


def test_and_by_an_update_that_is_told_to_though_nothing_runs(site: Site) -> None:
    updated(site)
    break_current(site)
    site.newer(THIRD, **migration(site))
    refused = site.clutch("update")
    assert refused.status == 2
    assert "Where it does not start: --even-if-ill" in refused.said
    done = site.clutch("update", "--even-if-ill")
    assert done.status == 0, done.said
    assert "Start the site:" in done.said
    site.serve()
    assert (site.version, site.get("/testdb")["schema"]) == (THIRD, "9001")


def test_and_by_taking_the_older_data(site: Site) -> None:
    updated(site, "data")
    assert site.clutch("user", "create", "later").status == 0
    break_current(site)
    done = site.clutch("rollback", "--discard")
    assert done.status == 0, done.said
    site.serve()
    assert site.version == "0.1.0"
    assert value(site, "SELECT count(*) FROM account") == 0


def test_a_refusal_leaves_nothing_and_the_way_back_stays(site: Site) -> None:
    updated(site, "data")
    before = folders(site)
    with Control(site.layout) as another:
        assert another.ask("begin")["ok"]
        for command in (("rollback", "--discard"), ("rollback", "--discard")):
            refused = site.clutch(*command)
            assert refused.status == 2
            assert "somebody else conducts" in refused.said
        another.ask("end")
    assert folders(site) == before
    assert site.clutch("rollback", "--discard").status == 0
    assert site.version == "0.1.0"


def edit(site: Site, number: int) -> None:
    link = site.root / "current"
    link.unlink()
    link.symlink_to(f"bindings/{number}")


def test_a_current_that_was_edited_to_another_whole_binding_is_noticed(site: Site) -> None:
    updated(site, "data")
    edit(site, 1)
    for command in ("restart", "update", "rollback", "recover", "serve"):
        done = site.clutch(command)
        assert done.status == 4, (command, done.said)
        assert "leads to binding 1, 0.1.0 (" in done.said
        assert "somebody edited it. Binding 2 serves." in done.said
        assert f"ln -sfn bindings/2 {site.root / 'current'}" in done.said
    for command in ("status", "doctor"):
        done = site.clutch(command)
        said = " ".join(done.said.split())
        assert done.status == 4
        assert "somebody edited it" in said
        assert f"ln -sfn bindings/2 {site.root / 'current'}" in said
    parent = site.parent
    assert parent
    os.kill(parent, signal.SIGKILL)
    site.serving_again(parent)
    assert site.version == SECOND
    edit(site, 2)
    assert site.clutch("restart").status == 0

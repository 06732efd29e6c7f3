"""The commands around an installed site: its backups, how it stands, what it says."""

from __future__ import annotations

import json

import pytest

from clutch_ops.journal import Journal
from clutch_ops.report import begin
from tests.ops.sites import Site
from tests.serve.running import wait_until
from tests.services.redis import running


def test_an_installed_site_is_backed_up_looked_at_read_and_restored(site: Site) -> None:
    before = site.current
    assert site.clutch("status").status == 4
    site.serve()
    looked = site.clutch("status")
    assert looked.status == 0, looked.said
    assert "runs since" in looked.said
    told = json.loads(site.clutch("doctor", "--fix", "--json").said)
    bad = [one["sentence"] for one in told["findings"] if one["level"] == "bad"]
    assert set(bad) - set(told["mended"]) == {"There is no backup of this site."}
    assert "serving" in site.clutch("logs", "-n", "100").said
    done = site.clutch("backup")
    assert done.status == 0, done.said
    [path] = (site.root / "backups").glob("*.tar.gz")
    refused = site.clutch("restore", str(path))
    assert refused.status == 2
    assert "The site is running" in refused.said
    site.end()
    restored = site.clutch("restore", str(path))
    assert restored.status == 0, restored.said
    after = site.current
    assert after.number == before.number + 1
    assert after.release == before.release
    assert (before.generation / "clutch.db").exists()
    told = site.report()
    assert (told["act"], told["status"]) == ("restore", 0)
    assert [one["outcome"] for one in told["steps"]] == ["done", "done"]
    assert "bin/clutch serve" in told["advice"]
    assert site.clutch("recover").said == "Nothing was cut off: the site is as it should be.\n"
    site.serve()
    told = json.loads(site.clutch("status", "--json").said)
    assert told["running"]
    assert told["last_restore_test"]


def test_redis_is_used_at_once_by_a_site_that_runs(site: Site) -> None:
    site.serve()
    with running() as server:
        done = site.clutch("redis", "enable", f"redis://127.0.0.1:{server.port}")
        assert done.status == 0, done.said
        wait_until(lambda: site.get("/testdb")["capabilities"]["redis"] == "up", 20)
        done = site.clutch("redis", "disable")
        assert done.status == 0, done.said
        assert site.get("/testdb")["capabilities"]["redis"] == "off"


def cut_off(site: Site, **binding: object) -> Journal:
    """What an update leaves that was killed while it fetched the release."""
    what, facts = "Update of 0.1.0 to main", {"from": "0.1.0", "to": "main"}
    steps = begin(site.layout, "update", what, 11, facts)
    if binding:
        steps.journal.note("binding", **binding)
    with pytest.raises(KeyboardInterrupt), steps.step("fetch", "Fetch the release"):
        raise KeyboardInterrupt
    return steps.journal


def test_an_act_that_was_cut_off_leaves_a_report_of_how_it_ended(site: Site) -> None:
    cut_off(site)
    assert "the site is as it was before" in site.clutch("recover").said
    told = site.report()
    assert (told["act"], told["status"], told["from"]) == ("update", 3, "0.1.0")
    assert (
        told["reason"]
        == "It was cut off: the power went, somebody killed it, or the disk was full."
    )
    assert [(one["title"], one["outcome"]) for one in told["steps"]] == [
        ("Fetch the release", "begun")
    ]


def test_one_that_was_cut_off_behind_its_commit_is_reported_as_done(site: Site) -> None:
    cut_off(site, number=site.current.number, generation="gen-1", database=None)
    assert "so it counts" in site.clutch("recover").said
    told = site.report()
    assert (told["act"], told["status"], told["reason"]) == ("update", 0, None)


def test_a_journal_that_lost_its_first_line_does_not_hold_up_a_recovery(site: Site) -> None:
    journal = cut_off(site)
    text = journal.path.read_text(encoding="utf-8")
    journal.path.write_text(text.partition("\n")[2], encoding="utf-8")
    assert site.clutch("recover").status == 0
    assert journal.is_ended
    assert not (site.layout.reports / f"{journal.path.stem}.json").exists()

"""The commands around an installed site: its backups, how it stands, what it says."""

from __future__ import annotations

import json

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

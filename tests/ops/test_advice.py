"""What operators are told to type can be typed, as it stands there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from clutch_ops import durable, services
from clutch_ops.layout import Layout
from tests.ops.sites import Site


def test_it_names_the_launcher_unless_path_leads_to_it(site: Site) -> None:
    launcher = site.root / "bin" / "clutch"
    told = site.clutch("backup", "--keep", "none")
    assert f"What to do: {launcher} backup --help\n" in told.said
    assert f"usage: {launcher} backup" in site.clutch("backup", "--help").said
    assert f"Usage: {launcher} user " in site.clutch("user", "--help").said
    site.environment = {"PATH": f"{launcher.parent}:/usr/bin:/bin"}
    told = site.clutch("backup", "--keep", "none")
    assert "What to do: clutch backup --help\n" in told.said


def test_a_site_that_is_down_is_wrong_and_says_what_will_be_there_when_it_starts(
    site: Site,
) -> None:
    told = site.clutch("doctor", "--json")
    found = {one["about"]: one for one in json.loads(told.said)["findings"]}
    assert told.status == 4
    assert found["port"]["level"] == "bad"
    assert found["port"]["advice"] == f"{site.root}/bin/clutch serve"
    names = {"achievements", "live", "mail", "metrics", "notices", "redis", "statistics"}
    states = {name: found[name]["sentence"].split(":")[0] for name in names}
    off = {"mail": "will be off", "redis": "will be off"}
    assert states == dict.fromkeys(names, "will be up") | off


@pytest.mark.parametrize(
    ("keeper", "stop"),
    [
        ("systemd", "systemctl stop arena.socket arena.service"),
        ("supervisor", "supervisorctl stop arena"),
        ("pm2", "pm2 stop arena"),
        ("none", "Ctrl-C where its `serve` runs"),
    ],
)
def test_a_site_is_stopped_by_whoever_would_start_it_again(
    tmp_path: Path, keeper: str, stop: str
) -> None:
    durable.write_json(tmp_path / "site.json", {"keeper": keeper, "name": "arena"})
    assert services.stop(Layout(tmp_path)) == stop

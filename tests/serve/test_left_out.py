"""A site whose environment lacks optional packages: it starts, says so, and works."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.serve.environments import environment_without
from tests.serve.running import START_SECONDS, started
from tests.serve.whole_site import site_running, told

TOKEN = "let-me-read-the-figures"
SETTINGS = {"REDIS_URL": "redis://127.0.0.1:1", "CLUTCH_METRICS_TOKEN": TOKEN}
BROKEN_FIRST = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); from clutch.__main__ import main; main()"
)
PACKAGES = {
    "redis": ("redis", "hiredis"),
    "live": ("websockets",),
    "statistics": ("openskill",),
    "metrics": ("prometheus-client",),
}


@pytest.mark.parametrize("extras", [("redis",), ("statistics",), ("live", "metrics"), (*PACKAGES,)])
def test_a_site_without_it_starts_says_so_and_works(
    tmp_path: Path, extras: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = {package for extra in extras for package in PACKAGES[extra]}
    python = environment_without(tmp_path / "env", missing)
    monkeypatch.setattr(sys, "executable", str(python))
    with site_running(tmp_path, SETTINGS, workers=1) as site:
        status, _, text = told(site, "/testdb")
        absent = {
            name for name, state in json.loads(text)["capabilities"].items() if state == "absent"
        }
        assert (status, absent) == (200, set(extras))
        assert told(site, "/readyz")[0] == 200
        assert json.loads(told(site, "/healthz")[2])["status"] == "warn"
        for path in ("/", "/tournaments", "/teams", "/players", "/api/v1/tournaments"):
            assert told(site, path)[0] == 200
        figures = told(site, "/metrics", Authorization=f"Bearer {TOKEN}")
        assert figures[0] == (501 if "metrics" in extras else 200)
        assert "Traceback" not in site.said()
        for extra in extras:
            lines = [
                line for line in site.said().splitlines() if f'"capability": "{extra}"' in line
            ]
            assert len(lines) == 1
            assert "is not installed." in lines[0]
        assert site.end() < 5


def test_a_package_that_is_there_and_broken_is_said_and_stops_the_start(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "redis.py").write_text("def half_of_an_upload(:\n")
    environment = {
        "CLUTCH_HOME": str(tmp_path / "home"),
        "CLUTCH_PORT": "0",
        "REDIS_URL": "redis://127.0.0.1:1",
    }
    with started(
        [
            "-c",
            BROKEN_FIRST,
            str(broken),
            "serve",
        ],
        tmp_path,
        environment,
    ) as site:
        assert site.process.wait(START_SECONDS) == 1
    assert "SyntaxError" in site.said()
    assert "The site did not start" in site.said()

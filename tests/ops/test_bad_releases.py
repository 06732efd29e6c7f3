"""Releases that must never be switched to. Each is refused or rolled back, and the site goes on."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from tests.ops.sites import Site, Visitors
from tests.ops.test_update import migration

pytestmark = pytest.mark.long

Changes = dict[str, str | None]
CLOCK = "src/clutch/kernel/clock.py"
SERVE = "src/clutch/cli/serve.py"
HEALTH = "src/clutch/web/pages/health.py"
SOCKET = "src/clutch/web/live/socket.py"
TALLY = "src/clutch/cli/serving/tally.py"


def added(name: str, text: str) -> Callable[[Site], Changes]:
    return lambda site: {name: site.file(name) + text}


def replaced(name: str, old: str, new: str) -> Callable[[Site], Changes]:
    def change(site: Site) -> Changes:
        assert old in site.file(name)
        return {name: site.file(name).replace(old, new)}

    return change


def wrong_hash(site: Site) -> Changes:
    """The lock's first package, with hashes that no file has."""
    first, end, rest = site.file("requirements.lock").partition("    # via")
    return {"requirements.lock": re.sub(r"sha256:\w{8}", "sha256:00000000", first) + end + rest}


def leaking(site: Site) -> Changes:
    text = site.file(TALLY).replace(
        "        self.requests += 1\n",
        "        self.requests += 1\n        LEAK.append(b'x' * 500_000)\n",
    )
    return {TALLY: text + "\n\nLEAK: list[bytes] = []\n"}


def with_migration(work: str, phase: str = "data") -> Callable[[Site], Changes]:
    return lambda site: migration(site, phase, work)


BAD = {
    "undeclared import": (added(CLOCK, "\nimport left_pad\n"), "it needs the package left_pad"),
    "syntax error": (added(CLOCK, "\ndef broken(:\n"), "kernel/clock.py"),
    "name that is gone": (
        added(CLOCK, "\n\ndef f() -> None:\n    from clutch.kernel.ids import nothing\n"),
        "clutch.kernel.ids has no nothing",
    ),
    "fails when imported": (added(CLOCK, '\nraise RuntimeError("no clock")\n'), "no clock"),
    "operator's tool broken": (added("src/clutch_ops/launch.py", "\n1 +\n"), "clutch_ops"),
    "template error": (
        added("src/clutch/web/templates/pieces/ui.html", "\n{% if %}\n"),
        "template",
    ),
    "wrong hash": (wrong_hash, "wrong hash"),
    "missing package": (
        lambda site: {
            "requirements.lock": site.file("requirements.lock")
            + "no-such-package-of-clutch==1.0 \\\n    --hash=sha256:"
            + "0" * 64
            + "\n"
        },
        "no-such-package-of-clutch==1.0",
    ),
    "needs a newer Python": (
        replaced("pyproject.toml", 'requires-python = ">=3.11"', 'requires-python = ">=3.99"'),
        "needs Python >=3.99",
    ),
    "unknown setting required": (
        replaced("src/clutch/kernel/settings.py", "    port: int", "    harbour: int"),
        "CLUTCH_PORT",
    ),
    "exits at once": (
        replaced(
            SERVE, "    settings = settings_or_exit(workers=workers)", "    raise SystemExit(0)"
        ),
        "it ended with status 0",
    ),
    "migration raises": (with_migration('raise RuntimeError("half way")'), "half way"),
    "migration deletes rows": (
        with_migration('op.execute("DELETE FROM account")'),
        "rows of the table account are gone",
    ),
    "migration drops a table and calls it expand": (
        with_migration('op.drop_table("delivery")', "expand"),
        "the table delivery with 0 rows is gone",
    ),
    "migration takes too long": (
        with_migration("import time; time.sleep(20)"),
        "more than 15 s",
    ),
    "pages answer 500": (
        replaced("src/clutch/web/pages/home.py", "lists = home_lists(conn)", "lists = 1 / 0"),
        "/ answers 500",
    ),
    "leaks": (leaking, "memory that is not given back"),
    "health tells another version": (
        replaced(HEALTH, '"version": site.release', '"version": "9.9.9"'),
        "tells version 9.9.9",
    ),
    "health is a page": (
        replaced(HEALTH, 'media_type="application/json"', 'media_type="text/html"'),
        "/readyz answers 200",
    ),
    "WebSocket broken": (
        added(SOCKET, "\n\nasync def live_socket(*_: object) -> None:\n    raise RuntimeError\n"),
        "does not answer",
    ),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_release_is_refused_and_the_site_goes_on(site: Site, kind: str) -> None:
    change, told = BAD[kind]
    site.serve()
    made = site.clutch("user", "create", "olga", "--admin")
    assert made.status == 0, made.said
    before = site.current
    with Visitors(site.port) as visitors:
        site.newer("0.1.1", **change(site))
        done = site.clutch("update")
        counted = visitors.counted()
    assert done.status in {2, 3}, done.said
    assert told in done.said, done.said
    assert site.current == before
    assert site.version == "0.1.0"
    assert counted["failed"] == []
    assert "olga" in site.clutch("user", "list").said
    assert site.report()["reason"]
    assert sorted(path.name for path in (site.root / "data").iterdir()) == ["gen-1"]
    assert json.loads((site.root / "site.json").read_text())["source"] == str(site.repository)

"""The holder of the site's socket is killed while the site stands still; see also F03."""

from __future__ import annotations

import signal

import pytest

from tests.ops.sites import Site, wait_for_step
from tests.ops.test_update import migration


@pytest.mark.long
def test_a_holder_killed_during_the_switch_makes_the_updater_go_back(site: Site) -> None:
    site.serve()
    site.newer("0.1.1", **migration(site))
    update = site.begin("update")
    wait_for_step(site, "freeze", "done")
    site.end(signal.SIGKILL)
    said, _ = update.communicate(timeout=90)
    assert update.returncode in {3, 4}, said
    site.serve()
    assert site.version == "0.1.0"
    assert site.clutch("update").status == 0

"""A clock that is wrong, or was, and what an operator can do about the traces of it."""

from __future__ import annotations

import json
import os
import time

from tests.ops.sites import Site


def test_what_is_from_the_future_is_named_and_may_be_overruled(site: Site) -> None:
    journal = min((site.root / "journal").glob("*.jsonl"))
    tomorrow = time.time() + 24 * 3600
    os.utime(journal, (tomorrow, tomorrow))
    told = site.clutch("update")
    assert told.status == 2
    assert f"The clock is wrong, or was: {journal} is 23 h 59 min ahead of it." in told.said
    assert f"{site.root}/bin/clutch update --clock-is-right" in told.said
    found = json.loads(site.clutch("doctor", "--json").said)["findings"]
    [clock] = [one for one in found if one["about"] == "clock"]
    assert str(journal) in clock["sentence"]
    overruled = site.clutch("update", "--clock-is-right")
    assert "The site does not run" in overruled.said

"""F01: releases that are bad in every way are offered to a site that people look at.

Each is refused or rolled back: what runs stays what it was, nobody who looks gets an error, no row
changes, nothing is left over, and the report names the cause. Then a good one is taken.
"""

from __future__ import annotations

import random

from tests.faults import checks_updates
from tests.faults.corpus import BAD, QUICK
from tests.faults.history import Attempt, History
from tests.faults.installed import FIRST, SECOND, TINY, anew, attempt, played_site, template
from tests.faults.round import Options, Report
from tests.ops.sites import Site, commit

LEAST = 20
OLDER = "is older than what runs"


def run(options: Options, report: Report) -> None:
    """All of them, one after the other on one site (a short round: first one that is quick)."""
    history = History()
    with template(options) as source, played_site(source, TINY) as (site, _):
        good = commit(site.repository, "As it is")
        for kind in options.in_time(_kinds(options.seed)):
            history.attempts.append(_offer(site, good, kind))
            _tell(report, history)
        if not options.short:
            _take_good_one(site, good, report)
            downgrade = ("update", "--to", good)
            history.attempts.append(attempt(site, "downgrade", OLDER, *downgrade))
            _tell(report, history)
    least = 1 if options.short else LEAST
    report.require(
        "refused or rolled back, the cause named, nothing changed",
        checks_updates.refused(history.attempts, least),
    )


def _kinds(seed: int) -> list[str]:
    chance = random.Random(seed)
    slow = [kind for kind in BAD if kind not in QUICK]
    return chance.sample(QUICK, len(QUICK)) + chance.sample(slow, len(slow))


def _offer(site: Site, good: str, kind: str) -> Attempt:
    bad = BAD[kind]
    anew(site, good)
    site.newer(SECOND, **bad.change(site))
    return attempt(site, kind, bad.cause, "update")


def _tell(report: Report, history: History) -> None:
    one = history.attempts[-1]
    report.figure(
        one.kind,
        f"status {one.status} after {one.seconds:.0f} s; {one.asked} requests beside it, "
        f"{len(one.failed)} failed",
    )


def _take_good_one(site: Site, good: str, report: Report) -> None:
    """All that refusing would be worth nothing if good ones were refused, too."""
    anew(site, good)
    site.newer(SECOND)
    done = site.clutch("update")
    well = done.status == 0 and site.version == SECOND != FIRST
    report.require_that("a good one is taken", well, done.said)

"""F03: an update is killed in front of everything that it does, and the site with it, or alone.

Kill -9 hits the updater, the holder of the site's socket, or both at once, and where both were hit
also those who bring the site back, the first time. Somebody writes all the time. Afterwards the
site is the old one or the new one, nothing that was acknowledged is lost, the doctor finds nothing
wrong, and the next command goes through.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial

from tests.faults import checks_updates
from tests.faults.cutting import Base, Plan, base_of, kill, looked_over, plans_at, trail_of
from tests.faults.history import Cut, Deed
from tests.faults.installed import a_site, template
from tests.faults.round import Options, Report
from tests.faults.tap import Tap, Tapped
from tests.ops.sites import Site
from tests.ops.writers import Writer
from tests.serve.running import wait_until

LEAST, PLACES = 30, 36
AT_ONCE = 2
WHO = ("both", "updater", "site")
STATES = ("begin", "done")
FROZEN = ("copy", "prepare", "gate")
BEFORE = ("preflight", "fetch", "environment", "inspect", "rehearse", "start", "freeze", *FROZEN)
AFTER = ("open", "tidy")
# Early in the recovery by `serve`, and in what `recover` clears away.
SECOND_KILLS = 6


def run(options: Options, report: Report) -> None:
    """Some forty places, two at once (a short round: first one while the site stands still)."""
    with template(options) as source, a_site(source) as made:
        base = base_of(made)
        if options.short:
            plans = _at_lines(random.Random(options.seed))
            cuts = [_cut(base, plan) for plan in options.in_time(plans)]
        else:
            with a_site(base.folder) as site:
                trail = trail_of(site)
            plans = plans_at(trail, _places(trail, random.Random(options.seed)), WHO)
            with ThreadPoolExecutor(AT_ONCE) as pool:
                cuts = list(pool.map(partial(_cut, base), plans))
    _tell(report, cuts)
    least = 1 if options.short else LEAST
    report.require("old or new, soon, whole, nothing lost", checks_updates.cuts(cuts, least))


def _at_lines(chance: random.Random) -> list[Plan]:
    """Plans at lines of the journal, which are known without a look: first one while frozen."""
    before = [Plan(f"{step} {state} 1", "updater", "old") for step in BEFORE for state in STATES]
    after = [Plan(f"{step} {state} 1", "updater", "new") for step in AFTER for state in STATES]
    frozen = [plan for plan in before if plan.at.startswith(FROZEN)]
    rest = [plan for plan in (*before, *after) if plan not in frozen]
    return chance.sample(frozen, len(frozen)) + chance.sample(rest, len(rest))


def _places(trail: Sequence[Deed], chance: random.Random) -> list[str]:
    """At each line of the journal, around the commit, and others by chance."""
    order = [one.at for one in trail if not one.at.startswith("start ")]
    commit = next(number for number, one in enumerate(trail) if one.to == "current")
    sure = [at for at in order if at.endswith((" begin 1", " done 1"))]
    sure += [one.at for one in trail[commit - 1 : commit + 3] if one.at not in sure]
    rest = [at for at in order if at not in sure]
    return sure + chance.sample(rest, max(0, PLACES - len(sure)))


def _cut(base: Base, plan: Plan) -> Cut:
    with a_site(base.folder) as site:
        site.serve()
        writer = Writer(site, base.token)
        try:
            kill(site, plan)
            killed_at = time.monotonic()
            again = plan.who == "both" and _killed_again(site, plan.number)
            if plan.who != "updater":
                site.serve()
            with suppress(AssertionError):
                wait_until(site.answers, checks_updates.BACK_WITHIN_S)
            seconds = time.monotonic() - killed_at if site.answers() else None
        finally:
            writer.stop()
        return looked_over(site, plan, writer.acked, seconds, again=again)


def _killed_again(site: Site, number: int) -> bool:
    """Kill the holder that recovers, then `recover`; whether one of them was hit."""
    at = f"start {1 + number % SECOND_KILLS}"
    served = Tapped(site, Tap(at, "kill"), "serve")
    with suppress(AssertionError):
        ended = served.process.poll
        wait_until(lambda: ended() is not None or site.is_held_by(served.process.pid), 60)
    served.process.kill()
    served.ended()
    recovered = Tapped(site, Tap(at, "kill"), "recover")
    recovered.ended()
    return any(one.at == at for ran in (served, recovered) for one in ran.deeds())


def _tell(report: Report, cuts: Sequence[Cut]) -> None:
    report.figure("places", str(len({one.at for one in cuts})), f"at least {LEAST}")
    for who in WHO:
        hit = [one for one in cuts if one.who == who]
        slowest = max((one.seconds or float("inf") for one in hit), default=0.0)
        ends = ", ".join(f"{sum(one.found == end for one in hit)} {end}" for end in ("old", "new"))
        report.figure(f"killed: {who}", f"{len(hit)} cuts, {ends}, back after {slowest:.1f} s")
    report.figure("killed again while they recovered", str(sum(one.again for one in cuts)))

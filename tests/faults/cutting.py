"""Updates that are killed in the middle, and a look at what became of the site."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.faults.history import Cut, Deed
from tests.faults.installed import FIRST, SECOND, left_by
from tests.faults.tap import SELF, Tap, Tapped
from tests.ops.sites import Site
from tests.ops.test_update import migration
from tests.ops.writers import names_in, token_of

UPDATE = ("update", "--pause", "100")


@dataclass(frozen=True)
class Base:
    """A site with its next release in the repository, to be copied for each cut."""

    folder: Path
    token: str


@dataclass(frozen=True)
class Plan:
    """Where an update is cut, who is killed (`both`, `updater`, `site`), and what it is then.

    `number` makes one plan differ from the next.
    """

    at: str
    who: str
    expected: str
    number: int = 0


def base_of(site: Site) -> Base:
    """Give a site a backup and, in its repository, a release with a migration."""
    token = token_of(site)
    done = site.clutch("backup")
    assert done.status == 0, done.said
    site.newer(SECOND, **migration(site))
    return Base(site.root.parent, token)


def trail_of(site: Site) -> list[Deed]:
    """What a whole update does."""
    site.serve()
    update = Tapped(site, Tap(), *UPDATE)
    said = update.ended()
    assert update.status == 0, said
    return [one for one in update.deeds() if one.kind != "socket.connect"]


def plans_at(trail: Sequence[Deed], places: Sequence[str], who: Sequence[str]) -> list[Plan]:
    """A plan for each place, each with the next of `who`."""
    order = [one.at for one in trail]
    commit = next(number for number, one in enumerate(trail) if one.to == "current")
    return [
        # The kill comes before the deed: at the rename itself it is still the old one.
        Plan(at, who[number % len(who)], "old" if order.index(at) <= commit else "new", number)
        for number, at in enumerate(places)
    ]


def kill(site: Site, plan: Plan) -> Tapped:
    """Update, and kill in front of that deed."""
    assert site.holder is not None
    holder = site.holder.pid
    kills = {"both": (holder, SELF), "updater": (SELF,), "site": (holder,)}[plan.who]
    update = Tapped(site, Tap(plan.at, "kill", kills), *UPDATE)
    update.ended()
    if plan.who != "updater":
        site.holder.wait(20)
        site.holder = None
    return update


def looked_over(
    site: Site, plan: Plan, acked: Sequence[str], seconds: float | None, *, again: bool = False
) -> Cut:
    """How the site stands now that it is back, after so many seconds."""
    recovered = site.clutch("recover")
    doctor = json.loads(site.clutch("doctor", "--json").said)
    release = {FIRST: "old", SECOND: "new"}.get(site.version, site.version)
    bound = {1: "old", 2: "new"}.get(site.current.number, "neither")
    there = names_in(site.current.generation / "clutch.db")
    made = site.clutch("user", "create", "later")
    return Cut(
        plan.at,
        plan.who,
        "either" if plan.who == "site" else plan.expected,
        release if release == bound else f"{release} on the binding of {bound}",
        seconds,
        recovered.status or made.status,
        again,
        tuple(one["sentence"] for one in doctor["findings"] if one["level"] == "bad"),
        tuple(name for name in acked if name not in there),
        left_by(site),
    )

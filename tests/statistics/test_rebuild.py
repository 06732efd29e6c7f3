"""A rebuild changes nothing: what was folded bit by bit is what folding the whole log gives."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from clutch.bootstrap import Site
from tests.fixtures.site import on_sqlite
from tests.profile.arena import Arena
from tests.statistics.community import everything, fold, season

COMMANDS = 5_000


@on_sqlite
def test_after_5000_random_commands_a_rebuild_gives_the_same_bytes(
    arena: Arena, site: Site
) -> None:
    dice = Random(2026)
    played = season(arena, dice, cups=24)
    fold(site)
    next_fold = 1
    for number in range(COMMANDS):
        played.act()
        arena.clock.advance(timedelta(minutes=dice.randrange(200)))
        if number == next_fold:
            fold(site)
            next_fold += dice.choice([1, 2, 30, 400])
    fold(site)
    before = everything(site)
    site.projector.rebuild("statistics")
    assert everything(site) == before
    assert all(before[name] for name in before if name != "statistics_refold")

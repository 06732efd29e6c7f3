"""A rebuild changes nothing: what was folded bit by bit is what folding the whole log gives."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from clutch.bootstrap import Site
from tests.profile.arena import Arena
from tests.statistics.community import everything, fold, season

COMMANDS = 5_000


def test_after_5000_random_commands_a_rebuild_gives_the_same_bytes(quick_arena: Arena) -> None:
    arena, site = quick_arena, quick_arena.site
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


def test_a_rebuild_gives_the_same_on_both_databases(arena: Arena, site: Site) -> None:
    dice = Random(2)
    played = season(arena, dice, cups=3)
    for number in range(60):
        played.act()
        arena.clock.advance(timedelta(hours=dice.randrange(40)))
        if number % 10 == 0:
            fold(site)
    fold(site)
    before = everything(site)
    site.projector.rebuild("statistics")
    assert everything(site) == before

"""The one catalogue of achievements.

A key is for ever: what people hold is kept under it. `VERSION` grows with every change of a rule,
a target or a rarity, or of what records hold; what everybody holds is then worked out anew.
"""

from __future__ import annotations

from clutch.achievements.catalogue import challenges, habits, people, play
from clutch.achievements.models import Achievement
from clutch.achievements.record import HolderKind

VERSION = 5

CATALOGUE: tuple[Achievement, ...] = (
    *play.TOURNAMENTS,
    *play.MATCHES,
    *habits.STREAKS,
    *habits.GAMES,
    *people.TEAM,
    *people.ORGANIZING,
    *people.COMMUNITY,
    *habits.SPECIAL,
    *challenges.FIRST,
)
BY_KEY = {one.key: one for one in CATALOGUE}


def for_kind(kind: HolderKind) -> tuple[Achievement, ...]:
    """What such a holder can reach once and for all; challenges come anew each day and week."""
    return _FOR[kind]


_FOR = {
    kind: tuple(one for one in CATALOGUE if kind in one.holders and one.span is None)
    for kind in HolderKind
}

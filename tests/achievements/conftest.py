"""Fixtures of the tests of achievements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest

from clutch.accounts.models import Actor
from clutch.achievements.models import Name
from clutch.achievements.queries import Holding, holding_of
from clutch.achievements.record import Holder, HolderKind
from clutch.bootstrap import Site
from clutch.kernel.clock import FrozenClock
from clutch.teams.models import Team
from clutch.tournaments.models import Tournament
from tests.profile.arena import Arena
from tests.teams.club import account_id


@dataclass
class Trophies(Arena):
    """People who play, and what that brings them."""

    def follow(self) -> None:
        """Let the projection take in all that happened."""
        self.site.projector.catch_up("achievements")

    def decide(
        self, organizer: Actor, cup: Tournament, match_id: str, scores: tuple[int, int]
    ) -> None:
        """A minute passes before each result."""
        self.clock.advance(timedelta(minutes=1))
        super().decide(organizer, cup, match_id, scores)

    def holding(self, whose: Actor | Team) -> Holding:
        with self.database.read() as conn:
            return holding_of(conn, holder_of(whose))

    def held(self, whose: Actor | Team) -> set[str]:
        """Keys of what is held, challenges aside."""
        return {name.key for name in self.holding(whose).unlocks if not name.period}

    def told(self, whose: Actor | Team) -> list[tuple[str, Name]]:
        """What the holder's stream says: `+` unlocked, `-` taken back, `=` held again, in order."""
        signs = {
            "achievement-unlocked": "+",
            "achievement-taken-back": "-",
            "achievement-held-again": "=",
        }
        return [
            (signs[one.kind], one.fact().name)
            for one in self.log(holder_of(whose).stream)
            if one.kind in signs
        ]


def holder_of(whose: Actor | Team) -> Holder:
    if isinstance(whose, Team):
        return Holder(HolderKind.TEAM, whose.id)
    return Holder(HolderKind.PLAYER, account_id(whose))


@pytest.fixture
def trophies(site: Site, clock: FrozenClock) -> Trophies:
    """A site whose achievements follow from its beginning."""
    arena = Trophies(site, clock)
    arena.follow()
    return arena


@pytest.fixture
def four(trophies: Trophies) -> list[Actor]:
    """Alice, who wins what she plays, and three others."""
    return [trophies.person(name) for name in ("alice", "bob", "carol", "dave")]

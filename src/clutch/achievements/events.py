"""What achievements bring about: facts for holders, and what organizers do with their own ones."""

from __future__ import annotations

from clutch.achievements.models import Name
from clutch.kernel.log import Fact, fact

UNLOCKED = "achievement-unlocked"
OWN_MADE, OWN_EDITED, OWN_RETIRED = (
    "own-achievement-made",
    "own-achievement-edited",
    "own-achievement-retired",
)


@fact(UNLOCKED)
class AchievementUnlocked(Fact, frozen=True):
    """In the holder's stream: they hold it now.

    `cause` is the position of the event that led there, the other ids say where that was. `tier`
    counts from 1; `period` is the day or week of a challenge.
    """

    key: str
    tier: int
    period: str
    points: int
    cause: int
    tournament_id: str | None
    match_id: str | None
    team_id: int | None

    @property
    def name(self) -> Name:
        return Name(self.key, self.tier, self.period)


@fact("achievement-taken-back")
class AchievementTakenBack(Fact, frozen=True):
    """In the holder's stream: what they held does not hold any more, after a correction."""

    key: str
    tier: int
    period: str
    points: int
    cause: int

    @property
    def name(self) -> Name:
        return Name(self.key, self.tier, self.period)


@fact("achievement-held-again")
class AchievementHeldAgain(Fact, frozen=True):
    """In the holder's stream: what was taken back holds after all, by the cause it had before.

    That it was unlocked by this cause has been told; it is not told a second time.
    """

    key: str
    tier: int
    period: str
    points: int
    cause: int

    @property
    def name(self) -> Name:
        return Name(self.key, self.tier, self.period)


@fact(OWN_MADE)
class OwnAchievementMade(Fact, frozen=True):
    """In its maker's stream: an organizer made one for their community."""

    own_id: int


@fact(OWN_EDITED)
class OwnAchievementEdited(Fact, frozen=True):
    """In its maker's stream: what it takes, or its words, are others."""

    own_id: int


@fact(OWN_RETIRED)
class OwnAchievementRetired(Fact, frozen=True):
    """In its maker's stream: nobody can reach it any more; who holds it keeps it."""

    own_id: int

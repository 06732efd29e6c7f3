"""Ratings of those who are to be seeded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from clutch.bootstrap import Site
from clutch.engine import ParticipantId
from clutch.statistics.models import Mode
from clutch.statistics.queries import ratings_of
from clutch.statistics.ratings import Rating
from clutch.statistics.refusals import RatingsUnavailable
from clutch.statistics.rerating import find_refold
from clutch.tournaments.models import Participant, PlayedBy, Tournament
from clutch.web.views.statistics import told

Ratings = Mapping[ParticipantId, Rating]


@dataclass(frozen=True, slots=True)
class SeedRatings:
    """`recomputing`: they are those of before a correction that is being worked through."""

    of: Ratings
    recomputing: bool


def seed_ratings(
    site: Site, tournament: Tournament, participants: Sequence[Participant]
) -> SeedRatings | None:
    """What the participants are rated in the tournament's game; None when that can't be said."""
    by_teams = tournament.played_by is PlayedBy.TEAM
    holders = {one.id: one.team_id if by_teams else one.account_id for one in participants}
    ids = [holder for holder in holders.values() if holder is not None]
    mode = Mode.TEAM if by_teams else Mode.SOLO

    def ask(conn: Connection) -> SeedRatings:
        found = ratings_of(conn, mode, ids, tournament.game)
        ratings = {one: found[holder] for one, holder in holders.items() if holder in found}
        return SeedRatings(ratings, find_refold(conn) is not None)

    return told(site, ask)


def order_by_rating(
    site: Site, tournament: Tournament, participants: Sequence[Participant]
) -> list[ParticipantId]:
    """Everybody by what they are rated in the tournament's game.

    Raises:
        RatingsUnavailable: ratings can't be read now; set the order by hand, or try again.
    """
    rated = seed_ratings(site, tournament, participants)
    if rated is None:
        raise RatingsUnavailable
    return by_rating(participants, rated.of)


def by_rating(participants: Sequence[Participant], ratings: Ratings) -> list[ParticipantId]:
    """The best first, by what the rating is at least; who has none keeps the order, at the end."""
    rated = [one.id for one in participants if one.id in ratings]
    others = [one.id for one in participants if one.id not in ratings]
    return sorted(rated, key=lambda one: -ratings[one].floor) + others

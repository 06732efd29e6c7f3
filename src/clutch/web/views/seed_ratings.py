"""Ratings of those who are to be seeded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from clutch.bootstrap import Site
from clutch.engine import ParticipantId
from clutch.statistics.models import Mode
from clutch.statistics.queries import ratings_of
from clutch.statistics.ratings import Rating
from clutch.tournaments.models import Participant, PlayedBy, Tournament
from clutch.web.views.statistics import missing_now

Ratings = Mapping[ParticipantId, Rating]


def seed_ratings(
    conn: Connection, site: Site, tournament: Tournament, participants: Sequence[Participant]
) -> Ratings | None:
    """What the participants are rated in the tournament's game; None when that can't be said."""
    if missing_now(conn, site) is not None:
        return None
    by_teams = tournament.played_by is PlayedBy.TEAM
    holders = {one.id: one.team_id if by_teams else one.account_id for one in participants}
    ids = [holder for holder in holders.values() if holder is not None]
    mode = Mode.TEAM if by_teams else Mode.SOLO
    found = ratings_of(conn, mode, ids, tournament.game)
    return {one: found[holder] for one, holder in holders.items() if holder in found}


def by_rating(participants: Sequence[Participant], ratings: Ratings) -> list[ParticipantId]:
    """The best first, by what the rating is at least; who has none keeps the order, at the end."""
    rated = [one.id for one in participants if one.id in ratings]
    others = [one.id for one in participants if one.id not in ratings]
    return sorted(rated, key=lambda one: -ratings[one].floor) + others

"""What the ratings expect of the next tournament."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, select

from clutch.statistics.analysis import LEAST_MATCHES, expected_place
from clutch.statistics.models import Holder, Mode
from clutch.statistics.queries import ratings_of
from clutch.statistics.ratings import NEWCOMER, Rater
from clutch.tournaments.models import RegistrationStatus, Status, TournamentId, Visibility
from clutch.tournaments.tables import participant, registration, tournament

_AHEAD = (Status.REGISTRATION.value, Status.CHECK_IN.value, Status.SEEDING.value)


class Expected(msgspec.Struct, frozen=True):
    """The next tournament, and the place that is to be expected among those in it so far.

    `matches`: how many rated ones the holder has in its game. `rated`: how many of the others have
    a rating; the others count as beginners. `chance`: of winning against one of them, on average,
    in percent. `place` and `chance` are None with too few matches, or with nobody else in it.
    """

    tournament_id: TournamentId
    name: str
    game: str
    starts_at: datetime | None
    matches: int
    others: int
    rated: int
    place: float | None
    chance: int | None

    @property
    def is_told(self) -> bool:
        return self.place is not None


def next_of(
    conn: Connection, holder: Holder, rater: Rater, rated_in: Callable[[str], int]
) -> Expected | None:
    """What the ratings expect of a player's or team's next public tournament.

    None: there is none, or the holder plays in rosters, which the ratings of the rosters' teams
    speak for. `rated_in` counts the holder's rated matches in a game.
    """
    if holder.mode is Mode.ROSTER:
        return None
    column = participant.c.team_id if holder.mode is Mode.TEAM else participant.c.account_id
    row = conn.execute(_NEXT.where(column == holder.id)).first()
    if row is None:
        return None
    field = conn.execute(_FIELD, {"of_tournament": row.id}).all()
    others = [one for one in (_id_of(row, holder.mode) for row in field) if one != holder.id]
    ratings = ratings_of(conn, holder.mode, [holder.id, *others], row.game)
    matches = rated_in(row.game)
    place = None
    if others and holder.id in ratings and matches >= LEAST_MATCHES:
        against = [ratings.get(one, NEWCOMER) for one in others]
        place = expected_place(ratings[holder.id], against, rater.chance)
    return Expected(
        tournament_id=TournamentId(row.id),
        name=row.name,
        game=row.game,
        starts_at=row.starts_at,
        matches=matches,
        others=len(others),
        rated=sum(one in ratings for one in others),
        place=None if place is None else round(place, 1),
        chance=None if place is None else round(100 * (1 - (place - 1) / len(others))),
    )


def _id_of(row: Any, mode: Mode) -> int:
    return int(row.team_id if mode is Mode.TEAM else row.account_id)


_NEXT = (
    select(tournament.c.id, tournament.c.name, tournament.c.game, tournament.c.starts_at)
    .join(participant, participant.c.tournament_id == tournament.c.id)
    .join(registration, registration.c.id == participant.c.registration_id)
    .where(
        tournament.c.status.in_(_AHEAD),
        tournament.c.visibility == Visibility.PUBLIC.value,
        registration.c.status == RegistrationStatus.ADMITTED.value,
    )
    .order_by(tournament.c.starts_at.is_(None), tournament.c.starts_at, tournament.c.created_at)
    .limit(1)
)
_FIELD = select(participant.c.account_id, participant.c.team_id).where(
    participant.c.tournament_id == bindparam("of_tournament")
)

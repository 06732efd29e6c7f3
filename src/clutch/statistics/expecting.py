"""What the ratings expect of the next tournament."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, select

from clutch.statistics.analysis import expected_place
from clutch.statistics.models import Holder, Mode
from clutch.statistics.queries import ratings_of
from clutch.statistics.ratings import NEWCOMER, Rater
from clutch.tournaments.models import RegistrationStatus, Status, TournamentId, Visibility
from clutch.tournaments.tables import participant, registration, tournament

_AHEAD = (Status.REGISTRATION.value, Status.CHECK_IN.value, Status.SEEDING.value)


class Expected(msgspec.Struct, frozen=True):
    """The next tournament: the expected place among those who are in it so far.

    `rated`: how many of the others have a rating; the others count as beginners. `chance`: of
    winning against one of them, on average, in percent.
    """

    tournament_id: TournamentId
    name: str
    game: str
    starts_at: datetime | None
    place: float
    chance: int
    others: int
    rated: int


def next_of(conn: Connection, holder: Holder, rater: Rater) -> Expected | None:
    """What the ratings expect of a player's or team's next public tournament.

    None: there is none, nobody else is in it, the holder has no rating yet, or plays there in a
    roster, which the ratings of the roster's team speak for.
    """
    if holder.mode is Mode.ROSTER:
        return None
    column = participant.c.team_id if holder.mode is Mode.TEAM else participant.c.account_id
    row = conn.execute(_NEXT.where(column == holder.id)).first()
    if row is None:
        return None
    field = conn.execute(_FIELD, {"of_tournament": row.id}).all()
    others = [_id_of(one, holder.mode) for one in field]
    others = [one for one in others if one != holder.id]
    game = ratings_of(conn, holder.mode, [holder.id, *others], row.game)
    if holder.id not in game or not others:
        return None
    ratings = [game.get(one, NEWCOMER) for one in others]
    place = expected_place(game[holder.id], ratings, rater.chance)
    return Expected(
        tournament_id=TournamentId(row.id),
        name=row.name,
        game=row.game,
        starts_at=row.starts_at,
        place=round(place, 1),
        chance=round(100 * (1 - (place - 1) / len(others))),
        others=len(others),
        rated=sum(one in game for one in others),
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

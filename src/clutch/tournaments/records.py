"""What players and teams played: their tournaments, matches and trophies, from plain tables.

A record counts every tournament that a player or team was admitted to or waits for. Won and lost
are matches between two participants; byes and walkovers over nobody count for nothing. Unlisted
tournaments are left out unless `unlisted` is asked for: their address is not ours to give away.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NewType

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    Subquery,
    and_,
    case,
    func,
    or_,
    select,
    union,
)

from clutch.accounts.models import AccountId
from clutch.teams.models import TeamId
from clutch.tournaments.models import RegistrationStatus, Status, TournamentId, Visibility
from clutch.tournaments.tables import (
    match,
    participant,
    participant_player,
    placement,
    registration,
    registration_player,
    tournament,
)

MatchKey = NewType("MatchKey", str)

PER_PAGE = 25
LAST_RESULTS = 5
TROPHY_RANK = 3

_LIVING = (RegistrationStatus.ADMITTED.value, RegistrationStatus.WAITING.value)


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose record: a player's or a team's, exactly one of the two."""

    account_id: AccountId | None = None
    team_id: TeamId | None = None


class Played(msgspec.Struct, frozen=True):
    """A tournament in a record. `rank` to `to` is the final placement, None while there is none.

    `at` is when it begins or began, if that is known; `waiting`: only on the waiting list;
    `by_teams`: teams play it.
    """

    tournament_id: TournamentId
    name: str
    game: str
    status: Status
    by_teams: bool
    at: datetime | None
    participants: int
    max_participants: int
    waiting: bool
    rank: int | None
    to: int | None
    won: int
    lost: int
    created_at: datetime

    @property
    def is_trophy(self) -> bool:
        """First to third place of a completed tournament."""
        return (
            self.status is Status.COMPLETED and self.rank is not None and self.rank <= TROPHY_RANK
        )


class Opposed(msgspec.Struct, frozen=True):
    """Who was met: as the tournament shows them; `name` is None for a deleted player."""

    name: str | None
    account_id: AccountId | None
    team_id: TeamId | None
    tag: str | None
    colour: str | None


class PlayedMatch(msgspec.Struct, frozen=True):
    """A match in a record, seen from its side. `won` is None while it is open.

    Scores are None where none were played; after a double forfeit both sides have lost.
    """

    tournament_id: TournamentId
    tournament_name: str
    game: str
    match_id: MatchKey
    opponent: Opposed
    own_score: int | None
    other_score: int | None
    won: bool | None
    outcome: str | None
    decided_at: datetime | None
    corrected: bool


class Games(msgspec.Struct, frozen=True):
    """Games won and lost in so many matches: those in which the games are known."""

    won: int
    lost: int
    matches: int


class MatchPage(msgspec.Struct, frozen=True):
    """One page of matches, and how many there are in all."""

    items: list[PlayedMatch]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PER_PAGE))


def tournaments_of(conn: Connection, whose: Whose, *, unlisted: bool = False) -> list[Played]:
    """All tournaments of a record, latest first; those without a date by when they were made."""
    mine = _registrations(whose)
    rows = conn.execute(_played(mine).where(*_visible(unlisted)))
    found = [_read_played(row) for row in rows]
    return sorted(
        found, key=lambda one: (one.at or one.created_at, one.tournament_id), reverse=True
    )


def trophies(played: Iterable[Played]) -> list[Played]:
    """First to third places by weight: the place, then how many took part, then the latest."""
    won = [one for one in played if one.is_trophy]
    latest_first = sorted(won, key=lambda one: one.at or one.created_at, reverse=True)
    return sorted(latest_first, key=lambda one: (one.rank or 0, -one.participants))


def matches_of(
    conn: Connection,
    whose: Whose,
    page: int = 1,
    *,
    against: Whose | None = None,
    unlisted: bool = False,
) -> MatchPage:
    """Matches between two participants: open ones first, then the latest decided; paged.

    `against` leaves only those with this opponent: a player who stood there alone, or a team.
    """
    statement = _matches(whose, unlisted, against)
    total = conn.execute(select(func.count()).select_from(statement.subquery())).scalar_one()
    number = min(max(1, page), max(1, -(-total // PER_PAGE)))
    rows = conn.execute(_latest_first(statement).limit(PER_PAGE).offset((number - 1) * PER_PAGE))
    return MatchPage([_read_match(row) for row in rows], total, number)


def last_results(conn: Connection, whose: Whose, *, unlisted: bool = False) -> list[PlayedMatch]:
    """The last five decided matches, latest first."""
    statement = _matches(whose, unlisted).where(match.c.decided_at.is_not(None))
    return [_read_match(row) for row in conn.execute(_latest_first(statement).limit(LAST_RESULTS))]


def games_of(
    conn: Connection, whose: Whose, *, unlisted: bool = False
) -> dict[TournamentId, Games]:
    """Games by tournament, where any are known; without a best-of a score counts points."""
    mine = _registrations(whose)
    is_a = match.c.participant_a == mine.c.participant_id
    rows = conn.execute(
        select(
            match.c.tournament_id,
            func.sum(case((is_a, match.c.score_a), else_=match.c.score_b)).label("own"),
            func.sum(case((is_a, match.c.score_b), else_=match.c.score_a)).label("other"),
            func.count().label("matches"),
        )
        .join(mine, _of(mine))
        .join(tournament, tournament.c.id == match.c.tournament_id)
        .where(
            _DECIDED,
            match.c.best_of.is_not(None),
            match.c.score_a.is_not(None),
            *_visible(unlisted),
        )
        .group_by(match.c.tournament_id)
    )
    return {
        TournamentId(row.tournament_id): Games(int(row.own), int(row.other), row.matches)
        for row in rows
    }


def running_of(conn: Connection, whose: Whose, *, unlisted: bool = False) -> list[TournamentId]:
    """The tournaments of a record that are under way: not completed, not cancelled."""
    mine = _registrations(whose)
    rows = conn.execute(
        select(tournament.c.id)
        .join(mine, mine.c.tournament_id == tournament.c.id)
        .where(
            tournament.c.status.not_in([Status.COMPLETED.value, Status.CANCELLED.value]),
            *_visible(unlisted),
        )
        .order_by(tournament.c.id)
    )
    return [TournamentId(found) for found in rows.scalars()]


# --- whose ---


def _registrations(whose: Whose) -> Subquery:
    """Each living registration of the record, with its tournament, status and participant."""
    return (
        select(
            registration.c.id,
            registration.c.tournament_id,
            registration.c.status,
            participant.c.id.label("participant_id"),
        )
        .outerjoin(participant, participant.c.registration_id == registration.c.id)
        .where(registration.c.status.in_(_LIVING), _is_of(whose))
        .subquery("mine")
    )


def _is_of(whose: Whose) -> ColumnElement[bool]:
    if whose.team_id is not None:
        return registration.c.team_id == whose.team_id
    # Where there is a snapshot it says who plays; before that the registration does.
    return registration.c.id.in_(
        union(
            select(registration_player.c.registration_id).where(
                registration_player.c.account_id == whose.account_id
            ),
            select(participant.c.registration_id)
            .join(participant_player, participant_player.c.participant_id == participant.c.id)
            .where(participant_player.c.account_id == whose.account_id),
        )
    )


def _visible(unlisted: bool) -> list[ColumnElement[bool]]:
    shown = [tournament.c.status != Status.DRAFT.value]
    if not unlisted:
        shown.append(tournament.c.visibility == Visibility.PUBLIC.value)
    return shown


# --- tournaments ---


def _played(mine: Subquery) -> Select[Any]:
    admitted = (
        select(func.count())
        .where(
            registration.c.tournament_id == tournament.c.id,
            registration.c.status == RegistrationStatus.ADMITTED.value,
        )
        .scalar_subquery()
    )
    return (
        select(
            tournament,
            mine.c.status.label("standing"),
            placement.c.rank,
            placement.c.to,
            admitted.label("participants"),
            _count_matches(mine, match.c.winner_id == mine.c.participant_id).label("won"),
            _count_matches(mine, _lost_by(mine.c.participant_id)).label("lost"),
        )
        .join(mine, mine.c.tournament_id == tournament.c.id)
        .outerjoin(placement, placement.c.participant_id == mine.c.participant_id)
    )


def _count_matches(mine: Subquery, condition: ColumnElement[bool]) -> Any:
    return select(func.count()).where(_of(mine), _DECIDED, condition).scalar_subquery()


def _of(mine: Subquery) -> ColumnElement[bool]:
    return or_(
        match.c.participant_a == mine.c.participant_id,
        match.c.participant_b == mine.c.participant_id,
    )


def _lost_by(participant_id: Any) -> ColumnElement[bool]:
    return or_(match.c.winner_id.is_(None), match.c.winner_id != participant_id)


_BETWEEN_TWO = and_(match.c.participant_a.is_not(None), match.c.participant_b.is_not(None))
_DECIDED = and_(match.c.status == "decided", _BETWEEN_TWO)


def _read_played(row: Any) -> Played:
    return Played(
        tournament_id=TournamentId(row.id),
        name=row.name,
        game=row.game,
        status=Status(row.status),
        by_teams=row.played_by == "team",
        at=row.starts_at or row.started_at,
        participants=row.participants,
        max_participants=row.max_participants,
        waiting=row.standing == RegistrationStatus.WAITING.value,
        rank=row.rank,
        to=row.to,
        won=row.won,
        lost=row.lost,
        created_at=row.created_at,
    )


# --- matches ---


def _matches(whose: Whose, unlisted: bool, against: Whose | None = None) -> Select[Any]:
    mine = _registrations(whose)
    other = participant.alias("other")
    is_a = (match.c.participant_a == mine.c.participant_id).label("is_a")
    return (
        select(
            match,
            is_a,
            mine.c.participant_id,
            tournament.c.name.label("tournament_name"),
            tournament.c.game,
            other.c.name.label("other_name"),
            other.c.account_id.label("other_account_id"),
            other.c.team_id.label("other_team_id"),
            other.c.tag.label("other_tag"),
            other.c.colour.label("other_colour"),
        )
        .join(mine, _of(mine))
        .join(tournament, tournament.c.id == match.c.tournament_id)
        .join(
            other,
            or_(other.c.id == match.c.participant_a, other.c.id == match.c.participant_b)
            & (other.c.id != mine.c.participant_id),
        )
        .where(match.c.status.in_(["ready", "decided"]), _BETWEEN_TWO, *_visible(unlisted))
        .where(*([] if against is None else [_is_opponent(other, against)]))
    )


def _is_opponent(other: FromClause, against: Whose) -> ColumnElement[bool]:
    if against.team_id is not None:
        return other.c.team_id == against.team_id
    return other.c.account_id == against.account_id


def _latest_first(statement: Select[Any]) -> Select[Any]:
    return statement.order_by(
        match.c.decided_at.is_not(None),
        match.c.decided_at.desc(),
        match.c.tournament_id,
        match.c.number.desc(),
    )


def _read_match(row: Any) -> PlayedMatch:
    own, other = (row.score_a, row.score_b) if row.is_a else (row.score_b, row.score_a)
    is_decided = row.status == "decided"
    return PlayedMatch(
        tournament_id=TournamentId(row.tournament_id),
        tournament_name=row.tournament_name,
        game=row.game,
        match_id=MatchKey(row.id),
        opponent=Opposed(
            name=row.other_name,
            account_id=row.other_account_id,
            team_id=row.other_team_id,
            tag=row.other_tag,
            colour=row.other_colour,
        ),
        own_score=own,
        other_score=other,
        won=row.winner_id == row.participant_id if is_decided else None,
        outcome=row.outcome,
        decided_at=row.decided_at,
        corrected=row.corrected,
    )

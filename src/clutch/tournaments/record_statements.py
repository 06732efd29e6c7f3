"""What records ask the database, for players (`is_team` is false) or for teams.

To put these statements together takes longer than a small database needs to answer them: each is
made once, and executed with `whose` record it is, and `against` whom.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    union,
)

from clutch.tournaments.models import RegistrationStatus, Status, Visibility
from clutch.tournaments.tables import (
    match,
    participant,
    participant_player,
    placement,
    registration,
    registration_player,
    tournament,
)

LAST_RESULTS = 5

_LIVING = (RegistrationStatus.ADMITTED.value, RegistrationStatus.WAITING.value)
_BETWEEN_TWO = and_(match.c.participant_a.is_not(None), match.c.participant_b.is_not(None))
_DECIDED = and_(match.c.status == "decided", _BETWEEN_TWO)


@cache
def _registrations(is_team: bool) -> Subquery:
    """Each living registration of the record, with its tournament, status and participant."""
    return (
        select(
            registration.c.id,
            registration.c.tournament_id,
            registration.c.status,
            participant.c.id.label("participant_id"),
        )
        .outerjoin(participant, participant.c.registration_id == registration.c.id)
        .where(registration.c.status.in_(_LIVING), _is_of(is_team))
        .subquery("mine")
    )


def _is_of(is_team: bool) -> ColumnElement[bool]:
    whose: BindParameter[int] = bindparam("whose")
    if is_team:
        return registration.c.team_id == whose
    # Where there is a snapshot it says who plays; before that the registration does.
    return registration.c.id.in_(
        union(
            select(registration_player.c.registration_id).where(
                registration_player.c.account_id == whose
            ),
            select(participant.c.registration_id)
            .join(participant_player, participant_player.c.participant_id == participant.c.id)
            .where(participant_player.c.account_id == whose),
        )
    )


def _visible(unlisted: bool) -> list[ColumnElement[bool]]:
    shown = [tournament.c.status != Status.DRAFT.value]
    if not unlisted:
        shown.append(tournament.c.visibility == Visibility.PUBLIC.value)
    return shown


@cache
def played(is_team: bool, unlisted: bool) -> Select[Any]:
    mine = _registrations(is_team)
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
        .where(*_visible(unlisted))
    )


@cache
def running(is_team: bool, unlisted: bool) -> Select[Any]:
    mine = _registrations(is_team)
    over = [Status.COMPLETED.value, Status.CANCELLED.value]
    return (
        select(tournament.c.id)
        .join(mine, mine.c.tournament_id == tournament.c.id)
        .where(tournament.c.status.not_in(over), *_visible(unlisted))
        .order_by(tournament.c.id)
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


@cache
def matches(is_team: bool, unlisted: bool, against_team: bool | None = None) -> Select[Any]:
    """Open ones first, then the latest decided."""
    mine = _registrations(is_team)
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
        .where(*([] if against_team is None else [_is_opponent(other, against_team)]))
        .order_by(
            match.c.decided_at.is_not(None),
            match.c.decided_at.desc(),
            match.c.tournament_id,
            match.c.number.desc(),
        )
    )


def _is_opponent(other: FromClause, is_team: bool) -> ColumnElement[bool]:
    return (other.c.team_id if is_team else other.c.account_id) == bindparam("against")


@cache
def count(is_team: bool, unlisted: bool, against_team: bool | None = None) -> Select[Any]:
    """How many `matches` there are."""
    found = matches(is_team, unlisted, against_team).order_by(None).subquery()
    return select(func.count()).select_from(found)


@cache
def last(is_team: bool, unlisted: bool) -> Select[Any]:
    decided = match.c.decided_at.is_not(None)
    return matches(is_team, unlisted).where(decided).limit(LAST_RESULTS)


@cache
def games(is_team: bool, unlisted: bool) -> Select[Any]:
    mine = _registrations(is_team)
    is_a = match.c.participant_a == mine.c.participant_id
    return (
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

"""The statements by which records are read, for holders of either kind at once."""

from __future__ import annotations

from sqlalchemy import BindParameter, Executable, bindparam, func, literal, select, union_all

from clutch.accounts.tables import account
from clutch.achievements.record import HolderKind
from clutch.engine import STARTED
from clutch.kernel.tables import event
from clutch.teams.tables import membership, team
from clutch.tournaments.models import Status, Visibility
from clutch.tournaments.tables import (
    co_organizer,
    match,
    participant,
    participant_player,
    placement,
    registration,
    tournament,
)

_HOLDERS: BindParameter[int] = bindparam("holders", expanding=True)
_TOURNAMENTS: BindParameter[str] = bindparam("tournaments", expanding=True)
_PUBLIC = tournament.c.visibility == Visibility.PUBLIC.value
_ENDED = tournament.c.status == Status.COMPLETED.value
_STARTED = match.c.outcome.in_(sorted(one.value for one in STARTED))
_DECIDED = match.c.outcome.is_not(None)

_PARTICIPATIONS = {
    HolderKind.PLAYER: select(
        participant_player.c.account_id.label("holder_id"),
        participant.c.id,
        participant.c.team_id,
        participant.c.seed,
        participant.c.registration_id,
    )
    .join(participant, participant.c.id == participant_player.c.participant_id)
    .where(participant_player.c.account_id.in_(_HOLDERS))
    .cte("mine"),
    HolderKind.TEAM: select(
        participant.c.team_id.label("holder_id"),
        participant.c.id,
        participant.c.team_id,
        participant.c.seed,
        participant.c.registration_id,
    )
    .where(participant.c.team_id.in_(_HOLDERS))
    .cte("mine"),
}


def _matches_of(kind: HolderKind, *, since: bool) -> Executable:
    """Every decided match between two, also those that nobody played."""
    mine = _PARTICIPATIONS[kind]
    rival = participant.alias("rival")
    sides = [
        select(
            mine.c.holder_id,
            mine.c.id.label("own_id"),
            mine.c.team_id,
            mine.c.seed,
            is_a.label("is_a"),
            rival.c.id.label("other_id"),
            rival.c.account_id.label("other_account_id"),
            rival.c.team_id.label("other_team_id"),
            rival.c.seed.label("other_seed"),
            match.c.tournament_id,
            *(match.c[name] for name in _OF_MATCHES),
            tournament.c.game,
            tournament.c.zone,
        )
        .join(match, own == mine.c.id)
        .join(rival, rival.c.id == other)
        .join(tournament, tournament.c.id == match.c.tournament_id)
        .where(_DECIDED, _PUBLIC, *([match.c.decided_at >= bindparam("since")] if since else []))
        for own, other, is_a in _SIDES
    ]
    both = union_all(*sides).subquery("played")
    return select(both).order_by(both.c.tournament_id, both.c.number)


_OF_MATCHES = (
    "id",
    "number",
    "bracket",
    "best_of",
    "outcome",
    "winner_id",
    "score_a",
    "score_b",
    "games",
    "confirmed_how",
    "decided_at",
    "corrected",
)
_SIDES = (
    (match.c.participant_a, match.c.participant_b, literal(1)),
    (match.c.participant_b, match.c.participant_a, literal(0)),
)
MATCHES = {
    (kind, since): _matches_of(kind, since=since) for kind in HolderKind for since in (False, True)
}


def _places_of(kind: HolderKind) -> Executable:
    mine = _PARTICIPATIONS[kind]
    return (
        select(
            mine.c.holder_id,
            mine.c.team_id,
            mine.c.seed,
            placement.c.tournament_id,
            placement.c.rank,
            placement.c.to,
            tournament.c.game,
            tournament.c.format,
            tournament.c.ended_at,
        )
        .join(placement, placement.c.participant_id == mine.c.id)
        .join(tournament, tournament.c.id == placement.c.tournament_id)
        .where(_ENDED, _PUBLIC)
        .order_by(tournament.c.id)
    )


PLACES = {kind: _places_of(kind) for kind in HolderKind}
_MINE = _PARTICIPATIONS[HolderKind.PLAYER]
CHECK_INS = (
    select(_MINE.c.holder_id, registration.c.tournament_id, registration.c.checked_in_at)
    .join(registration, registration.c.id == _MINE.c.registration_id)
    .join(tournament, tournament.c.id == registration.c.tournament_id)
    # Before the draw a roster can still change.
    .where(registration.c.checked_in_at.is_not(None), tournament.c.started_at.is_not(None), _PUBLIC)
    .order_by(registration.c.tournament_id)
)


def _memberships_of(kind: HolderKind) -> Executable:
    holder = membership.c.account_id if kind is HolderKind.PLAYER else membership.c.team_id
    return (
        select(
            holder.label("holder_id"),
            membership.c.id,
            membership.c.team_id,
            membership.c.account_id,
            membership.c.joined_at,
            membership.c.left_at,
            select(func.min(_EARLIEST.c.id))
            .where(_EARLIEST.c.team_id == membership.c.team_id)
            .scalar_subquery()
            .label("first_id"),
        )
        .where(holder.in_(_HOLDERS))
        .order_by(membership.c.id)
    )


_EARLIEST = membership.alias("earliest")
MEMBERSHIPS = {kind: _memberships_of(kind) for kind in HolderKind}
BEGINNINGS = {
    HolderKind.PLAYER: select(account.c.id.label("holder_id"), account.c.created_at).where(
        account.c.id.in_(_HOLDERS)
    ),
    HolderKind.TEAM: select(team.c.id.label("holder_id"), team.c.created_at).where(
        team.c.id.in_(_HOLDERS)
    ),
}
_OF_HOSTED = (
    tournament.c.id.label("tournament_id"),
    tournament.c.game,
    tournament.c.played_by,
    tournament.c.ended_at,
)
HOSTED = union_all(
    select(
        tournament.c.owner_id.label("holder_id"), literal(1).label("is_owner"), *_OF_HOSTED
    ).where(tournament.c.owner_id.in_(_HOLDERS), _ENDED, _PUBLIC),
    select(co_organizer.c.account_id.label("holder_id"), literal(0).label("is_owner"), *_OF_HOSTED)
    .join(tournament, tournament.c.id == co_organizer.c.tournament_id)
    .where(co_organizer.c.account_id.in_(_HOLDERS), _ENDED, _PUBLIC),
)
SIZES = (
    select(participant.c.tournament_id, func.count().label("size"))
    .where(participant.c.tournament_id.in_(_TOURNAMENTS))
    .group_by(participant.c.tournament_id)
)
PLAYED_IN = (
    select(match.c.tournament_id, func.count().label("played"))
    .where(match.c.tournament_id.in_(_TOURNAMENTS), _STARTED)
    .group_by(match.c.tournament_id)
)
RESULTS = (
    select(event.c.kind, event.c.at, event.c.body)
    .where(
        event.c.stream == bindparam("stream"),
        event.c.kind.in_(["match-decided", "result-amended", "result-corrected", "result-revoked"]),
    )
    .order_by(event.c.seq)
)

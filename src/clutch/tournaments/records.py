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
from sqlalchemy import Connection

from clutch.accounts.models import AccountId
from clutch.teams.models import TeamId
from clutch.tournaments import record_statements
from clutch.tournaments.models import RegistrationStatus, Status, TournamentId

MatchKey = NewType("MatchKey", str)

PER_PAGE = 25
TROPHY_RANK = 3


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose record: a player's or a team's, exactly one of the two."""

    account_id: AccountId | None = None
    team_id: TeamId | None = None

    @property
    def is_team(self) -> bool:
        return self.team_id is not None

    @property
    def id(self) -> int:
        """The team's id, else the player's."""
        found = self.account_id if self.team_id is None else self.team_id
        assert found is not None
        return found


class Played(msgspec.Struct, frozen=True):
    """A tournament in a record. `rank` to `to` is the final placement, None while there is none.

    `at` is when it begins or began, if that is known; `began`: its bracket was drawn; `waiting`:
    only on the waiting list; `by_teams`: teams play it.
    """

    tournament_id: TournamentId
    name: str
    game: str
    status: Status
    by_teams: bool
    at: datetime | None
    participants: int
    max_participants: int
    began: bool
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
    rows = conn.execute(record_statements.played(whose.is_team, unlisted), {"whose": whose.id})
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
    shape = whose.is_team, unlisted, None if against is None else against.is_team
    asked = {"whose": whose.id} | ({} if against is None else {"against": against.id})
    total = conn.execute(record_statements.count(*shape), asked).scalar_one()
    number = min(max(1, page), max(1, -(-total // PER_PAGE)))
    paged = record_statements.matches(*shape).limit(PER_PAGE).offset((number - 1) * PER_PAGE)
    rows = conn.execute(paged, asked)
    return MatchPage([_read_match(row) for row in rows], total, number)


def last_results(conn: Connection, whose: Whose, *, unlisted: bool = False) -> list[PlayedMatch]:
    """The last five decided matches, latest first."""
    rows = conn.execute(record_statements.last(whose.is_team, unlisted), {"whose": whose.id})
    return [_read_match(row) for row in rows]


def games_of(
    conn: Connection, whose: Whose, *, unlisted: bool = False
) -> dict[TournamentId, Games]:
    """Games by tournament, where any are known; without a best-of a score counts points."""
    rows = conn.execute(record_statements.games(whose.is_team, unlisted), {"whose": whose.id})
    return {
        TournamentId(row.tournament_id): Games(int(row.own), int(row.other), row.matches)
        for row in rows
    }


def running_of(conn: Connection, whose: Whose, *, unlisted: bool = False) -> list[TournamentId]:
    """The tournaments of a record that are under way: not completed, not cancelled."""
    rows = conn.execute(record_statements.running(whose.is_team, unlisted), {"whose": whose.id})
    return [TournamentId(found) for found in rows.scalars()]


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
        began=row.started_at is not None,
        waiting=row.standing == RegistrationStatus.WAITING.value,
        rank=row.rank,
        to=row.to,
        won=row.won,
        lost=row.lost,
        created_at=row.created_at,
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

"""Matches as the rows have them, with the claims that wait beside them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, select

from clutch.engine import Game, MatchId, Outcome, ParticipantId, Result
from clutch.kernel.refusals import NotFound
from clutch.tournaments.models import TournamentId
from clutch.tournaments.tables import match as match_table
from clutch.tournaments.tables import participant, participant_player
from clutch.tournaments.tables import report as report_table


class Source(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where an opponent comes from; one of the three is set."""

    seed: int | None = None
    winner_of: str | None = None
    loser_of: str | None = None


class OpponentRow(msgspec.Struct, frozen=True):
    """One side of a match: `holds` is unknown, participant, bye or vacant."""

    holds: str
    participant: ParticipantId | None
    source: Source


class GameRow(msgspec.Struct, frozen=True):
    """One game (map); scores follow the match's opponents."""

    scores: tuple[int, int]
    name: str | None = None


class Seen(msgspec.Struct, frozen=True):
    """A match as the actor saw it: acting on it is refused once it has another version."""

    tournament_id: TournamentId
    match_id: MatchId
    version: int


class MatchRow(msgspec.Struct, frozen=True):
    """A match with all that is known of it; scores follow its opponents."""

    tournament_id: TournamentId
    id: MatchId
    number: int
    bracket: str
    round: int
    place: int
    best_of: int | None
    status: str
    opponents: tuple[OpponentRow, OpponentRow]
    outcome: str | None
    winner_id: ParticipantId | None
    scores: tuple[int, int] | None
    games: tuple[GameRow, ...]
    confirmed_how: str | None
    starts_at: datetime | None
    opened_at: datetime | None
    decided_at: datetime | None
    corrected: bool
    version: int

    @property
    def participants(self) -> tuple[ParticipantId, ...]:
        """Who is known to play here, in the order of the opponents."""
        return tuple(each.participant for each in self.opponents if each.participant is not None)

    @property
    def is_ready(self) -> bool:
        """Whether it can be played now."""
        return self.status == "ready"

    @property
    def is_decided(self) -> bool:
        """Whether it has an outcome."""
        return self.status == "decided"


class Claim(msgspec.Struct, frozen=True):
    """What one side (0 or 1) says the result is."""

    side: int
    account_id: int
    result: Result
    reported_at: datetime
    confirms_at: datetime | None


def get_match(conn: Connection, tournament_id: TournamentId, match_id: str) -> MatchRow:
    """One match of a tournament.

    Raises:
        NotFound: no such match.
    """
    row = conn.execute(_ONE, {"the_tournament": tournament_id, "the_match": match_id}).one_or_none()
    if row is None:
        raise NotFound
    return _match(row)


def matches_of(conn: Connection, tournament_id: TournamentId) -> list[MatchRow]:
    """All matches of a tournament, in the order of the draw."""
    return [_match(row) for row in conn.execute(_ALL, {"the_tournament": tournament_id})]


def matches_named(
    conn: Connection, tournament_id: TournamentId, match_ids: Iterable[str]
) -> list[MatchRow]:
    """Those matches, in the order of the draw; ids that are not there are left out."""
    wanted = {"the_tournament": tournament_id, "those": list(match_ids)}
    return [_match(row) for row in conn.execute(_SOME, wanted)]


def next_matches(conn: Connection, tournament_id: TournamentId, most: int) -> list[MatchId]:
    """What can be played now, by start time, then in the order of the draw."""
    found = conn.execute(_NEXT, {"the_tournament": tournament_id, "most": most})
    return list(found.scalars())


def claims_of(conn: Connection, tournament_id: TournamentId, match_id: str) -> list[Claim]:
    """The claims beside a match, first side first: none, one, or two that differ."""
    rows = conn.execute(_CLAIMS, {"the_tournament": tournament_id, "the_match": match_id})
    return [_claim(row) for row in rows]


def find_side(conn: Connection, match: MatchRow, account_id: int | None) -> int | None:
    """Which side (0 or 1) this account speaks for: the player, or the team's captain."""
    if account_id is None or not match.participants:
        return None
    rows = conn.execute(_SPEAKS_FOR, {"account": account_id, "those": list(match.participants)})
    mine = rows.scalars().first()
    if mine is None:
        return None
    return 0 if match.opponents[0].participant == mine else 1


def _match(row: Any) -> MatchRow:
    return MatchRow(
        tournament_id=row.tournament_id,
        id=row.id,
        number=row.number,
        bracket=row.bracket,
        round=row.round,
        place=row.place,
        best_of=row.best_of,
        status=row.status,
        opponents=_OPPONENTS.decode(row.opponents),
        outcome=row.outcome,
        winner_id=row.winner_id,
        scores=None if row.score_a is None else (row.score_a, row.score_b),
        games=_GAMES.decode(row.games) if row.games else (),
        confirmed_how=row.confirmed_how,
        starts_at=row.starts_at,
        opened_at=row.opened_at,
        decided_at=row.decided_at,
        corrected=row.corrected,
        version=row.version,
    )


def _claim(row: Any) -> Claim:
    result = _RESULT.decode(row.result)
    return Claim(row.side, row.account_id, result, row.reported_at, row.confirms_at)


def winner_of(
    scores: tuple[int, int] | None, sides: tuple[ParticipantId, ...]
) -> ParticipantId | None:
    """Whom the scores name; level scores name nobody."""
    if scores is None or scores[0] == scores[1] or len(sides) < 2:
        return None
    return sides[0] if scores[0] > scores[1] else sides[1]


def result_of(
    match: MatchRow,
    outcome: Outcome,
    winner: ParticipantId | None,
    scores: tuple[int, int] | None,
    games: tuple[GameRow, ...] = (),
) -> Result:
    """What somebody says of a match, in the engine's form.

    The winner of a played one follows from its scores where nobody is named.
    """
    if outcome is Outcome.PLAYED and winner is None:
        winner = winner_of(scores, match.participants)
    return Result(outcome, winner, scores, tuple(Game(game.scores, game.name) for game in games))


_OPPONENTS = msgspec.json.Decoder(tuple[OpponentRow, OpponentRow])
_GAMES = msgspec.json.Decoder(tuple[GameRow, ...])
_RESULT = msgspec.json.Decoder(Result)
_ONE = select(match_table).where(
    match_table.c.tournament_id == bindparam("the_tournament"),
    match_table.c.id == bindparam("the_match"),
)
_ALL = (
    select(match_table)
    .where(match_table.c.tournament_id == bindparam("the_tournament"))
    .order_by(match_table.c.number)
)
_SOME = (
    select(match_table)
    .where(
        match_table.c.tournament_id == bindparam("the_tournament"),
        match_table.c.id.in_(bindparam("those", expanding=True)),
    )
    .order_by(match_table.c.number)
)
_NEXT = (
    select(match_table.c.id)
    .where(
        match_table.c.tournament_id == bindparam("the_tournament"),
        match_table.c.status == "ready",
    )
    .order_by(match_table.c.starts_at.is_(None), match_table.c.starts_at, match_table.c.number)
    .limit(bindparam("most"))
)
_CLAIMS = (
    select(report_table)
    .where(
        report_table.c.tournament_id == bindparam("the_tournament"),
        report_table.c.match_id == bindparam("the_match"),
    )
    .order_by(report_table.c.side)
)
_SPEAKS_FOR = (
    select(participant.c.id)
    .join(participant_player, participant_player.c.participant_id == participant.c.id)
    .where(
        participant.c.id.in_(bindparam("those", expanding=True)),
        participant_player.c.account_id == bindparam("account"),
        participant_player.c.is_captain,
    )
)

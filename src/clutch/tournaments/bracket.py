"""The whole of a running or finished tournament in one snapshot: matches, who plays, placements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, select

from clutch import engine
from clutch.engine import ParticipantId, Stage
from clutch.kernel.points import point
from clutch.kernel.refusals import NotFound
from clutch.tournaments import stages
from clutch.tournaments.matches import MatchRow, matches_named, matches_of
from clutch.tournaments.models import Participant, Status, Tournament, TournamentId
from clutch.tournaments.participants import participants_named, participants_of
from clutch.tournaments.tables import report as report_table


class Placed(msgspec.Struct, frozen=True):
    """A placement that only a correction can still change: a rank, or a range that is shared."""

    rank: int
    to: int
    participant: ParticipantId


class Bracket(msgspec.Struct, frozen=True):
    """What there is to see of a drawn tournament, as of `(epoch, seq)` of its stream.

    `claimed` are matches beside which reports wait, `disputed` those whose two reports differ;
    `winner_to` and `loser_to` say, by match, which match the two sides go to.
    """

    tournament: Tournament
    epoch: str
    seq: int
    participants: dict[ParticipantId, Participant]
    matches: list[MatchRow]
    placements: list[Placed]
    claimed: frozenset[str]
    disputed: frozenset[str]
    winner_to: dict[str, str]
    loser_to: dict[str, str]

    @property
    def is_complete(self) -> bool:
        """Whether no match waits or is ready."""
        return not any(match.status in {"waiting", "ready"} for match in self.matches)


def get_bracket(conn: Connection, kept: dict[str, Any], tournament: Tournament) -> Bracket:
    """The bracket of a drawn tournament.

    Raises:
        NotFound: nothing is drawn (yet).
    """
    matches = matches_of(conn, tournament.id)
    if not matches:
        raise NotFound
    claims = _claims(conn, tournament.id)
    epoch, seq = point(conn, tournament.stream)
    return Bracket(
        tournament=tournament,
        epoch=epoch,
        seq=seq,
        participants={ParticipantId(one.id): one for one in participants_of(conn, tournament.id)},
        matches=matches,
        placements=placements_of(conn, kept, tournament),
        claimed=frozenset(claims),
        disputed=frozenset(match_id for match_id, count in claims.items() if count > 1),
        winner_to={source: match_id for match_id, source in _sources(matches, "winner_of")},
        loser_to={source: match_id for match_id, source in _sources(matches, "loser_of")},
    )


def get_part(
    conn: Connection, stage: Stage, tournament: Tournament, match_ids: Iterable[str]
) -> Bracket:
    """Only those matches of a drawn tournament, and who plays in them; without placements."""
    matches = matches_named(conn, tournament.id, match_ids)
    named = {match.id for match in matches}
    claims = _claims(conn, tournament.id)
    playing = {each for match in matches for each in match.participants}
    plans = [stage.matches[match.id].plan for match in matches]
    epoch, seq = point(conn, tournament.stream)
    return Bracket(
        tournament=tournament,
        epoch=epoch,
        seq=seq,
        participants={one.id: one for one in participants_named(conn, playing)},
        matches=matches,
        placements=[],
        claimed=frozenset(claims) & named,
        disputed=frozenset(match_id for match_id, count in claims.items() if count > 1) & named,
        winner_to={plan.id: plan.winner_to.match for plan in plans if plan.winner_to},
        loser_to={plan.id: plan.loser_to.match for plan in plans if plan.loser_to},
    )


def _sources(matches: list[MatchRow], kind: str) -> Iterator[tuple[str, str]]:
    for match in matches:
        for opponent in match.opponents:
            source = getattr(opponent.source, kind)
            if source is not None:
                yield match.id, source


def placements_of(conn: Connection, kept: dict[str, Any], tournament: Tournament) -> list[Placed]:
    """Who has finished where, best first; before the draw nobody."""
    if tournament.status not in {Status.RUNNING, Status.COMPLETED, Status.CANCELLED}:
        return []
    try:
        stage = stages.read_stage(conn, kept, tournament.id)
    except NotFound:  # cancelled before the draw
        return []
    return [
        Placed(place.rank, place.to, participant)
        for place in engine.placements(stage)
        for participant in place.participants
    ]


def _claims(conn: Connection, tournament_id: TournamentId) -> dict[str, int]:
    """How many reports wait beside each match."""
    rows = conn.execute(_REPORTED, {"the_tournament": tournament_id})
    counts: dict[str, int] = {}
    for match_id in rows.scalars():
        counts[match_id] = counts.get(match_id, 0) + 1
    return counts


_REPORTED = select(report_table.c.match_id).where(
    report_table.c.tournament_id == bindparam("the_tournament")
)

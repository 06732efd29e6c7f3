"""What the schedule and the placements of a tournament show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from markupsafe import Markup
from sqlalchemy import Connection

from clutch.engine import ParticipantId
from clutch.kernel.points import point
from clutch.tournaments.bracket import Bracket, Placed, get_part
from clutch.tournaments.matches import MatchRow, next_matches
from clutch.tournaments.models import Participant, Status
from clutch.tournaments.stages import read_stage
from clutch.web.views.bracket import BracketView, Round
from clutch.web.views.tournament_bracket import drawn_match
from clutch.web.views.tournaments import TournamentFrame
from clutch.web.visit import Visit

_ORDER = {"upper": 0, "lower": 1, "third_place": 2, "final": 3}
MOST_UPCOMING = 5


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody's matches: how many were won and lost."""

    participant: Participant
    won: int
    lost: int


@dataclass(frozen=True, slots=True)
class Places:
    """The ranks from `rank` to `to`, and who has them; nobody yet where they are open.

    `is_vacant`: nobody will have them, as where a final has no winner.
    """

    rank: int
    to: int
    standings: tuple[Standing, ...]
    is_vacant: bool = False


def rounds_in_order(bracket: BracketView) -> list[Round]:
    """The rounds in the order of play; those in which nothing is ever played are left out."""
    ordered = sorted(bracket.rounds, key=lambda one: (one.column, _ORDER[one.part], one.number))
    return [one for one in ordered if any(cell.match.status != "bye" for cell in one.cells)]


def upcoming_matches(conn: Connection, visit: Visit, frame: TournamentFrame) -> Markup | None:
    """The matches that can be played now, drawn once for everybody; nothing unless it runs."""
    tournament = frame.tournament
    if tournament.status is not Status.RUNNING:
        return None

    def draw() -> dict[str, Any]:
        stage = read_stage(conn, visit.site.writer.kept, tournament.id)
        wanted = next_matches(conn, tournament.id, MOST_UPCOMING)
        part = get_part(conn, stage, tournament, wanted)
        drawn = {match.id: drawn_match(part, match) for match in part.matches}
        return {"matches": [drawn[match_id] for match_id in wanted], "base": frame.path}

    at = tournament.stream, point(conn, tournament.stream)
    return visit.piece("upcoming", at, "play/upcoming.html", draw)


def places_of(bracket: Bracket) -> list[Places]:
    """Everybody's place, best first; ranks that are still open stand between those that are not."""
    records = _records(bracket.matches)
    is_over = bracket.is_complete
    found: list[Places] = []
    upcoming = 1
    for rank, to, members in _groups(bracket.placements):
        if rank > upcoming:
            found.append(Places(upcoming, rank - 1, (), is_vacant=is_over))
        standings = tuple(_standing(bracket, each, records) for each in members)
        found.append(Places(rank, to, standings))
        upcoming = max(upcoming, to + 1)
    if upcoming <= len(bracket.participants):
        found.append(Places(upcoming, len(bracket.participants), (), is_vacant=is_over))
    return found


def still_playing(bracket: Bracket) -> list[Standing]:
    """Those whose place is open, those with fewer defeats first."""
    placed = {each.participant for each in bracket.placements}
    records = _records(bracket.matches)
    open_ones = [
        _standing(bracket, each, records) for each in bracket.participants if each not in placed
    ]
    return sorted(open_ones, key=lambda one: (one.lost, -one.won, one.participant.seed or 0))


def _groups(
    placements: Sequence[Placed],
) -> Iterator[tuple[int, int, list[ParticipantId]]]:
    for (rank, to), group in groupby(placements, key=lambda one: (one.rank, one.to)):
        yield rank, to, [one.participant for one in group]


def _standing(
    bracket: Bracket, participant: ParticipantId, records: dict[ParticipantId, list[int]]
) -> Standing:
    won, lost = records.get(participant, [0, 0])
    return Standing(bracket.participants[participant], won, lost)


def _records(matches: Iterable[MatchRow]) -> dict[ParticipantId, list[int]]:
    """Won and lost by participant; matches with one participant count for nothing."""
    records: dict[ParticipantId, list[int]] = {}
    for match in matches:
        if match.is_decided and len(match.participants) == 2:
            for each in match.participants:
                records.setdefault(each, [0, 0])[each != match.winner_id] += 1
    return records

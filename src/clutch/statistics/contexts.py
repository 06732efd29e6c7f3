"""What the log does not say of a tournament: its game, its format and who stands for whom.

All of it is fixed by the draw, but for the game and the visibility; an edit of these is an event.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Connection, bindparam, select

from clutch.kernel.parts import in_parts
from clutch.statistics.models import Side
from clutch.tournaments.models import TournamentId, Visibility
from clutch.tournaments.tables import match, participant, participant_player, tournament

KEPT = 1_000
_AT_ONCE = 400


class Context(NamedTuple):
    """A tournament as its results are counted. `counts`: it is public."""

    game: str
    format: str
    by_teams: bool
    counts: bool
    sides: Mapping[int, Side]
    best_of: Mapping[str, int | None]


class Contexts:
    """Contexts of tournaments, read when they are first needed."""

    def __init__(self) -> None:
        self._kept: dict[TournamentId, Context] = {}

    def forget(self, tournament_id: TournamentId) -> None:
        """The tournament was edited."""
        self._kept.pop(tournament_id, None)

    def load(self, conn: Connection, wanted: Iterable[TournamentId]) -> None:
        """Read those that are not kept yet."""
        if len(self._kept) > KEPT:
            self._kept.clear()
        missing = sorted(set(wanted) - self._kept.keys())
        for some in in_parts(missing, _AT_ONCE):
            self._kept |= read_contexts(conn, some)

    def __getitem__(self, tournament_id: TournamentId) -> Context:
        return self._kept[tournament_id]


def read_contexts(
    conn: Connection, tournaments: Iterable[TournamentId]
) -> dict[TournamentId, Context]:
    """The contexts of these tournaments, as the snapshot has them."""
    asked = {"wanted": list(tournaments)}
    rosters: dict[int, list[int]] = {}
    for roster in conn.execute(_ROSTERS, asked):
        rosters.setdefault(roster.participant_id, []).append(roster.account_id)
    sides: dict[str, dict[int, Side]] = {}
    for one in conn.execute(_PARTICIPANTS, asked):
        unit = one.account_id if one.team_id is None else one.team_id
        players = () if one.team_id is None else tuple(rosters.get(one.id, ()))
        sides.setdefault(one.tournament_id, {})[one.id] = Side(unit, players)
    best_of: dict[str, dict[str, int | None]] = {}
    for match_row in conn.execute(_MATCHES, asked):
        best_of.setdefault(match_row.tournament_id, {})[match_row.id] = match_row.best_of
    return {
        TournamentId(row.id): Context(
            game=row.game,
            format=row.format,
            by_teams=row.played_by == "team",
            counts=row.visibility == Visibility.PUBLIC.value,
            sides=sides.get(row.id, {}),
            best_of=best_of.get(row.id, {}),
        )
        for row in conn.execute(_TOURNAMENTS, asked)
    }


_WANTED: BindParameter[Any] = bindparam("wanted", expanding=True)
_TOURNAMENTS = select(
    tournament.c.id,
    tournament.c.game,
    tournament.c.format,
    tournament.c.played_by,
    tournament.c.visibility,
).where(tournament.c.id.in_(_WANTED))
_PARTICIPANTS = select(
    participant.c.tournament_id,
    participant.c.id,
    participant.c.account_id,
    participant.c.team_id,
).where(participant.c.tournament_id.in_(_WANTED))
_ROSTERS = (
    select(participant_player.c.participant_id, participant_player.c.account_id)
    .join(participant, participant.c.id == participant_player.c.participant_id)
    .where(participant.c.tournament_id.in_(_WANTED))
    .order_by(participant_player.c.participant_id, participant_player.c.account_id)
)
_MATCHES = select(match.c.tournament_id, match.c.id, match.c.best_of).where(
    match.c.tournament_id.in_(_WANTED)
)

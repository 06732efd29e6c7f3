"""Basic numbers: sums over a record, from the tournaments' own tables. No follower, always there.

Public tournaments alone are counted, whoever asks: the numbers of a page are everybody's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
from sqlalchemy import Connection

from clutch.statistics.models import PODIUM
from clutch.tournaments.models import Status, TournamentId
from clutch.tournaments.records import Played, Whose, games_of, tournaments_of


class Basic(msgspec.Struct, frozen=True):
    """Sums over some tournaments. `best` is the best final placement with the size of its field."""

    tournaments: int
    completed: int
    titles: int
    podiums: int
    won: int
    lost: int
    games_won: int
    games_lost: int
    best: tuple[int, int] | None

    @property
    def matches(self) -> int:
        return self.won + self.lost


class Basics(msgspec.Struct, frozen=True):
    """Basic numbers of a player or team: alone and in teams apart, and by game."""

    solo: Basic
    team: Basic
    games: tuple[tuple[str, Basic], ...]

    @property
    def is_empty(self) -> bool:
        return not (self.solo.tournaments or self.team.tournaments)


def basics_of(conn: Connection, whose: Whose) -> Basics:
    """The basic numbers of a player or a team."""
    played = [one for one in tournaments_of(conn, whose) if not one.waiting]
    return add_up(played, games_of(conn, whose))


def add_up(played: Iterable[Played], games: Mapping[TournamentId, tuple[int, int]]) -> Basics:
    """Sums over the tournaments of a record; `games` are won and lost ones by tournament."""
    every = list(played)
    names = sorted({one.game for one in every}, key=str.casefold)
    return Basics(
        solo=_sum([one for one in every if not one.by_teams], games),
        team=_sum([one for one in every if one.by_teams], games),
        games=tuple(
            (name, _sum([one for one in every if one.game == name], games)) for name in names
        ),
    )


def _sum(played: list[Played], games: Mapping[TournamentId, tuple[int, int]]) -> Basic:
    final = [
        (one.rank, one.participants)
        for one in played
        if one.status is Status.COMPLETED and one.rank is not None
    ]
    own = [games.get(one.tournament_id, (0, 0)) for one in played]
    return Basic(
        tournaments=len(played),
        completed=len(final),
        titles=sum(rank == 1 for rank, _ in final),
        podiums=sum(rank <= PODIUM for rank, _ in final),
        won=sum(one.won for one in played),
        lost=sum(one.lost for one in played),
        games_won=sum(won for won, _ in own),
        games_lost=sum(lost for _, lost in own),
        best=min(final, key=lambda one: (one[0], -one[1]), default=None),
    )

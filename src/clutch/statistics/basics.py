"""Basic numbers: sums over a record, from the tournaments' own tables. No follower, always there.

Public tournaments alone are counted, whoever asks: the numbers of a page are everybody's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
from sqlalchemy import Connection

from clutch.statistics.models import BestPlace, is_podium
from clutch.statistics.tallies import goodness
from clutch.tournaments.models import Status, TournamentId
from clutch.tournaments.records import Games, Played, Whose, games_of, tournaments_of


class Basic(msgspec.Struct, frozen=True):
    """Sums over some tournaments.

    Games are those of the `games_from` matches in which they are known, None where there are none.
    """

    tournaments: int
    completed: int
    titles: int
    podiums: int
    won: int
    lost: int
    games_won: int | None
    games_lost: int | None
    games_from: int
    best: BestPlace | None

    @property
    def matches(self) -> int:
        return self.won + self.lost


class Basics(msgspec.Struct, frozen=True):
    """Basic numbers of a player or team: alone and in teams apart, each also by game."""

    solo: Basic
    team: Basic
    solo_games: Mapping[str, Basic]
    team_games: Mapping[str, Basic]

    @property
    def has_several_games(self) -> bool:
        return len(self.solo_games.keys() | self.team_games.keys()) > 1

    @property
    def is_empty(self) -> bool:
        return not (self.solo.tournaments or self.team.tournaments)


def basics_of(conn: Connection, whose: Whose) -> Basics:
    """The basic numbers of a player or a team. Who only signed up has played nothing yet."""
    played = [one for one in tournaments_of(conn, whose) if one.began and not one.waiting]
    return add_up(played, games_of(conn, whose))


def add_up(played: Iterable[Played], games: Mapping[TournamentId, Games]) -> Basics:
    """Sums over the tournaments of a record; `games` are those known of a tournament."""
    every = list(played)
    solo = [one for one in every if not one.by_teams]
    team = [one for one in every if one.by_teams]
    return Basics(
        solo=_sum(solo, games),
        team=_sum(team, games),
        solo_games=_by_game(solo, games),
        team_games=_by_game(team, games),
    )


def _by_game(played: list[Played], games: Mapping[TournamentId, Games]) -> dict[str, Basic]:
    names = sorted({one.game for one in played}, key=str.casefold)
    return {name: _sum([one for one in played if one.game == name], games) for name in names}


def _sum(played: list[Played], games: Mapping[TournamentId, Games]) -> Basic:
    final = [
        BestPlace(one.rank, one.to, one.participants)
        for one in played
        if one.status is Status.COMPLETED and one.rank is not None and one.to is not None
    ]
    known = [games[one.tournament_id] for one in played if one.tournament_id in games]
    return Basic(
        tournaments=len(played),
        completed=len(final),
        titles=sum(one.rank == 1 for one in final),
        podiums=sum(is_podium(one.rank, one.participants) for one in final),
        won=sum(one.won for one in played),
        lost=sum(one.lost for one in played),
        games_won=sum(one.won for one in known) if known else None,
        games_lost=sum(one.lost for one in known) if known else None,
        games_from=sum(one.matches for one in known),
        best=min(final, key=goodness, default=None),
    )

"""Deeds: what single matches and tournaments are looked at for, and those that need several."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

from clutch.achievements.record import Match, Record, Tournament

UPSET_BY = 4
# A title or a podium among fewer says little.
FEW, SOME = 4, 8


def won(match: Match) -> bool:
    return match.won


def is_sweep(match: Match) -> bool:
    return match.is_sweep


def is_clutch(match: Match) -> bool:
    """Won in the last possible game."""
    return match.won and match.went_the_distance


def is_comeback(match: Match) -> bool:
    """Won after the first game was lost."""
    return match.won and match.is_finished and match.counts_games and _lost_first(match, 1)


def is_reverse_sweep(match: Match) -> bool:
    """Won a best of five or longer after the first two games were lost."""
    long = match.best_of is not None and match.best_of >= 5
    return match.won and match.is_finished and long and _lost_first(match, 2)


def is_upset(match: Match) -> bool:
    """Won against somebody seeded well above."""
    if match.seed is None or match.rival_seed is None:
        return False
    return match.won and match.seed - match.rival_seed >= UPSET_BY


def beats_higher_seed(match: Match) -> bool:
    if match.seed is None or match.rival_seed is None:
        return False
    return match.won and match.rival_seed < match.seed


def beats_first_seed(match: Match) -> bool:
    return match.won and match.rival_seed == 1 and match.size >= SOME


def games_won(match: Match) -> int:
    """Games of this match that the holder won; 0 where scores count something else."""
    if match.best_of == 1:
        return int(match.won and match.is_finished)
    return 0 if match.best_of is None or match.own is None else match.own


def wins_at_night(match: Match) -> bool:
    """Won from midnight to before five in the morning, by the tournament's clock."""
    return match.won and match.there.hour < 5


def wins_on_friday_13th(match: Match) -> bool:
    return match.won and match.day.day == 13 and match.day.weekday() == 4


def is_on_new_year(match: Match) -> bool:
    return (match.day.month, match.day.day) == (1, 1)


def is_on_leap_day(match: Match) -> bool:
    return (match.day.month, match.day.day) == (2, 29)


def game_of(match: Match) -> str:
    return match.game


def rival_of(match: Match) -> str:
    return match.rival


def team_of(match: Match) -> int | None:
    return match.team_id


def large_enough(record: Record) -> tuple[Tournament, ...]:
    """Tournaments of at least four; a smaller one neither goes on with a run nor breaks it."""
    return tuple(one for one in record.tournaments if one.size >= FEW)


def is_final(one: Tournament) -> bool:
    return one.rank is not None and one.rank <= 2 and one.size >= FEW


def is_second(one: Tournament) -> bool:
    return one.rank == 2 and one.size >= FEW


def is_podium(one: Tournament) -> bool:
    """Among the first three of at least eight."""
    return one.rank is not None and one.rank <= 3 and one.size >= SOME


def is_title(one: Tournament) -> bool:
    return one.is_title


def is_team_title(one: Tournament) -> bool:
    return one.is_title and one.team_id is not None


def is_dark_horse(one: Tournament) -> bool:
    """Won at least eight from the lower half of the seeds."""
    return one.is_title and one.size >= SOME and one.seed is not None and one.seed * 2 > one.size


def won_size(one: Tournament) -> int:
    return one.size if one.rank == 1 else 0


def without_losing_a_game(record: Record) -> Iterator[Tournament]:
    """Titles in which no match and no game was lost, as far as every score is known."""
    played, ways = _by_tournament(record.matches), _ways(record)
    for title in record.tournaments:
        matches, won_all = played[title.id], all(one.won for one in ways[title.id])
        flawless = won_all and all(_lost_no_game(one) for one in matches)
        if title.is_title and matches and flawless:
            yield title


def through_the_lower_bracket(record: Record) -> Iterator[Tournament]:
    """Titles of a double elimination after a loss in the upper bracket."""
    for title, matches in _double_titles(record):
        if any(not one.won and one.bracket == "upper" for one in matches):
            yield title


def after_losing_the_first(record: Record) -> Iterator[Tournament]:
    """Titles of a double elimination that began with a loss, whoever was there for it."""
    for title, matches in _double_titles(record):
        if matches and not matches[0].won:
            yield title


def deciding_finals(record: Record) -> Iterator[Match]:
    """The last match of a title, where it was won in the last possible game."""
    ways = _ways(record)
    for title in record.tournaments:
        matches = ways[title.id]
        if title.is_title and matches and is_clutch(matches[-1]):
            yield matches[-1]


def revenges(record: Record) -> Iterator[Match]:
    """Wins over somebody who had beaten the holder in the same tournament."""
    lost: set[tuple[str, str]] = set()
    for one in record.matches:
        met = one.tournament_id, one.rival
        if one.won and met in lost:
            yield one
        if not one.won:
            lost.add(met)


def spells_broken(record: Record) -> Iterator[Match]:
    """Wins over somebody after three losses in a row against them."""
    lost: defaultdict[str, int] = defaultdict(int)
    for one in record.matches:
        if one.won and lost[one.rival] >= 3:
            yield one
        lost[one.rival] = 0 if one.won else lost[one.rival] + 1


def deciding_games(record: Record) -> tuple[Match, ...]:
    """Matches that came down to the last possible game, won or lost."""
    return tuple(one for one in record.matches if one.went_the_distance)


def wins(record: Record) -> tuple[Match, ...]:
    return tuple(one for one in record.matches if one.won)


def day_of(match: Match) -> date:
    """The day in UTC: matches of one day may belong to tournaments of several zones."""
    return match.at.date()


def _by_tournament(matches: Iterable[Match]) -> defaultdict[str, list[Match]]:
    found: defaultdict[str, list[Match]] = defaultdict(list)
    for one in matches:
        found[one.tournament_id].append(one)
    return found


def _ways(record: Record) -> defaultdict[str, list[Match]]:
    """The way through each bracket: what was played, and what was decided without."""
    every = (*record.matches, *record.unplayed)
    return _by_tournament(sorted(every, key=lambda one: (one.at, one.number)))


def _double_titles(record: Record) -> Iterator[tuple[Tournament, list[Match]]]:
    ways = _ways(record)
    for title in record.tournaments:
        if title.is_title and title.format == "double_elimination":
            yield title, ways[title.id]


def _lost_first(match: Match, games: int) -> bool:
    first = match.games[:games]
    return len(first) == games and not any(game.won for game in first)


def _lost_no_game(match: Match) -> bool:
    if match.best_of == 1:
        return match.won
    return match.best_of is not None and match.other == 0

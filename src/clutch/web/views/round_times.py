"""The rounds of a bracket with the times at which they begin."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from clutch.tournaments.bracket import Bracket
from clutch.tournaments.matches import MatchRow
from clutch.tournaments.refusals_play import RoundMissing
from clutch.tournaments.scheduling import OPEN
from clutch.web.views.bracket import LETTERS, Round
from clutch.web.views.play_lists import rounds_in_order
from clutch.web.views.tournament_bracket import bracket_view

_KEY = re.compile(r"([ULFT])([1-9]\d?)")
_PARTS = {letter: part for part, letter in LETTERS.items()}


@dataclass(frozen=True, slots=True)
class RoundToPlay:
    """A round in which something is still to be played: how many matches, and when they begin.

    `starts` has the times of those that have one, earliest first. `every_minutes` is what lies
    between one and the next where that is the same everywhere, else None.
    """

    round: Round
    single: bool
    open_count: int
    starts: tuple[datetime, ...]
    every_minutes: int | None

    @property
    def key(self) -> str:
        return self.round.key


def rounds_to_play(found: Bracket) -> list[RoundToPlay]:
    """The rounds that can get a time, in the order of play."""
    view = bracket_view(found)
    listed = (_round(found, one, single=view.single) for one in rounds_in_order(view))
    return [one for one in listed if one.open_count]


def round_starts(matches: Iterable[MatchRow], bracket: str, number: int) -> list[datetime | None]:
    """When the open matches of a round begin, from above; None where no time is set."""
    return [
        match.starts_at
        for match in matches
        if (match.bracket, match.round) == (bracket, number) and match.status in OPEN
    ]


def part_of_round(key: str) -> tuple[str, int]:
    """The bracket and the number that a round's key, such as `U2`, names.

    Raises:
        RoundMissing: it names none.
    """
    found = _KEY.fullmatch(key)
    if found is None:
        raise RoundMissing
    return _PARTS[found[1]], int(found[2])


def _round(found: Bracket, one: Round, *, single: bool) -> RoundToPlay:
    starts = round_starts(found.matches, one.part, one.number)
    known = tuple(sorted(each for each in starts if each is not None))
    return RoundToPlay(one, single, len(starts), known, _interval(starts))


def _interval(starts: list[datetime | None]) -> int | None:
    known = [each for each in starts if each is not None]
    if len(known) != len(starts) or not known:
        return None
    gaps = {later - earlier for earlier, later in pairwise(known)} or {timedelta()}
    gap = gaps.pop()
    is_even = not gaps and gap >= timedelta() and not gap % timedelta(minutes=1)
    return gap // timedelta(minutes=1) if is_even else None

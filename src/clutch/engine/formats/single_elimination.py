"""Single elimination: who loses is out; a third-place match on request."""

from __future__ import annotations

from collections.abc import Iterator

from clutch.engine.formats.blueprint import MatchDrawing, rounds_for, upper_id, upper_sources
from clutch.engine.settings import Bracket, Settings
from clutch.engine.stage import Levels, LoserOf, MatchId

CHAMPION, RUNNER_UP, THIRD, FOURTH = range(4)


class SingleElimination:
    """The plain knock-out. `Settings.grand_final` says nothing here."""

    def check(self, settings: Settings) -> None:
        """Every setting makes sense."""

    def blueprint(self, count: int, settings: Settings) -> tuple[MatchDrawing, ...]:
        """Round by round to the final, then the third-place match if there are semi-finals."""
        rounds = rounds_for(count)
        third_place = settings.third_place and rounds > 1
        drawings = list(_upper(rounds, third_place=third_place))
        if third_place:
            drawings.append(_third_place(rounds))
        return tuple(drawings)


def _upper(rounds: int, *, third_place: bool) -> Iterator[MatchDrawing]:
    for number in range(1, rounds + 1):
        levels = _levels(rounds - number, third_place=third_place)
        for place in range(1, 2 ** (rounds - number) + 1):
            yield MatchDrawing(
                upper_id(number, place),
                Bracket.UPPER,
                number,
                place,
                upper_sources(rounds, number, place),
                levels,
                is_final=number == rounds,
            )


def _levels(rounds_left: int, *, third_place: bool) -> Levels:
    """Where those stand who leave with so many rounds still to come."""
    if rounds_left == 0:
        return Levels(CHAMPION, RUNNER_UP, RUNNER_UP)
    if not third_place:
        return Levels(None, rounds_left + 1, rounds_left + 1)
    if rounds_left == 1:
        return Levels(None, None, FOURTH)
    return Levels(None, rounds_left + 2, rounds_left + 2)


def _third_place(rounds: int) -> MatchDrawing:
    semi_finals = (upper_id(rounds - 1, 1), upper_id(rounds - 1, 2))
    return MatchDrawing(
        MatchId("T1"),
        Bracket.THIRD_PLACE,
        1,
        1,
        (LoserOf(semi_finals[0]), LoserOf(semi_finals[1])),
        Levels(THIRD, FOURTH, FOURTH),
    )

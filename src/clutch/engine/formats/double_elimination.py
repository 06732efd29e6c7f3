"""Double elimination: who loses once goes on in the lower bracket, who loses twice is out."""

from __future__ import annotations

from collections.abc import Iterator

from clutch.engine.formats.blueprint import MatchDrawing, rounds_for, upper_id, upper_sources
from clutch.engine.refusals import ThirdPlaceNotPlayed
from clutch.engine.settings import Bracket, GrandFinal, Settings
from clutch.engine.stage import Feed, Levels, LoserOf, MatchId, Source, WinnerOf

CHAMPION, RUNNER_UP = 0, 1

# How losers drop: the loser of match i (from 0) of upper round r meets the survivor of lower match
# `i XOR mask`; a row has the masks of upper rounds 2 to k. Rows 8 to 128 are those that start.gg
# plays by. The later ones put the first lower round in which a rematch is possible as late as any
# masks can: tests/engine/test_drop_masks.py proves it.
DROP_MASKS: dict[int, tuple[int, ...]] = {
    4: (0,),
    8: (1, 0),
    16: (3, 0, 0),
    32: (7, 1, 1, 0),
    64: (15, 3, 2, 0, 0),
    128: (31, 7, 4, 0, 1, 0),
    256: (63, 4, 4, 4, 3, 0, 0),
    512: (127, 8, 8, 11, 4, 1, 1, 0),
    1024: (255, 16, 40, 16, 4, 3, 3, 1, 0),
}

FINAL_1, FINAL_2 = MatchId("F1"), MatchId("F2")


class DoubleElimination:
    """Upper bracket, lower bracket, grand final: see `GrandFinal` for how that one is played."""

    def check(self, settings: Settings) -> None:
        """Refuse a third-place match.

        Raises:
            ThirdPlaceNotPlayed: the lower bracket's last loser is third.
        """
        if settings.third_place:
            raise ThirdPlaceNotPlayed

    def blueprint(self, count: int, settings: Settings) -> tuple[MatchDrawing, ...]:
        """Upper rounds 1 to k, lower rounds 1 to 2k-2, then the finals."""
        rounds = rounds_for(count)
        grand_final = settings.grand_final
        upper = _upper(rounds, plays_on=grand_final is not GrandFinal.NONE)
        return (*upper, *_lower(rounds, grand_final), *_finals(rounds, grand_final))


def lower_id(round_number: int, place: int) -> MatchId:
    """The id of a match of the lower bracket."""
    return MatchId(f"L{round_number}.{place}")


def lower_round_into(upper_round: int) -> int:
    """The lower round in which the losers of this upper round appear."""
    return max(1, 2 * upper_round - 2)


def _lower_level(rounds: int, lower_round: int) -> int:
    """Who loses in the last lower round (2k-2) is third, and so on down."""
    return RUNNER_UP + 2 * rounds - 1 - lower_round


def _upper(rounds: int, *, plays_on: bool) -> Iterator[MatchDrawing]:
    for number in range(1, rounds + 1):
        is_last = number == rounds and not plays_on
        for place in range(1, 2 ** (rounds - number) + 1):
            yield MatchDrawing(
                upper_id(number, place),
                Bracket.UPPER,
                number,
                place,
                upper_sources(rounds, number, place),
                _upper_levels(rounds, number, is_last=is_last),
                is_final=is_last,
            )


def _upper_levels(rounds: int, number: int, *, is_last: bool) -> Levels:
    """Losers drop and winners go on; without a grand final the last match ends the bracket."""
    out = RUNNER_UP if rounds == 1 else _lower_level(rounds, lower_round_into(number))
    loser = RUNNER_UP if is_last and rounds == 1 else None
    return Levels(CHAMPION if is_last else None, loser, out)


def _lower(rounds: int, grand_final: GrandFinal) -> Iterator[MatchDrawing]:
    last = 2 * rounds - 2
    for number in range(1, last + 1):
        level = _lower_level(rounds, number)
        stays = number == last and grand_final is GrandFinal.NONE
        for place in range(1, 2 ** (rounds - 1 - (number + 1) // 2) + 1):
            yield MatchDrawing(
                lower_id(number, place),
                Bracket.LOWER,
                number,
                place,
                _lower_sources(rounds, number, place),
                Levels(RUNNER_UP if stays else None, level, level),
            )


def _lower_sources(rounds: int, number: int, place: int) -> tuple[Source, Source]:
    """In even rounds a loser drops in on each survivor; in odd ones neighbours meet."""
    if number == 1:
        return LoserOf(upper_id(1, 2 * place - 1)), LoserOf(upper_id(1, 2 * place))
    if number % 2:
        return WinnerOf(lower_id(number - 1, 2 * place - 1)), WinnerOf(
            lower_id(number - 1, 2 * place)
        )
    upper_round = number // 2 + 1
    mask = DROP_MASKS[2**rounds][upper_round - 2]
    dropped = ((place - 1) ^ mask) + 1
    return LoserOf(upper_id(upper_round, dropped)), WinnerOf(lower_id(number - 1, place))


def _finals(rounds: int, grand_final: GrandFinal) -> Iterator[MatchDrawing]:
    if grand_final is GrandFinal.NONE:
        return
    last_upper = upper_id(rounds, 1)
    from_lower: Source = (
        LoserOf(last_upper) if rounds == 1 else WinnerOf(lower_id(2 * rounds - 2, 1))
    )
    levels = Levels(CHAMPION, RUNNER_UP, RUNNER_UP)
    yield MatchDrawing(
        FINAL_1, Bracket.FINAL, 1, 1, (WinnerOf(last_upper), from_lower), levels, is_final=True
    )
    if grand_final is GrandFinal.DOUBLE:
        yield MatchDrawing(
            FINAL_2,
            Bracket.FINAL,
            2,
            1,
            # Played only when the lower side won: so both stand on their side of the first final.
            (LoserOf(FINAL_1), WinnerOf(FINAL_1)),
            levels,
            is_final=True,
            needed_if=Feed(FINAL_1, 1),
        )

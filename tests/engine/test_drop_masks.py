"""Losers drop so that a rematch comes as late as any XOR masks can make it.

Somebody who loses match `m` (from 0) of upper round r drops to lower place `m XOR mask[r]`. From
there halving leads on: at the drop of upper round s > r the loser stands at
`(m XOR mask[r]) >> (s-r)`. Who won that match and loses in round s drops to
`(m >> (s-r)) XOR mask[s]`. Their places differ by `d = mask[s] XOR (mask[r] >> (s-r))`, whatever m
is. With d = 0 they meet in that very drop round, 2s-2; else their paths join after as many further
halvings as d has bits, in lower round `2(s+bits)-3`. So the first rematch is the least of these
over all r < s. (The losers of round 1 stand as if their mask were 0.)

How late can that be? For no rematch before round 2h-3, any two rounds r < s < h must differ by at
least h-s bits at round s. Cut the low h-1-s bits off mask[s] and, so that both are seen at the same
height, h-1-r off mask[r]: what is left must differ for all of the rounds 1 to h-1, and has k-h+1
bits. So h-1 <= 2^(k-h+1), for then and only then there are enough different values; and where there
are, they make such masks. In the same way no rematch before 2h-2 needs one more bit cut off:
h-1 <= 2^(k-h).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

import pytest

from clutch.engine import Bracket, Feed, Match, Stage
from clutch.engine.formats.double_elimination import DROP_MASKS
from tests.engine.playing import double

START_GG = {
    8: (1, 0),
    16: (3, 0, 0),
    32: (7, 1, 1, 0),
    64: (15, 3, 2, 0, 0),
    128: (31, 7, 4, 0, 1, 0),
}


def first_rematch(masks: Sequence[int]) -> int:
    """The first lower round with a possible rematch, worked out from the masks alone."""
    mask = {1: 0} | dict(enumerate(masks, start=2))
    return min(
        _meeting_round(later, (mask[later] ^ (mask[earlier] >> (later - earlier))).bit_length())
        for later in mask
        for earlier in range(1, later)
    )


def _meeting_round(later: int, bits: int) -> int:
    return 2 * (later + bits) - 3 if bits else 2 * later - 2


def latest_first_rematch(rounds: int) -> int:
    """The latest that any masks can make it, by the argument above."""
    odd = [2 * h - 3 for h in range(2, rounds + 1) if h - 1 <= 2 ** (rounds - h + 1)]
    even = [2 * h - 2 for h in range(2, rounds + 1) if h - 1 <= 2 ** (rounds - h)]
    return max(odd + even)


def first_rematch_seen(stage: Stage) -> int:
    """The same, found by walking the drawn matches."""
    upper = [each for each in stage.matches.values() if each.bracket is Bracket.UPPER]
    return min(
        _first_meeting(stage, lost.loser_to, lost_later.loser_to)
        for lost in upper
        for lost_later in list(_path(stage, lost.winner_to))
        if lost_later.bracket is Bracket.UPPER
    )


def _first_meeting(stage: Stage, earlier: Feed | None, later: Feed | None) -> int:
    on_the_way = {each.id for each in _path(stage, earlier)}
    return next(each.round for each in _path(stage, later) if each.id in on_the_way)


def _path(stage: Stage, feed: Feed | None) -> Iterator[Match]:
    while feed is not None:
        match = stage.matches[feed.match]
        yield match
        feed = match.winner_to


def test_up_to_128_places_losers_drop_as_on_start_gg() -> None:
    assert {size: DROP_MASKS[size] for size in START_GG} == START_GG
    assert DROP_MASKS[4] == (0,)


@pytest.mark.parametrize("rounds", range(3, 8))
def test_the_bound_is_what_trying_all_masks_gives(rounds: int) -> None:
    every = product(*(range(2 ** (rounds - upper)) for upper in range(2, rounds + 1)))
    assert max(map(first_rematch, every)) == latest_first_rematch(rounds)


@pytest.mark.parametrize("rounds", range(3, 11))
def test_the_masks_reach_the_bound_and_the_draw_follows_them(rounds: int) -> None:
    size = 2**rounds
    expected = latest_first_rematch(rounds)
    assert first_rematch(DROP_MASKS[size]) == expected
    assert first_rematch_seen(double(size)) == expected


def test_in_256_the_first_possible_rematch_is_in_lower_round_9() -> None:
    assert [latest_first_rematch(rounds) for rounds in (8, 9, 10)] == [9, 11, 13]


def test_masks_that_do_nothing_are_seen_to_be_worse() -> None:
    assert first_rematch((0,) * 7) == 2

"""The bracket as it is drawn: parts, rounds in columns, matches in cells, lines between them.

Whoever knows the matches makes `DrawnMatch`es and calls `arrange`; the template
`bracket/bracket.html` draws what comes out, `bracket/match.html` draws one match alone (for live
updates: its element id is `match-<id>`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal

import msgspec

Part = Literal["upper", "lower", "final", "third_place"]
SideState = Literal["won", "lost", "open", "unknown", "bye", "vacant"]
Status = Literal["waiting", "ready", "live", "reported", "disputed", "decided", "bye", "not_needed"]
# How a line goes on: two meet in one, one goes straight, up from the lower bracket, or it ends.
Line = Literal["", "pair", "straight", "rise"]

LETTERS: dict[str, str] = {"upper": "U", "lower": "L", "final": "F", "third_place": "T"}
# From here on the reader gets tools to find their way.
LARGE = 17


class Source(msgspec.Struct, frozen=True):
    """Where an opponent comes from: a match's winner or loser; a seed (`match` is its number)."""

    kind: Literal["seed", "winner", "loser"]
    match: str


class Side(msgspec.Struct, frozen=True):
    """One opponent as it stands in the bracket.

    `name` None with a `participant`: a deleted player. `score` is the match's, `game` that of the
    game being played. `mark` stands instead of a score where none was played: walkover, forfeit,
    disqualification.
    """

    state: SideState
    source: Source
    participant: int | None = None
    name: str | None = None
    url: str = ""
    seed: int | None = None
    colour: str | None = None
    score: int | None = None
    game: int | None = None
    mark: str = ""


class DrawnMatch(msgspec.Struct, frozen=True):
    """One match. `id` is unique in the tournament (`U2.1`); `url` leads to its page.

    `winner_to` and `loser_to` are the ids of the matches they go to.
    """

    id: str
    part: Part
    round: int
    place: int
    sides: tuple[Side, Side]
    status: Status
    url: str
    winner_to: str | None = None
    loser_to: str | None = None
    best_of: int | None = None
    starts_at: datetime | None = None
    corrected: bool = False

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing to show: nobody was ever due on either side."""
        return all(side.state == "bye" for side in self.sides)

    @property
    def winner(self) -> Side | None:
        """The side that goes on: who won, or who had a bye."""
        if self.status == "bye":
            return next((side for side in self.sides if side.participant is not None), None)
        return next((side for side in self.sides if side.state == "won"), None)

    @property
    def loser(self) -> Side | None:
        return next((side for side in self.sides if side.state == "lost"), None)


class RoundHead(msgspec.Struct, frozen=True):
    """What a round's head says besides its name."""

    best_of: int | None = None
    starts_at: datetime | None = None


class Cell(msgspec.Struct, frozen=True):
    """A match in its place. `line` goes out of it; `fed` says whether a line comes in."""

    match: DrawnMatch
    line: Line
    fed: bool


class Round(msgspec.Struct, frozen=True):
    """A column of one part; `gap` empty columns are on its left. `of`: how many rounds it has."""

    key: str
    part: Part
    number: int
    of: int
    column: int
    gap: int
    head: RoundHead
    cells: tuple[Cell, ...]


class DrawnPart(msgspec.Struct, frozen=True):
    """The upper or lower bracket, the final matches, or the one for third place."""

    part: Part
    rounds: tuple[Round, ...]


class BracketView(msgspec.Struct, frozen=True):
    """A whole bracket. `single`: there is one bracket only; its rounds are named from the final."""

    parts: tuple[DrawnPart, ...]
    columns: int
    single: bool
    participants: int

    @property
    def rounds(self) -> list[Round]:
        """All rounds, in the order in which one swipes through them."""
        return [one for part in self.parts for one in part.rounds]

    @property
    def rows(self) -> int:
        """Matches of the fullest round."""
        return max(len(one.cells) for one in self.rounds)

    @property
    def rise(self) -> int | None:
        """The column in which the lower bracket's line goes up to the grand final."""
        finals = [one.column for one in self.rounds if one.key == "F1"]
        lower = any(part.part == "lower" for part in self.parts)
        return finals[0] if finals and lower else None

    @property
    def is_large(self) -> bool:
        """Whether the reader needs help to find a round."""
        return self.participants >= LARGE


def round_key(part: Part, number: int) -> str:
    """A round's short name, `U2`."""
    return f"{LETTERS[part]}{number}"


def arrange(
    matches: Iterable[DrawnMatch],
    heads: Mapping[str, RoundHead] | None = None,
    participants: int = 0,
) -> BracketView:
    """Put the matches of an elimination stage into columns.

    `heads` says, by `round_key`, what the rounds' heads say. The upper and the lower bracket share
    columns: what can be played at the same time stands below each other.
    """
    drawn = {match.id: match for match in matches}
    rounds = _by_round(drawn.values())
    counts = {part: max((n for p, n in rounds if p == part), default=0) for part in LETTERS}
    single = counts["lower"] == 0 and counts["final"] == 0
    layout = _Layout(drawn, counts, single, dict(heads or {}))
    parts = tuple(
        DrawnPart(
            part, tuple(layout.round(part, n, rounds[part, n]) for n in _numbers(rounds, part))
        )
        for part in ("upper", "lower", "final", "third_place")
        if counts[part]
    )
    last = max(one.column for part in parts for one in part.rounds)
    return BracketView(parts, last, single, participants)


def _by_round(matches: Iterable[DrawnMatch]) -> dict[tuple[Part, int], list[DrawnMatch]]:
    rounds: dict[tuple[Part, int], list[DrawnMatch]] = {}
    for match in sorted(matches, key=lambda match: match.place):
        rounds.setdefault((match.part, match.round), []).append(match)
    return rounds


def _numbers(rounds: Mapping[tuple[Part, int], object], part: str) -> list[int]:
    return sorted(number for of_part, number in rounds if of_part == part)


class _Layout:
    """Where rounds stand and how their lines go."""

    def __init__(
        self,
        drawn: Mapping[str, DrawnMatch],
        counts: Mapping[str, int],
        single: bool,
        heads: Mapping[str, RoundHead],
    ) -> None:
        self._drawn = drawn
        self._counts = counts
        self._single = single
        self._heads = heads
        self._fed = {match.winner_to for match in drawn.values() if not _vanishes(match)}
        self._feeders = Counter((match.winner_to, match.part) for match in drawn.values())

    def round(self, part: Part, number: int, matches: list[DrawnMatch]) -> Round:
        key = round_key(part, number)
        column = self.column(part, number)
        return Round(
            key=key,
            part=part,
            number=number,
            of=self._counts[part],
            column=column,
            gap=column - self._column_before(part, number) - 1,
            head=self._heads.get(key, RoundHead()),
            cells=tuple(self._cell(match) for match in matches),
        )

    def column(self, part: str, number: int) -> int:
        """From 1. In double elimination a lower round stands where its matches can be played."""
        upper = self._counts["upper"]
        if part == "third_place":
            return upper
        if part == "upper":
            return number if self._single else max(1, 2 * number - 2)
        if part == "lower":
            return number + 1
        # After both brackets; without a lower one right after the upper.
        return max(upper, self._counts["lower"] + 1) + number

    def _column_before(self, part: Part, number: int) -> int:
        if number > 1:
            return self.column(part, number - 1)
        if part == "final":
            return self.column("upper", self._counts["upper"])
        return self.column(part, number) - 1

    def _cell(self, match: DrawnMatch) -> Cell:
        return Cell(match, self._line(match), match.id in self._fed and match.part != "third_place")

    def _line(self, match: DrawnMatch) -> Line:
        target = self._drawn.get(match.winner_to or "")
        if target is None or _vanishes(match):
            return ""
        if target.part == "final" and match.part == "lower":
            return "rise"
        return "pair" if self._feeders[target.id, match.part] > 1 else "straight"


def _vanishes(match: DrawnMatch) -> bool:
    """Whether the match leaves no line: a bye goes straight to where it goes."""
    return match.status == "bye"

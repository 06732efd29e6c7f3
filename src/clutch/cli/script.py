"""The file that `clutch simulate` and `clutch play` read: a tournament and its results.

Standard library and engine only, so that a checker can run it hundreds of times.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from reprlib import Repr
from typing import Any, NoReturn, TypeVar

from clutch.engine import (
    DOUBLE_ELIMINATION,
    FORMATS,
    LEAST_PARTICIPANTS,
    MOST_PARTICIPANTS,
    BestOf,
    FormatName,
    GrandFinal,
    Outcome,
    ParticipantId,
    Result,
    Scores,
    Settings,
)

Pair = tuple[ParticipantId, ParticipantId]
T = TypeVar("T")
_NAMES = Repr()
_NAMES.maxstring = 80


class ScriptRefused(Exception):
    """The file is not a script: one sentence says where and why."""


@dataclass(frozen=True, slots=True)
class ScriptResult:
    """One result: `index` is its place in the file (from 0), scores follow `opponents`.

    `winner` is None after a double forfeit, and where level scores name nobody.
    """

    index: int
    opponents: Pair
    scores: Scores | None
    winner: ParticipantId | None
    outcome: Outcome

    def for_opponents(self, opponents: tuple[ParticipantId, ...]) -> Result:
        """The result as a match with these opponents, in this order, has it."""
        scores = self.scores
        if scores is not None and opponents != self.opponents:
            scores = (scores[1], scores[0])
        return Result(self.outcome, self.winner, scores)


@dataclass(frozen=True, slots=True)
class Script:
    """A tournament and its results; participant 1 is the best seed, `names` are in seed order."""

    format: FormatName
    settings: Settings
    names: tuple[str, ...]
    results: tuple[ScriptResult, ...]

    @property
    def participants(self) -> tuple[ParticipantId, ...]:
        """Everybody, in seed order."""
        return tuple(ParticipantId(number) for number in range(1, len(self.names) + 1))

    def name(self, participant: ParticipantId | None) -> str | None:
        """The name of a participant; None stays None."""
        return None if participant is None else self.names[participant - 1]


def read_script(raw: bytes) -> Script:
    """Read a script strictly: what is not understood is refused, never skipped.

    Raises:
        ScriptRefused: not JSON, not this shape, or results that contradict themselves.
    """
    script = _object(_json(raw), "the file", {"format", "participants", "results"}, {"settings"})
    format_name = _choice(script["format"], "format", FORMATS, FormatName)
    settings = _settings(script.get("settings", {}))
    if settings.third_place and format_name == DOUBLE_ELIMINATION:
        _refuse("settings.third_place", "double elimination has no third-place match")
    names = _names(script["participants"])
    seeds = {name: ParticipantId(number) for number, name in enumerate(names, start=1)}
    results = tuple(
        _result(each, index, seeds)
        for index, each in enumerate(_list(script["results"], "results"))
    )
    return Script(format_name, settings, names, results)


# --- JSON, strictly ------------------------------------------------------------------------------


def _json(raw: bytes) -> object:
    try:
        text = raw.decode("utf-8-sig")
        found: object = json.loads(
            text, object_pairs_hook=_without_repeats, parse_constant=_no_number
        )
    except UnicodeDecodeError as error:
        _refuse("the file", f"not UTF-8 (byte {error.start})")
    except json.JSONDecodeError as error:
        _refuse("the file", f"not JSON: {error.msg} (line {error.lineno}, column {error.colno})")
    except RecursionError:
        _refuse("the file", "nested too deeply")
    except ValueError:
        # Python refuses whole numbers of thousands of digits.
        _refuse("the file", "a number is too long")
    return found


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        repeated = next(key for key in keys if keys.count(key) > 1)
        _refuse("the file", f"the key {_short(repeated)} stands twice in one object")
    return found


def _no_number(text: str) -> NoReturn:
    _refuse("the file", f"{text} is not a number")


# --- pieces --------------------------------------------------------------------------------------


def _settings(plain: object) -> Settings:
    found = _object(plain, "settings", set(), {"third_place", "grand_final", "best_of"})
    third_place = found.get("third_place", False)
    if not isinstance(third_place, bool):
        _refuse("settings.third_place", "must be true or false")
    grand_final = _choice(
        found.get("grand_final", GrandFinal.DOUBLE),
        "settings.grand_final",
        [each.value for each in GrandFinal],
        GrandFinal,
    )
    return Settings(third_place, grand_final, BestOf(_best_of(found.get("best_of"))))


def _best_of(plain: object) -> int | None:
    if plain is None:
        return None
    if type(plain) is not int or plain < 1 or plain % 2 == 0:
        _refuse("settings.best_of", "must be an odd number or null")
    return plain


def _names(plain: object) -> tuple[str, ...]:
    names = _list(plain, "participants")
    if not LEAST_PARTICIPANTS <= len(names) <= MOST_PARTICIPANTS:
        allowed = f"{LEAST_PARTICIPANTS} to {MOST_PARTICIPANTS}"
        _refuse("participants", f"there must be {allowed} of them, not {len(names)}")
    seen: dict[str, None] = {}
    for index, name in enumerate(names):
        if not isinstance(name, str) or not name:
            _refuse(f"participants[{index}]", "must be a name that is not empty")
        if name in seen:
            _refuse(f"participants[{index}]", f"the name {_short(name)} stands there twice")
        seen[name] = None
    return tuple(seen)


def _result(plain: object, index: int, seeds: Mapping[str, ParticipantId]) -> ScriptResult:
    where = f"results[{index}]"
    found = _object(plain, where, {"opponents"}, {"scores", "winner", "outcome"})
    opponents = _opponents(found["opponents"], f"{where}.opponents", seeds)
    scores = _scores(found.get("scores"), f"{where}.scores")
    winner = _winner(found.get("winner"), f"{where}.winner", seeds, opponents)
    outcome = _choice(
        found.get("outcome", Outcome.PLAYED),
        f"{where}.outcome",
        [each.value for each in Outcome],
        Outcome,
    )
    leader = _leader(opponents, scores)
    _check_outcome(where, outcome, scores, winner, leader)
    if outcome is not Outcome.DOUBLE_FORFEIT and winner is None:
        winner = leader
    return ScriptResult(index, opponents, scores, winner, outcome)


def _opponents(plain: object, where: str, seeds: Mapping[str, ParticipantId]) -> Pair:
    pair = _list(plain, where)
    if len(pair) != 2:
        _refuse(where, f"must name two participants, not {len(pair)}")
    first, second = (_participant(name, where, seeds) for name in pair)
    if first == second:
        _refuse(where, f"{_short(pair[0])} can't play against itself")
    return first, second


def _participant(name: object, where: str, seeds: Mapping[str, ParticipantId]) -> ParticipantId:
    if not isinstance(name, str):
        _refuse(where, "must be a participant's name")
    if name not in seeds:
        _refuse(where, f"{_short(name)} is not among the participants")
    return seeds[name]


def _scores(plain: object, where: str) -> Scores | None:
    if plain is None:
        return None
    scores = _list(plain, where)
    if len(scores) != 2 or any(type(score) is not int or score < 0 for score in scores):
        _refuse(where, "must be two whole numbers from 0 up, or null")
    first, second = scores
    return first, second


def _winner(
    plain: object, where: str, seeds: Mapping[str, ParticipantId], opponents: Pair
) -> ParticipantId | None:
    if plain is None:
        return None
    winner = _participant(plain, where, seeds)
    if winner not in opponents:
        _refuse(where, f"{_short(plain)} is not one of the two opponents")
    return winner


def _leader(opponents: Pair, scores: Scores | None) -> ParticipantId | None:
    if scores is None or scores[0] == scores[1]:
        return None
    return opponents[scores[1] > scores[0]]


def _check_outcome(
    where: str,
    outcome: Outcome,
    scores: Scores | None,
    winner: ParticipantId | None,
    leader: ParticipantId | None,
) -> None:
    """Refuse what contradicts itself; whether the score is possible is the engine's to say."""
    if outcome is Outcome.DOUBLE_FORFEIT and winner is not None:
        _refuse(f"{where}.winner", "nobody wins a double forfeit")
    if outcome is Outcome.WALKOVER and scores is not None:
        _refuse(f"{where}.scores", "a walkover has no scores")
    if outcome is Outcome.PLAYED and winner is not None and leader not in (None, winner):
        _refuse(f"{where}.winner", "the scores say that the other one won")
    scores_must_say = outcome is Outcome.PLAYED and scores is not None
    is_open = winner is None and leader is None and not scores_must_say
    if is_open and outcome is not Outcome.DOUBLE_FORFEIT:
        _refuse(f"{where}.winner", "must name the winner, because no scores do")


def _object(plain: object, where: str, required: set[str], optional: set[str]) -> dict[str, Any]:
    if not isinstance(plain, dict):
        _refuse(where, "must be an object")
    unknown = [key for key in plain if key not in required | optional]
    if unknown:
        _refuse(where, f"the key {_short(unknown[0])} is not known")
    missing = sorted(required - plain.keys())
    if missing:
        _refuse(where, f"the key {_short(missing[0])} is missing")
    return plain


def _list(plain: object, where: str) -> list[Any]:
    if not isinstance(plain, list):
        _refuse(where, "must be a list")
    return plain


def _choice(plain: object, where: str, known: Iterable[str], make: Callable[[str], T]) -> T:
    if not isinstance(plain, str) or plain not in known:
        _refuse(where, f"must be one of: {', '.join(known)}")
    return make(plain)


def _short(name: object) -> str:
    """A name in quotes on one line, its middle left out where it is endless."""
    return _NAMES.repr(name)


def _refuse(where: str, why: str) -> NoReturn:
    raise ScriptRefused(f"{where}: {why}.")

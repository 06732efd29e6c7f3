"""A result as a person types it: how it ended, the score, the games."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from clutch.engine import Outcome, ParticipantId, Result
from clutch.engine.refusals import GameLevel, MatchNotReady, ScoreLevel
from clutch.kernel.refusals import N_, InvalidInput
from clutch.tournaments.matches import Claim, GameRow, MatchRow, result_of
from clutch.tournaments.results import Consent
from clutch.web.forms import Form
from clutch.web.reader import Reader

MAP_LIMIT = 60
LONGEST_SCORE = 12

# How a match can have ended, as one side says it, and as an organizer does.
OWN_ENDINGS = (
    ("played", N_("We played it")),
    ("walkover", N_("They did not come")),
    ("forfeit", N_("We give up")),
)
ENDINGS = (
    ("played", N_("Played; the score says who won")),
    ("won_a", N_("Played; {a} won, score not known")),
    ("won_b", N_("Played; {b} won, score not known")),
    ("walkover_a", N_("{b} did not come: {a} goes on")),
    ("walkover_b", N_("{a} did not come: {b} goes on")),
    ("forfeit_a", N_("{b} gave up: {a} wins")),
    ("forfeit_b", N_("{a} gave up: {b} wins")),
    ("double_forfeit", N_("Both are out: nobody goes on")),
)
# Where no <bdi> can stand: a name's own direction stays its own.
_FIRST_STRONG, _END_ISOLATE = "\u2068", "\u2069"
_OUTCOMES = {
    "played": Outcome.PLAYED,
    "won": Outcome.PLAYED,
    "walkover": Outcome.WALKOVER,
    "forfeit": Outcome.FORFEIT,
    "double_forfeit": Outcome.DOUBLE_FORFEIT,
}

_BOTH = N_("Write both scores, or neither.")
_BOTH_OF_GAME = N_("Write both scores of each game, or leave its row empty.")
_WHOLE = N_("A score is a whole number.")
_SCORE = N_("Write the score.")
_ENDING = N_("Choose how the match ended.")
_MAP = N_("The name of a map has at most 60 characters.")


class ResultForm(Form):
    """The fields of a result; games are rows of the same three fields, empty rows are none."""

    version: int
    seq: int = Field(0, ge=0)
    ending: str = "played"
    score_a: str = ""
    score_b: str = ""
    map: tuple[str, ...] = ()
    game_a: tuple[str, ...] = ()
    game_b: tuple[str, ...] = ()

    def games(self) -> tuple[GameRow, ...]:
        """The rows in which something stands.

        Raises:
            InvalidInput: a row has one score only, or what is no number.
        """
        return tuple(self._games())

    def scores(self) -> tuple[int, int] | None:
        """The score, if one was typed.

        Raises:
            InvalidInput: one of two, or what is no number.
        """
        if not self.score_a and not self.score_b:
            return None
        if not self.score_a or not self.score_b:
            raise InvalidInput({"scores": _BOTH})
        return _whole("scores", self.score_a), _whole("scores", self.score_b)

    def _games(self) -> Iterator[GameRow]:
        for name, first, second in zip(self.map, self.game_a, self.game_b, strict=False):
            typed = first.strip(), second.strip()
            if not any(typed) and not name.strip():
                continue
            if not all(typed):
                raise InvalidInput({"games": _BOTH_OF_GAME})
            scores = _whole("games", typed[0]), _whole("games", typed[1])
            yield GameRow(scores, _map_name(name))


class ConsentForm(Form):
    """What an organizer accepts to lose, as the preview showed it; and why."""

    version: int = 0
    confirm_played: int = Field(0, ge=0)
    losses: str = Field("", max_length=40)
    reason: str = Field("", max_length=4_000)

    def consent(self) -> Consent:
        return Consent(self.confirm_played, self.reason or None, self.losses or None)


class DecisionForm(ResultForm, ConsentForm):
    """A correction: the new result, and what is accepted to be lost by it."""


def own_result(form: ResultForm, match: MatchRow, side: int) -> Result:
    """What the captain of a side says.

    Raises:
        InvalidInput: something is missing or is no number.
        ScoreLevel, GameLevel: a game names no winner.
        MatchNotReady: who plays is not known.
    """
    first, second = _both(match)
    mine, theirs = (first, second) if side == 0 else (second, first)
    winners = {"played": None, "walkover": mine, "forfeit": theirs}
    if form.ending not in winners:
        raise InvalidInput({"ending": _ENDING})
    result = _result(form, match, _OUTCOMES[form.ending], winners[form.ending])
    if result.outcome is Outcome.PLAYED and result.scores is None:
        raise InvalidInput({"scores": _SCORE})
    return result


def decided_result(form: ResultForm, match: MatchRow) -> Result:
    """What the organizer says.

    Raises:
        InvalidInput: something is missing or is no number.
        ScoreLevel, GameLevel: a game names no winner.
        MatchNotReady: who plays is not known.
    """
    if form.ending not in dict(ENDINGS):
        raise InvalidInput({"ending": _ENDING})
    both = _both(match)
    said, _, side = form.ending.rpartition("_")
    if side not in {"a", "b"}:
        return _result(form, match, _OUTCOMES[form.ending], None)
    return _result(form, match, _OUTCOMES[said], both["ab".index(side)])


def endings_for(reader: Reader, names: tuple[str, str]) -> list[tuple[str, str]]:
    """The organizer's choices, in the reader's language."""
    first, second = (f"{_FIRST_STRONG}{name}{_END_ISOLATE}" for name in names)
    return [(key, reader.gettext(word, a=first, b=second)) for key, word in ENDINGS]


def ending_of(result: Result | None, match: MatchRow) -> str:
    """The choice that says how a match ended, for a form that is opened on it."""
    if result is None:
        return "played"
    if result.outcome is Outcome.DOUBLE_FORFEIT or result.winner is None:
        return "double_forfeit"
    side = "a" if result.winner == match.participants[0] else "b"
    if result.outcome is Outcome.PLAYED:
        return "played" if result.scores is not None else f"won_{side}"
    return f"{result.outcome.value}_{side}"


def shown_result(result: Result | None, match: MatchRow) -> dict[str, str | tuple[str, ...]]:
    """What the form's fields hold of a result."""
    games = result.games if result else ()
    scores = _shown_scores(result, match)
    return {
        "ending": ending_of(result, match),
        "score_a": scores[0],
        "score_b": scores[1],
        "map": tuple(game.name or "" for game in games),
        "game_a": tuple(str(game.scores[0]) for game in games),
        "game_b": tuple(str(game.scores[1]) for game in games),
    }


def standing_result(match: MatchRow) -> Result | None:
    """The result that stands."""
    if not match.is_decided or match.outcome is None:
        return None
    return result_of(match, Outcome(match.outcome), match.winner_id, match.scores, match.games)


def claimed(claims: list[Claim], side: int) -> Result | None:
    """What this side says."""
    return next((claim.result for claim in claims if claim.side == side), None)


def _both(match: MatchRow) -> tuple[ParticipantId, ParticipantId]:
    if len(match.participants) < 2:
        raise MatchNotReady(match.id)
    return match.participants[0], match.participants[1]


def _shown_scores(result: Result | None, match: MatchRow) -> tuple[str, str]:
    """Of a match of one game what that game ended with, else the score."""
    if result is None:
        return "", ""
    scores = result.games[0].scores if match.best_of == 1 and result.games else result.scores
    return ("", "") if scores is None else (str(scores[0]), str(scores[1]))


def _result(
    form: ResultForm, match: MatchRow, outcome: Outcome, winner: ParticipantId | None
) -> Result:
    scores, games = form.scores(), form.games()
    if match.best_of == 1 and outcome is Outcome.PLAYED and scores is not None:
        scores, games = _only_game(form, scores)
    elif scores is None and games:
        scores = _won(match, games)
    return result_of(match, outcome, winner, scores, games)


def _only_game(
    form: ResultForm, scores: tuple[int, int]
) -> tuple[tuple[int, int], tuple[GameRow, ...]]:
    """A match of one game: what was typed is that game's score."""
    if scores[0] == scores[1]:
        raise ScoreLevel(*scores)
    name = _map_name(form.map[0]) if form.map else None
    won = (1, 0) if scores[0] > scores[1] else (0, 1)
    return won, () if scores == won and name is None else (GameRow(scores, name),)


def _won(match: MatchRow, games: tuple[GameRow, ...]) -> tuple[int, int]:
    for number, game in enumerate(games, start=1):
        if game.scores[0] == game.scores[1]:
            raise GameLevel(match.id, number)
    first = sum(game.scores[0] > game.scores[1] for game in games)
    second = sum(game.scores[1] > game.scores[0] for game in games)
    return first, second


def _map_name(name: str) -> str | None:
    if len(name) > MAP_LIMIT:
        raise InvalidInput({"games": _MAP})
    return " ".join(name.split()) or None


def _whole(field: str, text: str) -> int:
    sign, digits = text[:1], text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= LONGEST_SCORE):
        raise InvalidInput({field: _WHOLE})
    return -int(digits) if sign == "-" else int(digits)

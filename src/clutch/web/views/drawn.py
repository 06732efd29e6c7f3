"""A bracket before it is real: the draw's preview, drawn like the bracket itself."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from clutch import engine
from clutch.engine import Bracket, Holds, ParticipantId, Stage
from clutch.tournaments.models import FormatSettings, Participant
from clutch.web.views.bracket import (
    BracketView,
    DrawnMatch,
    Round,
    RoundHead,
    Side,
    SideState,
    Source,
    arrange,
    round_key,
)

_FIRST = (Bracket.UPPER, 1)
_STATES: dict[Holds, SideState] = {
    Holds.UNKNOWN: "unknown",
    Holds.PARTICIPANT: "open",
    Holds.BYE: "bye",
    Holds.VACANT: "vacant",
}


def preview_view(stage: Stage, participants: Mapping[ParticipantId, Participant]) -> BracketView:
    """The bracket of a fresh stage; its matches lead nowhere yet."""
    matches = [_match(match, participants) for match in stage.matches.values()]
    heads = {
        round_key(match.bracket.value, match.round): RoundHead(best_of=match.best_of)
        for match in stage.matches.values()
    }
    return arrange(matches, heads, len(participants))


class RoundChoice(msgspec.Struct, frozen=True):
    """A round whose best-of can be set: the form's field, what names the round, what is set."""

    field: str
    part: str
    number: int
    of: int
    best_of: int | None


def round_choices(bracket: BracketView, settings: FormatSettings) -> list[RoundChoice]:
    """Every round with a best-of of its own; the final last, both grand finals as one."""
    final = _final(bracket)
    plain = [
        RoundChoice(f"round-{key}", one.part, one.number, one.of, settings.rounds.get(key))
        for one in bracket.rounds
        if one.part != "final" and one is not final
        for key in ["T" if one.part == "third_place" else one.key]
    ]
    last = RoundChoice("final", final.part, final.number, final.of, settings.final)
    return [*plain, last]


def byes_in(stage: Stage) -> int:
    """How many participants skip the first round."""
    first = [match for match in stage.matches.values() if (match.bracket, match.round) == _FIRST]
    return sum(match.status is engine.Status.BYE for match in first)


def _final(bracket: BracketView) -> Round:
    """The grand final; without one the upper bracket's last round."""
    grand = [one for one in bracket.rounds if one.key == "F1"]
    upper = [one for one in bracket.rounds if one.part == "upper"]
    return grand[0] if grand else upper[-1]


def _match(match: engine.Match, participants: Mapping[ParticipantId, Participant]) -> DrawnMatch:
    first, second = (_side(opponent, participants) for opponent in match.opponents)
    return DrawnMatch(
        id=match.id,
        part=match.bracket.value,
        round=match.round,
        place=match.place,
        sides=(first, second),
        status="bye" if match.status is engine.Status.BYE else "waiting",
        url=f"#match-{match.id}",
        winner_to=None if match.winner_to is None else match.winner_to.match,
        loser_to=None if match.loser_to is None else match.loser_to.match,
        best_of=match.best_of,
    )


def _side(opponent: engine.Opponent, participants: Mapping[ParticipantId, Participant]) -> Side:
    holds = opponent.participant
    one = None if holds is None else participants[holds]
    return Side(
        state=_STATES[opponent.holds],
        source=_source(opponent.source),
        participant=None if one is None else one.id,
        name=None if one is None else one.name,
        seed=None if one is None else one.seed,
        colour=None if one is None else one.colour,
    )


def _source(source: engine.Source) -> Source:
    match source:
        case engine.Seed(number):
            return Source("seed", str(number))
        case engine.WinnerOf(match_id):
            return Source("winner", match_id)
        case engine.LoserOf(match_id):
            return Source("loser", match_id)

"""A tournament's bracket as it is drawn: from rows to the structs of `bracket`."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from clutch.tournaments.bracket import Bracket
from clutch.tournaments.matches import MatchRow, OpponentRow
from clutch.tournaments.matches import Source as SourceRow
from clutch.tournaments.models import Participant
from clutch.web.views.bracket import (
    BracketView,
    DrawnMatch,
    RoundHead,
    Side,
    SideState,
    Source,
    Status,
    arrange,
    round_key,
)


def bracket_view(bracket: Bracket, *, organizing: bool = False) -> BracketView:
    """The whole bracket, in columns; `organizing`: matches lead to the organizer's page of them."""
    drawn = [drawn_match(bracket, match) for match in bracket.matches]
    if organizing:
        drawn = [replace(match, url=f"{match.url}/organize") for match in drawn]
    return arrange(drawn, _heads(bracket.matches), len(bracket.participants))


def drawn_match(bracket: Bracket, match: MatchRow) -> DrawnMatch:
    """One match as the bracket shows it."""
    winner_to, loser_to = _fed_by(bracket, match)
    return DrawnMatch(
        id=match.id,
        part=match.bracket,  # type: ignore[arg-type]
        round=match.round,
        place=match.place,
        sides=(_side(bracket, match, 0), _side(bracket, match, 1)),
        status=_status(bracket, match),
        url=match_url(bracket.tournament.id, match.id),
        winner_to=winner_to,
        loser_to=loser_to,
        best_of=match.best_of,
        starts_at=match.starts_at,
        corrected=match.corrected,
    )


def match_url(tournament_id: str, match_id: str) -> str:
    """The address of a match's page."""
    return f"/tournaments/{tournament_id}/matches/{match_id}"


def participant_url(participant: Participant) -> str:
    """The profile or the team that a participant is a snapshot of; empty once that is gone."""
    if participant.team_id is not None:
        return f"/teams/{participant.team_id}"
    if participant.account_id is not None and participant.name is not None:
        return f"/players/{participant.account_id}"
    return ""


def _side(bracket: Bracket, match: MatchRow, number: int) -> Side:
    opponent = match.opponents[number]
    source = _source(opponent.source)
    state = _state(match, opponent)
    if opponent.participant is None:
        return Side(state, source)
    who = bracket.participants[opponent.participant]
    return Side(
        state=state,
        source=source,
        participant=who.id,
        name=who.name,
        url=participant_url(who),
        seed=who.seed,
        colour=who.colour,
        score=None if match.scores is None else match.scores[number],
        mark=_mark(match, opponent),
    )


def _state(match: MatchRow, opponent: OpponentRow) -> SideState:
    if opponent.participant is None:
        return opponent.holds  # type: ignore[return-value]
    if not match.is_decided:
        return "open"
    return "won" if match.winner_id == opponent.participant else "lost"


def _mark(match: MatchRow, opponent: OpponentRow) -> str:
    """Who did not play is marked with the outcome; the other side's line stays clean."""
    if match.outcome in {None, "played"} or match.scores is not None:
        return ""
    if match.winner_id == opponent.participant:
        return ""
    return match.outcome or ""


def _status(bracket: Bracket, match: MatchRow) -> Status:
    if match.id in bracket.disputed:
        return "disputed"
    if match.id in bracket.claimed:
        return "reported"
    return match.status  # type: ignore[return-value]


def _source(source: SourceRow) -> Source:
    if source.winner_of is not None:
        return Source("winner", source.winner_of)
    if source.loser_of is not None:
        return Source("loser", source.loser_of)
    return Source("seed", str(source.seed))


def _fed_by(bracket: Bracket, match: MatchRow) -> tuple[str | None, str | None]:
    """Which matches this one's winner and loser go to."""
    return bracket.winner_to.get(match.id), bracket.loser_to.get(match.id)


def _heads(matches: Iterable[MatchRow]) -> dict[str, RoundHead]:
    """Best-of and the first start of each round."""
    heads: dict[str, RoundHead] = {}
    for match in matches:
        key = round_key(match.bracket, match.round)  # type: ignore[arg-type]
        starts = [at for at in (heads.get(key, RoundHead()).starts_at, match.starts_at) if at]
        heads[key] = RoundHead(match.best_of, min(starts, default=None))
    return heads

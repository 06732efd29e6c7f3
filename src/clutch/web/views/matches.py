"""Matches as the API gives them."""

from __future__ import annotations

from datetime import datetime

import msgspec

from clutch.engine import Preview
from clutch.tournaments.bracket import Bracket, Placed
from clutch.tournaments.matches import Claim, GameRow, MatchRow, OpponentRow
from clutch.tournaments.results import fingerprint


class MatchOut(msgspec.Struct, frozen=True):
    """A match. `status`: waiting, ready, decided, bye or not_needed."""

    id: str
    number: int
    bracket: str
    round: int
    place: int
    best_of: int | None
    opponents: tuple[OpponentRow, OpponentRow]
    status: str
    outcome: str | None
    winner: int | None
    scores: tuple[int, int] | None
    games: tuple[GameRow, ...]
    confirmed_how: str | None
    starts_at: datetime | None
    decided_at: datetime | None
    corrected: bool
    version: int


class ClaimOut(msgspec.Struct, frozen=True):
    """What one side (0 or 1) says; at `confirms_at` it stands if the other side says nothing."""

    side: int
    player: int
    outcome: str
    winner: int | None
    scores: tuple[int, int] | None
    games: tuple[GameRow, ...]
    reported_at: datetime
    confirms_at: datetime | None


class MatchAndClaims(msgspec.Struct, frozen=True):
    """A match with the reports that wait beside it; `became` says what the last act brought."""

    match: MatchOut
    reports: tuple[ClaimOut, ...]
    version: int
    became: str | None = None


class ParticipantOut(msgspec.Struct, frozen=True):
    """Who plays here: a snapshot. A name is null once its player is deleted."""

    id: int
    name: str | None
    tag: str | None
    colour: str | None
    seed: int | None
    player: int | None
    team: int | None
    disqualified: bool


class BracketOut(msgspec.Struct, frozen=True):
    """All matches of a drawn tournament with who plays in them, as of `(epoch, seq)`."""

    tournament: str
    status: str
    format: str
    epoch: str
    seq: int
    complete: bool
    participants: tuple[ParticipantOut, ...]
    matches: tuple[MatchOut, ...]
    placements: tuple[Placed, ...]


class LossOut(msgspec.Struct, frozen=True):
    """What one match would lose: participants that stand in it, its result, or both."""

    match: str
    opponents: tuple[int, ...]
    loses_result: bool
    played: bool


class PreviewOut(msgspec.Struct, frozen=True):
    """What an act would take away, in order.

    `played` and `fingerprint` are what to confirm it with: `confirm_played` and `losses`.
    """

    losses: tuple[LossOut, ...]
    played: int
    fingerprint: str
    version: int


def bracket_out(bracket: Bracket) -> BracketOut:
    """The bracket as the API gives it."""
    return BracketOut(
        tournament=bracket.tournament.id,
        status=bracket.tournament.status.value,
        format=bracket.tournament.format,
        epoch=bracket.epoch,
        seq=bracket.seq,
        complete=bracket.is_complete,
        participants=tuple(
            ParticipantOut(
                id=one.id,
                name=one.name,
                tag=one.tag,
                colour=one.colour,
                seed=one.seed,
                player=one.account_id,
                team=one.team_id,
                disqualified=one.disqualified,
            )
            for one in bracket.participants.values()
        ),
        matches=tuple(match_out(each) for each in bracket.matches),
        placements=tuple(bracket.placements),
    )


def match_out(match: MatchRow) -> MatchOut:
    """A match as the API gives it."""
    same = {name: getattr(match, name) for name in MatchOut.__struct_fields__ if name != "winner"}
    return MatchOut(winner=match.winner_id, **same)


def claim_out(claim: Claim) -> ClaimOut:
    return ClaimOut(
        side=claim.side,
        player=claim.account_id,
        outcome=claim.result.outcome.value,
        winner=claim.result.winner,
        scores=claim.result.scores,
        games=tuple(GameRow(game.scores, game.name) for game in claim.result.games),
        reported_at=claim.reported_at,
        confirms_at=claim.confirms_at,
    )


def with_claims(match: MatchRow, claims: list[Claim], became: str | None = None) -> MatchAndClaims:
    reports = tuple(claim_out(claim) for claim in claims)
    return MatchAndClaims(match_out(match), reports, match.version, became)


def preview_out(found: Preview, match: MatchRow) -> PreviewOut:
    losses = tuple(
        LossOut(
            match=loss.match,
            opponents=tuple(loss.opponents),
            loses_result=loss.result is not None,
            played=loss.is_recorded and loss.match != match.id,
        )
        for loss in found.losses
    )
    played = sum(loss.played for loss in losses)
    return PreviewOut(losses, played, fingerprint(found), match.version)

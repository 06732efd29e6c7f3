"""Pieces for live updates: the cards of matches that changed, drawn once for everybody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection

from clutch.accounts.models import LANGUAGES
from clutch.bootstrap import Site
from clutch.kernel.log import Event
from clutch.kernel.refusals import N_
from clutch.live.frames import EVERYTHING
from clutch.live.kinds import is_open_of_player
from clutch.live.rendering import FETCH_ALL, Audience, Draw, Drawn
from clutch.tournaments.bracket import get_part
from clutch.tournaments.models import TournamentId
from clutch.tournaments.repository import get_tournament
from clutch.tournaments.stages import read_stage
from clutch.web import templating
from clutch.web.reader import Reader
from clutch.web.views.bracket import DrawnMatch
from clutch.web.views.notes import toasts_of
from clutch.web.views.tournament_bracket import drawn_match

# What these change stands in the card of the match that they name. Whatever else happens, pages
# fetch.
_IN_THE_CARD = frozenset(
    {
        "match-decided",
        "match-needed-again",
        "match-not-needed",
        "opponent-placed",
        "opponent-removed",
        "report-dropped",
        "report-withdrawn",
        "result-amended",
        "result-confirmed",
        "result-corrected",
        "result-disputed",
        "result-reported",
        "result-revoked",
        "walkover-kept",
    }
)
# Beside the cards these stay as they are, so spectators of a bracket fetch nothing.
UNTOUCHED = ("bracket", "match-*", "tournament-head")
MOST_CARDS = 40
SCORE = N_("Match {match}: {first} {first_score}, {second} {second_score}")


class _About(msgspec.Struct, frozen=True):
    """Which match a fact is about; other fields are not looked at."""

    match: str


def tournament_pieces(site: Site) -> Draw:
    """Draws the cards of the matches that changed; for everything else pages fetch."""

    def draw(conn: Connection, stream: str, events: Sequence[Event], audience: Audience) -> Drawn:
        matches = changed_matches(events)
        if matches is None or len(matches) > MOST_CARDS:
            return FETCH_ALL
        tournament = get_tournament(conn, TournamentId(stream.partition("-")[2]))
        stage = read_stage(conn, site.writer.kept, tournament.id)
        part = get_part(conn, stage, tournament, matches)
        cards = [drawn_match(part, match) for match in part.matches]
        decided = {_match_of(event) for event in events if event.kind == "match-decided"}
        reader = _reader(audience)
        return Drawn(
            stale=(EVERYTHING,),
            untouched=UNTOUCHED,
            pieces={f"match-{card.id}": _card(card, reader) for card in cards},
            says=tuple(
                _said(card, reader) for card in cards if card.id in decided and _scores(card)
            ),
        )

    return draw


def player_pieces(site: Site) -> Draw:
    """What a player's open events change is fetched; the player is told of what is theirs."""

    def draw(conn: Connection, stream: str, events: Sequence[Event], audience: Audience) -> Drawn:  # noqa: ARG001 - a Draw's form
        shown = FETCH_ALL if any(is_open_of_player(one) for one in events) else Drawn()
        if not audience.is_owner:
            return shown
        toasts = toasts_of(conn, events, _reader(audience), site.clock.now())
        return msgspec.structs.replace(shown, toasts=toasts)

    return draw


def changed_matches(events: Iterable[Event]) -> list[str] | None:
    """The matches whose cards show all that happened; None when cards don't show all of it."""
    changed: dict[str, None] = {}
    for event in events:
        if event.kind not in _IN_THE_CARD:
            return None
        changed[_match_of(event)] = None
    return list(changed)


def _match_of(event: Event) -> str:
    return msgspec.json.decode(event.json, type=_About).match


def _reader(audience: Audience) -> Reader:
    language = next(one for one in LANGUAGES if one == audience.language)
    return Reader(language, ZoneInfo(audience.zone))


def _card(match: DrawnMatch, reader: Reader) -> str:
    return templating.render("bracket/match.html", reader, {"match": match})


def _scores(match: DrawnMatch) -> bool:
    return all(side.score is not None and side.name for side in match.sides)


def _said(match: DrawnMatch, reader: Reader) -> str:
    first, second = match.sides
    return reader.gettext(
        SCORE,
        match=match.id,
        first=first.name,
        first_score=first.score,
        second=second.name,
        second_score=second.score,
    )

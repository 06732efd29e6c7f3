"""Pieces for live updates: the cards of matches that changed, drawn once for everybody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection

from clutch.accounts.models import LANGUAGES
from clutch.bootstrap import Site
from clutch.engine import Stage
from clutch.kernel.log import Event
from clutch.kernel.refusals import N_
from clutch.live.frames import EVERYTHING
from clutch.live.kinds import is_open_of_player
from clutch.live.rendering import FETCH_ALL, Audience, Draw, Drawn, Picture
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
# What a match's own page shows of it, by the beginning of the element's id.
_OF_ONE = ("of-", "acts-of-", "history-of-")
_LEADS = "leads-of-"
# Beside the cards these stay as they are, so spectators of a bracket fetch nothing, and of the
# pages of matches only those that are named as stale.
UNTOUCHED = ("bracket", "match-*", "tournament-head", *(f"{one}*" for one in (*_OF_ONE, _LEADS)))
MOST_CARDS = 40
SCORE = N_("Match {match}: {first} {first_score}, {second} {second_score}")


class _About(msgspec.Struct, frozen=True):
    """Which match a fact is about; other fields are not looked at."""

    match: str


def tournament_pieces(site: Site) -> Draw:
    """Draws the cards of the matches that changed; for everything else pages fetch."""

    def draw(conn: Connection, stream: str, events: Sequence[Event]) -> Picture:
        matches = changed_matches(events)
        if matches is None or len(matches) > MOST_CARDS:
            return lambda _: FETCH_ALL
        tournament = get_tournament(conn, TournamentId(stream.partition("-")[2]))
        stage = read_stage(conn, site.writer.kept, tournament.id)
        part = get_part(conn, stage, tournament, matches)
        cards = [drawn_match(part, match) for match in part.matches]
        decided = {_match_of(event) for event in events if event.kind == "match-decided"}
        said = [card for card in cards if card.id in decided and _scores(card)]
        return partial(_drawn, cards, said, (EVERYTHING, *_stale(stage, matches)))

    return draw


def _drawn(
    cards: Sequence[DrawnMatch],
    said: Sequence[DrawnMatch],
    stale: tuple[str, ...],
    audience: Audience,
) -> Drawn:
    reader = _reader(audience)
    return Drawn(
        pieces={f"match-{card.id}": _card(card, reader) for card in cards},
        stale=stale,
        untouched=UNTOUCHED,
        says=tuple(_said(card, reader) for card in said),
    )


def _stale(stage: Stage, matches: Sequence[str]) -> Iterator[str]:
    """What changes on the pages of these matches, and of those that lead to one of them."""
    for match in matches:
        yield from (f"{beginning}{match}" for beginning in (*_OF_ONE, _LEADS))
    for match_id, found in stage.matches.items():
        feeds = (found.plan.winner_to, found.plan.loser_to)
        if match_id not in matches and any(one and one.match in matches for one in feeds):
            yield f"{_LEADS}{match_id}"


def player_pieces(site: Site) -> Draw:
    """What a player's open events change is fetched; the player is told of what is theirs."""

    def draw(conn: Connection, stream: str, events: Sequence[Event]) -> Picture:  # noqa: ARG001 - a Draw's form
        shown = FETCH_ALL if any(is_open_of_player(one) for one in events) else Drawn()

        def picture(audience: Audience) -> Drawn:
            if not audience.is_owner:
                return shown
            toasts = toasts_of(conn, events, _reader(audience), site.clock.now())
            return msgspec.structs.replace(shown, toasts=toasts)

        return picture

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

"""Live pieces of a real tournament: what arrives is what a fresh page would show."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from clutch.engine import Outcome
from clutch.kernel import log
from clutch.kernel.points import point
from clutch.live.rendering import FETCH_ALL, Audience, Drawn
from clutch.tournaments.results import Consent
from clutch.web import templating
from clutch.web.reader import Reader
from clutch.web.views.live import tournament_pieces
from clutch.web.views.tournament_bracket import bracket_view
from tests.fixtures.site import on_sqlite
from tests.play.conftest import Running, community, run

__all__ = ["community", "run"]
pytestmark = on_sqlite

Begin = Callable[..., Running]

BRITISH, RUSSIAN = Audience("en", "Europe/London"), Audience("ru", "Europe/Moscow")
CARD = re.compile(r'<article class="match [^>]*id="(match-[^"]+)".*?</article>', re.DOTALL)
SECTION = re.compile(r'<section[^>]* id="([a-z]+(?:-of)?-[A-Z]\d[^"]*)".*?</section>', re.DOTALL)
TAKE_BACK_ONE = Consent(played=1, reason="the wrong way round")


@dataclass(frozen=True)
class Bracket:
    """The cards by id, and what stands around them."""

    cards: dict[str, str]
    around: str


class Onlooker:
    """Has a page open: began with the whole bracket, then puts in what arrives."""

    def __init__(self, running: Running, audience: Audience = BRITISH) -> None:
        self.running = running
        self.audience = audience
        self.draw = tournament_pieces(running.people.site)
        self.page = self.fresh()
        self.seq = self.head()
        self.heard: list[str] = []

    def head(self) -> int:
        with self.running.people.site.database.read() as conn:
            return point(conn, self.running.cup.stream)[1]

    def fresh(self) -> Bracket:
        """The bracket as a page that is opened now has it."""
        reader = Reader(self.audience.language, ZoneInfo(self.audience.zone))  # type: ignore[arg-type]
        context = {"bracket": bracket_view(self.running.bracket())}
        page = templating.render("bracket/bracket.html", reader, context)
        return Bracket({found[1]: found[0] for found in CARD.finditer(page)}, CARD.sub("", page))

    def hear(self) -> set[str]:
        """Put in what arrives; gives the cards that came, or {"*"}."""
        drawn = self.drawn()
        self.heard += drawn.says
        if drawn == FETCH_ALL:
            self.page = self.fresh()
            return {"*"}
        assert drawn.pieces.keys() <= self.page.cards.keys()
        self.page.cards.update({key: piece.strip() for key, piece in drawn.pieces.items()})
        return {key.removeprefix("match-") for key in drawn.pieces}

    def drawn(self) -> Drawn:
        """What arrives now."""
        site, stream = self.running.people.site, self.running.cup.stream
        with site.database.read() as conn:
            events = log.read_stream(conn, stream, self.seq)
            drawn = self.draw(conn, stream, events)(self.audience)
        self.seq = events[-1].seq
        return drawn

    def check(self) -> None:
        """Whatever did not arrive has not changed."""
        assert self.page == self.fresh()


@pytest.mark.parametrize(
    ("act", "arrives"),
    [
        (lambda cup: cup.report(1, "U1.1", (2, 0)), {"U1.1"}),
        (lambda cup: cup.decide("U1.1", (2, 1)), {"U1.1", "U2.1"}),
        (lambda cup: cup.decide("U1.1", None, outcome=Outcome.DOUBLE_FORFEIT), {"U1.1", "U2.1"}),
        (lambda cup: cup.disqualify(1), {"*"}),
    ],
)
def test_an_act_brings_the_cards_that_it_changes(
    run: Begin, act: Callable[[Running], Any], arrives: set[str]
) -> None:
    running = run(8)
    onlooker = Onlooker(running)
    act(running)
    assert onlooker.hear() == arrives
    onlooker.check()


def test_a_whole_tournament_watched_live_looks_like_one_opened_fresh(run: Begin) -> None:
    running = run(6, "double_elimination")
    onlookers = [Onlooker(running), Onlooker(running, RUSSIAN)]

    def see() -> None:
        for onlooker in onlookers:
            onlooker.hear()
            onlooker.check()

    ready = running.bracket().matches
    first = next(match.id for match in ready if match.status == "ready")
    seeds = [one.seed or 0 for one in running.people.participants(running.cup)]
    acts: list[Callable[[], object]] = [
        lambda: running.report(seeds_of(running, first)[0], first, (2, 0)),
        lambda: running.withdraw(seeds_of(running, first)[0], first),
        lambda: running.report(seeds_of(running, first)[0], first, (2, 0)),
        lambda: running.report(seeds_of(running, first)[1], first, (0, 2)),
        lambda: running.decide(first, (2, 0)),
        lambda: running.decide(first, (2, 1)),
        lambda: running.decide(first, (1, 2)),
        lambda: running.revoke(first),
        lambda: running.disqualify(seeds[-1]),
        lambda: running.reinstate(seeds[-1]),
        running.play_out,
        running.complete,
    ]
    for act in acts:
        act()
        see()


def test_of_the_pages_of_matches_only_what_is_named_as_stale_changes(run: Begin) -> None:
    running = run(6, "double_elimination")
    onlooker, before, named = Onlooker(running), sections_of(running), 0
    first = next(match.id for match in running.bracket().matches if match.status == "ready")
    one, other = seeds_of(running, first)
    acts: list[Callable[[], object]] = [
        lambda: running.report(one, first, (2, 0)),
        lambda: running.report(other, first, (0, 2)),
        lambda: running.decide(first, (2, 1)),
        lambda: running.decide(first, (1, 2)),
        lambda: running.revoke(first),
        lambda: running.decide(first, None, outcome=Outcome.DOUBLE_FORFEIT),
    ]
    for act in acts:
        act()
        stale, after = set(onlooker.drawn().stale), sections_of(running)
        assert {name for name, text in after.items() if text != before[name]} <= stale
        named += len(stale & after.keys())
        before = after
    # Of eleven pages with four such sections each, far fewer are fetched.
    assert 0 < named < len(acts) * len(before) / 2


def sections_of(running: Running) -> dict[str, str]:
    """What can change on the pages of all matches, as a guest has it, by its id."""
    guest, found = running.people.browser(), {}
    for match in running.bracket().matches:
        page = guest.get(f"/tournaments/{running.cup.id}/matches/{match.id}").html
        found.update({one[1]: one[0] for one in SECTION.finditer(page)})
    return found


def seeds_of(running: Running, match_id: str) -> list[int]:
    """Seeds of the two who play the match, in its order."""
    seeds = {one.id: one.seed or 0 for one in running.people.participants(running.cup)}
    return [seeds[who] for who in running.match(match_id).participants]


def test_a_correction_that_takes_back_a_played_match_brings_all_cards_it_touches(
    run: Begin,
) -> None:
    running = run(4)
    running.decide("U1.1", (2, 0))
    running.decide("U1.2", (2, 0))
    running.decide("U2.1", (2, 0))
    onlooker = Onlooker(running)
    running.decide("U1.1", (0, 2), TAKE_BACK_ONE)
    onlooker.hear()
    onlooker.check()


def test_a_result_is_said_in_the_readers_language(run: Begin) -> None:
    running = run(4)
    british, russian = Onlooker(running), Onlooker(running, RUSSIAN)
    running.decide("U1.1", (2, 1))
    for onlooker in (british, russian):
        onlooker.hear()
    assert british.heard == ["Match U1.1: player1 2, player4 1"]
    assert russian.heard == ["Матч U1.1: player1 2, player4 1"]


def test_the_draw_of_a_large_tournament_is_fetched_not_sent(run: Begin) -> None:
    running = run(4)
    onlooker = Onlooker(running)
    onlooker.seq = 0
    assert onlooker.hear() == {"*"}

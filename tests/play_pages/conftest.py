"""A running tournament, seen and led in browsers without scripts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.fixtures.browsing import Browser, SeenPage
from tests.play.conftest import Running, community, run

__all__ = ["community", "run"]

Begin = Callable[..., Running]


@dataclass
class Cup:
    """A running tournament and the browsers of its people. A player's number is the seed."""

    running: Running

    @property
    def base(self) -> str:
        return f"/tournaments/{self.running.cup.id}"

    def at(self, match_id: str, rest: str = "") -> str:
        return f"{self.base}/matches/{match_id}{rest}"

    def player(self, seed: int, language: str = "en") -> Browser:
        return self.running.people.browser(self.running.player(seed), language)

    @property
    def boss(self) -> Browser:
        return self.running.people.browser(self.running.boss)

    @property
    def guest(self) -> Browser:
        return self.running.people.browser()

    def look(self, browser: Browser, match_id: str) -> SeenPage:
        return browser.get(self.at(match_id))

    def report(self, browser: Browser, match_id: str, a: Any, b: Any, **more: Any) -> SeenPage:
        """Report on the match's page; scores in the order of its opponents."""
        form = self.look(browser, match_id).form(self.at(match_id, "/report"))
        return browser.send(form, score_a=a, score_b=b, **more)

    def decide(self, boss: Browser, match_id: str, a: object, b: object) -> SeenPage:
        """Fill in the organizer's form of a match and send it."""
        form = boss.get(self.at(match_id, "/organize")).form(self.at(match_id, "/decide"))
        return boss.send(form, score_a=a, score_b=b)


@pytest.fixture
def four(run: Begin) -> Cup:
    """Four players, best of three: U1.1 is 1 against 4, U1.2 is 2 against 3, then the final."""
    return Cup(run(4))


@pytest.fixture
def played(four: Cup) -> Cup:
    """All matches played by seed, 2:0 each; the tournament is completed."""
    four.running.play_out()
    four.running.complete()
    return four

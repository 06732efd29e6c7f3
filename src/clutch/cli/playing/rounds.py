"""Play a drawn script: captains report and confirm, the organizer sets what they can't.

Wrong results, where they are wanted, are confirmed like right ones; what follows from them is
played too, and then the organizer corrects them, which takes all of that back.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from clutch.cli.playing.api import Api, SiteRefused
from clutch.cli.playing.board import Board, look
from clutch.cli.playing.field import Field, together
from clutch.cli.script import Script, ScriptResult
from clutch.cli.simulation import NEVER_READY
from clutch.engine import Outcome, ParticipantId

Match = Mapping[str, Any]
REASON = "The wrong result was confirmed."
# For how many waves of matches a wrong result may stand before it is corrected.
LONGEST_ERROR = 2
# Statuses with which the site says that a result makes no sense.
ABOUT_RESULTS = {409, 422}


@dataclass
class Mistake:
    """A result that was confirmed wrong, and for how many more waves it stands."""

    match: str
    right: ScriptResult
    waves: int


@dataclass(frozen=True)
class Turn:
    """A match that is about to be played, by `result` or (None) by anything at all.

    Anything will do where a mistake led to the match: the correction takes it back.
    `waves` is set where the result is to be confirmed wrong first.
    """

    match: Match
    result: ScriptResult | None
    waves: int | None = None


@dataclass
class Play:
    """A script on its way through a site."""

    api: Api
    script: Script
    drawn: Field
    dice: random.Random
    wrong: float
    step: Callable[[str], None]
    unapplied: dict[int, str] = field(default_factory=dict)
    _waiting: dict[frozenset[ParticipantId], deque[ScriptResult]] = field(default_factory=dict)
    _mistakes: list[Mistake] = field(default_factory=list)

    async def run(self) -> Board:
        """Apply all that can be applied; the bracket at the end.

        Raises:
            SiteRefused: the site refuses something that is not about a match's result.
        """
        for result in self.script.results:
            self._waiting.setdefault(frozenset(result.opponents), deque()).append(result)
        board = await look(self.api, self.drawn)
        while (turns := self._turns(board)) or self._mistakes:
            await together(self._take, turns)
            await self._correct(all_of_them=not turns)
            board = await look(self.api, self.drawn)
        left = (result for queue in self._waiting.values() for result in queue)
        self.unapplied.update((result.index, NEVER_READY) for result in left)
        if board.is_complete:
            await self._complete()
        return board

    def _turns(self, board: Board) -> list[Turn]:
        misled = board.fed_by({mistake.match for mistake in self._mistakes})
        return [
            turn
            for match in board.ready
            for turn in [Turn(match, None) if match["id"] in misled else self._turn(match)]
            if turn is not None
        ]

    def _turn(self, match: Match) -> Turn | None:
        queue = self._waiting.get(self._pair(match))
        if not queue:
            return None
        is_wrong = self.dice.random() < self.wrong
        waves = self.dice.randint(1, LONGEST_ERROR) if is_wrong else None
        return Turn(match, queue.popleft(), waves)

    def _pair(self, match: Match) -> frozenset[ParticipantId]:
        return frozenset(self.drawn.seed(one["participant"]) for one in match["opponents"])

    async def _take(self, turn: Turn) -> None:
        """Play one match; a result that is refused makes room for the pair's next one."""
        if turn.result is None:
            await self._by_captains(turn.match, _anything(turn.match))
            return
        right = turn.result
        said = right if turn.waves is None else _wrong(right)
        try:
            await self._say(turn.match, said)
        except SiteRefused as refused:
            await self._refused(turn, refused)
            return
        if turn.waves is not None:
            self._mistakes.append(Mistake(turn.match["id"], right, turn.waves))
        self.step("results")

    async def _refused(self, turn: Turn, refused: SiteRefused) -> None:
        if refused.status not in ABOUT_RESULTS or turn.result is None:
            raise refused
        self.unapplied[turn.result.index] = refused.code
        self.step("results")
        queue = self._waiting[self._pair(turn.match)]
        if queue:
            await self._take(Turn(turn.match, queue.popleft()))

    async def _say(self, match: Match, result: ScriptResult) -> None:
        body = self._body(match, result)
        if result.outcome is Outcome.PLAYED and result.scores is not None:
            await self._by_captains(match, body)
        else:
            await self._by_organizer(match, match["version"], body)

    async def _by_captains(self, match: Match, body: Mapping[str, Any]) -> None:
        """One captain reports, now of this side, now of that; the other one confirms."""
        captains = [self.drawn.captains[one["participant"]] for one in match["opponents"]]
        first = match["number"] % 2
        where = f"{self.drawn.path}/matches/{match['id']}"
        waiting = await self.api.send(
            "POST",
            f"{where}/reports",
            body,
            version=match["version"],
            token=captains[first].token,
        )
        await self.api.send(
            "POST",
            f"{where}/confirm",
            version=waiting["version"],
            token=captains[1 - first].token,
        )

    async def _by_organizer(self, match: Match, version: int, body: Mapping[str, Any]) -> None:
        where = f"{self.drawn.path}/matches/{match['id']}/result"
        await self.api.send("PUT", where, body, version=version)

    async def _correct(self, *, all_of_them: bool) -> None:
        """Put right what has stood wrong for long enough, first mistake first."""
        for mistake in list(self._mistakes):
            mistake.waves -= 1
            if mistake.waves <= 0 or all_of_them:
                await self._put_right(mistake)
                self._mistakes.remove(mistake)

    async def _put_right(self, mistake: Mistake) -> None:
        """Preview, then agree to exactly what the preview says."""
        where = f"{self.drawn.path}/matches/{mistake.match}"
        match = (await self.api.get(where))["match"]
        if match["status"] != "decided":
            self._waiting[self._pair_of(mistake)].appendleft(mistake.right)
            return
        body = self._body(match, mistake.right)
        preview = await self.api.send("POST", f"{where}/preview", {"result": body})
        consent = {
            "confirm_played": preview["played"],
            "losses": preview["fingerprint"],
            "reason": REASON,
        }
        await self._by_organizer(match, preview["version"], {**body, **consent})

    def _pair_of(self, mistake: Mistake) -> frozenset[ParticipantId]:
        return frozenset(mistake.right.opponents)

    def _body(self, match: Match, result: ScriptResult) -> dict[str, Any]:
        opponents = tuple(self.drawn.seed(one["participant"]) for one in match["opponents"])
        found = result.for_opponents(opponents)
        body: dict[str, Any] = {"outcome": found.outcome.value, "scores": found.scores}
        if found.winner is not None:
            body["winner"] = self.drawn.site_id(found.winner)
        return body

    async def _complete(self) -> None:
        version = (await self.api.get(self.drawn.path))["version"]
        await self.api.send("POST", f"{self.drawn.path}/complete", version=version)


def _wrong(right: ScriptResult) -> ScriptResult:
    """The same with the sides exchanged; a double forfeit becomes a walkover for the first."""
    if right.winner is None:
        walkover = right.outcome is Outcome.DOUBLE_FORFEIT
        winner = right.opponents[0] if walkover else None
        outcome = Outcome.WALKOVER if walkover else right.outcome
        return replace(right, winner=winner, outcome=outcome)
    (other,) = {*right.opponents} - {right.winner}
    scores = right.scores and (right.scores[1], right.scores[0])
    return replace(right, winner=other, scores=scores)


def _anything(match: Match) -> dict[str, Any]:
    """The shortest win of the first side."""
    best_of = match["best_of"]
    return {
        "outcome": Outcome.PLAYED.value,
        "scores": [1 if best_of is None else best_of // 2 + 1, 0],
    }

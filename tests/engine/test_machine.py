"""Whatever can be done with a stage, in random order, held against the rules at each step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from clutch.engine import (
    DOUBLE_ELIMINATION,
    SINGLE_ELIMINATION,
    BestOf,
    DecidedBy,
    Fact,
    FormatName,
    GrandFinal,
    Match,
    MatchId,
    ParticipantId,
    Result,
    RuleRefusal,
    Settings,
    Stage,
    Transition,
    champion,
    correct,
    decode,
    disqualify,
    double_forfeit,
    draw,
    encode,
    is_complete,
    open_matches,
    placements,
    preview,
    reinstate,
    replay,
    report,
    revoke,
)
from tests.engine.derive import derive, final_ranks, observed
from tests.engine.reading import (
    a_result,
    changed,
    correctable,
    decided,
    emptied,
    fed_by,
    lost,
    placed,
    recorded,
    refused_attempts,
    reported_again,
)

PICK = st.integers(0, 2**32 - 1).map(Random)
STEPS = Counter[str]()
REFUSED = Counter[str]()


class Tournament(RuleBasedStateMachine):
    """Matches that are played, given away, corrected and taken back; nobody is thrown out."""

    both_out = 0.0

    def __init__(self) -> None:
        super().__init__()
        self.facts: list[Fact] = []
        self.stage: Stage

    @initialize(
        format_name=st.sampled_from((SINGLE_ELIMINATION, DOUBLE_ELIMINATION)),
        count=st.one_of(st.integers(2, 9), st.integers(2, 64)),
        third_place=st.booleans(),
        grand_final=st.sampled_from(GrandFinal),
        pick=PICK,
        already=st.integers(0, 130),
    )
    def begin(
        self,
        format_name: FormatName,
        count: int,
        third_place: bool,
        grand_final: GrandFinal,
        pick: Random,
        already: int,
    ) -> None:
        """Draw, and play `already` matches, so that many stages are near their end."""
        third_place = third_place and format_name == SINGLE_ELIMINATION
        chosen = Settings(third_place, grand_final, BestOf(3))
        # Ids that are no seeds: nothing may take the one for the other.
        participants = [ParticipantId(1000 - number * 7) for number in range(count)]
        drawn = draw(format_name, participants, chosen)
        self.stage = drawn.stage
        self.facts = list(drawn.facts)
        for _ in range(already):
            if ready := open_matches(self.stage):
                match = pick.choice(ready)
                how = "double_forfeit" if pick.random() < self.both_out else "played"
                transition = report(self.stage, match.id, a_result(pick, match, how))
                self.stage = transition.stage
                self.facts += transition.facts
        self.check_state()

    # --- what can be done ------------------------------------------------------------------------

    @precondition(lambda self: bool(open_matches(self.stage)))
    @rule(
        pick=PICK,
        how=st.sampled_from(("played", "walkover", "forfeit")),
    )
    def report(self, pick: Random, how: str) -> None:
        match = pick.choice(open_matches(self.stage))
        self.report_and_take_back(match, a_result(pick, match, how))

    @precondition(lambda self: bool(recorded(self.stage)))
    @rule(pick=PICK, how=st.sampled_from(("played", "walkover")))
    def correct(self, pick: Random, how: str) -> None:
        match = pick.choice(correctable(self.stage))
        self.correct_to(match, a_result(pick, match, how))

    @precondition(lambda self: bool(recorded(self.stage)))
    @rule(pick=PICK)
    def revoke(self, pick: Random) -> None:
        match = pick.choice(recorded(self.stage))
        before = self.stage
        self.step(revoke, match.id)
        self.check_lost(before, {match.id} | fed_by(before, match))

    @rule(pick=PICK)
    def try_what_is_refused(self, pick: Random) -> None:
        """A refused operation changes nothing."""
        before = replay(self.facts)
        for attempt in refused_attempts(pick, self.stage):
            try:
                attempt()
            except RuleRefusal as refusal:
                REFUSED[refusal.code] += 1
            else:
                raise AssertionError("this had to be refused")
        assert self.stage == before

    # --- what has to hold ------------------------------------------------------------------------

    def report_and_take_back(self, match: Match, result: Result) -> None:
        """Report, then revoke, is as if nothing had been; after that, report for good."""
        before = self.stage
        self.step(report, match.id, result)
        self.check_lost(before, set())
        assert revoke(self.stage, match.id).stage == before

    def correct_to(self, match: Match, result: Result) -> None:
        before = self.stage
        if match.result == result and match.decided_by is DecidedBy.RECORDED:
            return
        self.step(correct, match.id, result)
        same_winner = match.winner == result.winner
        self.check_lost(before, set() if same_winner else fed_by(before, match))
        if same_winner:
            assert changed(before, self.stage) == {match.id}

    def step(self, operation: Callable[..., Transition], *args: Any) -> None:
        """Do it; what it did is what its preview, its facts and the second engine say."""
        STEPS[operation.__name__] += 1
        before = self.stage
        foreseen = preview(before, operation, *args)
        done = operation(before, *args)
        assert foreseen.stage == done.stage
        assert [(loss.match, loss.result) for loss in foreseen.losses if loss.is_recorded] == [
            (each, before.matches[each].result) for each in foreseen.recorded
        ]
        assert set(foreseen.recorded) == lost(before, done.stage)
        assert {loss.match for loss in foreseen.losses if loss.opponents} == emptied(
            before, done.stage
        )
        assert replay([decode(encode(fact)) for fact in done.facts], before) == done.stage
        self.facts += done.facts
        if operation in (report, disqualify):
            assert set(placed(before).items()) <= set(placed(done.stage).items())
        self.stage = done.stage
        self.check_state()

    def check_lost(self, before: Stage, may: set[MatchId]) -> None:
        """Exactly the recorded results downstream are gone; all others stand as they were."""
        gone = {each.id for each in recorded(before) if each.id in may}
        assert lost(before, self.stage) == gone

    def check_state(self) -> None:
        stage = self.stage
        for match_id, expected in derive(stage).items():
            assert observed(stage.matches[MatchId(match_id)]) == expected
        assert stage.pending == sum(match.is_pending for match in stage.matches.values())
        playing = [each for match in open_matches(stage) for each in match.participants]
        assert len(playing) == len(set(playing)), "somebody is in two open matches"
        self.check_losses()
        self.check_placements()

    def check_losses(self) -> None:
        losses = Counter(match.loser for match in decided(self.stage) if match.loser is not None)
        once = self.stage.format == SINGLE_ELIMINATION and not self.stage.settings.third_place
        assert max(losses.values(), default=0) <= (1 if once else 2)
        best = champion(self.stage)
        assert best is None or losses[best] <= (self.stage.format == DOUBLE_ELIMINATION)

    def check_placements(self) -> None:
        found = placements(self.stage)
        everybody = [each for placement in found for each in placement.participants]
        assert len(everybody) == len(set(everybody))
        first = [each.participants for each in found if each.rank == 1]
        best = champion(self.stage)
        assert first == ([] if best is None else [(best,)])
        assert all(each.to == each.rank + len(each.participants) - 1 for each in found)
        if is_complete(self.stage):
            ranks = {each: placement.rank for placement in found for each in placement.participants}
            assert ranks == final_ranks(self.stage)
            self.check_complete()

    def check_complete(self) -> None:
        """Everybody left as the format says."""
        stage = self.stage
        losses = Counter(match.loser for match in decided(stage))
        others = [losses[each] for each in stage.participants if each != champion(stage)]
        if stage.format == SINGLE_ELIMINATION:
            lost_twice = 1 if len(stage.participants) > 3 and stage.settings.third_place else 0
            assert sorted(others) == [1] * (len(others) - lost_twice) + [2] * lost_twice
        elif stage.settings.grand_final is GrandFinal.DOUBLE:
            assert set(others) == {2}
        else:
            assert sorted(others)[1:] == [2] * (len(others) - 1)
            assert min(others) in {1, 2}

    def teardown(self) -> None:
        if self.facts:
            assert replay(self.facts) == self.stage
            again = reported_again(self.stage)
            assert again is None or again == self.stage


class RoughTournament(Tournament):
    """The same with double forfeits and disqualifications."""

    both_out = 0.15

    @precondition(lambda self: bool(open_matches(self.stage)))
    @rule(pick=PICK)
    def give_up_both(self, pick: Random) -> None:
        self.report_and_take_back(pick.choice(open_matches(self.stage)), double_forfeit())

    @precondition(lambda self: bool(correctable(self.stage)))
    @rule(pick=PICK, how=st.sampled_from(("played", "double_forfeit")))
    def correct(self, pick: Random, how: str) -> None:
        match = pick.choice(correctable(self.stage))
        self.correct_to(match, a_result(pick, match, how))

    @precondition(lambda self: bool(recorded(self.stage)))
    @rule(pick=PICK)
    def revoke(self, pick: Random) -> None:
        match = pick.choice(recorded(self.stage))
        before = self.stage
        self.step(revoke, match.id)
        same_winner = self.stage.matches[match.id].winner == match.winner is not None
        assert lost(before, self.stage) <= {match.id} | fed_by(before, match)
        assert match.id in lost(before, self.stage)
        if same_winner:
            assert lost(before, self.stage) == {match.id}

    @precondition(lambda self: len(self.stage.disqualified) < len(self.stage.participants))
    @rule(pick=PICK)
    def disqualify(self, pick: Random) -> None:
        able = [each for each in self.stage.participants if each not in self.stage.disqualified]
        before = self.stage
        self.step(disqualify, pick.choice(able))
        self.check_lost(before, set())
        decided_before = {each.id: each.result for each in decided(before)}
        assert decided_before == {each: self.stage.matches[each].result for each in decided_before}

    @precondition(lambda self: bool(self.stage.disqualified))
    @rule(pick=PICK)
    def reinstate(self, pick: Random) -> None:
        chosen = pick.choice(sorted(self.stage.disqualified))
        before = self.stage
        ruled = (each for each in before.matches_of(chosen) if each.decided_by is DecidedBy.RULE)
        downstream = {each for match in ruled for each in fed_by(before, match)}
        self.step(reinstate, chosen)
        assert lost(before, self.stage) <= downstream

    def report_and_take_back(self, match: Match, result: Result) -> None:
        before = self.stage
        super().report_and_take_back(match, result)
        assert not before.disqualified & set(match.participants)

    def check_complete(self) -> None:
        """Who is out by a double forfeit has fewer losses."""


def run(machine: type[Tournament], examples: int) -> Counter[str]:
    """Play many tournaments; returns how often each operation was done."""
    STEPS.clear()
    REFUSED.clear()
    run_state_machine_as_test(
        machine, settings=settings(max_examples=examples, stateful_step_count=40)
    )
    return STEPS


def test_results_corrections_and_revocations_in_any_order() -> None:
    steps = run(Tournament, 40)
    assert min(steps[each] for each in ("report", "correct", "revoke")) > 50


def test_double_forfeits_and_disqualifications_in_any_order() -> None:
    """The random walk is long enough, and goes everywhere: see that before trusting it."""
    steps = run(RoughTournament, 120)
    operations = ("report", "correct", "revoke", "disqualify", "reinstate")
    assert min(steps[each] for each in operations) > 50
    assert steps.total() >= 2000
    assert len(REFUSED) >= 8

"""Log, kept stage and rows say the same, whatever people do and whichever process does it."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from random import Random

import pytest

from clutch import engine
from clutch.bootstrap import Site, open_site
from clutch.engine import Outcome, Stage
from clutch.engine.refusals import RuleRefusal
from clutch.kernel.database import sqlite_path
from clutch.kernel.epoch import renew
from clutch.kernel.log import read_stream
from clutch.kernel.refusals import Refusal
from clutch.tournaments.events_play import ENGINE_KINDS
from clutch.tournaments.results import Consent
from clutch.tournaments.tables import match as match_table
from tests.fixtures.site import on_sqlite
from tests.play.conftest import Running

Begin = Callable[..., Running]
STEPS = 120


def replayed(cup: Running) -> Stage:
    """The stage that the log alone gives."""
    with cup.people.site.database.read() as conn:
        events = read_stream(conn, cup.cup.stream)
    return engine.replay([event.fact() for event in events if event.kind in ENGINE_KINDS])


def check_one_truth(cup: Running) -> None:
    """Rows and kept stage equal the replayed log."""
    stage = replayed(cup)
    assert cup.stage() == stage
    for row in cup.bracket().matches:
        match = stage.matches[row.id]
        result = match.result
        assert row.status == match.status
        assert [each.participant for each in row.opponents] == [
            each.participant for each in match.opponents
        ]
        assert [each.holds for each in row.opponents] == [each.holds for each in match.opponents]
        assert (row.outcome, row.winner_id, row.scores) == (
            (result.outcome, result.winner, result.scores) if result else (None, None, None)
        )
        assert (row.decided_at is None) == (result is None)
        assert (row.confirmed_how is None) == (result is None)
        if match.decided_by is engine.DecidedBy.RULE:
            assert row.confirmed_how == "rule"


def act_at_random(cup: Running, dice: Random) -> None:
    """One act of an organizer or a player; a refusal is as good as any other answer."""
    match = dice.choice(list(cup.stage().matches.values()))
    seed = dice.randrange(1, len(cup.stage().participants) + 1)
    scores = dice.choice([(2, 0), (2, 1), (0, 2), (1, 2), (2, 2)])
    everything = Consent(dice.randrange(4), "because")
    acts: list[Callable[[], object]] = [
        lambda: cup.decide(match.id, scores, everything),
        lambda: cup.decide(match.id, scores, everything),
        lambda: cup.report(seed, match.id, scores),
        lambda: cup.confirm(seed, match.id),
        lambda: cup.revoke(match.id, everything),
        lambda: cup.decide(match.id, None, everything, Outcome.DOUBLE_FORFEIT),
        lambda: cup.decide(match.id, None, everything, Outcome.WALKOVER, seed),
        lambda: cup.disqualify(seed),
        lambda: cup.reinstate(seed, everything),
    ]
    with contextlib.suppress(Refusal, RuleRefusal):
        dice.choices(acts, [6, 6, 6, 4, 2, 1, 2, 1, 1])[0]()


@on_sqlite
def test_a_restore_beside_a_running_process_leaves_nothing_of_what_it_kept(
    run: Begin, other: Site
) -> None:
    """The same seq of the same tournament, but of a history that did not happen."""
    cup = run(4, "single_elimination")
    here = cup.people.site
    with closing(sqlite3.connect(":memory:")) as backup:
        copy(sqlite_path(here.database.url), backup)
        cup.decide("U1.1", (2, 0))
        before = cup.stage()
        copy(backup, sqlite_path(here.database.url))
    other.writer.write(renew)
    cup.people.site = other
    cup.decide("U1.1", (0, 2))
    cup.people.site = here
    check_one_truth(cup)
    assert cup.stage() != before


def copy(source: Path | sqlite3.Connection, target: Path | sqlite3.Connection) -> None:
    """Put all of one SQLite database in place of another."""
    with ExitStack() as opened:
        ends = [
            opened.enter_context(closing(sqlite3.connect(end))) if isinstance(end, Path) else end
            for end in (source, target)
        ]
        ends[0].backup(ends[1])


@on_sqlite
@pytest.mark.parametrize(
    ("seed", "players", "format_name", "chosen"),
    [
        (1, 6, "single_elimination", {"third_place": True}),
        (2, 7, "double_elimination", {}),
        (3, 5, "double_elimination", {"grand_final": "none"}),
    ],
)
def test_log_stage_and_rows_agree_after_anything(
    run: Begin, seed: int, players: int, format_name: str, chosen: dict[str, object]
) -> None:
    cup = run(players, format_name, **chosen)
    dice = Random(seed)
    for step in range(STEPS):
        act_at_random(cup, dice)
        if step % 10 == 0:
            check_one_truth(cup)
    check_one_truth(cup)


@pytest.fixture
def other(site: Site) -> Iterator[Site]:
    """A second process's site on the same database."""
    opened = open_site(site.settings, site.clock)
    yield opened
    opened.close()


def test_two_processes_take_turns_and_neither_works_from_an_old_stage(
    run: Begin, other: Site
) -> None:
    cup = run(8, "double_elimination")
    here = cup.people.site
    for number, match_id in enumerate(("U1.1", "U1.2", "U1.3", "U1.4", "U2.1", "U2.2", "L1.1")):
        cup.people.site = other if number % 2 else here
        cup.decide(match_id, (2, 0))
        check_one_truth(cup)
    cup.people.site = here
    cup.decide("U1.1", (0, 2), Consent(2, "wrong way round"))
    cup.people.site = other
    check_one_truth(cup)


@on_sqlite
def test_a_row_that_differs_is_noticed(run: Begin) -> None:
    """The check above can fail: a lost update of a match row is seen."""
    cup = run(4)
    cup.decide("U1.1", (2, 0))
    with cup.people.site.database.begin_write() as conn:
        conn.execute(match_table.update().values(winner_id=None))
    with pytest.raises(AssertionError):
        check_one_truth(cup)

"""The one executor: load the stage, let the engine do one thing, save what changed.

A process keeps the last `Stage` of each tournament it wrote to, together with the epoch and the
seq of the stream that it belongs to. When the log has moved on meanwhile, the newer facts are
folded onto it; so two processes never work from different stages, and neither reads what it
knows already.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection

from clutch import engine
from clutch.engine import ParticipantId, Stage, Transition
from clutch.kernel import log
from clutch.kernel.log import Fact
from clutch.kernel.points import point
from clutch.kernel.refusals import NotFound
from clutch.kernel.writing import Transaction
from clutch.tournaments import match_rows
from clutch.tournaments.events_play import ENGINE_KINDS, engine_body
from clutch.tournaments.models import Tournament, TournamentId, stream_of

MOST_KEPT = 64
_KEPT = "stages"
# The same seq of another epoch is another history.
_Key = tuple[str, TournamentId]


class KeptStages:
    """The stages that this process knows, the least recently used ones forgotten first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stages: OrderedDict[_Key, tuple[int, Stage]] = OrderedDict()

    def get(self, key: _Key) -> tuple[int, Stage | None]:
        """The stage and the seq of its stream that it belongs to; (0, None) when not kept."""
        with self._lock:
            kept = self._stages.get(key)
            if kept is None:
                return 0, None
            self._stages.move_to_end(key)
            return kept

    def put(self, key: _Key, seq: int, stage: Stage) -> None:
        """Keep a committed stage, unless a newer one is kept already."""
        with self._lock:
            kept = self._stages.get(key)
            if kept is not None and kept[0] >= seq:
                return
            self._stages[key] = (seq, stage)
            self._stages.move_to_end(key)
            while len(self._stages) > MOST_KEPT:
                self._stages.popitem(last=False)


def kept_stages(kept: dict[str, Any]) -> KeptStages:
    """The kept stages of a process; `kept` is its writer's."""
    return kept.setdefault(_KEPT, KeptStages())  # type: ignore[no-any-return]


def begin(
    tx: Transaction, actor_id: int | None, tournament: Tournament, seeding: Sequence[ParticipantId]
) -> Stage:
    """Draw the bracket for `seeding` (best first) and write its matches.

    Raises:
        TooFewParticipants, TooManyParticipants, ...: whatever `engine.draw` refuses.
    """
    transition = engine.draw(
        engine.FormatName(tournament.format), seeding, stage_settings(tournament)
    )
    tx.lock(tournament.stream)
    match_rows.write_all(tx, tournament.id, transition.stage)
    _append(tx, tournament.id, actor_id, transition)
    return transition.stage


def advance(
    tx: Transaction,
    actor_id: int | None,
    tournament_id: TournamentId,
    operate: Callable[[Stage], Transition],
    decision: match_rows.Decision | None = None,
    *said: Fact,
) -> Transition:
    """Do one thing to a running stage: rows, facts and kept stage follow what the engine says.

    `said` are facts about the people's act; they stand in the log before what followed from it.

    Raises:
        NotFound: nothing is drawn yet.
        RuleRefusal: whatever `operate` refuses; nothing has changed then.
    """
    stage = locked_stage(tx, tournament_id)
    transition = operate(stage)
    tx.append(stream_of(tournament_id), *said, actor_id=actor_id)
    match_rows.write_changes(tx, tournament_id, stage, transition, decision)
    _append(tx, tournament_id, actor_id, transition)
    return transition


def locked_stage(tx: Transaction, tournament_id: TournamentId) -> Stage:
    """The stage as it is now, with its stream locked until the end of the transaction.

    Raises:
        NotFound: nothing is drawn yet.
    """
    seq = tx.lock(stream_of(tournament_id))
    return _at(tx.conn, kept_stages(tx.kept), (tx.epoch, tournament_id), seq)


def keep(tx: Transaction, tournament_id: TournamentId, stage: Stage) -> None:
    """Keep the stage as this transaction leaves it, so that the next one need not read the log.

    To be called once in a transaction, with what the engine last said.
    """
    kept, stream = kept_stages(tx.kept), stream_of(tournament_id)
    key = (tx.epoch, tournament_id)
    # After the flush the lock's seq is the one of the last fact of this transaction.
    tx.after_commit(lambda: kept.put(key, tx.lock(stream), stage))


def read_stage(conn: Connection, kept: dict[str, Any], tournament_id: TournamentId) -> Stage:
    """The stage as this snapshot of the database has it.

    Raises:
        NotFound: nothing is drawn yet.
    """
    epoch, seq = point(conn, stream_of(tournament_id))
    return _at(conn, kept_stages(kept), (epoch, tournament_id), seq)


def stage_settings(tournament: Tournament) -> engine.Settings:
    """The organizer's choices in the engine's form."""
    chosen = tournament.format_settings
    rounds = tuple(
        engine.RoundBestOf(*_round_of(key), best_of) for key, best_of in chosen.rounds.items()
    )
    return engine.Settings(
        third_place=chosen.third_place,
        grand_final=engine.GrandFinal(chosen.grand_final),
        best_of=engine.BestOf(chosen.best_of, rounds, chosen.final),
    )


_BRACKETS = {
    "U": engine.Bracket.UPPER,
    "L": engine.Bracket.LOWER,
    "F": engine.Bracket.FINAL,
    "T": engine.Bracket.THIRD_PLACE,
}


def _round_of(key: str) -> tuple[engine.Bracket, int]:
    return _BRACKETS[key[0]], int(key[1:] or 1)


def _at(conn: Connection, kept: KeptStages, key: _Key, seq: int) -> Stage:
    kept_seq, stage = kept.get(key)
    if kept_seq > seq:  # an older snapshot than what is kept: read it as it was
        kept_seq, stage = 0, None
    if stage is None or kept_seq < seq:
        events = log.read_stream(conn, stream_of(key[1]), kept_seq)
        facts = [
            event.fact() for event in events if event.kind in ENGINE_KINDS and event.seq <= seq
        ]
        stage = engine.replay(facts, stage) if facts else stage
    if stage is None:
        raise NotFound
    kept.put(key, seq, stage)
    return stage


def _append(
    tx: Transaction, tournament_id: TournamentId, actor_id: int | None, transition: Transition
) -> None:
    stream = stream_of(tournament_id)
    tx.append(stream, *map(engine_body, transition.facts), actor_id=actor_id)
    keep(tx, tournament_id, transition.stage)

"""Reading the log: which decided matches and placements there are after some events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec
from sqlalchemy import Connection, bindparam, select

from clutch import engine
from clutch.kernel.log import Event
from clutch.statistics.contexts import Context, Contexts
from clutch.statistics.models import Decided, Holder, MapWon, MatchKey, Mode, Placed
from clutch.statistics.repository import decided_in, find_decided, placed_in
from clutch.tournaments.models import TournamentId
from clutch.tournaments.tables import placement

DECIDED, AMENDED, REVOKED = "match-decided", "result-amended", "result-revoked"
CORRECTED, EDITED = "result-corrected", "tournament-edited"
COMPLETED, REOPENED = "tournament-completed", "tournament-reopened"
KINDS = frozenset({DECIDED, AMENDED, REVOKED, CORRECTED, EDITED, COMPLETED, REOPENED})

_ABOUT_KEPT = {AMENDED, REVOKED, CORRECTED}
_CHANGES_COUNTING = {"game", "visibility"}

Placements = dict[TournamentId, tuple[Placed, ...]]


class Changes(msgspec.Struct, frozen=True):
    """What was kept of the matches and placements that events speak of, and what is so now.

    A match that is in neither dict did not change. None: not there.
    """

    before: Mapping[MatchKey, Decided]
    now: Mapping[MatchKey, Decided | None]
    placed_before: Mapping[TournamentId, tuple[Placed, ...]]
    placed_now: Mapping[TournamentId, tuple[Placed, ...]]


class _About(msgspec.Struct, frozen=True):
    match: str


def tournament_of(event: Event) -> TournamentId:
    return TournamentId(event.stream.partition("-")[2])


def read_changes(conn: Connection, contexts: Contexts, events: Sequence[Event]) -> Changes:
    """What these events (of `KINDS`) change."""
    edited = {tournament_of(event) for event in events if _edits_counting(event)}
    for tournament_id in edited:
        contexts.forget(tournament_id)
    contexts.load(conn, {tournament_of(event) for event in events})
    reader = _Reader(conn, contexts, events, edited)
    for event in events:
        reader.read(event)
    return reader.changes()


def _edits_counting(event: Event) -> bool:
    return event.kind == EDITED and not _CHANGES_COUNTING.isdisjoint(event.fact().fields)


class _Reader:
    """Applies events one by one to the matches and placements that they are about."""

    def __init__(
        self,
        conn: Connection,
        contexts: Contexts,
        events: Sequence[Event],
        edited: Iterable[TournamentId],
    ) -> None:
        self._contexts = contexts
        kept = find_decided(conn, _keys_of_kept(events)) + decided_in(conn, sorted(edited))
        self._before = {one.key: one for one in kept}
        self._now: dict[MatchKey, Decided | None] = dict(self._before)
        ends = {tournament_of(one) for one in events if one.kind in {COMPLETED, REOPENED}}
        self._placed_before = _by_tournament(placed_in(conn, sorted(ends.union(edited))))
        self._placed = dict(self._placed_before)
        self._final = _final_places(conn, sorted(ends))
        self._acts: dict[str, Callable[[Event], None]] = {
            DECIDED: self._decide,
            AMENDED: self._amend,
            REVOKED: self._revoke,
            CORRECTED: self._await,
            EDITED: self._edit,
            COMPLETED: self._complete,
            REOPENED: self._reopen,
        }

    def read(self, event: Event) -> None:
        self._acts[event.kind](event)

    def changes(self) -> Changes:
        return Changes(self._before, self._now, self._placed_before, self._placed)

    def _decide(self, event: Event) -> None:
        said = event.fact()
        made = decided_by(event, said, self._contexts[tournament_of(event)])
        if made is None:
            return
        kept = self._now.get(made.key)
        if kept is not None and kept.awaiting:
            made = msgspec.structs.replace(made, place=kept.place, at=kept.at)
        self._now[made.key] = made

    def _amend(self, event: Event) -> None:
        kept = self._kept(event)
        if kept is None:
            return
        said = event.fact()
        made = decided_by(event, said, self._contexts[tournament_of(event)])
        if made is not None:
            self._now[made.key] = msgspec.structs.replace(made, place=kept.place, at=kept.at)

    def _revoke(self, event: Event) -> None:
        kept = self._kept(event)
        if kept is None:
            return
        gone = msgspec.structs.replace(kept, standing=False) if kept.awaiting else None
        self._now[kept.key] = gone

    def _await(self, event: Event) -> None:
        """A correction was made: the result that follows takes the place of this one."""
        kept = self._kept(event)
        if kept is not None and event.fact().result is not None:
            self._now[kept.key] = msgspec.structs.replace(kept, awaiting=True)

    def _edit(self, event: Event) -> None:
        tournament_id = tournament_of(event)
        context = self._contexts[tournament_id]
        fresh = {"game": context.game, "counts": context.counts}
        for key, one in self._now.items():
            if key[0] == tournament_id and one is not None:
                self._now[key] = msgspec.structs.replace(one, **fresh)
        if tournament_id in self._placed:
            self._placed[tournament_id] = tuple(
                msgspec.structs.replace(one, **fresh) for one in self._placed[tournament_id]
            )

    def _complete(self, event: Event) -> None:
        tournament_id = tournament_of(event)
        context = self._contexts[tournament_id]
        self._placed[tournament_id] = placed_by(
            event, tournament_id, context, self._final.get(tournament_id, ())
        )

    def _reopen(self, event: Event) -> None:
        self._placed[tournament_of(event)] = ()

    def _kept(self, event: Event) -> Decided | None:
        match = msgspec.json.decode(event.json, type=_About).match
        return self._now.get((tournament_of(event), match))


def decided_by(event: Event, said: engine.MatchDecided, context: Context) -> Decided | None:
    """What a decision says; None where there were not two participants (a bye, a vacant place)."""
    first, second = said.opponents
    if first is None or second is None:
        return None
    result = said.result
    winner = None if result.winner is None else int(result.winner != first)
    return Decided(
        tournament_id=tournament_of(event),
        match_id=said.match,
        place=event.position,
        at=event.at,
        game=context.game,
        format=context.format,
        by_teams=context.by_teams,
        sides=(context.sides[first], context.sides[second]),
        outcome=result.outcome.value,
        winner=winner,
        scores=result.scores,
        best_of=context.best_of[said.match],
        maps=tuple(
            MapWon(game.name, int(game.scores[1] > game.scores[0]))
            for game in result.games
            if game.name
        ),
        counts=context.counts,
    )


def placed_by(
    event: Event,
    tournament_id: TournamentId,
    context: Context,
    places: Sequence[tuple[int, int, int]],
) -> tuple[Placed, ...]:
    """The placements of a completed tournament, of everybody who stood for a participant."""
    return tuple(
        Placed(
            holder=holder,
            tournament_id=tournament_id,
            place=event.position,
            at=event.at,
            game=context.game,
            format=context.format,
            rank=rank,
            to=to,
            participants=len(places),
            counts=context.counts,
        )
        for participant, rank, to in places
        for holder in holders_of(context, participant)
    )


def holders_of(context: Context, participant: int) -> tuple[Holder, ...]:
    """Whose numbers a participant's placement stands in."""
    side = context.sides[participant]
    if not context.by_teams:
        return (Holder(Mode.SOLO, side.unit),)
    return (
        Holder(Mode.TEAM, side.unit),
        *(Holder(Mode.ROSTER, player) for player in side.roster),
    )


def _keys_of_kept(events: Iterable[Event]) -> list[MatchKey]:
    """Matches that must be there already for what is said of them."""
    keys = {
        (tournament_of(event), msgspec.json.decode(event.json, type=_About).match)
        for event in events
        if event.kind in _ABOUT_KEPT
    }
    return sorted(keys)


def _by_tournament(every: Iterable[Placed]) -> Placements:
    found: dict[TournamentId, list[Placed]] = {}
    for one in every:
        found.setdefault(one.tournament_id, []).append(one)
    return {tournament_id: tuple(places) for tournament_id, places in found.items()}


def _final_places(
    conn: Connection, tournaments: Sequence[TournamentId]
) -> dict[TournamentId, list[tuple[int, int, int]]]:
    """Participant, rank and last shared rank, as they are now."""
    found: dict[TournamentId, list[tuple[int, int, int]]] = {}
    if tournaments:
        for row in conn.execute(_PLACES, {"wanted": list(tournaments)}):
            place = (row.participant_id, row.rank, row.to)
            found.setdefault(TournamentId(row.tournament_id), []).append(place)
    return found


_PLACES = (
    select(placement)
    .where(placement.c.tournament_id.in_(bindparam("wanted", expanding=True)))
    .order_by(placement.c.tournament_id, placement.c.participant_id)
)

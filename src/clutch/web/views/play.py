"""One match as its page shows it: who plays, who said what, what it decides, what happened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from clutch import engine
from clutch.accounts.models import AccountId, Actor
from clutch.accounts.queries import names_of
from clutch.engine import MatchId, Stage
from clutch.engine.stage import MatchPlan
from clutch.kernel.log import Event
from clutch.kernel.refusals import N_, NotFound
from clutch.tournaments import stages
from clutch.tournaments.bracket import Bracket, get_part
from clutch.tournaments.events_play import ResultConfirmed, ResultCorrected, ResultReported
from clutch.tournaments.history import match_history
from clutch.tournaments.matches import Claim, MatchRow, claims_of, find_side
from clutch.tournaments.models import Status, Tournament
from clutch.tournaments.results import may_be_corrected
from clutch.web.reader import Reader
from clutch.web.sentences import Told, tell
from clutch.web.views.bracket import LETTERS, DrawnMatch, Side
from clutch.web.views.tournament_bracket import drawn_match
from clutch.web.views.tournaments import TournamentFrame
from clutch.web.words import round_title

_DELETED = N_("deleted player")


@dataclass(frozen=True, slots=True)
class Rounds:
    """How many rounds each part of a bracket has: enough to name them."""

    counts: dict[str, int]

    @classmethod
    def of(cls, stage: Stage) -> Rounds:
        counts: dict[str, int] = {}
        for match in stage.matches.values():
            part = match.bracket.value
            counts[part] = max(counts.get(part, 0), match.round)
        return cls(counts)

    def title(self, bracket: str, number: int) -> str:
        """A round's name in the reader's language."""
        single = "lower" not in self.counts and "final" not in self.counts
        return round_title(bracket, number, self.counts[bracket], single=single)


@dataclass(frozen=True, slots=True)
class Lead:
    """Where winner or loser go from a match: `match` and who waits there on the `other` side.

    `who` already went there, once the match is decided.
    """

    match: DrawnMatch
    other: Side
    who: Side | None


@dataclass(frozen=True, slots=True)
class Ends:
    """What a match decides where nobody goes on from it: ranks for winner and loser."""

    winner: int | None
    loser: int | None


@dataclass(frozen=True, slots=True)
class Credit:
    """How a result came to stand: by whom it was reported, and confirmed, set or corrected."""

    how: str
    reporter: int | None
    actor: int | None


@dataclass(frozen=True, slots=True)
class MatchView:
    """A match with all that its page shows. `side` is the visitor's, if they speak for one."""

    frame: TournamentFrame
    match: MatchRow
    drawn: DrawnMatch
    rounds: Rounds
    seq: int
    claims: list[Claim]
    side: int | None
    winner_lead: Lead | None
    loser_lead: Lead | None
    ends: Ends
    credit: Credit | None
    people: dict[AccountId, str | None]
    told: list[Told]

    @property
    def title(self) -> str:
        """The round's name."""
        return self.rounds.title(self.match.bracket, self.match.round)

    @property
    def round_key(self) -> str:
        """How the round is called in addresses."""
        return f"{LETTERS[self.match.bracket]}{self.match.round}"

    def names(self, reader: Reader) -> tuple[str, str]:
        """Both sides' names where nothing but text can stand; empty where nobody is known."""
        gone = reader.gettext(_DELETED)
        first, second = (
            "" if side.participant is None else side.name or gone for side in self.drawn.sides
        )
        return first, second

    @property
    def is_played_now(self) -> bool:
        """Whether somebody can report it."""
        return self.frame.tournament.status is Status.RUNNING and self.match.is_ready

    @property
    def own_claim(self) -> Claim | None:
        return next((claim for claim in self.claims if claim.side == self.side), None)

    @property
    def other_claim(self) -> Claim | None:
        """What the visitor's opponent says."""
        return next((claim for claim in self.claims if claim.side != self.side), None)

    @property
    def is_disputed(self) -> bool:
        return len(self.claims) > 1

    @property
    def may_decide(self) -> bool:
        """Whether the visitor can set or change the result, or the start time."""
        tournament = self.frame.tournament
        return (
            self.frame.organizes
            and may_be_corrected(tournament)
            and self.match.status in {"waiting", "ready", "decided"}
        )

    @property
    def may_revoke(self) -> bool:
        """Whether there is a result that somebody recorded."""
        return self.may_decide and self.match.is_decided and self.match.confirmed_how != "rule"

    @property
    def can_be_set(self) -> bool:
        """Whether two participants are known, so that a result is possible."""
        return len(self.match.participants) == 2

    @property
    def meets_again(self) -> bool:
        """Whether both go to the second final, unless the upper side wins this one."""
        leads = self.winner_lead, self.loser_lead
        return all(lead is not None and lead.match.id == "F2" for lead in leads)


def match_view(
    conn: Connection,
    kept: dict[str, Any],
    visitor: tuple[Actor, Reader],
    frame: TournamentFrame,
    match_id: str,
) -> MatchView:
    """Read a match's page.

    Raises:
        NotFound: nothing is drawn, or there is no such match.
    """
    actor, reader = visitor
    tournament = frame.tournament
    stage = stages.read_stage(conn, kept, tournament.id)
    plan = _plan(stage, match_id)
    part = get_part(conn, stage, tournament, _around(plan))
    match = next(one for one in part.matches if one.id == match_id)
    claims = claims_of(conn, tournament.id, match_id)
    events = match_history(conn, tournament.stream, match_id)
    credit = _credit(events) if match.is_decided else None
    return MatchView(
        frame=frame,
        match=match,
        drawn=drawn_match(part, match),
        rounds=Rounds.of(stage),
        seq=part.seq,
        claims=claims,
        side=find_side(conn, match, actor.account_id),
        winner_lead=_lead(part, match, part.winner_to),
        loser_lead=_lead(part, match, part.loser_to),
        ends=_ends(plan),
        credit=credit,
        people=names_of(conn, _people(claims, credit)),
        told=tell(conn, reader, events),
    )


def happened_since(
    conn: Connection, reader: Reader, tournament: Tournament, match_id: str, seq: int
) -> list[Told]:
    """What happened to a match after somebody looked at it."""
    return tell(conn, reader, match_history(conn, tournament.stream, match_id, after=seq))


def _plan(stage: Stage, match_id: str) -> MatchPlan:
    found = stage.matches.get(MatchId(match_id))
    if found is None:
        raise NotFound
    return found.plan


def _around(plan: MatchPlan) -> set[str]:
    feeds = (plan.winner_to, plan.loser_to)
    return {plan.id, *(feed.match for feed in feeds if feed is not None)}


def _lead(part: Bracket, match: MatchRow, feeds: dict[str, str]) -> Lead | None:
    target_id = feeds.get(match.id)
    target = next((one for one in part.matches if one.id == target_id), None)
    if target is None:
        return None
    drawn = drawn_match(part, target)
    mine = _side_from(target, match.id, "winner_of" if feeds is part.winner_to else "loser_of")
    who = drawn.sides[mine] if drawn.sides[mine].participant is not None else None
    return Lead(drawn, drawn.sides[1 - mine], who)


def _side_from(target: MatchRow, match_id: str, kind: str) -> int:
    return int(getattr(target.opponents[0].source, kind) != match_id)


def _ends(plan: MatchPlan) -> Ends:
    """Levels count from the champion's 0. A loser's rank is told where nobody shares it."""
    winner = plan.levels.winner if plan.winner_to is None else None
    loser = plan.levels.loser if plan.loser_to is None else None
    alone = loser == 1 or (plan.bracket, loser) in _LAST_BUT_ONE
    return Ends(
        None if winner is None else winner + 1,
        loser + 1 if loser is not None and alone else None,
    )


_LAST_BUT_ONE = {(engine.Bracket.LOWER, 2), (engine.Bracket.THIRD_PLACE, 3)}


def _credit(events: Sequence[Event]) -> Credit | None:
    """By whom the result that stands was accepted: the newest word on it."""
    facts = [(event, event.fact()) for event in events]
    for number, (event, fact) in enumerate(facts):
        if isinstance(fact, ResultCorrected):
            return Credit("corrected", None, event.actor_id) if fact.result else None
        if isinstance(fact, ResultConfirmed):
            older = (one for one in facts[number:] if one[0].actor_id != event.actor_id)
            reporter = next((e.actor_id for e, f in older if isinstance(f, ResultReported)), None)
            return Credit(fact.how, reporter, event.actor_id)
        if isinstance(fact, engine.MatchDecided):
            return Credit("rule", None, None)
    return None


def _people(claims: Iterable[Claim], credit: Credit | None) -> set[int]:
    told = {claim.account_id for claim in claims}
    if credit is not None:
        told |= {one for one in (credit.reporter, credit.actor) if one is not None}
    return told

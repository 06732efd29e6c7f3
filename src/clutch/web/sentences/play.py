"""What happened in tournaments from the draw on, in plain language.

The engine's small steps (a place filled, a match not needed) have sentences too, but a history
(`tournaments.history`) leaves them out: it shows what people did, and what a rule decided for them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from markupsafe import Markup, escape
from sqlalchemy import Connection, select

from clutch import engine
from clutch.kernel.log import Event
from clutch.kernel.refusals import N_
from clutch.tournaments import events_play as facts
from clutch.tournaments.tables import participant
from clutch.web.sentences import Teller, sentence

_DELETED = N_("deleted player")
_HOW = {
    "opponent": N_("Result of {match} confirmed by both sides: {result}."),
    "organizer": N_("Result of {match} set by an organizer: {result}."),
    "deadline": N_("Result of {match} stands, since nobody objected in time: {result}."),
}


@sentence("stage-drawn")
def drawn(teller: Teller, _: Event, fact: engine.StageDrawn) -> Markup:
    return teller.say_number(
        "Bracket drawn for {number} participant.",
        "Bracket drawn for {number} participants.",
        len(fact.participants),
    )


@sentence("result-reported")
def reported(teller: Teller, event: Event, fact: facts.ResultReported) -> Markup:
    return teller.say(
        N_("Result of {match} reported: {result}."),
        match=_match(event, fact.match),
        result=_result(teller, event, fact.opponents, fact.result),
    )


@sentence("report-withdrawn")
def withdrawn(teller: Teller, event: Event, fact: facts.ReportWithdrawn) -> Markup:
    return teller.say(N_("Report of {match} taken back."), match=_match(event, fact.match))


@sentence("report-dropped")
def dropped(teller: Teller, event: Event, fact: facts.ReportDropped) -> Markup:
    return teller.say(
        N_("Report of {match} dropped: the match was decided or its opponents changed."),
        match=_match(event, fact.match),
    )


@sentence("result-disputed")
def disputed(teller: Teller, event: Event, fact: facts.ResultDisputed) -> Markup:
    return teller.say(
        N_("Reports of {match} differ: an organizer decides."), match=_match(event, fact.match)
    )


@sentence("result-confirmed")
def confirmed(teller: Teller, event: Event, fact: facts.ResultConfirmed) -> Markup:
    return teller.say(
        _HOW[fact.how],
        match=_match(event, fact.match),
        result=_result(teller, event, fact.opponents, fact.result),
    )


@sentence("result-corrected")
def corrected(teller: Teller, event: Event, fact: facts.ResultCorrected) -> Markup:
    match = _match(event, fact.match)
    if fact.result is None:
        text = teller.say(N_("Result of {match} taken back."), match=match)
    else:
        result = _result(teller, event, fact.opponents, fact.result)
        text = teller.say(N_("Result of {match} corrected: {result}."), match=match, result=result)
    return _with_reason(teller, _with_revoked(teller, event, text, fact.revoked), fact.reason)


@sentence("disqualification-decided")
def disqualified(teller: Teller, event: Event, fact: facts.DisqualificationDecided) -> Markup:
    wording = (
        N_("Disqualification of {name} lifted.") if fact.lifted else N_("Disqualified: {name}.")
    )
    text = teller.say(wording, name=_name(teller, event, fact.participant))
    return _with_reason(teller, _with_revoked(teller, event, text, fact.revoked), fact.reason)


@sentence("match-scheduled")
def scheduled(teller: Teller, event: Event, fact: facts.MatchScheduled) -> Markup:
    match = _match(event, fact.match)
    if fact.starts_at is None:
        return teller.say(N_("Start time of {match} removed."), match=match)
    starts_at = teller.reader.moment(datetime.fromisoformat(fact.starts_at))
    return teller.say(N_("Start time of {match}: {time}."), match=match, time=starts_at)


@sentence("round-scheduled")
def round_scheduled(teller: Teller, event: Event, fact: facts.RoundScheduled) -> Markup:
    if len(fact.matches) == 1:
        alone = facts.MatchScheduled(match=fact.matches[0], starts_at=fact.starts_at)
        return scheduled(teller, event, alone)
    first, last = _match(event, fact.matches[0]), _match(event, fact.matches[-1])
    if fact.starts_at is None:
        return teller.say(N_("Start times from {first} to {last} removed."), first=first, last=last)
    starts_at = teller.reader.moment(datetime.fromisoformat(fact.starts_at))
    text = teller.say(
        N_("Start times from {first} to {last}: {time}."), first=first, last=last, time=starts_at
    )
    if fact.every_minutes == 0:
        return text
    minutes = str(fact.every_minutes)
    return text + " " + teller.say(N_("One match every {minutes} min."), minutes=minutes)


@sentence("tournament-completed")
def completed(teller: Teller, event: Event, fact: facts.TournamentCompleted) -> Markup:
    if fact.champion is None:
        return teller.say(N_("Tournament completed without a champion."))
    champion = _name(teller, event, fact.champion)
    return teller.say(N_("Tournament completed; champion: {name}."), name=champion)


@sentence("tournament-reopened")
def reopened(teller: Teller, _: Event, __: facts.TournamentReopened) -> Markup:
    return teller.say(N_("Tournament open again after a correction: trophies taken back."))


@sentence("match-decided", "result-amended")
def decided(
    teller: Teller, event: Event, fact: engine.MatchDecided | engine.ResultAmended
) -> Markup:
    result = _result(teller, event, fact.opponents, engine.encode_result(fact.result))
    match = _match(event, fact.match)
    if fact.decided_by is engine.DecidedBy.RECORDED:
        return teller.say(N_("{match} decided: {result}."), match=match, result=result)
    return teller.say(N_("{match} decided without play: {result}."), match=match, result=result)


@sentence("result-revoked")
def revoked(teller: Teller, event: Event, fact: engine.ResultRevoked) -> Markup:
    return teller.say(N_("Result of {match} gone."), match=_match(event, fact.match))


@sentence("opponent-placed")
def placed(teller: Teller, event: Event, fact: engine.OpponentPlaced) -> Markup:
    match = _match(event, fact.match)
    if fact.participant is None:
        return teller.say(N_("A place in {match} stays vacant."), match=match)
    name = _name(teller, event, fact.participant)
    return teller.say(N_("{name} goes to {match}."), name=name, match=match)


@sentence("opponent-removed")
def removed(teller: Teller, event: Event, fact: engine.OpponentRemoved) -> Markup:
    return teller.say(N_("A place in {match} is open again."), match=_match(event, fact.match))


@sentence("match-not-needed")
def not_needed(teller: Teller, event: Event, fact: engine.MatchNotNeeded) -> Markup:
    return teller.say(N_("{match} is not needed."), match=_match(event, fact.match))


@sentence("match-needed-again")
def needed_again(teller: Teller, event: Event, fact: engine.MatchNeededAgain) -> Markup:
    return teller.say(N_("{match} may be needed after all."), match=_match(event, fact.match))


@sentence("participant-disqualified")
def out(teller: Teller, event: Event, fact: engine.ParticipantDisqualified) -> Markup:
    name = _name(teller, event, fact.participant)
    return teller.say(N_("{name} loses every match from now on."), name=name)


@sentence("participant-reinstated")
def back(teller: Teller, event: Event, fact: engine.ParticipantReinstated) -> Markup:
    name = _name(teller, event, fact.participant)
    return teller.say(N_("{name} plays again."), name=name)


@sentence("walkover-kept")
def kept(teller: Teller, event: Event, fact: engine.WalkoverKept) -> Markup:
    return teller.say(N_("The walkover in {match} stands."), match=_match(event, fact.match))


@sentence("stage-completed")
def stage_completed(teller: Teller, _: Event, __: engine.StageCompleted) -> Markup:
    return teller.say(N_("No match is left."))


@sentence("stage-reopened")
def stage_reopened(teller: Teller, _: Event, __: engine.StageReopened) -> Markup:
    return teller.say(N_("Matches are open again."))


def _match(event: Event, match_id: str) -> Markup:
    address = f"/tournaments/{event.stream.removeprefix('tournament-')}/matches/{match_id}"
    return Markup('<a class="mono" href="{}">{}</a>').format(address, match_id)


def _name(teller: Teller, event: Event, participant_id: int | None) -> Markup:
    if participant_id is None:
        return Markup("—")
    names: Mapping[int, str | None] = teller.once(
        ("participants", event.stream), lambda conn: _names(conn, event.stream)
    )
    name = names.get(participant_id)
    if name is None:
        return Markup('<span class="gone">{}</span>').format(teller.reader.gettext(_DELETED))
    return Markup("<bdi>{}</bdi>").format(name)


def _names(conn: Connection, stream: str) -> dict[int, str | None]:
    """Every participant of the tournament, in one look."""
    rows = conn.execute(
        select(participant.c.id, participant.c.name).where(
            participant.c.tournament_id == stream.removeprefix("tournament-")
        )
    )
    return {row.id: row.name for row in rows}


def _result(
    teller: Teller, event: Event, opponents: Sequence[int | None], result: Mapping[str, Any]
) -> Markup:
    """Both sides with the score between them, and how it ended where it was not played."""
    first, second = (_name(teller, event, each) for each in opponents)
    scores = result["scores"]
    middle = Markup("–") if scores is None else Markup("{}:{}").format(*scores)
    line = Markup("{} {} {}").format(first, middle, second)
    outcome = result["outcome"]
    if outcome == engine.Outcome.DOUBLE_FORFEIT or result["winner"] is None:
        return teller.say(N_("{line} (nobody advances)"), line=line)
    winner = _name(teller, event, result["winner"])
    if outcome == engine.Outcome.WALKOVER:
        return teller.say(N_("{line} (walkover for {name})"), line=line, name=winner)
    if outcome == engine.Outcome.FORFEIT:
        return teller.say(N_("{line} (the opponent gave up, {name} wins)"), line=line, name=winner)
    if scores is None:
        return teller.say(N_("{line} (winner: {name})"), line=line, name=winner)
    return line


def _with_revoked(teller: Teller, event: Event, text: Markup, revoked: Sequence[str]) -> Markup:
    if not revoked:
        return text
    matches = Markup(", ").join(_match(event, each) for each in revoked)
    return text + " " + teller.say(N_("Results taken back with it: {matches}."), matches=matches)


def _with_reason(teller: Teller, text: Markup, reason: str | None) -> Markup:
    if not reason:
        return text
    return text + " " + teller.say(N_("Reason: {reason}"), reason=escape(reason))

"""What can be done with a stage. Each operation takes one and returns the next, with the facts.

A refused operation raises and has changed nothing: there is nothing that it could have changed.
"""

from __future__ import annotations

from collections.abc import Sequence

from clutch.engine.facts import (
    ParticipantDisqualified,
    ParticipantReinstated,
    StageDrawn,
    Transition,
    WalkoverKept,
)
from clutch.engine.fold import UNDRAWN, Draft
from clutch.engine.formats import format_named
from clutch.engine.refusals import (
    AlreadyDisqualified,
    MatchAlreadyDecided,
    MatchDecidedByRule,
    MatchIsBye,
    MatchIsNotNeeded,
    MatchNotDecided,
    MatchNotReady,
    MatchUnknown,
    NotDisqualified,
    OpponentVacant,
    ParticipantTwice,
    ParticipantUnknown,
    ResultUnchanged,
    TooFewParticipants,
    TooManyParticipants,
)
from clutch.engine.results import ParticipantId, Result
from clutch.engine.routing import decide, replace, ruling, settle
from clutch.engine.scores import check_result
from clutch.engine.settings import Settings
from clutch.engine.stage import DecidedBy, FormatName, Match, MatchId, Stage, Status

LEAST_PARTICIPANTS = 2
MOST_PARTICIPANTS = 1024


def draw(
    format_name: FormatName, participants: Sequence[ParticipantId], settings: Settings | None = None
) -> Transition:
    """Draw a stage for `participants`, best seed first; byes go to the best seeds.

    Raises:
        FormatUnknown: nobody wrote that format.
        TooFewParticipants, TooManyParticipants: fewer than 2, more than 1,024.
        ParticipantTwice: somebody stands in the seeding twice.
        ThirdPlaceNotPlayed: a third-place match in double elimination.
    """
    settings = settings or Settings()
    seeding = tuple(participants)
    chosen = format_named(format_name)
    _check_seeding(seeding)
    chosen.check(settings)
    draft = Draft(UNDRAWN)
    draft.record(StageDrawn(format_name, settings, seeding))
    return draft.finish()


def report(stage: Stage, match_id: MatchId, result: Result) -> Transition:
    """Record the result of a ready match; winner and loser go to where the match sends them.

    Raises:
        MatchUnknown, MatchNotReady, MatchIsBye, MatchIsNotNeeded: it can't be played.
        MatchAlreadyDecided: it has a result; `correct` changes that.
        and whatever `check_result` says of an impossible result.
    """
    match = _match(stage, match_id)
    _check_ready(match)
    check_result(match, result)
    draft = Draft(stage)
    decide(draft, match, result, DecidedBy.RECORDED)
    return draft.finish()


def correct(stage: Stage, match_id: MatchId, result: Result) -> Transition:
    """Replace the result of a decided match.

    With the same winner nothing downstream is touched. With another one everything that followed
    from the old result is taken back, farthest first, and the new one is recorded: afterwards the
    stage is what it would have been had this result been reported first. The result also wins over
    a disqualification that decided the match.

    Raises:
        MatchUnknown, MatchIsBye, MatchIsNotNeeded, MatchNotDecided: there is no result.
        OpponentVacant: only a walkover is possible; correct what left the place empty.
        ResultUnchanged: it is what stands already.
        and whatever `check_result` says of an impossible result.
    """
    match = _match(stage, match_id)
    _check_decided(match)
    if len(match.participants) < 2:
        raise OpponentVacant(match.id)
    check_result(match, result)
    if match.result == result and match.decided_by is DecidedBy.RECORDED:
        raise ResultUnchanged(match.id)
    draft = Draft(stage)
    replace(draft, match, result, DecidedBy.RECORDED)
    return draft.finish()


def revoke(stage: Stage, match_id: MatchId) -> Transition:
    """Take back a recorded result, and all that followed from it.

    Matches that it fed, at any depth, lose the opponents that they got from it; those already
    decided are revoked too, farthest first. Results elsewhere stand. Where a disqualification
    decides the match it is decided again at once, by rule.

    Raises:
        MatchUnknown, MatchIsBye, MatchIsNotNeeded, MatchNotDecided: there is no result.
        MatchDecidedByRule: nobody recorded it; correct it, or change what it follows from.
    """
    match = _match(stage, match_id)
    _check_decided(match)
    if match.decided_by is DecidedBy.RULE:
        raise MatchDecidedByRule(match.id)
    draft = Draft(stage)
    replace(draft, match, ruling(match, stage.disqualified), DecidedBy.RULE)
    return draft.finish()


def disqualify(stage: Stage, participant: ParticipantId) -> Transition:
    """Let the opponent win the participant's open match and each later one by walkover.

    Decided matches stand, also walkovers that the participant got by rule. Two disqualified
    participants in one match are both out, as after a double forfeit.

    Raises:
        ParticipantUnknown: not in this stage.
        AlreadyDisqualified: nothing more to do.
    """
    _check_participant(stage, participant)
    if participant in stage.disqualified:
        raise AlreadyDisqualified(participant)
    draft = Draft(stage)
    draft.record(ParticipantDisqualified(participant))
    for match in stage.matches_of(participant):
        if match.decided_by is DecidedBy.RULE and match.winner == participant:
            draft.record(WalkoverKept(match.id))
        elif match.status is Status.READY:
            settle(draft, match)
    return draft.finish()


def reinstate(stage: Stage, participant: ParticipantId) -> Transition:
    """Lift a disqualification: what it decided is undone, with all that followed from that.

    Raises:
        ParticipantUnknown: not in this stage.
        NotDisqualified: there is nothing to lift.
    """
    _check_participant(stage, participant)
    if participant not in stage.disqualified:
        raise NotDisqualified(participant)
    draft = Draft(stage)
    draft.record(ParticipantReinstated(participant))
    for match_id in [match.id for match in stage.matches_of(participant)]:
        _rule_again(draft, draft.matches[match_id])
    return draft.finish()


def _rule_again(draft: Draft, match: Match) -> None:
    """Bring a match that a rule decided in line with who is disqualified now."""
    if match.decided_by is not DecidedBy.RULE:
        return
    result = ruling(match, draft.disqualified)
    if result != match.result:
        replace(draft, match, result, DecidedBy.RULE)


def _match(stage: Stage, match_id: MatchId) -> Match:
    found = stage.matches.get(match_id)
    if found is None:
        raise MatchUnknown(match_id)
    return found


def _check_ready(match: Match) -> None:
    if match.status is Status.READY:
        return
    if match.status is Status.DECIDED:
        raise MatchAlreadyDecided(match.id)
    _check_is_played(match)
    raise MatchNotReady(match.id)


def _check_decided(match: Match) -> None:
    if match.status is Status.DECIDED:
        return
    _check_is_played(match)
    raise MatchNotDecided(match.id)


def _check_is_played(match: Match) -> None:
    if match.status is Status.BYE:
        raise MatchIsBye(match.id)
    if match.status is Status.NOT_NEEDED:
        raise MatchIsNotNeeded(match.id)


def _check_participant(stage: Stage, participant: ParticipantId) -> None:
    if participant not in stage.participants:
        raise ParticipantUnknown(participant)


def _check_seeding(seeding: Sequence[ParticipantId]) -> None:
    if len(seeding) < LEAST_PARTICIPANTS:
        raise TooFewParticipants(len(seeding), LEAST_PARTICIPANTS)
    if len(seeding) > MOST_PARTICIPANTS:
        raise TooManyParticipants(len(seeding), MOST_PARTICIPANTS)
    if len(set(seeding)) != len(seeding):
        raise ParticipantTwice(next(each for each in seeding if seeding.count(each) > 1))

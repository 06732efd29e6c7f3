"""The rules of a tournament's stage, as a machine of values.

An operation takes a frozen `Stage` and returns a `Transition`: the next stage, and the facts that
lead there. It reads no clock, rolls no dice, opens nothing and needs only the standard library.
`fold` is the one way in which a stage changes; folding all facts of a stage gives the stage again.

Start and end
    draw(format, participants, settings)     best seed first; `shuffle(participants, chance)` before
    is_complete(stage), champion(stage), placements(stage), open_matches(stage)
    stage.matches[match_id], stage.matches_of(participant)

What happens
    report(stage, match_id, result)          a ready match gets its result
    correct(stage, match_id, result)         a decided match gets another one
    revoke(stage, match_id)                  a decided match loses its result
    disqualify(stage, participant)           the open match and each later one are lost
    reinstate(stage, participant)            the disqualification is lifted
    preview(stage, operation, ...)           what any of these would take away:
                                             preview(stage, correct, match_id, result)
    Each raises a `RuleRefusal` (code, sentence, kind, facts) when it will not.

Results
    played(match.participants, (2, 1)), walkover(winner), forfeit(winner, scores),
    double_forfeit(), or a `Result`. Scores follow the match's own opponents.

A match
    id, bracket, round, place, best_of; opponents (two, each with `source`, `holds`, `participant`);
    status; result; decided_by (recorded by somebody, or by rule); winner_to, loser_to.
    It is *ready* exactly when two participants stand in it and it has no result. A bye is never
    played and has no result. A vacant place and a disqualification decide a match by rule as soon
    as both opponents are known; such a result can be corrected while two participants stand in the
    match, it can't be taken back alone.

Facts
    `StageDrawn` first, see `clutch.engine.facts`. `fold(stage, fact)`, `replay(facts, stage)`;
    `encode` and `decode` for the log; `touched(facts)` names the matches to save again (after a
    draw: all).
"""

from clutch.engine.codec import (
    decode,
    decode_result,
    decode_settings,
    encode,
    encode_result,
    encode_settings,
)
from clutch.engine.facts import (
    Fact,
    MatchDecided,
    MatchNeededAgain,
    MatchNotNeeded,
    OpponentPlaced,
    OpponentRemoved,
    ParticipantDisqualified,
    ParticipantReinstated,
    ResultAmended,
    ResultRevoked,
    StageCompleted,
    StageDrawn,
    StageReopened,
    Transition,
    WalkoverKept,
    touched,
)
from clutch.engine.fold import fold, replay
from clutch.engine.formats import FORMATS
from clutch.engine.operations import (
    LEAST_PARTICIPANTS,
    MOST_PARTICIPANTS,
    correct,
    disqualify,
    draw,
    reinstate,
    report,
    revoke,
)
from clutch.engine.placements import Placement, champion, placements
from clutch.engine.previews import Loss, Preview, preview
from clutch.engine.refusals import RuleRefusal
from clutch.engine.results import (
    STARTED,
    Game,
    Outcome,
    ParticipantId,
    Result,
    Scores,
    double_forfeit,
    forfeit,
    played,
    walkover,
)
from clutch.engine.scores import check_result, wins_needed
from clutch.engine.seeding import shuffle
from clutch.engine.settings import BestOf, Bracket, GrandFinal, RoundBestOf, Settings
from clutch.engine.stage import (
    DOUBLE_ELIMINATION,
    SINGLE_ELIMINATION,
    DecidedBy,
    Feed,
    FormatName,
    Holds,
    LoserOf,
    Match,
    MatchId,
    Opponent,
    Seed,
    Source,
    Stage,
    Status,
    WinnerOf,
    is_complete,
    open_matches,
)

__all__ = [
    "DOUBLE_ELIMINATION",
    "FORMATS",
    "LEAST_PARTICIPANTS",
    "MOST_PARTICIPANTS",
    "SINGLE_ELIMINATION",
    "STARTED",
    "BestOf",
    "Bracket",
    "DecidedBy",
    "Fact",
    "Feed",
    "FormatName",
    "Game",
    "GrandFinal",
    "Holds",
    "LoserOf",
    "Loss",
    "Match",
    "MatchDecided",
    "MatchId",
    "MatchNeededAgain",
    "MatchNotNeeded",
    "Opponent",
    "OpponentPlaced",
    "OpponentRemoved",
    "Outcome",
    "ParticipantDisqualified",
    "ParticipantId",
    "ParticipantReinstated",
    "Placement",
    "Preview",
    "Result",
    "ResultAmended",
    "ResultRevoked",
    "RoundBestOf",
    "RuleRefusal",
    "Scores",
    "Seed",
    "Settings",
    "Source",
    "Stage",
    "StageCompleted",
    "StageDrawn",
    "StageReopened",
    "Status",
    "Transition",
    "WalkoverKept",
    "WinnerOf",
    "champion",
    "check_result",
    "correct",
    "decode",
    "decode_result",
    "decode_settings",
    "disqualify",
    "double_forfeit",
    "draw",
    "encode",
    "encode_result",
    "encode_settings",
    "fold",
    "forfeit",
    "is_complete",
    "open_matches",
    "placements",
    "played",
    "preview",
    "reinstate",
    "replay",
    "report",
    "revoke",
    "shuffle",
    "touched",
    "walkover",
    "wins_needed",
]

"""Play a script on the engine alone, and say what came out."""

from __future__ import annotations

import json
import sys
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from clutch.cli.script import Script, ScriptRefused, ScriptResult, read_script
from clutch.engine import (
    LoserOf,
    Match,
    MatchId,
    Opponent,
    ParticipantId,
    RuleRefusal,
    Seed,
    Source,
    Stage,
    Status,
    draw,
    is_complete,
    open_matches,
    placements,
    report,
    touched,
)

DONE, NOT_A_SCRIPT, UNAPPLIED = 0, 2, 3
NEVER_READY = "pair-never-ready"


def simulate_file(path: str, stdin: BinaryIO, stdout: BinaryIO, stderr: TextIO) -> int:
    """Simulate the file at `path` (`-`: standard input) and return the exit status.

    0: every result was applied. 3: some were not, see `unapplied`. 2: the file can't be read or is
    no script; one line on `stderr` says why and nothing is printed.
    """
    try:
        raw = stdin.read() if path == "-" else Path(path).read_bytes()
        script = read_script(raw)
    except OSError as error:
        print(f"{path}: {error.strerror}.", file=stderr)
        return NOT_A_SCRIPT
    except ScriptRefused as refused:
        print(refused, file=stderr)
        return NOT_A_SCRIPT
    stage, unapplied = run(script)
    stdout.write(render(script, stage, unapplied))
    stdout.flush()
    return UNAPPLIED if unapplied else DONE


def run(script: Script) -> tuple[Stage, dict[int, str]]:
    """Apply every result once the match of its two opponents is ready, the same pair in order.

    Returns the stage, and for each result that could not be applied its index and why.
    """
    waiting: dict[frozenset[ParticipantId], deque[ScriptResult]] = defaultdict(deque)
    for result in script.results:
        waiting[frozenset(result.opponents)].append(result)
    stage = draw(script.format, script.participants, script.settings).stage
    unapplied: dict[int, str] = {}
    ready = deque(open_matches(stage))
    while ready:
        match = ready.popleft()
        stage, opened = _play(stage, match, waiting[frozenset(match.participants)], unapplied)
        ready.extend(opened)
    unapplied.update((each.index, NEVER_READY) for queue in waiting.values() for each in queue)
    return stage, dict(sorted(unapplied.items()))


def _play(
    stage: Stage, match: Match, queue: deque[ScriptResult], unapplied: dict[int, str]
) -> tuple[Stage, tuple[Match, ...]]:
    """Apply the first possible result of the pair; returns also the matches that this opened."""
    while queue:
        result = queue.popleft()
        try:
            transition = report(stage, match.id, result.for_opponents(match.participants))
        except RuleRefusal as refusal:
            unapplied[result.index] = refusal.code
            continue
        after = transition.stage
        changed = (after.matches[match_id] for match_id in touched(transition.facts))
        return after, tuple(each for each in changed if each.status is Status.READY)
    return stage, ()


# --- what is printed -----------------------------------------------------------------------------


def summary(script: Script, stage: Stage, unapplied: dict[int, str]) -> dict[str, Any]:
    """The state of the stage with the script's names, as plain values."""
    return {
        "complete": is_complete(stage),
        "matches": [_match(script, match) for match in stage.matches.values()],
        "pending": [_named(script, match.participants) for match in open_matches(stage)],
        "placements": list(_placements(script, stage)),
        "unapplied": [{"index": index, "code": code} for index, code in unapplied.items()],
    }


def render(script: Script, stage: Stage, unapplied: dict[int, str]) -> bytes:
    """The summary as JSON in UTF-8, one match a line."""
    return render_summary(summary(script, stage, unapplied))


def render_summary(found: dict[str, Any]) -> bytes:
    """A summary, wherever it comes from, as it is printed."""
    text = "{" + ",".join(f'\n"{key}": {_lines(value)}' for key, value in found.items()) + "\n}\n"
    try:
        return text.encode()
    except UnicodeEncodeError:
        # A lone surrogate can be written in JSON only as an escape.
        return (json.dumps(found) + "\n").encode()


def _lines(value: object) -> str:
    if not isinstance(value, list) or not value:
        return _plain(value)
    return "[\n" + ",\n".join(_plain(each) for each in value) + "\n]"


def _plain(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _match(script: Script, match: Match) -> dict[str, Any]:
    result = match.result
    return {
        "id": match.id,
        "bracket": match.bracket,
        "round": match.round,
        "opponents": [_opponent(script, each) for each in match.opponents],
        "scores": result.scores if result else None,
        "winner": script.name(result.winner) if result else None,
        "outcome": result.outcome if result else None,
        "status": match.status,
    }


def _opponent(script: Script, opponent: Opponent) -> dict[str, Any]:
    return {
        "participant": script.name(opponent.participant),
        "source": _source(opponent.source),
    }


def _source(source: Source) -> dict[str, int | MatchId]:
    if isinstance(source, Seed):
        return {"seed": source.number}
    if isinstance(source, LoserOf):
        return {"loser_of": source.match}
    return {"winner_of": source.match}


def _named(script: Script, participants: Iterable[ParticipantId]) -> list[str | None]:
    return [script.name(each) for each in participants]


def _placements(script: Script, stage: Stage) -> Iterator[dict[str, Any]]:
    for placement in placements(stage):
        for participant in placement.participants:
            yield {
                "rank": placement.rank,
                "to": placement.to,
                "participant": script.name(participant),
            }


def main(arguments: list[str]) -> int:
    """Simulate the one file that is named: `python -m clutch.cli.simulation FILE|-`."""
    if len(arguments) != 1:
        print("Name one file, or - for standard input.", file=sys.stderr)
        return NOT_A_SCRIPT
    return simulate_file(arguments[0], sys.stdin.buffer, sys.stdout.buffer, sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Seeded faults: each breaks one rule of the engine on purpose, and the tests have to notice.

`python -m tests.engine.mutants` puts every fault into a copy of the sources in turn, runs the
engine's tests there until the first one fails, and prints which test that was. Exit status 1 when
a fault was not noticed. Words after it choose faults by name. tests/mutants.md tells the rest.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
ENGINE = Path("src/clutch/engine")
COPIED = ("src/clutch/__init__.py", "src/clutch/cli/__init__.py", "tests/__init__.py")
COPIED_TREES = ("src/clutch/engine", "tests/engine")
CORE = ("src/clutch/cli/script.py", "src/clutch/cli/simulation.py")
# Not the oracles, which need real data, and not what starts processes of the installed site.
LEFT_OUT = ("test_oracles.py", "test_simulate.py", "test_isolation.py", "test_mutants.py")
PROFILE = """
import hypothesis
hypothesis.settings.register_profile(
    "mutants",
    deadline=None,
    database=None,
    derandomize=True,
    phases=[hypothesis.Phase.generate],  # that it fails is enough: nothing is shrunk
)
hypothesis.settings.load_profile("mutants")
"""
RANDOM = "test_machine.py"
FAILED = re.compile(r"^(?:FAILED|ERROR) (?:tests/engine/)?(\S+)", re.MULTILINE)


@dataclass(frozen=True)
class Fault:
    """`right` stands exactly once in `file`; with `wrong` in its place the rule is broken."""

    name: str
    rule: str
    file: str
    right: str
    wrong: str


FAULTS = (
    Fault(
        "loser-stays-put",
        "The loser of an upper match drops.",
        "routing.py",
        "        _place(draft, match.loser_to, match.loser)\n",
        "        _place(draft, match.loser_to, match.winner)\n",
    ),
    Fault(
        "second-final-always",
        "The second final is played exactly when the lower side wins the first.",
        "routing.py",
        " and decided.opponents[condition.side].participant == winner\n",
        "\n",
    ),
    Fault(
        "second-final-stays-off",
        "A revoked first final makes the second one possible again.",
        "routing.py",
        "        draft.record(MatchNeededAgain(match.id))\n        return\n",
        "        return\n",
    ),
    Fault(
        "double-forfeit-drops",
        "After a double forfeit nobody drops.",
        "stage.py",
        "        if winner is None:\n            return None\n        return next(",
        "        return next(",
    ),
    Fault(
        "vacant-wins",
        "An opponent of a vacant place advances.",
        "routing.py",
        "        return Result(Outcome.WALKOVER, able[0])\n",
        "        return Result(Outcome.WALKOVER, None)\n",
    ),
    Fault(
        "bye-keeps-participant",
        "A bye passes its other side on.",
        "routing.py",
        "        _pass_on(draft, match)\n        return\n",
        "        return\n",
    ),
    Fault(
        "unwind-stops-at-bye",
        "Taking back goes on through byes.",
        "routing.py",
        "    elif match.status is Status.BYE:\n        _withdraw(draft, match.winner_to)\n",
        "",
    ),
    Fault(
        "unwind-forgets-loser",
        "Taking back follows the loser too.",
        "routing.py",
        "    _withdraw(draft, match.winner_to)\n    _withdraw(draft, match.loser_to)\n",
        "    _withdraw(draft, match.winner_to)\n",
    ),
    Fault(
        "same-pair-kept",
        "Results downstream of a changed winner go, even where the same two would meet again.",
        "routing.py",
        "    if match.status is Status.DECIDED:\n        _unwind(draft, match)\n",
        "    if match.status is Status.DECIDED and match.bracket != 'final':\n"
        "        _unwind(draft, match)\n",
    ),
    Fault(
        "score-change-cascades",
        "A change that keeps the winner touches nothing downstream.",
        "routing.py",
        "    if result is not None and result.winner == before.winner:\n",
        "    if result is not None and result == before:\n",
    ),
    Fault(
        "disqualified-plays-on",
        "A disqualified participant loses later matches too.",
        "routing.py",
        "    result = ruling(match, draft.disqualified)\n",
        "    result = ruling(match, frozenset())\n",
    ),
    Fault(
        "both-disqualified-one-wins",
        "Two disqualified in one match are both out.",
        "routing.py",
        "    return BOTH_OUT if len(participants) == 2 else NOBODY_CAME\n",
        "    return Result(Outcome.WALKOVER, participants[0]) if participants else NOBODY_CAME\n",
    ),
    Fault(
        "disqualification-reaches-back",
        "Decided matches stand when their winner is disqualified.",
        "operations.py",
        "            draft.record(WalkoverKept(match.id))\n",
        "            replace(\n"
        "                draft, match, ruling(match, draft.disqualified), DecidedBy.RULE\n"
        "            )\n",
    ),
    Fault(
        "reinstated-stays-out",
        "Lifting a disqualification undoes what it decided.",
        "operations.py",
        "        _rule_again(draft, draft.matches[match_id])\n",
        "        pass\n",
    ),
    Fault(
        "rule-can-be-revoked",
        "What a rule decided can't be taken back alone.",
        "operations.py",
        "    if match.decided_by is DecidedBy.RULE:\n        raise MatchDecidedByRule(match.id)\n",
        "",
    ),
    Fault(
        "vacant-can-be-corrected",
        "Over a vacant place only a walkover is possible.",
        "operations.py",
        "    if len(match.participants) < 2:\n        raise OpponentVacant(match.id)\n",
        "",
    ),
    Fault(
        "decided-can-be-reported",
        "A decided match takes no second report.",
        "operations.py",
        "    if match.status is Status.READY:\n        return\n",
        "    if match.status in (Status.READY, Status.DECIDED):\n        return\n",
    ),
    Fault(
        "best-of-ends-late",
        "A best-of ends as soon as one side has the games it needs.",
        "scores.py",
        "        if max(first, second) != wins or min(first, second) == wins:\n",
        "        if max(first, second) < wins or first == second:\n",
    ),
    Fault(
        "leader-gave-up-refused",
        "Who gives up may have led.",
        "scores.py",
        "wins if each == result.winner else wins - 1",
        "wins if each == result.winner else 0",
    ),
    Fault(
        "winner-from-elsewhere",
        "The winner is one of the two opponents.",
        "scores.py",
        "    if result.winner not in match.participants:\n",
        "    if result.winner < 0:\n",
    ),
    Fault(
        "pending-miscounted",
        "A stage is complete when no match waits or is ready.",
        "fold.py",
        "        self._pending += match.is_pending - self.matches[match.id].is_pending\n",
        "        self._pending -= self.matches[match.id].is_pending\n",
    ),
    Fault(
        "reopening-unsaid",
        "A complete stage that loses a result says so.",
        "fold.py",
        "        if lost:\n            self.record(StageReopened())\n",
        "",
    ),
    Fault(
        "seeds-in-a-row",
        "The best two seeds are in different halves.",
        "seeding.py",
        "for each in order for seed in (each, total - each))",
        "for each in order for seed in (2 * each - 1, 2 * each))",
    ),
    Fault(
        "straight-drop",
        "Losers cross over by the masks.",
        "formats/double_elimination.py",
        "    dropped = ((place - 1) ^ mask) + 1\n",
        "    dropped = place\n",
    ),
    Fault(
        "late-masks",
        "From 256 on a rematch comes as late as any masks make it.",
        "formats/double_elimination.py",
        "    256: (63, 4, 4, 4, 3, 0, 0),\n",
        "    256: (63, 15, 8, 4, 0, 1, 0),\n",
    ),
    Fault(
        "third-by-rank-of-semi-final",
        "Both out of a semi-final rank with the loser of the third-place match.",
        "formats/single_elimination.py",
        "        return Levels(None, None, FOURTH)\n",
        "        return Levels(None, None, FOURTH + 1)\n",
    ),
    Fault(
        "upper-out-ranks-last",
        "Out of the upper bracket ranks with the lower round its losers drop into.",
        "formats/double_elimination.py",
        "_lower_level(rounds, lower_round_into(number))",
        "_lower_level(rounds, 1)",
    ),
    Fault(
        "rank-one-without-champion",
        "Nobody but a champion has rank 1.",
        "placements.py",
        "else max(2, better + 1)",
        "else better + 1",
    ),
    Fault(
        "placed-too-early",
        "A rank that an open match can still change is not listed.",
        "placements.py",
        "        if not _is_settled(match):\n",
        "        if not _is_settled(match) and match.round > 1:\n",
    ),
    Fault(
        "placed-too-late",
        "The final's ranks do not wait for the third-place match.",
        "placements.py",
        "        if number < above:\n",
        "        if number < above == len(levels):\n",
    ),
    Fault(
        "preview-forgets-opponents",
        "The preview lists a match that loses only an opponent.",
        "previews.py",
        "        if gone or result:\n",
        "        if result:\n",
    ),
    Fault(
        "preview-calls-rules-played",
        "A walkover given by a rule was not played.",
        "previews.py",
        "is_recorded = result is not None and was.decided_by is DecidedBy.RECORDED",
        "is_recorded = result is not None",
    ),
    Fault(
        "log-forgets-games",
        "Facts survive being written down.",
        "codec.py",
        ' for game in plain["games"])\n',
        ' for game in plain["games"][:1])\n',
    ),
)


def main(chosen: list[str]) -> int:
    """Run the chosen faults, or all; the exit status."""
    faults = [fault for fault in FAULTS if not chosen or fault.name in chosen]
    with tempfile.TemporaryDirectory() as folder:
        untouched = copy_to(Path(folder) / "untouched")
        if caught := first_failure(untouched):
            print(f"Without any fault {caught} fails: mend that first.")
            return 1
        with ThreadPoolExecutor(max_workers=2) as pool:
            verdicts = list(pool.map(lambda fault: seed(fault, Path(folder)), faults))
    for fault, caught in zip(faults, verdicts, strict=True):
        print(f"{fault.name}: {caught or 'NOT NOTICED'}")
    unnoticed = verdicts.count(None)
    print(f"{len(verdicts) - unnoticed} of {len(verdicts)} faults noticed.")
    return int(unnoticed > 0)


def seed(fault: Fault, folder: Path) -> str | None:
    """Put a fault into a copy; returns the test that noticed it."""
    copy = copy_to(folder / fault.name)
    file = copy / ENGINE / fault.file
    file.write_text(file.read_text("utf-8").replace(fault.right, fault.wrong), "utf-8")
    return first_failure(copy)


def copy_to(folder: Path) -> Path:
    """Copy what the engine's tests need."""
    for name in (*COPIED, *CORE):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    for name in COPIED_TREES:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder / "pyproject.toml")
    (folder / "tests" / "conftest.py").write_text(PROFILE, "utf-8")
    return folder


def first_failure(folder: Path) -> str | None:
    """Run the tests, the readable ones first, until one fails; returns its name."""
    files = sorted(each.name for each in (folder / "tests" / "engine").glob("test_*.py"))
    readable = [name for name in files if name not in (*LEFT_OUT, RANDOM)]
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-x",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
    ]
    ran = subprocess.run(
        [*command, *(f"tests/engine/{name}" for name in (*readable, RANDOM))],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode == 0:
        return None
    found = FAILED.search(ran.stdout)
    return found.group(1) if found else f"pytest ended with {ran.returncode}: {ran.stdout[-300:]}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

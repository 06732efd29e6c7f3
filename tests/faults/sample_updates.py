"""What a made-up round has of updates, all of it as it should be; see `sample.py`."""

from __future__ import annotations

from tests.faults.history import Attempt, Cut, Deed, History, Return
from tests.faults.sample import sample as sample_of_a_site

KINDS = ("undeclared import", "hang at start", "downgrade")
PLACES = ("fetch begin 1", "copy begin 2", "tidy begin 3")
STAND = (1, "0.1.0", "rows")
FILLED = ("full at copy", "full at gate")


def sample(seed: int) -> History:
    """A round of a site, and with it refusals, cuts, ways back and the deeds of an update."""
    history = sample_of_a_site(seed)
    history.attempts = [
        Attempt(kind, kind, 2, f"The release is bad: {kind}.", STAND, STAND, 50) for kind in KINDS
    ]
    history.filled = [
        Attempt(FILLED[0], "full", 3, "The disk is full.", STAND, STAND, 50),
        Attempt(FILLED[1], "full", 0, "Done.", STAND, (2, "0.1.1", "rows"), 50),
    ]
    history.cuts = [
        Cut(at, who, expected, expected, 3.0, 0)
        for at, who, expected in zip(
            PLACES, ("updater", "both", "both"), ("old", "old", "new"), strict=True
        )
    ]
    now, then = ("rows of now", "e2"), ("rows of then", "e1")
    history.returns = [
        Return("code only", True, 0, "0.1.0", "0.1.0", now, then, now),
        Return("discarding", False, 0, "0.1.0", "0.1.0", now, then, ("rows of then", "e3")),
    ]
    history.deeds = list(DEEDS)
    return history


def _line(at: str) -> list[Deed]:
    """A line of the journal."""
    return [Deed(at, "open", "journal/1.jsonl"), Deed(at, "fsync", "journal/1.jsonl")]


DEEDS = (
    *_line("begin 1"),
    Deed("fetch begin 1", "os.mkdir", "releases/.a.new"),
    Deed("fetch begin 2", "subprocess.Popen", "git checkout-index"),
    Deed("fetch begin 3", "sync", ""),
    Deed("fetch begin 4", "os.rename", "releases/.a.new", "releases/a"),
    Deed("fetch begin 5", "fsync", "releases"),
    *_line("fetch begin 6"),
    Deed("binding 1", "os.mkdir", "data/gen-2"),
    Deed("binding 2", "fsync", "data"),
    Deed("binding 3", "os.mkdir", "bindings/2"),
    Deed("binding 4", "open", "bindings/2/.binding.json.new"),
    Deed("binding 5", "fsync", "bindings/2/.binding.json.new"),
    Deed("binding 6", "os.rename", "bindings/2/.binding.json.new", "bindings/2/binding.json"),
    Deed("binding 7", "fsync", "bindings/2"),
    Deed("binding 8", "fsync", "bindings"),
    *_line("binding 9"),
    Deed("copy begin 1", "fsync", "data/gen-2/clutch.db"),
    Deed("copy begin 2", "fsync", "data/gen-2"),
    *_line("copy begin 3"),
    Deed("commit begin 1", "os.symlink", "", ".current.new"),
    Deed("commit begin 2", "os.rename", ".current.new", "current"),
    Deed("commit begin 3", "fsync", "."),
    *_line("commit begin 4"),
)

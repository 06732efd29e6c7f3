"""The checkers of updates, of cuts in the middle of them, and of ways back; see `checks.py`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from clutch_ops.refusals import DONE, REFUSED, ROLLED_BACK
from tests.faults.checks import Faults, Window, some_of
from tests.faults.history import Attempt, Cut, Deed, History, Return

BACK_WITHIN_S = 60.0


def refused(attempts: Sequence[Attempt], least: int) -> Faults:
    """Each ended refused or rolled back, named its cause, and changed and left nothing."""
    faults: Faults = []
    if len({one.kind for one in attempts}) < least:
        faults.append(f"{len(attempts)} were tried, {least} have to be")
    for one in attempts:
        if one.status not in {REFUSED, ROLLED_BACK}:
            faults.append(f"{one.kind}: it ended with status {one.status}")
        if one.cause not in one.reason:
            faults.append(f"{one.kind}: {one.cause!r} is not named: {one.reason}")
        if one.after != one.before:
            faults.append(f"{one.kind}: the site was {one.before} and is {one.after}")
        if not one.asked:
            faults.append(f"{one.kind}: nobody looked")
        faults += [f"{one.kind}: a visitor got {failed}" for failed in one.failed]
        faults += [f"{one.kind}: {left} is left" for left in one.left]
    return some_of(faults)


def back_or_on(attempts: Sequence[Attempt], version: str, least: int) -> Faults:
    """Each ended refused or rolled back as in `refused`, or done: then all of this version runs."""
    done = [one for one in attempts if one.status == DONE]
    faults = refused([one for one in attempts if one.status != DONE], 0)
    if len({one.kind for one in attempts}) < least:
        faults.append(f"{len(attempts)} were tried, {least} have to be")
    for one in done:
        number, _, rows = one.before
        if one.after != (number + 1, version, rows):
            faults.append(f"{one.kind}: the site was {one.before} and is {one.after}")
        if not one.asked:
            faults.append(f"{one.kind}: nobody looked")
        faults += [f"{one.kind}: a visitor got {failed}" for failed in one.failed]
        faults += [f"{one.kind}: {left} is left" for left in one.left]
    return some_of(faults)


def cuts(found: Sequence[Cut], least: int) -> Faults:
    """After each cut the site is the old or the new one, soon, whole, and free for what comes."""
    faults: Faults = []
    places = {one.at for one in found}
    if len(places) < least:
        faults.append(f"{len(places)} places were cut at, {least} have to be")
    for one in found:
        faults += [f"{one.who} cut at {one.at}: {wrong}" for wrong in _wrong_after(one)]
    return some_of(faults)


def _wrong_after(cut: Cut) -> Faults:
    faults: Faults = []
    if cut.seconds is None or cut.seconds > BACK_WITHIN_S:
        faults.append("it did not come back in time")
    allowed = {"old", "new"} if cut.expected == "either" else {cut.expected}
    if cut.found not in allowed:
        faults.append(f"it is {cut.found} and not {cut.expected}")
    if cut.status != DONE:
        faults.append(f"the next command ended with status {cut.status}")
    faults += [f"the doctor says: {said}" for said in cut.bad]
    faults += [f"{lost} was acknowledged and is lost" for lost in cut.lost]
    return faults + [f"{left} is left" for left in cut.left]


# --- under load ---------------------------------------------------------------------------------


def delayed(history: History, before: Window, during: Window, most_s: float) -> Faults:
    """Nobody waited longer than so many seconds more than the slowest did before."""
    usual = max((one.seconds for one in before.asked(history)), default=0.0)
    asked = during.asked(history)
    faults: Faults = [] if asked else ["nobody asked meanwhile"]
    faults += [
        f"{one.path} took {one.seconds:.1f} s, {usual:.1f} s at most before"
        for one in asked
        if one.seconds > usual + most_s
    ]
    return some_of(faults)


def epochs(history: History, moves: int) -> Faults:
    """Every live client sees the epoch move so many times, and never back."""
    seen: dict[int, list[str]] = {}
    for told in history.told:
        epoch = told.frame.get("epoch")
        known = seen.setdefault(told.client, [])
        if epoch and told.frame["type"] in {"hello", "snapshot"} and known[-1:] != [epoch]:
            known.append(epoch)
    faults: Faults = [] if seen else ["nobody followed"]
    for client, known in seen.items():
        if len(known) != moves + 1 or len(set(known)) != len(known):
            faults.append(f"client {client} saw the epochs {known}, {moves} moves are due")
    ends = {known[-1] for known in seen.values() if known}
    return some_of(faults + ["clients end in different epochs"] * (len(ends) > 1))


# --- ways back ----------------------------------------------------------------------------------


def returned(returns: Sequence[Return]) -> Faults:
    """Each way back led to the release that was wanted, with the data that was promised, alone.

    Data that is kept is kept to the row, in its epoch; data of that time comes in a new epoch.
    """
    faults: Faults = [] if returns else ["nobody went back"]
    for one in returns:
        rows, epoch = one.after
        if one.status != DONE:
            faults.append(f"{one.kind}: it ended with status {one.status}")
        if one.version != one.wanted:
            faults.append(f"{one.kind}: {one.version} answers and not {one.wanted}")
        if rows != (one.now if one.kept else one.then)[0]:
            faults.append(f"{one.kind}: the rows are not what was promised")
        if one.kept is not (epoch == one.now[1]):
            faults.append(f"{one.kind}: the epoch {'moved' if one.kept else 'stayed'}")
        faults += [f"{one.kind}: it needed {reached}" for reached in one.reached]
    return some_of(faults)


# --- the order on the disk ----------------------------------------------------------------------

OURS = ("data", "bindings", "releases", "environments")
# Folders that programs fill: git and pip.
FILLED = ("releases", "environments")
MAKING = {"open", "os.mkdir", "os.symlink"}
PASSING_FOLDERS = {"run", "logs"}


@dataclass
class Disk:
    """What a power cut would take away: contents and names that are not on the disk yet."""

    contents: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    safe: set[str] = field(default_factory=set)
    """Names that are there for good: making them once more changes nothing."""
    unseen: bool = False
    """Whether programs were run since all was synced: what they wrote is not known here."""

    def take(self, deed: Deed) -> None:
        if deed.kind in MAKING:
            self.names |= {deed.to or deed.path} - self.safe
        match deed.kind:
            case "open":
                self.contents.add(deed.path)
            case "os.rename":
                self._move(deed.path, deed.to)
            case "os.remove" | "os.rmdir" | "shutil.rmtree":
                self._move(deed.path, "")
            case "subprocess.Popen":
                self.unseen = True
            case "fsync":
                self.contents.discard(deed.path)
                self._keep({one for one in self.names if folder_of(one) == deed.path})
            case "sync":
                self._keep(self.names)
                self.contents, self.unseen = set(), False

    def _keep(self, names: set[str]) -> None:
        self.safe |= names
        self.names -= names

    def _move(self, path: str, to: str) -> None:
        self.safe -= {path, to}

        def moved(one: str) -> str | None:
            if one != path and not one.startswith(f"{path}/"):
                return one
            return to + one[len(path) :] if to else None

        self.contents = {new for one in self.contents if (new := moved(one))}
        self.names = {new for one in self.names if (new := moved(one))} | ({to} if to else set())

    def is_unsafe(self, path: str) -> bool:
        """Whether a power cut could take the content of a file, or of a folder that was filled."""
        within = any(one == path or one.startswith(f"{path}/") for one in self.contents)
        return within or (self.unseen and path.startswith(FILLED) and path.count("/") == 1)

    def unsafe(self) -> list[str]:
        """What `current` may lead to, and a power cut could take away."""
        return sorted(
            one
            for one in self.contents | self.names
            if one.startswith(OURS) and not PASSING_FOLDERS.intersection(PurePath(one).parts)
        )


def folder_of(path: str) -> str:
    """The folder in which a name stands; the site's own is `.`."""
    return str(PurePath(path).parent)


def order(deeds: Sequence[Deed]) -> Faults:
    """Each file is on the disk before its name, each name before the next line of the journal.

    A line of the journal is there before anything that follows it, and when `current` is renamed
    everything that it will lead to is there.
    """
    disk, faults, commits = Disk(), [], 0
    written, renamed = "", ""
    for deed in deeds:
        if written and not (deed.kind == "fsync" and deed.path == written):
            faults.append(f"{deed.kind} {deed.path} before the journal's line is on the disk")
        written = deed.path if deed.kind == "open" and deed.path.endswith(".jsonl") else ""
        if written and renamed in disk.names:
            faults.append(f"the name {renamed} is not on the disk when the next step begins")
        if deed.kind == "os.rename":
            if disk.is_unsafe(deed.path):
                faults.append(f"{deed.to} gets its name before its content is on the disk")
            renamed = deed.to
        if deed.kind == "os.rename" and deed.to == "current":
            commits += 1
            faults += [f"{one} is not on the disk at the commit" for one in disk.unsafe()]
            faults += _copy_unsynced(deeds[: deeds.index(deed)])
        disk.take(deed)
    return some_of(faults + [f"{commits} commits instead of one"] * (commits != 1))


def _copy_unsynced(before: Sequence[Deed]) -> Faults:
    """SQLite's own writes are not seen: the copy has to be synced by name after it was made."""
    copied = [at for at, one in enumerate(before) if one.at.startswith("copy begin")]
    synced = [one.path for one in before[copied[0] :] if one.kind == "fsync"] if copied else []
    well = not copied or any(path.endswith("clutch.db") for path in synced)
    return [] if well else ["the copy of the data is not on the disk at the commit"]

"""The checkers: pure functions of a recorded history that name what breaks a promise.

Each gives sentences, one a fault found; an empty list means that the promise held. That they notice
what they are for is shown by `mutations.py`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tests.faults.history import (
    Asked,
    History,
    MatchPlace,
    Said,
    Showed,
    Told,
    Wrote,
)

Faults = list[str]
Thing = str | MatchPlace
MOST_NAMED = 5


@dataclass(frozen=True)
class Window:
    """A part of a round, in the history's seconds."""

    began: float
    ended: float

    @property
    def seconds(self) -> float:
        return self.ended - self.began

    def parts(self, seconds: float) -> list[Window]:
        """It in parts of the same length, at least so long; itself when it is shorter."""
        number = max(1, int(self.seconds / seconds))
        cuts = [self.began + self.seconds * cut / number for cut in range(number + 1)]
        return [Window(*ends) for ends in pairwise(cuts)]

    def asked(self, history: History) -> list[Asked]:
        """Requests that were due in it."""
        return [one for one in history.asked if self.began <= one.due < self.ended]


def some_of(faults: Faults) -> Faults:
    """The first few, and how many more there are."""
    rest = len(faults) - MOST_NAMED
    return [*faults[:MOST_NAMED], f"and {rest} more"] if rest > 0 else faults


# --- reads --------------------------------------------------------------------------------------


def stale_reads(history: History) -> Faults:
    """Whatever had been answered or told before a read began, the read shows; and no more than is.

    Of streams by their heads, of matches by their versions. What counts as known: earlier answers,
    acknowledged writes, frames that clients had got.
    """
    known, faults = _Known(), []
    marks: list[tuple[float, int, Asked | Wrote | Told]] = []
    marks += [(one.began, 1, one) for one in history.asked]
    marks += [(one.ended, 0, one) for one in history.asked]
    marks += [(one.ended, 0, one) for one in history.wrote if one.acknowledged]
    marks += [(one.at, 0, one) for one in history.told if one.applied]
    for _, begins, one in sorted(marks, key=lambda mark: mark[:2]):
        if isinstance(one, Wrote):
            known.learn(one.place, one.version)
        elif isinstance(one, Told):
            known.learn(one.frame["stream"], one.applied[-1])
        elif begins:
            known.before(one)
        else:
            faults += known.after(one)
    return some_of(faults + _invented(history))


class _Known:
    """The most that anybody has been told of each thing, as time goes on."""

    def __init__(self) -> None:
        self._most: defaultdict[Thing, int] = defaultdict(int)
        self._at_begin: dict[int, dict[Thing, int]] = {}

    def learn(self, thing: Thing, number: int) -> None:
        self._most[thing] = max(self._most[thing], number)

    def before(self, asked: Asked) -> None:
        self._at_begin[id(asked)] = {thing: self._most[thing] for thing, _ in _shown(asked)}

    def after(self, asked: Asked) -> Faults:
        """What is wrong with this answer."""
        least, faults = self._at_begin.pop(id(asked), {}), []
        for thing, shown in _shown(asked):
            if shown < least[thing]:
                faults.append(f"{asked.path} shows {thing} at {shown}, {least[thing]} was known")
            self.learn(thing, shown)
        return faults


def _shown(asked: Asked) -> list[tuple[Thing, int]]:
    return [*asked.heads.items(), *asked.versions.items()]


def _invented(history: History) -> Faults:
    most: dict[Thing, int] = {one: len(marks) for one, marks in history.truth.streams.items()}
    most.update({place: found.version for place, found in history.truth.matches.items()})
    return [
        f"{asked.path} shows {thing} at {shown}, it never came so far"
        for asked in history.asked
        for thing, shown in _shown(asked)
        if shown > most.get(thing, shown)
    ]


# --- writes -------------------------------------------------------------------------------------


def acknowledged(history: History) -> Faults:
    """Every write that was answered by a yes is there, once, and nothing else was done.

    A match's version grows with each write: in the end it is the last one that was acknowledged,
    or higher by no more than the writes of which nobody knows.
    """
    by_match: defaultdict[MatchPlace, list[Wrote]] = defaultdict(list)
    for wrote in history.wrote:
        by_match[wrote.place].append(wrote)
    faults: Faults = []
    for place, writes in by_match.items():
        faults += _writes_of(history, place, sorted(writes, key=lambda one: one.ended))
    keys = [wrote.key for wrote in history.wrote]
    faults += ["a key was used twice"] * (len(keys) - len(set(keys)))
    return some_of(faults)


def _writes_of(history: History, place: MatchPlace, writes: list[Wrote]) -> Faults:
    found = history.truth.matches.get(place)
    if found is None:
        return [f"{place} is not there"]
    yes = [one for one in writes if one.acknowledged]
    unsure = sum(one.unsure for one in writes)
    faults = [
        f"{place}: two writes were answered with version {one.version}"
        for one, other in pairwise(yes)
        if other.version <= one.version
    ]
    if not yes:
        return faults
    last = yes[-1]
    if found.version < last.version:
        faults.append(f"{place} ends at version {found.version}, {last.version} was acknowledged")
    if found.version > last.version + unsure:
        faults.append(f"{place} ends at version {found.version}, {last.version} was the last write")
    decided = last.act in {"confirm", "correct"}
    if decided and found.version == last.version and found.scores != last.scores:
        faults.append(f"{place} ends with {found.scores}, {last.scores} was acknowledged")
    return faults


# --- errors and times ---------------------------------------------------------------------------


def is_error(asked: Asked) -> bool:
    """Whether the site failed: no answer, or an answer of the 500s."""
    return asked.status == 0 or asked.status >= 500


def extra_errors(history: History, baseline: Window, fault: Window) -> Faults:
    """No more errors than without the fault, by what the baseline had a second."""
    before = sum(map(is_error, baseline.asked(history)))
    during = [one for one in fault.asked(history) if is_error(one)]
    allowed = before / baseline.seconds * fault.seconds
    if len(during) <= allowed:
        return []
    return some_of([f"{one.path} got {one.status} {one.trouble}".strip() for one in during])


def polite(history: History, window: Window, longest_s: float) -> Faults:
    """Who can't be served is told so in time: 503 with Retry-After, and nothing else goes wrong."""
    faults: Faults = []
    for one in window.asked(history):
        if one.ended - one.began > longest_s:
            faults.append(f"{one.path} took {one.ended - one.began:.1f} s")
        elif is_error(one) and one.status != 503:
            faults.append(f"{one.path} got {one.status} {one.trouble}".strip())
        elif one.status == 503 and not one.retry_after:
            faults.append(f"{one.path} got 503 without Retry-After")
    return some_of(faults)


def p99_ms(asked: Iterable[Asked]) -> float:
    """The slowest hundredth, in milliseconds, of those that were answered."""
    times = sorted(one.seconds for one in asked if one.status)
    return times[min(len(times) - 1, len(times) * 99 // 100)] * 1000 if times else 0.0


def slow(
    history: History,
    well: Sequence[Window],
    fault: Window,
    *,
    first_s: float = 1.0,
    first_ms: float = 200.0,
    more_ms: float = 20.0,
) -> Faults:
    """The slowest hundredth: a little more than `well`, and in the first second a deadline more.

    That is when all was well, before and after: a machine may be slower than a minute ago. The
    first second is compared with the worst second of it: of so few requests the slowest hundredth
    is the one or two that met something else.
    Without any answered request in the window there is nothing to judge, which is a fault too.
    """
    allowed = max(p99_ms(window.asked(history)) for window in well) + more_ms
    seconds = [one for window in well for one in window.parts(first_s)]
    at_first = max(p99_ms(one.asked(history)) for one in seconds) + more_ms + first_ms
    first = Window(fault.began, fault.began + first_s)
    rest = Window(fault.began + first_s, fault.ended)
    faults: Faults = []
    bounds = ((first, at_first, "at first"), (rest, allowed, "then"))
    for window, most, when in bounds:
        asked = [one for one in window.asked(history) if one.status]
        if not asked and window.seconds > 0:
            faults.append(f"nothing was answered {when}")
        elif p99_ms(asked) > most:
            faults.append(f"p99 {p99_ms(asked):.0f} ms {when}, {most:.0f} ms is allowed")
    return faults


# --- what the site says of itself ---------------------------------------------------------------


def one_line_a_change(
    said: Sequence[Said], capability: str, processes: int, most_changes: int
) -> Faults:
    """A line in the log for each change of state in each process, never one a request.

    Each process says that it was down and ends with it up; `most_changes` counts its lines.
    """
    by_process: defaultdict[int, list[Said]] = defaultdict(list)
    for line in said:
        if line.capability == capability:
            by_process[line.process].append(line)
    faults: Faults = []
    if len(by_process) != processes:
        faults.append(f"{len(by_process)} of {processes} processes say something")
    for process, lines in by_process.items():
        ordered = sorted(lines, key=lambda line: line.at)
        faults += [
            f"process {process} says {one.state} twice"
            for one, other in pairwise(ordered)
            if one.state == other.state
        ]
        if len(ordered) > most_changes:
            faults.append(f"process {process} has {len(ordered)} lines, {most_changes} at most")
        if "down" not in {line.state for line in lines}:
            faults.append(f"process {process} never says that it is down")
        if ordered[-1].state != "up":
            faults.append(f"process {process} ends {ordered[-1].state}")
    return some_of(faults)


def named(showed: Sequence[Showed], part: str, missing: Window, healed_at: float) -> Faults:
    """While a part is missing replies are whole but for it: null and named; afterwards it is back.

    What is not known is never shown as zero or as nothing.
    """
    faults: Faults = []
    of_part = [one for one in showed if one.part == part]
    during = [one for one in of_part if missing.began <= one.at < missing.ended]
    after = [one for one in of_part if one.at >= healed_at]
    if not during or not after:
        faults.append("nobody looked while it was missing, or afterwards")
    faults += [f"{one.path} got {one.status}" for one in of_part if one.status != 200]
    for one in during:
        if one.value is not None:
            faults.append(f"{one.path} shows {one.value!r} for what is not known")
        if part not in one.degraded:
            faults.append(f"{one.path} does not say that {part} is missing")
    faults += [
        f"{one.path} still lacks {part}"
        for one in after
        if one.value is None or part in one.degraded
    ]
    return some_of(faults)

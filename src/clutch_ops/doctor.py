"""`clutch doctor`: what is wrong, or soon will be, and what to type."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from clutch_ops import (
    arguments as typed,
)
from clutch_ops import (
    doctor_certificate,
    doctor_keeping,
    doctor_release,
    doctor_running,
    doctor_settings,
    terminal,
)
from clutch_ops.findings import BAD, COLOURS, DOUBTFUL, Finding
from clutch_ops.place import Place, as_it_stands
from clutch_ops.refusals import DONE, NEEDS_PERSON, Refused

# Where a row's text begins, behind its mark.
MARKED = terminal.LABEL + 8
Look = Callable[[Place], Iterator[Finding]]


def current(place: Place) -> Iterator[Finding]:
    """The one link that says what runs."""
    if place.fault:
        yield Finding("current", BAD, place.fault.reason, place.fault.advice)


LOOKS: tuple[Look, ...] = (
    current,
    doctor_release.installed,
    doctor_release.imports_of_release,
    doctor_settings.dotenv_file,
    doctor_settings.values,
    doctor_keeping.database,
    doctor_keeping.disk,
    doctor_keeping.permissions,
    doctor_keeping.backups,
    doctor_running.clock_of_machine,
    doctor_running.port,
    doctor_certificate.certificate,
    doctor_running.leftovers,
    doctor_running.keeper,
    doctor_running.capabilities,
)


def doctor(root: Path, arguments: Sequence[str]) -> int:
    """Look the site over: 0 when nothing is wrong, 4 when something is."""
    words = typed.Words("doctor", doctor.__doc__)
    words.add_argument("--fix", action="store_true", help="mend what can be mended without harm")
    words.add_argument("--json", action="store_true", help="as JSON")
    wanted = words.parse_args(arguments)
    place = as_it_stands(root)
    found = list(look(place, lambda one: None if wanted.json else _print(one)))
    mended = _fix(found) if wanted.fix else []
    left = [one for one in found if one not in mended]
    bad = sum(one.level == BAD for one in left)
    if wanted.json:
        told = {"findings": [one.told() for one in found], "bad": bad}
        print(json.dumps({**told, "mended": [one.sentence for one in mended]}, ensure_ascii=False))
    else:
        _sum_up(place, left, mended)
    return NEEDS_PERSON if bad else DONE


def look(place: Place, tell: Callable[[Finding], None]) -> Iterator[Finding]:
    """Everything that is found, told as it is found: some of it takes seconds."""
    for one in LOOKS:
        try:
            for finding in one(place):
                tell(finding)
                yield finding
        except Refused as refused:
            finding = Finding(one.__name__.replace("_", " "), BAD, refused.reason, refused.advice)
            tell(finding)
            yield finding


def _fix(found: list[Finding]) -> list[Finding]:
    mended = []
    for one in found:
        if one.fix is None:
            continue
        try:
            one.fix()
            mended.append(one)
        except (OSError, Refused) as error:
            print(f"{one.about} could not be mended: {error}", file=sys.stderr)
    return mended


def _print(one: Finding) -> None:
    print(terminal.row(one.about, one.sentence, f"{one.level:<4}", COLOURS[one.level]))
    if one.advice:
        print(terminal.advice(one.advice, MARKED))
    sys.stdout.flush()


def _sum_up(place: Place, left: list[Finding], mended: list[Finding]) -> None:
    bad, doubtful = ([one for one in left if one.level == kind] for kind in (BAD, DOUBTFUL))
    print()
    for one in mended:
        print(terminal.row("mended", one.sentence))
    if bad:
        print(terminal.paint(f"{terminal.plural(len(bad), 'thing')} wrong", "bad"), end="")
    else:
        print(terminal.paint("Nothing is wrong", "good"), end="")
    print(f", {len(doubtful)} to look at." if doubtful else ".")
    fixable = sum(one.fix is not None for one in left)
    if fixable:
        print(f"{fixable} of them can be mended: {place.typed} doctor --fix")

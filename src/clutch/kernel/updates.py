"""What updates and their like have reported, read from the files that the operator's tool leaves.

Each act leaves one JSON file, named for its moment, in `reports/` beside the generations of the
data. A newer tool may have written it, and somebody may have damaged it: what can't be understood
of a report is None, never an error.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec

from clutch.kernel.refusals import NotFound

PER_PAGE = 20
_NAME = re.compile(r"(20\d{6}T\d{6}\.\d{6}Z)-([a-z]{1,20})", re.ASCII)

# No act takes a year: such a number is damage.
Seconds = Annotated[float, msgspec.Meta(ge=0, le=31_536_000)]


class Step(msgspec.Struct, frozen=True):
    """One step of an act; `outcome` is `done`, `failed` or `begun`."""

    title: str
    seconds: Seconds = 0.0
    outcome: str = ""
    note: str = ""


class Told(msgspec.Struct, frozen=True, rename={"before": "from", "after": "to"}):
    """What an act says of itself, in English.

    `before` and `after` are releases, `status` is the exit status of its command.
    """

    status: int
    seconds: Seconds
    before: str | None = None
    after: str | None = None
    because: str | None = None
    reason: str | None = None
    advice: str | None = None
    details: str | None = None
    steps: list[Step] = []


@dataclass(frozen=True, slots=True)
class Report:
    """An act and when it began; `told` is None when its file can't be understood."""

    id: str
    act: str
    began_at: datetime
    told: Told | None


@dataclass(frozen=True, slots=True)
class Reports:
    """One page of reports, newest first, counted from 1."""

    items: list[Report]
    total: int
    number: int

    @property
    def last(self) -> int:
        return max(1, -(-self.total // PER_PAGE))


def list_reports(folder: Path, number: int) -> Reports:
    """A page of them; only the files of that page are read."""
    ids = sorted(
        (path.stem for path in folder.glob("*.json") if _began_at(path.stem)), reverse=True
    )
    shown = ids[(number - 1) * PER_PAGE : number * PER_PAGE]
    return Reports([get_report(folder, one) for one in shown], len(ids), number)


def get_report(folder: Path, report_id: str) -> Report:
    """One report.

    Raises:
        NotFound: there is none of that name.
    """
    began_at, path = _began_at(report_id), folder / f"{report_id}.json"
    if began_at is None or not path.exists():
        raise NotFound
    return Report(report_id, report_id.rpartition("-")[2], began_at, _told(path))


def _told(path: Path) -> Told | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Told)
    except (OSError, msgspec.MsgspecError, UnicodeError):
        return None


def _began_at(name: str) -> datetime | None:
    """The moment in a report's name; None where that is not the name of a report."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    try:
        return datetime.strptime(found[1], "%Y%m%dT%H%M%S.%fZ").replace(tzinfo=UTC)
    except ValueError:
        return None

"""A record's tournaments as a page shows them: filtered, sorted, paged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Protocol
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from clutch.kernel.refusals import N_
from clutch.tournaments.models import Status
from clutch.tournaments.records import (
    Played,
    Whose,
    last_results,
    matches_of,
    tournaments_of,
    trophies,
)
from clutch.web.views.numbers import page_number
from clutch.web.visit import Visit

PER_PAGE = 20
LONGEST_SEARCH = 100
# On a first page: the weightiest, two rows at a desk.
MOST_TROPHIES = 6
LATEST_FIRST = "-date"
LAYOUTS = ("auto", "table", "cards")

_ORDER = {status.value: number for number, status in enumerate(Status)}
_LAST = 10**9


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader wants to see of a record. Empty text, None: everything.

    `since` and `until` are days in the reader's zone, both included. `sort` names a column, with a
    minus in front for the other direction.
    """

    game: str = ""
    name: str = ""
    status: str = ""
    since: date | None = None
    until: date | None = None
    sort: str = LATEST_FIRST
    layout: str = LAYOUTS[0]

    @property
    def filters(self) -> bool:
        """Whether anything is left out."""
        return bool(self.game or self.name or self.status or self.since or self.until)

    def query(self, **changes: Any) -> str:
        """The address's query for the same wish with changes; what is as usual is left out."""
        wish = replace(self, **changes)
        usual = Wanted()
        pairs = [(name, getattr(wish, name)) for name in _IN_QUERY]
        return urlencode([(name, one) for name, one in pairs if one != getattr(usual, name)])


_IN_QUERY = ("game", "name", "status", "since", "until", "sort", "layout")


@dataclass(frozen=True, slots=True)
class Column:
    """A column that can be sorted by: what it is called, and which direction comes first."""

    key: str
    label: str
    first: str


COLUMNS = (
    Column("game", N_("Game"), "game"),
    Column("name", N_("Tournament"), "name"),
    Column("participants", N_("Participants"), "-participants"),
    Column("status", N_("Status"), "status"),
    Column("date", N_("Date"), "-date"),
    Column("placement", N_("Placement"), "placement"),
    Column("record", N_("Won–lost"), "-record"),
)
_SORTS = {column.key: column for column in COLUMNS}


@dataclass(frozen=True, slots=True)
class RecordPage:
    """One page of a record's tournaments. `total` counts all, `matching` those that are wanted."""

    items: list[Played]
    total: int
    matching: int
    page: int
    games: list[str]
    statuses: list[str]
    wanted: Wanted

    @property
    def pages(self) -> int:
        return max(1, -(-self.matching // PER_PAGE))


def read_wanted(query: Mapping[str, str]) -> Wanted:
    """The wish in an address; what makes no sense there is left out."""
    sort = query.get("sort", "")
    layout = query.get("layout", "")
    status = query.get("status", "")
    return Wanted(
        game=query.get("game", "")[:LONGEST_SEARCH],
        name=query.get("name", "").strip()[:LONGEST_SEARCH],
        status=status if status in _ORDER else "",
        since=_day(query.get("since", "")),
        until=_day(query.get("until", "")),
        sort=sort if is_sort(sort) else LATEST_FIRST,
        layout=layout if layout in LAYOUTS else LAYOUTS[0],
    )


def is_sort(sort: str) -> bool:
    """Whether that is a column, perhaps with a minus in front."""
    return sort.removeprefix("-") in _SORTS


def record_page(played: list[Played], wanted: Wanted, page: int, zone: ZoneInfo) -> RecordPage:
    """The page of the record that is asked for; one beyond the last is the last."""
    found = sort_played([one for one in played if is_wanted(one, wanted, zone)], wanted.sort)
    number = min(max(1, page), max(1, -(-len(found) // PER_PAGE)))
    return RecordPage(
        items=found[(number - 1) * PER_PAGE : number * PER_PAGE],
        total=len(played),
        matching=len(found),
        page=number,
        games=sorted({one.game for one in played}, key=str.casefold),
        statuses=sorted({one.status.value for one in played}, key=_ORDER.__getitem__),
        wanted=wanted,
    )


def is_wanted(one: Played, wanted: Wanted, zone: ZoneInfo) -> bool:
    """Whether the tournament is among those that are asked for."""
    if wanted.game and one.game != wanted.game:
        return False
    if wanted.name and wanted.name.casefold() not in one.name.casefold():
        return False
    if wanted.status and one.status.value != wanted.status:
        return False
    return _is_between(one.at, wanted, zone)


class RecordFrame(Protocol):
    """A page of somebody who played: whose record it is, and how much of it the visitor sees."""

    @property
    def whose(self) -> Whose: ...

    @property
    def sees_unlisted(self) -> bool: ...


def overview_tab(conn: Connection, frame: RecordFrame) -> dict[str, Any]:
    """Trophies and last results, and how many tournaments there were."""
    played = tournaments_of(conn, frame.whose, unlisted=frame.sees_unlisted)
    last = last_results(conn, frame.whose, unlisted=frame.sees_unlisted)
    won = trophies(played)
    return {
        "frame": frame,
        "trophies": won[:MOST_TROPHIES],
        "more_trophies": len(won[MOST_TROPHIES:]),
        "last": last,
        "played": len(played),
    }


def tournaments_tab(visit: Visit, conn: Connection, frame: RecordFrame) -> dict[str, Any]:
    """The tournaments that the address asks for."""
    played = tournaments_of(conn, frame.whose, unlisted=frame.sees_unlisted)
    wanted = read_wanted(visit.request.query_params)
    record = record_page(played, wanted, page_number(visit), visit.zone)
    return {"frame": frame, "record": record, "columns": COLUMNS}


def matches_tab(visit: Visit, conn: Connection, frame: RecordFrame) -> dict[str, Any]:
    """A page of the matches."""
    number, unlisted = page_number(visit), frame.sees_unlisted
    return {"frame": frame, "found": matches_of(conn, frame.whose, number, unlisted=unlisted)}


def sort_played(found: Iterable[Played], sort: str) -> list[Played]:
    """Sorted by a column; equal ones stay latest first, and what is not known comes last."""
    key = sort.removeprefix("-")
    down = sort.startswith("-")
    latest_first = sorted(found, key=_latest, reverse=True)
    by_key = sorted(latest_first, key=_KEYS[key], reverse=down)
    return sorted(by_key, key=lambda one: _is_unknown(one, key))


def _latest(one: Played) -> tuple[datetime, str]:
    return one.at or one.created_at, one.tournament_id


_KEYS: dict[str, Callable[[Played], Any]] = {
    "game": lambda one: one.game.casefold(),
    "name": lambda one: one.name.casefold(),
    "participants": lambda one: one.participants,
    "status": lambda one: _ORDER[one.status.value],
    "date": _latest,
    "placement": lambda one: (one.rank or _LAST, one.to or _LAST),
    "record": lambda one: (one.won, -one.lost),
}


def _is_unknown(one: Played, key: str) -> bool:
    if key == "date":
        return one.at is None
    return key == "placement" and one.rank is None


def _is_between(at: datetime | None, wanted: Wanted, zone: ZoneInfo) -> bool:
    if wanted.since is None and wanted.until is None:
        return True
    if at is None:
        return False
    day = at.astimezone(zone).date()
    return (wanted.since is None or wanted.since <= day) and (
        wanted.until is None or day <= wanted.until
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None

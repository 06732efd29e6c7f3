"""What the organizer's console shows of a tournament from the draw on.

What needs a decision comes first: disputes, reports that wait, matches that nobody reports.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, select

from clutch.tournaments.bracket import Bracket
from clutch.tournaments.history import was_reopened
from clutch.tournaments.matches import MatchRow
from clutch.tournaments.models import Participant, Status, Tournament
from clutch.tournaments.tables import report
from clutch.web.views.bracket import DrawnMatch
from clutch.web.views.tournament_bracket import drawn_match, match_url


@dataclass(frozen=True, slots=True)
class Awaited:
    """A match that somebody waits for: since when, and until when if it ends by itself."""

    match: DrawnMatch
    since: datetime | None
    until: datetime | None
    organize: str


@dataclass(frozen=True, slots=True)
class RunningConsole:
    """The running part of a console; also of a completed tournament, where less is to be done.

    `late` matches have been open for longer than the deadline of reports and nobody has reported.
    """

    tournament: Tournament
    disputes: tuple[Awaited, ...]
    reported: tuple[Awaited, ...]
    late: tuple[Awaited, ...]
    open_count: int
    participants: tuple[Participant, ...]
    was_reopened: bool

    @property
    def is_running(self) -> bool:
        return self.tournament.status is Status.RUNNING

    @property
    def can_complete(self) -> bool:
        """Whether no match is left."""
        return self.is_running and self.open_count == 0

    @property
    def is_calm(self) -> bool:
        """Whether nothing needs the organizer now."""
        return not (self.disputes or self.reported or self.late or self.can_complete)


def running_console(conn: Connection, found: Bracket, now: datetime) -> RunningConsole:
    """What the console of a drawn tournament says, for those who run it."""
    tournament = found.tournament
    times = _reported_at(conn, tournament)
    claimed = [match for match in found.matches if match.id in found.claimed]
    return RunningConsole(
        tournament=tournament,
        disputes=_awaited(found, (m for m in claimed if m.id in found.disputed), times),
        reported=_awaited(found, (m for m in claimed if m.id not in found.disputed), times),
        late=_late(found, now),
        open_count=sum(match.status in {"waiting", "ready"} for match in found.matches),
        participants=tuple(found.participants.values()),
        was_reopened=was_reopened(conn, tournament.stream),
    )


@dataclass(frozen=True, slots=True)
class _Waiting:
    """When the first report of a match came, and when it stands by itself."""

    since: datetime
    until: datetime | None


def _reported_at(conn: Connection, tournament: Tournament) -> dict[str, _Waiting]:
    rows = conn.execute(
        select(report.c.match_id, report.c.reported_at, report.c.confirms_at)
        .where(report.c.tournament_id == tournament.id)
        .order_by(report.c.reported_at.desc())
    )
    return {row.match_id: _Waiting(row.reported_at, row.confirms_at) for row in rows}


def _awaited(
    found: Bracket, matches: Iterable[MatchRow], times: dict[str, _Waiting]
) -> tuple[Awaited, ...]:
    """Those that wait longest first."""
    listed = [_one(found, match, times[match.id].since, times[match.id].until) for match in matches]
    return tuple(sorted(listed, key=_began))


def _late(found: Bracket, now: datetime) -> tuple[Awaited, ...]:
    patience = timedelta(minutes=found.tournament.report_minutes)
    open_ones = (one for one in found.matches if one.is_ready and one.id not in found.claimed)
    listed = [_one(found, match, match.starts_at or match.opened_at, None) for match in open_ones]
    return tuple(sorted((one for one in listed if _began(one) + patience <= now), key=_began))


def _one(
    found: Bracket, match: MatchRow, since: datetime | None, until: datetime | None
) -> Awaited:
    organize = f"{match_url(found.tournament.id, match.id)}/organize"
    return Awaited(drawn_match(found, match), since, until, organize)


def _began(one: Awaited) -> datetime:
    return one.since or _NEVER


_NEVER = datetime.max.replace(tzinfo=UTC) - timedelta(days=366)

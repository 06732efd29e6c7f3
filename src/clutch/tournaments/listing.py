"""Lists of tournaments: all of them with filters, what the home page shows, what one organizes."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, bindparam, case, func, or_, select

from clutch.accounts.models import AccountId
from clutch.accounts.names import clean_name, name_keys
from clutch.engine import ParticipantId
from clutch.tournaments.models import PlayedBy, RegistrationStatus, Status, TournamentId, Visibility
from clutch.tournaments.tables import co_organizer, participant, placement, registration, tournament

PER_PAGE = 30
HOME_MOST = 8
# For so many different filters and searches.
STATEMENTS_KEPT = 64
_LONGEST_SEARCH = 80

# What happens now, what is about to, what was.
_ORDER = {
    Status.DRAFT: 0,
    Status.RUNNING: 1,
    Status.SEEDING: 2,
    Status.CHECK_IN: 2,
    Status.REGISTRATION: 3,
    Status.COMPLETED: 4,
    Status.CANCELLED: 5,
}


class Champion(msgspec.Struct, frozen=True):
    """Who won; the name is None once the player is deleted."""

    participant_id: ParticipantId
    name: str | None


class Card(msgspec.Struct, frozen=True):
    """A tournament as a list shows it."""

    id: TournamentId
    name: str
    game: str
    status: Status
    format: str
    played_by: PlayedBy
    visibility: Visibility
    starts_at: datetime | None
    ended_at: datetime | None
    max_participants: int
    admitted: int
    waiting: int
    champion: Champion | None

    @property
    def is_full(self) -> bool:
        return self.admitted >= self.max_participants


class Wanted(msgspec.Struct, frozen=True):
    """What to list; empty fields don't count. `search` is a part of the name in any case."""

    status: Status | None = None
    game: str = ""
    format: str = ""
    search: str = ""

    @property
    def is_anything(self) -> bool:
        """Whether nothing in particular is asked for."""
        return self == Wanted()


class Listed(msgspec.Struct, frozen=True):
    """One page of tournaments, and how many there are in all."""

    items: list[Card]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PER_PAGE))


class HomeLists(msgspec.Struct, frozen=True):
    """What the home page shows."""

    running: list[Card]
    open: list[Card]
    results: list[Card]


def list_tournaments(conn: Connection, wanted: Wanted, page: int = 1) -> Listed:
    """Public tournaments: running ones first, then what comes next, then the latest results."""
    counting, listing = _listing(wanted)
    total = conn.execute(counting).scalar_one()
    number = min(max(page, 1), max(1, -(-total // PER_PAGE)))
    rows = conn.execute(listing, {"before": (number - 1) * PER_PAGE})
    return Listed([_card(row) for row in rows], total, number)


def home_lists(conn: Connection) -> HomeLists:
    """What is on now, where one can still register, and who won lately."""
    return HomeLists(
        running=_some(conn, Status.RUNNING, Status.CHECK_IN, Status.SEEDING),
        open=_some(conn, Status.REGISTRATION),
        results=_some(conn, Status.COMPLETED),
    )


def organized_by(conn: Connection, account_id: AccountId) -> list[Card]:
    """What somebody owns or co-organizes and is not over, drafts first."""
    helped = select(co_organizer.c.tournament_id).where(co_organizer.c.account_id == account_id)
    over = [Status.COMPLETED.value, Status.CANCELLED.value]
    rows = conn.execute(
        _cards()
        .where(or_(tournament.c.owner_id == account_id, tournament.c.id.in_(helped)))
        .where(tournament.c.status.not_in(over))
        .limit(PER_PAGE)
    )
    return [_card(row) for row in rows]


def games_played(conn: Connection) -> list[str]:
    """The games of public tournaments, by name."""
    rows = conn.execute(
        select(tournament.c.game).where(*_public()).distinct().order_by(tournament.c.game)
    )
    return [str(game) for game in rows.scalars()]


def _some(conn: Connection, *among: Status) -> list[Card]:
    return [_card(row) for row in conn.execute(_SOME, {"among": [one.value for one in among]})]


# To put such a statement together takes longer than a small database needs to answer it.
@lru_cache(maxsize=STATEMENTS_KEPT)
def _listing(wanted: Wanted) -> tuple[Select[Any], Select[Any]]:
    """What counts, and what lists a page after the first so many (`before`)."""
    conditions = [*_public(), *_matching(wanted)]
    counting = select(func.count()).select_from(tournament).where(*conditions)
    listing = _cards().where(*conditions).limit(PER_PAGE).offset(bindparam("before"))
    return counting, listing


def _public() -> list[ColumnElement[bool]]:
    return [
        tournament.c.visibility == Visibility.PUBLIC.value,
        tournament.c.status != Status.DRAFT.value,
    ]


def _matching(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.status is not None:
        found.append(tournament.c.status == wanted.status.value)
    if wanted.game:
        found.append(tournament.c.game == wanted.game)
    if wanted.format:
        found.append(tournament.c.format == wanted.format)
    text = clean_name(wanted.search[:_LONGEST_SEARCH])
    if text:
        folded = name_keys(text).folded
        found.append(tournament.c.name_folded.contains(folded, autoescape=True))
    return found


def _order() -> list[Any]:
    rank = case(
        *((tournament.c.status == status.value, place) for status, place in _ORDER.items()),
        else_=9,
    )
    # A time that is not set yet comes after all that are; of what is over the latest comes first.
    return [
        rank,
        tournament.c.ended_at.desc(),
        tournament.c.starts_at.is_(None),
        tournament.c.starts_at,
        tournament.c.created_at.desc(),
        tournament.c.id,
    ]


def _cards() -> Select[Any]:
    """What the cards of tournaments show, in the order of the lists."""
    won = (
        select(placement.c.tournament_id, participant.c.id, participant.c.name)
        .join(participant, participant.c.id == placement.c.participant_id)
        .where(placement.c.rank == 1, placement.c.to == 1)
        .subquery()
    )
    plain = [
        tournament.c[name]
        for name in Card.__struct_fields__
        if name not in {"admitted", "waiting", "champion"}
    ]
    return (
        select(
            *plain,
            _counted(RegistrationStatus.ADMITTED).label("admitted"),
            _counted(RegistrationStatus.WAITING).label("waiting"),
            won.c.id.label("champion_id"),
            won.c.name.label("champion_name"),
        )
        .outerjoin(won, won.c.tournament_id == tournament.c.id)
        .order_by(*_order())
    )


def _counted(status: RegistrationStatus) -> Any:
    return (
        select(func.count())
        .where(
            registration.c.tournament_id == tournament.c.id, registration.c.status == status.value
        )
        .scalar_subquery()
    )


_SOME = (
    _cards()
    .where(*_public(), tournament.c.status.in_(bindparam("among", expanding=True)))
    .limit(HOME_MOST)
)


def _card(row: Any) -> Card:
    completed = row.status == Status.COMPLETED.value and row.champion_id is not None
    return Card(
        id=row.id,
        name=row.name,
        game=row.game,
        status=Status(row.status),
        format=row.format,
        played_by=PlayedBy(row.played_by),
        visibility=Visibility(row.visibility),
        starts_at=row.starts_at,
        ended_at=row.ended_at,
        max_participants=row.max_participants,
        admitted=row.admitted,
        waiting=row.waiting,
        champion=Champion(row.champion_id, row.champion_name) if completed else None,
    )

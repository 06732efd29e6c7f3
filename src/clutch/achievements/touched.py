"""Whom events touch: for these holders a record may be another one than before.

It names too many rather than too few: who is named without need only costs the time to look.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, select

from clutch.achievements.events import OWN_EDITED, OWN_MADE, OWN_RETIRED
from clutch.achievements.record import Holder, HolderKind
from clutch.achievements.tables import own_achievement, unlock
from clutch.kernel.log import Event
from clutch.tournaments.models import Status, Visibility
from clutch.tournaments.tables import co_organizer, participant, participant_player, tournament

_OF_MATCHES = frozenset({"match-decided", "result-amended", "result-revoked"})
# Everybody of the tournament, organizers too.
_OF_TOURNAMENTS = frozenset({"stage-drawn", "tournament-completed", "tournament-reopened"})
_OF_ORGANIZERS = frozenset({"organizer-added", "organizer-removed"})
_OF_OWN = frozenset({OWN_MADE, OWN_EDITED, OWN_RETIRED})
# What changes how many players and teams there are, whom holders are counted among.
OF_NUMBERS = frozenset({"account-created", "account-deleted", "team-created", "team-disbanded"})
_COUNTING_FIELDS = frozenset({"game", "visibility", "zone"})

Touched = dict[Holder, int]


class _Ids(msgspec.Struct):
    """The ids that a fact may have; what it has besides is not looked at."""

    account_id: int | None = None
    team_id: int | None = None
    own_id: int | None = None
    opponents: tuple[int | None, ...] = ()
    fields: tuple[str, ...] = ()


_IDS = msgspec.json.Decoder(_Ids)


def changes_numbers(events: Iterable[Event]) -> bool:
    """Whether there are more or fewer players and teams after these events."""
    return any(event.kind in OF_NUMBERS for event in events)


def touched_by(conn: Connection, events: Sequence[Event]) -> Touched:
    """The holders that these events touch, each with the position of the last one that does."""
    found = _Touching(conn)
    for event in events:
        find = _FIND.get(event.kind)
        if find is not None:
            find(found, event, _IDS.decode(event.json))
    return found.holders


def players_in_scope(conn: Connection, owner_id: int | None) -> list[int]:
    """The accounts that play or played in somebody's public tournaments, or (None) in any."""
    given = {} if owner_id is None else {"owner": owner_id}
    return sorted(conn.execute(_IN_SCOPE[owner_id is None], given).scalars())


class _Touching:
    """Gathers holders; each tournament's people are read once."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._everybody: dict[str, list[Holder]] = {}
        self._playing: dict[int, list[Holder]] = {}
        self._ended: dict[str, list[Holder]] = {}
        self.holders: Touched = {}

    def match(self, event: Event, ids: _Ids) -> None:
        opponents = [one for one in ids.opponents if one is not None]
        for one in opponents:
            self._add(event, self._players(one))
        # The matches of a tournament that has ended are counted for its organizers.
        tournament_id = _tournament_of(event)
        if tournament_id not in self._ended:
            self._ended[tournament_id] = self._ended_organizers(tournament_id)
        self._add(event, self._ended[tournament_id])

    def tournament(self, event: Event, _: _Ids) -> None:
        tournament_id = _tournament_of(event)
        if tournament_id not in self._everybody:
            self._everybody[tournament_id] = self._all_of(tournament_id)
        self._add(event, self._everybody[tournament_id])

    def edited(self, event: Event, ids: _Ids) -> None:
        if not _COUNTING_FIELDS.isdisjoint(ids.fields):
            self.tournament(event, ids)

    def account(self, event: Event, ids: _Ids) -> None:
        if ids.account_id is not None:
            self._add(event, [Holder(HolderKind.PLAYER, ids.account_id)])

    def of_stream(self, event: Event, ids: _Ids) -> None:
        """The player or team whose stream it is, and the team or the player that it names."""
        kind, _, number = event.stream.partition("-")
        self._add(event, [Holder(HolderKind(kind), int(number))])
        self.account(event, ids)
        if ids.team_id is not None:
            self._add(event, [Holder(HolderKind.TEAM, ids.team_id)])

    def own(self, event: Event, ids: _Ids) -> None:
        """Everybody who might hold an organizer's own achievement, or holds it."""
        row = self._conn.execute(_OWN, {"own_id": ids.own_id}).one_or_none()
        if row is None:
            return
        holds = {"own_key": f"own-{ids.own_id}"}
        players = set(players_in_scope(self._conn, None if row.everywhere else row.owner_id))
        players |= set(self._conn.execute(_HOLDING, holds).scalars())
        self._add(event, (Holder(HolderKind.PLAYER, one) for one in sorted(players)))

    def _add(self, event: Event, holders: Iterable[Holder]) -> None:
        self.holders |= dict.fromkeys(holders, event.position)

    def _players(self, participant_id: int) -> list[Holder]:
        if participant_id not in self._playing:
            rows = self._conn.execute(_PLAYERS, {"participant": participant_id})
            self._playing[participant_id] = _holders(rows)
        return self._playing[participant_id]

    def _all_of(self, tournament_id: str) -> list[Holder]:
        where = {"tournament": tournament_id}
        everybody = _holders(self._conn.execute(_EVERYBODY, where))
        return everybody + self._organizers(tournament_id)

    def _organizers(self, tournament_id: str) -> list[Holder]:
        where = {"tournament": tournament_id}
        ids = self._conn.execute(_ORGANIZERS, where).scalars()
        return [Holder(HolderKind.PLAYER, one) for one in sorted(set(ids))]

    def _ended_organizers(self, tournament_id: str) -> list[Holder]:
        status = self._conn.execute(_STATUS, {"tournament": tournament_id}).scalar()
        return self._organizers(tournament_id) if status == Status.COMPLETED.value else []


_FIND: Mapping[str, Callable[[_Touching, Event, _Ids], None]] = (
    dict.fromkeys(_OF_MATCHES, _Touching.match)
    | dict.fromkeys(_OF_TOURNAMENTS, _Touching.tournament)
    | dict.fromkeys(_OF_ORGANIZERS, _Touching.account)
    | dict.fromkeys(_OF_OWN, _Touching.own)
    | {"tournament-edited": _Touching.edited, "account-created": _Touching.of_stream}
    | dict.fromkeys(
        ("team-created", "team-member-joined", "team-member-left", "team-disbanded"),
        _Touching.of_stream,
    )
    | dict.fromkeys(("player-joined-team", "player-left-team"), _Touching.of_stream)
)
KINDS = frozenset(_FIND)


def _tournament_of(event: Event) -> str:
    return event.stream.partition("-")[2]


def _holders(rows: Iterable[Any]) -> list[Holder]:
    """Players, and the teams that they play for."""
    found: dict[Holder, None] = {}
    for account_id, team_id in rows:
        found[Holder(HolderKind.PLAYER, account_id)] = None
        if team_id is not None:
            found[Holder(HolderKind.TEAM, team_id)] = None
    return list(found)


_PLAYING = select(participant_player.c.account_id, participant.c.team_id).join(
    participant, participant.c.id == participant_player.c.participant_id
)
_PLAYERS = _PLAYING.where(participant.c.id == bindparam("participant"))
_EVERYBODY = _PLAYING.where(participant.c.tournament_id == bindparam("tournament"))
_ORGANIZERS = (
    select(tournament.c.owner_id)
    .where(tournament.c.id == bindparam("tournament"))
    .union_all(
        select(co_organizer.c.account_id).where(
            co_organizer.c.tournament_id == bindparam("tournament")
        )
    )
)
_STATUS = select(tournament.c.status).where(tournament.c.id == bindparam("tournament"))
_OWN = select(own_achievement.c.owner_id, own_achievement.c.everywhere).where(
    own_achievement.c.id == bindparam("own_id")
)
_ALL_PLAYING = (
    select(participant_player.c.account_id)
    .distinct()
    .join(participant, participant.c.id == participant_player.c.participant_id)
    .join(tournament, tournament.c.id == participant.c.tournament_id)
    .where(tournament.c.visibility == Visibility.PUBLIC.value, tournament.c.started_at.is_not(None))
)
_IN_SCOPE = {
    True: _ALL_PLAYING,
    False: _ALL_PLAYING.where(tournament.c.owner_id == bindparam("owner")),
}
_HOLDING = select(unlock.c.holder_id).where(
    unlock.c.key == bindparam("own_key"), unlock.c.holder_kind == HolderKind.PLAYER.value
)

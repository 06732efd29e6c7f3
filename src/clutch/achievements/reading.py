"""Records, built for many holders at once from the plain tables of what was played."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

import msgspec
from sqlalchemy import Connection, Executable

from clutch.achievements import statements
from clutch.achievements.record import (
    CheckIn,
    Game,
    Holder,
    HolderKind,
    Hosted,
    Match,
    Membership,
    Record,
    Tournament,
)
from clutch.kernel.parts import in_parts
from clutch.tournaments.models import TournamentId, stream_of

# What a statement is asked for at a time: SQLite takes 32,766 parameters, PostgreSQL 65,535.
CHUNK = 500

_Rows = Mapping[int, Sequence[Any]]


def read_records(
    conn: Connection, holders: Iterable[Holder], since: datetime | None = None
) -> dict[Holder, Record]:
    """The records of these holders; those who never were are left out.

    With `since` only the matches that they played from then on.
    """
    wanted = sorted(set(holders))
    found: dict[Holder, Record] = {}
    for kind in HolderKind:
        ids = [one.id for one in wanted if one.kind is kind]
        for some in in_parts(ids, CHUNK):
            found |= _Bulk(conn, kind, some, since).records()
    return found


def read_record(conn: Connection, holder: Holder, since: datetime | None = None) -> Record | None:
    """The record of one holder; None when there never was one."""
    return read_records(conn, [holder], since).get(holder)


class _Bulk:
    """The rows of some holders of one kind, by holder."""

    def __init__(
        self, conn: Connection, kind: HolderKind, ids: Sequence[int], since: datetime | None
    ) -> None:
        self._conn = conn
        self._kind = kind
        self._ids = ids
        self._since = since
        self._sizes: dict[str, int] = {}

    def records(self) -> dict[Holder, Record]:
        beginnings = self._rows(statements.BEGINNINGS[self._kind])
        matches = self._rows(statements.MATCHES[self._kind, self._since is not None])
        places = self._whole(statements.PLACES[self._kind])
        memberships = self._whole(statements.MEMBERSHIPS[self._kind])
        players = self._kind is HolderKind.PLAYER
        check_ins = self._whole(statements.CHECK_INS) if players else {}
        hosted = self._whole(statements.HOSTED) if players else {}
        self._count_sizes(matches, places, hosted)
        played = _count_matches(self._conn, _tournaments_in(hosted))
        times = _times_of_play(self._conn, matches)
        decided = {
            one: _ordered(self._match(row, times) for row in found)
            for one, found in matches.items()
        }
        return {
            Holder(self._kind, one): Record(
                holder=Holder(self._kind, one),
                since=rows[0].created_at,
                number=one,
                matches=tuple(each for each in decided.get(one, ()) if each.was_started),
                unplayed=tuple(each for each in decided.get(one, ()) if not each.was_started),
                tournaments=_ordered(self._place(row) for row in places.get(one, ())),
                check_ins=_ordered(map(_check_in, check_ins.get(one, ()))),
                memberships=_ordered(map(_membership, memberships.get(one, ()))),
                hosted=_ordered(self._hosted(row, played) for row in hosted.get(one, ())),
            )
            for one, rows in beginnings.items()
        }

    def _whole(self, statement: Executable) -> _Rows:
        return self._rows(statement) if self._since is None else {}

    def _rows(self, statement: Executable) -> _Rows:
        given: dict[str, Any] = {"holders": list(self._ids)}
        if self._since is not None:
            given["since"] = self._since
        found: defaultdict[int, list[Any]] = defaultdict(list)
        for row in self._conn.execute(statement, given):
            found[row.holder_id].append(row)
        return found

    def _count_sizes(self, *found: _Rows) -> None:
        wanted = sorted({one for rows in found for one in _tournaments_in(rows)})
        for some in in_parts(wanted, CHUNK):
            rows = self._conn.execute(statements.SIZES, {"tournaments": some})
            self._sizes |= {row.tournament_id: row.size for row in rows}

    def _match(self, row: Any, times: Mapping[tuple[str, str], datetime]) -> Match:
        own, other = _turned((row.score_a, row.score_b), row)
        games = _GAMES.decode(row.games) if row.games else ()
        return Match(
            at=times.get((row.tournament_id, row.id), row.decided_at),
            tournament_id=row.tournament_id,
            id=row.id,
            game=row.game,
            won=row.winner_id == row.own_id,
            rival=_rival(row),
            seed=row.seed,
            rival_seed=row.other_seed,
            size=self._sizes.get(row.tournament_id, 2),
            best_of=row.best_of,
            own=own,
            other=other,
            games=tuple(Game(*_turned(one.scores, row)) for one in games),
            bracket=row.bracket,
            team_id=row.team_id,
            zone=row.zone,
            agreed=row.confirmed_how == "opponent",
            outcome=row.outcome,
            number=row.number,
        )

    def _place(self, row: Any) -> Tournament:
        return Tournament(
            at=row.ended_at,
            id=row.tournament_id,
            game=row.game,
            format=row.format,
            size=self._sizes.get(row.tournament_id, 0),
            rank=row.rank,
            to=row.to,
            seed=row.seed,
            team_id=row.team_id,
        )

    def _hosted(self, row: Any, played: Mapping[str, int]) -> Hosted:
        return Hosted(
            at=row.ended_at,
            id=row.tournament_id,
            game=row.game,
            size=self._sizes.get(row.tournament_id, 0),
            matches=played.get(row.tournament_id, 0),
            by_teams=row.played_by == "team",
            own=bool(row.is_owner),
        )


def _turned(scores: tuple[Any, Any], row: Any) -> tuple[Any, Any]:
    """The holder's own score first."""
    return scores if row.is_a else (scores[1], scores[0])


class _GameRow(msgspec.Struct):
    scores: tuple[int, int]


_GAMES = msgspec.json.Decoder(tuple[_GameRow, ...])


class _Said(msgspec.Struct):
    match: str
    result: dict[str, Any] | None = None


def _check_in(row: Any) -> CheckIn:
    return CheckIn(at=row.checked_in_at, tournament_id=row.tournament_id)


def _membership(row: Any) -> Membership:
    return Membership(
        at=row.joined_at,
        team_id=row.team_id,
        account_id=row.account_id,
        left_at=row.left_at,
        founded=row.id == row.first_id,
    )


def _rival(row: Any) -> str:
    if row.other_team_id is not None:
        return f"team-{row.other_team_id}"
    if row.other_account_id is not None:
        return f"player-{row.other_account_id}"
    return f"participant-{row.other_id}"


def _ordered(found: Iterable[Any]) -> tuple[Any, ...]:
    # Rows come in the order of play; those of the same moment stay so.
    return tuple(sorted(found, key=attrgetter("at")))


def _tournaments_in(found: _Rows) -> set[str]:
    return {row.tournament_id for rows in found.values() for row in rows}


def _count_matches(conn: Connection, tournament_ids: Iterable[str]) -> dict[str, int]:
    wanted = sorted(tournament_ids)
    found: dict[str, int] = {}
    for some in in_parts(wanted, CHUNK):
        rows = conn.execute(statements.PLAYED_IN, {"tournaments": some})
        found |= {row.tournament_id: row.played for row in rows}
    return found


def _times_of_play(conn: Connection, found: _Rows) -> dict[tuple[str, str], datetime]:
    """When corrected matches were played; their rows only know when they were corrected."""
    corrected = {row.tournament_id for rows in found.values() for row in rows if row.corrected}
    return {
        (tournament_id, match_id): at
        for tournament_id in sorted(corrected)
        for match_id, at in _times_in(conn, TournamentId(tournament_id)).items()
    }


def _times_in(conn: Connection, tournament_id: TournamentId) -> dict[str, datetime]:
    """When each decided match was decided first; one that was taken back is played anew.

    A corrected result is taken back, too, but another comes in its place. Statistics, which must
    not be needed here, fold the same rule event by event; a test holds the two together.
    """
    times: dict[str, datetime] = {}
    awaiting: set[str] = set()
    for row in conn.execute(statements.RESULTS, {"stream": stream_of(tournament_id)}):
        said = _SAID.decode(row.body)
        if row.kind == "result-corrected":
            awaiting |= {said.match} if said.result is not None else set()
        elif row.kind == "result-revoked":
            if said.match not in awaiting:
                times.pop(said.match, None)
        else:
            times.setdefault(said.match, row.at)
            awaiting.discard(said.match)
    return times


_SAID = msgspec.json.Decoder(_Said)

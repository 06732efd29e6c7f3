"""The kinds of streams that this site has, and what of them is open to whom."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from clutch.accounts.models import Actor
from clutch.kernel.log import Event
from clutch.live.streams import Kinds, StreamKind
from clutch.tournaments.models import Status, TournamentId, Visibility
from clutch.tournaments.policy import may_see
from clutch.tournaments.repository import find_tournament

# Of an account's and a team's own events, those that anybody sees on their pages anyway; that a
# password was changed or an invitation made is nobody else's business.
_OF_PLAYERS = frozenset(
    {
        "account-renamed",
        "account-deleted",
        "player-joined-team",
        "player-left-team",
        "player-admitted",
        "player-waiting",
        "player-tournament-moved",
        "player-out",
        "achievement-unlocked",
        "achievement-taken-back",
        "achievement-held-again",
        "statistics-changed",
    }
)
_OF_TEAMS = frozenset(
    {
        "team-created",
        "team-changed",
        "team-disbanded",
        "team-captain-changed",
        "team-member-joined",
        "team-member-left",
        "achievement-unlocked",
        "achievement-taken-back",
        "achievement-held-again",
        "statistics-changed",
    }
)


def stream_kinds() -> Kinds:
    """What can be followed, by how the stream's name begins."""
    return {
        "tournament": StreamKind(_may_see_tournament, _is_open),
        "player": StreamKind(_may_always, is_open_of_player, of_hidden_tournaments),
        "team": StreamKind(_may_always, _is_open_of_team, of_hidden_tournaments),
        "site": StreamKind(_may_always, _is_open),
    }


def is_open_of_player(event: Event) -> bool:
    """Whether anybody may read this event of a player's stream."""
    return event.kind in _OF_PLAYERS


class _Named(msgspec.Struct, frozen=True):
    """Which tournament a fact names; other fields are not looked at."""

    tournament_id: str | None = None


def of_hidden_tournaments(conn: Connection, events: Sequence[Event]) -> frozenset[int]:
    """Seqs of events that name a tournament which is not listed: its id is all that protects it."""
    named = {one.seq: msgspec.json.decode(one.json, type=_Named).tournament_id for one in events}
    hidden = {one for one in set(named.values()) if one and not _is_listed(conn, one)}
    return frozenset(seq for seq, tournament_id in named.items() if tournament_id in hidden)


def _is_listed(conn: Connection, tournament_id: str) -> bool:
    found = find_tournament(conn, TournamentId(tournament_id))
    if found is None or found.status is Status.DRAFT:
        return False
    return found.visibility is Visibility.PUBLIC


def _is_open_of_team(event: Event) -> bool:
    return event.kind in _OF_TEAMS


def _may_see_tournament(conn: Connection, actor: Actor, stream: str) -> bool:
    tournament = find_tournament(conn, TournamentId(stream.partition("-")[2]))
    return tournament is not None and may_see(conn, actor, tournament)


def _may_always(_: Connection, __: Actor, ___: str) -> bool:
    return True


def _is_open(_: Event) -> bool:
    return True

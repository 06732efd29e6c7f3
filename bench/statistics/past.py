"""A site whose log holds many matches of two opponents, written as the commands would."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import msgspec
from sqlalchemy import Connection, insert

from clutch import engine
from clutch.accounts.repository import insert_account
from clutch.bootstrap import Site, open_site, prepare
from clutch.engine import DecidedBy, MatchDecided, MatchId, ParticipantId
from clutch.kernel.settings import Settings
from clutch.kernel.tables import event, stream
from clutch.tournaments.events_play import engine_body
from clutch.tournaments.tables import match, participant, participant_player, registration
from clutch.tournaments.tables import tournament as tournament_table

BEGAN_AT = datetime(2024, 1, 1, tzinfo=UTC)
A_TOURNAMENT = 1_000
MAPS = ("Inferno", "Mirage", "Nuke")

Row = dict[str, Any]


def empty_site(home: Path) -> Site:
    """A site on a new SQLite file; nothing runs in it."""
    settings = Settings(home=home)
    prepare(settings)
    return open_site(settings)


def fill(site: Site, matches: int) -> None:
    """Let two players have played so many matches, best of three, twenty a day."""
    first = site.writer.write(lambda tx: insert_account(tx, "First", role="player")).id
    second = site.writer.write(lambda tx: insert_account(tx, "Second", role="player")).id
    chance = Random(7)
    with site.database.begin_write() as conn:
        for number in range(-(-matches // A_TOURNAMENT)):
            count = min(A_TOURNAMENT, matches - number * A_TOURNAMENT)
            _add_tournament(conn, number, count, (first, second), chance)


def _add_tournament(
    conn: Connection, number: int, count: int, players: tuple[int, int], chance: Random
) -> None:
    key = f"t{number:07}"
    began_at = BEGAN_AT + timedelta(days=number * A_TOURNAMENT / 20)
    sides = (ParticipantId(number * 2 + 1), ParticipantId(number * 2 + 2))
    pairs = list(zip(sides, players, strict=True))
    conn.execute(insert(tournament_table), _tournament(key, players[0], began_at))
    conn.execute(insert(registration), [_registration(key, *one) for one in pairs])
    conn.execute(insert(participant), [_participant(key, *one) for one in pairs])
    roster = [
        {"participant_id": side, "account_id": player, "name": "x", "is_captain": True}
        for side, player in pairs
    ]
    conn.execute(insert(participant_player), roster)
    results = [_result(sides, chance) for _ in range(count)]
    conn.execute(insert(match), [_match(key, n, sides) for n in range(1, count + 1)])
    conn.execute(insert(stream), {"name": f"tournament-{key}", "seq": count})
    conn.execute(
        insert(event),
        [_event(key, n, sides, result, began_at) for n, result in enumerate(results, start=1)],
    )


def _result(sides: tuple[ParticipantId, ParticipantId], chance: Random) -> engine.Result:
    wins = chance.choice([[0, 0], [1, 1], [0, 1, 0], [1, 0, 1], [0, 1, 0]])
    games = tuple(
        engine.Game((13, 7) if side == 0 else (7, 13), chance.choice(MAPS)) for side in wins
    )
    return engine.played(sides, (wins.count(0), wins.count(1)), games)


def _event(
    key: str,
    number: int,
    sides: tuple[ParticipantId, ParticipantId],
    result: engine.Result,
    began_at: datetime,
) -> Row:
    fact = MatchDecided(MatchId(f"U1.{number}"), sides, result, DecidedBy.RECORDED)
    body = engine_body(fact)
    return {
        "stream": f"tournament-{key}",
        "seq": number,
        "kind": body.kind,
        "schema": body.schema,
        "body": body.json,
        "actor_id": None,
        "at": began_at + timedelta(days=number / 20),
    }


def _tournament(key: str, owner: int, at: datetime) -> Row:
    texts = {"name": key, "name_folded": key, "game": "Chess", "description": "", "rules": ""}
    sizes = {"roster_min": 1, "roster_max": 1, "max_participants": 2, "report_minutes": 10}
    return {
        "id": key,
        "owner_id": owner,
        "status": "running",
        "visibility": "public",
        "format": "single_elimination",
        "format_settings": "{}",
        "played_by": "solo",
        "zone": "UTC",
        "version": 1,
        "seeding_version": 1,
        "created_at": at,
        "started_at": at,
        **texts,
        **sizes,
    }


def _registration(key: str, side: ParticipantId, player: int) -> Row:
    return {
        "id": side,
        "tournament_id": key,
        "account_id": player,
        "name": "x",
        "status": "admitted",
        "version": 1,
        "registered_at": BEGAN_AT,
    }


def _participant(key: str, side: ParticipantId, player: int) -> Row:
    return {
        "id": side,
        "tournament_id": key,
        "registration_id": side,
        "account_id": player,
        "name": "x",
        "seed": 1,
        "disqualified": False,
    }


def _match(key: str, number: int, sides: tuple[ParticipantId, ParticipantId]) -> Row:
    return {
        "tournament_id": key,
        "id": f"U1.{number}",
        "number": number,
        "bracket": "upper",
        "round": 1,
        "place": number,
        "best_of": 3,
        "status": "decided",
        "opponents": msgspec.json.encode([]).decode(),
        "participant_a": sides[0],
        "participant_b": sides[1],
        "outcome": "played",
        "winner_id": sides[0],
        "score_a": 2,
        "score_b": 0,
        "corrected": False,
        "version": 1,
    }

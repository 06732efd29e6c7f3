"""Tournaments, registrations and seedings as the API gives them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec
from sqlalchemy import Connection

from clutch.engine import Stage
from clutch.tournaments.checking_in import Closing
from clutch.tournaments.listing import Card, Listed
from clutch.tournaments.match_rows import encode_opponents
from clutch.tournaments.matches import OpponentRow
from clutch.tournaments.models import (
    FormatSettings,
    Registration,
    RegistrationStatus,
    Tournament,
)
from clutch.tournaments.participants import participants_of
from clutch.tournaments.queries import Line, Organizer, line_of
from clutch.tournaments.repository import count_registrations


class TournamentOut(msgspec.Struct, frozen=True):
    """A tournament. `seeding_version` is the version that the draw and the seeding ask for."""

    id: str
    name: str
    game: str
    status: str
    visibility: str
    format: str
    format_settings: FormatSettings
    played_by: str
    roster_min: int
    roster_max: int
    max_participants: int
    starts_at: datetime | None
    zone: str
    report_minutes: int
    description: str
    rules: str
    owner: int
    admitted: int
    waiting: int
    cancel_reason: str | None
    version: int
    seeding_version: int
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


class ListedTournament(msgspec.Struct, frozen=True):
    """A tournament in a list; `champion` is null without one, and once the player is deleted."""

    id: str
    name: str
    game: str
    status: str
    format: str
    played_by: str
    starts_at: datetime | None
    ended_at: datetime | None
    max_participants: int
    admitted: int
    waiting: int
    champion: str | None


class TournamentsOut(msgspec.Struct, frozen=True):
    """One page of tournaments."""

    tournaments: list[ListedTournament]
    total: int
    page: int
    pages: int


class RosterPlayerOut(msgspec.Struct, frozen=True):
    """Who plays for a registration; the name is null once the player is deleted."""

    player: int
    name: str | None
    captain: bool


class RegistrationOut(msgspec.Struct, frozen=True):
    """A request to play. `status`: admitted, waiting, withdrawn, removed or absent.

    `participant` is the id by which the bracket knows it, null while it waits or when it is out.
    """

    id: int
    player: int
    team: int | None
    name: str | None
    status: str
    participant: int | None
    seed: int | None
    checked_in_at: datetime | None
    reason: str | None
    players: list[RosterPlayerOut]
    registered_at: datetime
    version: int


class ParticipantWithRoster(msgspec.Struct, frozen=True):
    """Who plays: a snapshot of name, tag, colour and roster."""

    id: int
    registration: int
    name: str | None
    tag: str | None
    colour: str | None
    seed: int | None
    player: int | None
    team: int | None
    disqualified: bool
    checked_in: bool
    players: list[RosterPlayerOut]


class SeedingOut(msgspec.Struct, frozen=True):
    """The participants, best seed first; `random_seed` is the number that shuffled them."""

    participants: list[int]
    random_seed: int | None
    version: int


class DrawnMatchOut(msgspec.Struct, frozen=True):
    """A match as the draw would make it."""

    id: str
    bracket: str
    round: int
    place: int
    best_of: int | None
    status: str
    opponents: tuple[OpponentRow, OpponentRow]


class DrawPreviewOut(msgspec.Struct, frozen=True):
    """The bracket that starting now would draw; `version` is the seeding's."""

    matches: list[DrawnMatchOut]
    version: int


class ClosingOut(msgspec.Struct, frozen=True):
    """What closing the check-in would do, by registrations.

    `fingerprint` is what `closing` agrees to in `POST .../status`.
    """

    staying: list[int]
    absent: list[int]
    moving_up: list[int]
    waiting: list[int]
    fingerprint: str


class OrganizerOut(msgspec.Struct, frozen=True):
    """Somebody who runs the tournament."""

    player: int
    name: str | None
    owner: bool


def tournament_out(conn: Connection, tournament: Tournament) -> TournamentOut:
    counts = count_registrations(conn, tournament.id)
    derived = {
        "owner": tournament.owner_id,
        "admitted": counts[RegistrationStatus.ADMITTED],
        "waiting": counts[RegistrationStatus.WAITING],
    }
    same = [name for name in TournamentOut.__struct_fields__ if name not in derived]
    return TournamentOut(**{name: getattr(tournament, name) for name in same} | derived)


def tournaments_out(found: Listed) -> TournamentsOut:
    return TournamentsOut(
        [_listed(card) for card in found.items], found.total, found.page, found.pages
    )


def registration_out(conn: Connection, registration: Registration) -> RegistrationOut:
    return line_out(line_of(conn, registration))


def line_out(line: Line) -> RegistrationOut:
    one, taken = line.registration, line.participant
    return RegistrationOut(
        id=one.id,
        player=one.account_id,
        team=one.team_id,
        name=one.name,
        status=one.status.value,
        participant=None if taken is None else taken.id,
        seed=None if taken is None else taken.seed,
        checked_in_at=one.checked_in_at,
        reason=one.reason,
        players=_roster(line),
        registered_at=one.registered_at,
        version=one.version,
    )


def participants_out(lines: Iterable[Line]) -> list[ParticipantWithRoster]:
    return [
        ParticipantWithRoster(
            id=taken.id,
            registration=taken.registration_id,
            name=taken.name,
            tag=taken.tag,
            colour=taken.colour,
            seed=taken.seed,
            player=taken.account_id,
            team=taken.team_id,
            disqualified=taken.disqualified,
            checked_in=line.registration.checked_in_at is not None,
            players=_roster(line),
        )
        for line in lines
        if (taken := line.participant) is not None
    ]


def seeding_out(conn: Connection, tournament: Tournament) -> SeedingOut:
    order = [one.id for one in participants_of(conn, tournament.id)]
    return SeedingOut(list(order), tournament.draw_seed, tournament.seeding_version)


def preview_out(stage: Stage, version: int) -> DrawPreviewOut:
    decode = msgspec.json.Decoder(tuple[OpponentRow, OpponentRow]).decode
    matches = [
        DrawnMatchOut(
            id=match.id,
            bracket=match.bracket.value,
            round=match.round,
            place=match.place,
            best_of=match.best_of,
            status=match.status.value,
            opponents=decode(encode_opponents(match)),
        )
        for match in stage.matches.values()
    ]
    return DrawPreviewOut(matches, version)


def closing_out(plan: Closing) -> ClosingOut:
    return ClosingOut(
        staying=[one.id for one in plan.staying],
        absent=[one.id for one in plan.absent],
        moving_up=[one.id for one in plan.moving_up],
        waiting=[one.id for one in plan.waiting],
        fingerprint=plan.fingerprint,
    )


def organizers_out(found: Iterable[Organizer]) -> list[OrganizerOut]:
    return [OrganizerOut(one.account_id, one.name, one.is_owner) for one in found]


def _roster(line: Line) -> list[RosterPlayerOut]:
    return [RosterPlayerOut(one.account_id, one.name, one.is_captain) for one in line.players]


def _listed(card: Card) -> ListedTournament:
    names = [name for name in ListedTournament.__struct_fields__ if name != "champion"]
    champion = None if card.champion is None else card.champion.name
    return ListedTournament(champion=champion, **{name: getattr(card, name) for name in names})

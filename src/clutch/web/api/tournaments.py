"""Tournaments over the API: lists, settings, statuses, seeding, draw, who organizes."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, Field
from starlette.responses import Response

from clutch.accounts.models import AccountId
from clutch.engine import ParticipantId
from clutch.kernel.writing import Transaction
from clutch.tournaments import completing, drafting, drawing, moving, organizing, seeding
from clutch.tournaments.listing import Wanted, list_tournaments
from clutch.tournaments.models import (
    FormatSettings,
    PlayedBy,
    Status,
    Tournament,
    TournamentId,
    Visibility,
)
from clutch.tournaments.participants import participants_of
from clutch.tournaments.policy import require_organizer
from clutch.tournaments.queries import organizers_of, see_tournament
from clutch.tournaments.repository import get_tournament
from clutch.tournaments.settings import Setup
from clutch.web.answers import ApiIn, answers
from clutch.web.views.numbers import Id, PageNumber
from clutch.web.views.seed_ratings import order_by_rating
from clutch.web.views.tournament_answers import (
    DrawPreviewOut,
    OrganizerOut,
    SeedingOut,
    TournamentOut,
    TournamentsOut,
    organizers_out,
    preview_out,
    seeding_out,
    tournament_out,
    tournaments_out,
)
from clutch.web.visit import ApiVisit, ApiVisitDep

router = APIRouter(prefix="/tournaments", tags=["tournaments"])

Small = Annotated[int, Field(ge=-1_000_000, le=1_000_000)]
Name = Annotated[str, Field(max_length=2048)]


class FormatSettingsIn(ApiIn):
    """`best_of` null: any two different scores. `rounds`: best-of by round, such as `{"U2": 3}`."""

    third_place: bool = False
    grand_final: str = Field("double", max_length=20)
    best_of: Small | None = 1
    rounds: dict[str, Small] = Field(default_factory=dict, max_length=40)
    final: Small | None = None

    def settings(self) -> FormatSettings:
        return FormatSettings(**self.model_dump())


class TournamentIn(ApiIn):
    name: Name
    game: Name
    format: str = Field("single_elimination", max_length=40)
    format_settings: FormatSettingsIn = FormatSettingsIn()
    played_by: PlayedBy = PlayedBy.SOLO
    roster_min: Small = 1
    roster_max: Small = 1
    max_participants: Small = 16
    starts_at: AwareDatetime | None = None
    zone: str = Field("UTC", max_length=64)
    visibility: Visibility = Visibility.PUBLIC
    report_minutes: Small = 15
    description: str = ""
    rules: str = ""

    def setup(self) -> Setup:
        given: dict[str, Any] = {name: getattr(self, name) for name in type(self).model_fields}
        return Setup(**given | {"format_settings": self.format_settings.settings()})


class TournamentPatch(ApiIn):
    """What to change; what is left out stays. `starts_at` null: not set yet."""

    name: Name | None = None
    game: Name | None = None
    format: str | None = Field(None, max_length=40)
    format_settings: FormatSettingsIn | None = None
    played_by: PlayedBy | None = None
    roster_min: Small | None = None
    roster_max: Small | None = None
    max_participants: Small | None = None
    starts_at: AwareDatetime | None = None
    zone: str | None = Field(None, max_length=64)
    visibility: Visibility | None = None
    report_minutes: Small | None = None
    description: str | None = None
    rules: str | None = None

    def changes(self) -> dict[str, Any]:
        given = {name: getattr(self, name) for name in self.model_fields_set}
        kept = {
            name: value for name, value in given.items() if value is not None or name == "starts_at"
        }
        if self.format_settings is not None:
            kept["format_settings"] = self.format_settings.settings()
        return kept


class StatusIn(ApiIn):
    """`to`: registration, check_in, seeding, completed or cancelled (with a reason).

    `closing` is the fingerprint that `GET .../check-in` gave: the check-in is then closed only if
    that still does the same.
    """

    to: Status
    reason: str = Field("", max_length=5000)
    closing: str | None = Field(None, max_length=40)


class SeedingIn(ApiIn):
    participants: list[Id] = Field(max_length=2048, description="All participants, best first.")


class RandomIn(ApiIn):
    random_seed: Annotated[int, Field(ge=0, le=2**53 - 1)] | None = None


class OrganizerIn(ApiIn):
    name: str = Field(max_length=512, description="The name of their account.")


@router.get("", **answers(TournamentsOut))
def list_route(
    visit: ApiVisitDep,
    status: Status | None = None,
    game: Annotated[str, Query(max_length=200)] = "",
    format: Annotated[str, Query(max_length=40)] = "",  # noqa: A002 - the parameter's public name
    q: Annotated[str, Query(max_length=200)] = "",
    page: PageNumber = 1,
) -> Response:
    """Public tournaments: running ones first, then what comes next, then the latest results."""
    with visit.read() as conn:
        found = list_tournaments(conn, Wanted(status, game, format, q), page)
    return visit.json(tournaments_out(found))


@router.post("", status_code=201, **answers(TournamentOut, 201))
def create_route(body: TournamentIn, visit: ApiVisitDep) -> Response:
    """Make a draft, which its makers alone can see."""
    setup, actor = body.setup(), visit.actor
    return visit.mutate(lambda tx: _out(tx, drafting.create_tournament(tx, actor, setup)), 201)


@router.get("/{tournament_id}", **answers(TournamentOut))
def tournament_route(tournament_id: str, visit: ApiVisitDep) -> Response:
    """A tournament with its settings."""
    with visit.read() as conn:
        found = see_tournament(conn, visit.actor, TournamentId(tournament_id))
        return visit.json(tournament_out(conn, found))


@router.patch("/{tournament_id}", **answers(TournamentOut, versioned=True))
def edit_route(tournament_id: str, body: TournamentPatch, visit: ApiVisitDep) -> Response:
    """Change settings, as far as they can still change where the tournament stands."""
    key, version, changes = TournamentId(tournament_id), visit.version(), body.changes()
    actor = visit.actor
    return visit.mutate(
        lambda tx: _out(tx, drafting.edit_tournament(tx, actor, key, version, changes))
    )


@router.post("/{tournament_id}/status", **answers(TournamentOut, versioned=True))
def status_route(tournament_id: str, body: StatusIn, visit: ApiVisitDep) -> Response:
    """Take a step on or back. From check_in to seeding closes the check-in; `POST .../draw` "
    "starts."""
    key, version = TournamentId(tournament_id), visit.version()
    return visit.mutate(lambda tx: _out(tx, _move(tx, visit, key, version, body)))


@router.get("/{tournament_id}/seeding", **answers(SeedingOut))
def seeding_route(tournament_id: str, visit: ApiVisitDep) -> Response:
    """The participants in seed order."""
    with visit.read() as conn:
        found = see_tournament(conn, visit.actor, TournamentId(tournament_id))
        return visit.json(seeding_out(conn, found))


@router.put("/{tournament_id}/seeding", **answers(SeedingOut, versioned=True))
def set_seeding_route(tournament_id: str, body: SeedingIn, visit: ApiVisitDep) -> Response:
    """Set the whole order at once; If-Match is the seeding's version."""
    key, version, actor = TournamentId(tournament_id), visit.version(), visit.actor
    order = [ParticipantId(one) for one in body.participants]
    return visit.mutate(
        lambda tx: seeding_out(tx.conn, seeding.set_seeding(tx, actor, key, version, order))
    )


@router.post("/{tournament_id}/seeding/random", **answers(SeedingOut, versioned=True))
def shuffle_route(tournament_id: str, visit: ApiVisitDep, body: RandomIn | None = None) -> Response:
    """Let chance set the order; the same `random_seed` gives the same order again."""
    key, version, actor = TournamentId(tournament_id), visit.version(), visit.actor
    number = None if body is None else body.random_seed
    return visit.mutate(
        lambda tx: seeding_out(tx.conn, seeding.shuffle_seeding(tx, actor, key, version, number))
    )


@router.post("/{tournament_id}/seeding/rating", **answers(SeedingOut, versioned=True))
def seed_by_rating_route(tournament_id: str, visit: ApiVisitDep) -> Response:
    """Order by rating in the tournament's game, at its lower end; who has none comes after."""
    key, version, actor = TournamentId(tournament_id), visit.version(), visit.actor
    with visit.read() as conn:
        found = see_tournament(conn, actor, key)
        require_organizer(conn, actor, found)
        participants = participants_of(conn, key)
    order = order_by_rating(visit.site, found, participants)
    return visit.mutate(
        lambda tx: seeding_out(tx.conn, seeding.set_seeding(tx, actor, key, version, order))
    )


@router.post("/{tournament_id}/draw/preview", **answers(DrawPreviewOut))
def preview_route(tournament_id: str, visit: ApiVisitDep) -> Response:
    """The bracket that starting now would draw; nothing changes."""
    with visit.read() as conn:
        found = get_tournament(conn, TournamentId(tournament_id))
        require_organizer(conn, visit.actor, found)
        stage = drawing.preview_draw(conn, found)
    return visit.json(preview_out(stage, found.seeding_version))


@router.post("/{tournament_id}/draw", **answers(TournamentOut, versioned=True))
def draw_route(tournament_id: str, visit: ApiVisitDep) -> Response:
    """Draw the bracket and start; If-Match is the seeding's version, as the preview gives it."""
    key, version, actor = TournamentId(tournament_id), visit.version(), visit.actor
    return visit.mutate(lambda tx: _out(tx, drawing.start_tournament(tx, actor, key, version)))


@router.get("/{tournament_id}/organizers", **answers(list[OrganizerOut]))
def organizers_route(tournament_id: str, visit: ApiVisitDep) -> Response:
    """Who runs the tournament, the owner first."""
    with visit.read() as conn:
        found = see_tournament(conn, visit.actor, TournamentId(tournament_id))
        return visit.json(organizers_out(organizers_of(conn, found)))


@router.post("/{tournament_id}/organizers", status_code=201, **answers(list[OrganizerOut], 201))
def add_organizer_route(tournament_id: str, body: OrganizerIn, visit: ApiVisitDep) -> Response:
    """Let somebody run the tournament too; the owner's choice."""
    key, actor = TournamentId(tournament_id), visit.actor

    def add(tx: Transaction) -> list[OrganizerOut]:
        organizing.add_organizer(tx, actor, key, body.name)
        return organizers_out(organizers_of(tx.conn, get_tournament(tx.conn, key)))

    return visit.mutate(add, 201)


@router.delete("/{tournament_id}/organizers/{player_id}", status_code=204, **answers(None, 204))
def remove_organizer_route(tournament_id: str, player_id: Id, visit: ApiVisitDep) -> Response:
    """Let somebody run the tournament no longer; the owner's choice."""
    key, gone, actor = TournamentId(tournament_id), AccountId(player_id), visit.actor
    return visit.mutate(lambda tx: organizing.remove_organizer(tx, actor, key, gone), 204)


def _out(tx: Transaction, tournament: Tournament) -> TournamentOut:
    return tournament_out(tx.conn, tournament)


def _move(
    tx: Transaction, visit: ApiVisit, key: TournamentId, version: int, body: StatusIn
) -> Tournament:
    if body.to is Status.CANCELLED:
        return moving.cancel_tournament(tx, visit.actor, key, version, body.reason)
    if body.to is Status.COMPLETED:
        return completing.complete(tx, visit.actor, key, version)
    return moving.move_tournament(tx, visit.actor, key, version, body.to, body.closing)

"""Seeding and draw: the order by hand or by chance, the bracket looked at, then made real."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from starlette.responses import Response

from clutch.engine import ParticipantId
from clutch.kernel.refusals import N_
from clutch.tournaments import drafting, drawing, seeding
from clutch.tournaments.models import Participant, Status, TournamentId
from clutch.tournaments.participants import participants_of
from clutch.tournaments.refusals_joining import SeedingClosed, SeedsRefused
from clutch.web.pages.console import VersionForm, organized
from clutch.web.routing import Pages
from clutch.web.views.drawn import byes_in, preview_view, round_choices
from clutch.web.views.seed_ratings import order_by_rating, seed_ratings
from clutch.web.views.setup import best_of_options, games_of
from clutch.web.visit import Visit

pages = Pages()

FIELD, ROUND = "seed-", "round-"


class SeedingForm(VersionForm):
    """The numbers come as fields of their own: `seed-<participant>`."""

    then: str = ""


class RoundsForm(VersionForm):
    """The rounds come as fields of their own: `round-U2`."""

    final: str = ""


@pages.get("/tournaments/{tournament_id}/console/seeding")
def seeding_page(visit: Visit, tournament_id: str) -> Response:
    with visit.read() as conn:
        frame = organized(conn, visit, tournament_id)
        _refuse_closed(frame.tournament.status)
        participants = participants_of(conn, frame.tournament.id)
    rated = seed_ratings(visit.site, frame.tournament, participants)
    return visit.render(
        "tournaments/seeding.html",
        frame=frame,
        participants=_as_typed(visit, participants),
        ratings=None if rated is None else rated.of,
        recomputing=rated is not None and rated.recomputing,
        field=FIELD,
    )


@pages.post("/tournaments/{tournament_id}/console/seeding", again=seeding_page)
def set_seeding(visit: Visit, tournament_id: str) -> Response:
    form, key = visit.form(SeedingForm), TournamentId(tournament_id)
    order = _typed_order(visit)
    visit.write(lambda tx: seeding.set_seeding(tx, visit.actor, key, form.version, order))
    page = "draw" if form.then == "draw" else "seeding"
    flash = visit.gettext(N_("Seeding saved"))
    return visit.redirect(f"/tournaments/{tournament_id}/console/{page}", flash=flash)


@pages.post("/tournaments/{tournament_id}/console/seeding/random", again=seeding_page)
def shuffle(visit: Visit, tournament_id: str) -> Response:
    form, key = visit.form(VersionForm), TournamentId(tournament_id)
    visit.write(lambda tx: seeding.shuffle_seeding(tx, visit.actor, key, form.version))
    flash = visit.gettext(N_("Order set by chance"))
    return visit.redirect(f"/tournaments/{tournament_id}/console/seeding", flash=flash)


@pages.post("/tournaments/{tournament_id}/console/seeding/rating", again=seeding_page)
def seed_by_rating(visit: Visit, tournament_id: str) -> Response:
    form, key = visit.form(VersionForm), TournamentId(tournament_id)
    with visit.read() as conn:
        tournament = organized(conn, visit, tournament_id).tournament
        participants = participants_of(conn, tournament.id)
    order = order_by_rating(visit.site, tournament, participants)
    visit.write(lambda tx: seeding.set_seeding(tx, visit.actor, key, form.version, order))
    flash = visit.gettext(N_("Order set by rating"))
    return visit.redirect(f"/tournaments/{tournament_id}/console/seeding", flash=flash)


@pages.get("/tournaments/{tournament_id}/console/draw")
def draw_page(visit: Visit, tournament_id: str) -> Response:
    with visit.read() as conn:
        frame = organized(conn, visit, tournament_id)
        _refuse_closed(frame.tournament.status)
        stage = drawing.preview_draw(conn, frame.tournament)
        everybody = {one.id: one for one in participants_of(conn, frame.tournament.id)}
    bracket = preview_view(stage, everybody)
    return visit.render(
        "tournaments/draw.html",
        frame=frame,
        bracket=bracket,
        byes=byes_in(stage),
        rounds=round_choices(bracket, frame.tournament.format_settings),
        games=best_of_options(visit.reader, with_default=True),
    )


@pages.post("/tournaments/{tournament_id}/console/rounds", again=draw_page)
def set_rounds(visit: Visit, tournament_id: str) -> Response:
    form, key = visit.form(RoundsForm), TournamentId(tournament_id)
    with visit.read() as conn:
        before = organized(conn, visit, tournament_id).tournament
    rounds = {
        name.removeprefix(ROUND): games
        for name in visit.fields
        if name.startswith(ROUND) and (games := games_of(visit.fields[name])) is not None
    }
    final = games_of(form.final)
    settings = msgspec.structs.replace(before.format_settings, rounds=rounds, final=final)
    changes = {"format_settings": settings}
    visit.write(lambda tx: drafting.edit_tournament(tx, visit.actor, key, form.version, changes))
    flash = visit.gettext(N_("Rounds saved"))
    return visit.redirect(f"/tournaments/{tournament_id}/console/draw", flash=flash)


@pages.post("/tournaments/{tournament_id}/console/draw", again=draw_page)
def start(visit: Visit, tournament_id: str) -> Response:
    form, key = visit.form(VersionForm), TournamentId(tournament_id)
    visit.write(lambda tx: drawing.start_tournament(tx, visit.actor, key, form.version))
    flash = visit.gettext(N_("The bracket is drawn. The tournament is running."))
    return visit.redirect(f"/tournaments/{tournament_id}/bracket", flash=flash)


def _refuse_closed(status: Status) -> None:
    if status is not Status.SEEDING:
        raise SeedingClosed


def _typed_order(visit: Visit) -> list[ParticipantId]:
    """The participants by the numbers beside them.

    Raises:
        SeedsRefused: not every number from 1 on, once each.
    """
    numbers = {
        name.removeprefix(FIELD): visit.fields[name]
        for name in visit.fields
        if name.startswith(FIELD)
    }
    wanted = [str(number) for number in range(1, len(numbers) + 1)]
    named = {number.strip(): one for one, number in numbers.items()}
    if sorted(named) != sorted(wanted) or not all(_is_id(one) for one in numbers):
        raise SeedsRefused(count=len(numbers))
    return [ParticipantId(int(named[number])) for number in wanted]


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _as_typed(visit: Visit, participants: Iterable[Participant]) -> list[tuple[Participant, str]]:
    """Each with the number to show: the seed, or what was typed into a form that was refused."""
    refused = visit.refusal is not None
    return [
        (one, visit.fields.get(f"{FIELD}{one.id}", "") if refused else str(one.seed or ""))
        for one in participants
    ]

"""What organizers do with a tournament from the draw on: disqualify, reinstate, complete."""

from __future__ import annotations

from pydantic import Field
from sqlalchemy import Connection
from starlette.responses import Response

from clutch.engine import ParticipantId
from clutch.kernel.refusals import N_, NotFound
from clutch.tournaments import completing, policy, results
from clutch.tournaments.bracket import get_bracket
from clutch.tournaments.models import Participant, TournamentId
from clutch.tournaments.participants import participants_named
from clutch.web.forms import Form
from clutch.web.routing import Pages
from clutch.web.views.play_console import running_console
from clutch.web.views.play_forms import ConsentForm
from clutch.web.views.play_previews import lost_by_disqualification, preview_of_reinstatement
from clutch.web.views.tournament_bracket import bracket_view
from clutch.web.views.tournaments import TournamentFrame, tournament_frame
from clutch.web.visit import Visit

pages = Pages()

_PARTICIPANT = "/tournaments/{tournament_id}/participants/{participant_id:int}"


class DisqualifyForm(Form):
    reason: str = Field("", max_length=4_000)


class CompleteForm(Form):
    version: int


@pages.get("/tournaments/{tournament_id}/console/play")
def console_page(visit: Visit, tournament_id: str) -> Response:
    """The console from the draw on; before it the other one is right."""
    with visit.read() as conn:
        frame = tournament_frame(conn, visit.actor, tournament_id)
        policy.require_organizer(conn, visit.actor, frame.tournament)
        if not frame.is_drawn:
            return visit.redirect(f"{frame.path}/console")
        found = get_bracket(conn, visit.site.writer.kept, frame.tournament)
        console = running_console(conn, found, visit.now)
    drawing = visit.piece(
        "organizing",
        (frame.tournament.stream, (found.epoch, found.seq)),
        "bracket/bracket.html",
        lambda: {"bracket": bracket_view(found, organizing=True)},
    )
    return visit.render("play/console.html", frame=frame, console=console, drawing=drawing)


@pages.get(f"{_PARTICIPANT}/disqualify")
def disqualify_page(visit: Visit, tournament_id: str, participant_id: int) -> Response:
    with visit.read() as conn:
        frame, participant = _organized(conn, visit, tournament_id, participant_id)
        kept = visit.site.writer.kept
        lost = lost_by_disqualification(conn, kept, frame.tournament, participant.id)
    return visit.render("play/disqualify.html", frame=frame, participant=participant, lost=lost)


@pages.post(f"{_PARTICIPANT}/disqualify", again=disqualify_page)
def disqualify(visit: Visit, tournament_id: str, participant_id: int) -> Response:
    form = visit.form(DisqualifyForm)
    key, who = TournamentId(tournament_id), ParticipantId(participant_id)
    visit.write(lambda tx: results.disqualify(tx, visit.actor, key, who, form.reason))
    return _to_console(visit, tournament_id, N_("Participant disqualified"))


@pages.get(f"{_PARTICIPANT}/reinstate")
def reinstate_page(visit: Visit, tournament_id: str, participant_id: int) -> Response:
    with visit.read() as conn:
        frame, participant = _organized(conn, visit, tournament_id, participant_id)
        kept = visit.site.writer.kept
        found = preview_of_reinstatement(conn, kept, frame.tournament, participant.id)
    return visit.render("play/reinstate.html", frame=frame, participant=participant, found=found)


@pages.post(f"{_PARTICIPANT}/reinstate", again=reinstate_page)
def reinstate(visit: Visit, tournament_id: str, participant_id: int) -> Response:
    consent = visit.form(ConsentForm).consent()
    key, who = TournamentId(tournament_id), ParticipantId(participant_id)
    visit.write(lambda tx: results.reinstate(tx, visit.actor, key, who, consent))
    return _to_console(visit, tournament_id, N_("Disqualification lifted"))


@pages.post("/tournaments/{tournament_id}/complete", again=console_page)
def complete(visit: Visit, tournament_id: str) -> Response:
    version = visit.form(CompleteForm).version
    key = TournamentId(tournament_id)
    visit.write(lambda tx: completing.complete(tx, visit.actor, key, version))
    flash = visit.gettext(N_("Tournament completed: placements are final."))
    return visit.redirect(f"/tournaments/{tournament_id}/placements", flash=flash)


def _organized(
    conn: Connection, visit: Visit, tournament_id: str, participant_id: int
) -> tuple[TournamentFrame, Participant]:
    """The tournament and one of its participants, for somebody who runs it.

    Raises:
        LoginRequired, Forbidden: the visitor does not.
        NotFound: nobody of this number plays in it.
    """
    frame = tournament_frame(conn, visit.actor, tournament_id)
    policy.require_organizer(conn, visit.actor, frame.tournament)
    found = participants_named(conn, [ParticipantId(participant_id)])
    if not found or found[0].tournament_id != frame.tournament.id:
        raise NotFound
    return frame, found[0]


def _to_console(visit: Visit, tournament_id: str, said: str) -> Response:
    return visit.redirect(f"/tournaments/{tournament_id}/console", flash=visit.gettext(said))

"""What organizers do with one match: set its result and start, correct it, take it back.

A correction or revocation is shown before it is done, with all that it takes away; what is done
then is what was shown, or it is refused.
"""

from __future__ import annotations

from starlette.responses import Response

from clutch.engine import MatchId, Result
from clutch.kernel.refusals import N_
from clutch.kernel.writing import Transaction
from clutch.tournaments import policy, reporting, results, scheduling
from clutch.tournaments.matches import Seen, claims_of, get_match
from clutch.tournaments.models import TournamentId
from clutch.tournaments.refusals_play import NothingReported
from clutch.tournaments.repository import get_tournament
from clutch.tournaments.results import NOTHING_LOST
from clutch.tournaments.settings import kept_moment
from clutch.web.forms import Form, LocalTime
from clutch.web.pages.matches import look
from clutch.web.routing import Pages
from clutch.web.sentences import Told
from clutch.web.views.play import MatchView
from clutch.web.views.play_forms import (
    ConsentForm,
    DecisionForm,
    ResultForm,
    claimed,
    decided_result,
    endings_for,
    shown_result,
    standing_result,
)
from clutch.web.views.play_previews import preview_of_result
from clutch.web.views.tournament_bracket import match_url
from clutch.web.visit import Visit

pages = Pages()

_MATCH = "/tournaments/{tournament_id}/matches/{match_id}"


class StartForm(Form):
    version: int
    starts_at: LocalTime | None = None


class AcceptForm(Form):
    version: int
    side: int


@pages.get(f"{_MATCH}/organize")
def organize_page(visit: Visit, tournament_id: str, match_id: str) -> Response:
    view, since = look_as_organizer(visit, tournament_id, match_id)
    return visit.render(
        "play/organize.html",
        frame=view.frame,
        view=view,
        since=since,
        endings=endings_for(visit.reader, view.names(visit.reader)),
        values=shown_result(standing_result(view.match), view.match),
    )


@pages.post(f"{_MATCH}/decide", again=organize_page)
def decide(visit: Visit, tournament_id: str, match_id: str) -> Response:
    """Sets the result of an open match; of a decided one it shows what a correction would do."""
    form = visit.form(ResultForm)
    seen = _seen(tournament_id, match_id, form.version)
    with visit.read() as conn:
        match = get_match(conn, seen.tournament_id, match_id)
    if match.is_decided:
        reporting.check_version(match, seen)
        return _preview(visit, seen, decided_result(form, match))
    visit.write(lambda tx: _set(tx, visit, seen, form, NOTHING_LOST))
    return _back(visit, seen, N_("Result set: it stands."))


def correction_again(visit: Visit, tournament_id: str, match_id: str) -> Response:
    """The preview once more, of what stands in the refused form and of the match as it is now."""
    if not visit.fields:
        return visit.redirect(f"{match_url(tournament_id, match_id)}/organize")
    form = visit.form(DecisionForm)
    seen = _seen(tournament_id, match_id, form.version)
    with visit.read() as conn:
        match = get_match(conn, seen.tournament_id, match_id)
    return _preview(visit, seen, decided_result(form, match))


@pages.post(f"{_MATCH}/correct", again=correction_again)
def correct(visit: Visit, tournament_id: str, match_id: str) -> Response:
    form = visit.form(DecisionForm)
    seen = _seen(tournament_id, match_id, form.version)
    visit.write(lambda tx: _set(tx, visit, seen, form, form.consent()))
    return _back(visit, seen, N_("Result corrected"))


@pages.get(f"{_MATCH}/revoke")
def revocation_page(visit: Visit, tournament_id: str, match_id: str) -> Response:
    return _preview(visit, _seen(tournament_id, match_id, 0), None)


@pages.post(f"{_MATCH}/revoke", again=revocation_page)
def revoke(visit: Visit, tournament_id: str, match_id: str) -> Response:
    form = visit.form(ConsentForm)
    seen = _seen(tournament_id, match_id, form.version)
    visit.write(lambda tx: results.revoke_result(tx, visit.actor, seen, form.consent()))
    return _back(visit, seen, N_("Result taken back"))


@pages.post(f"{_MATCH}/accept", again=organize_page)
def accept(visit: Visit, tournament_id: str, match_id: str) -> Response:
    """Makes what one side reported the result."""
    form = visit.form(AcceptForm)
    seen = _seen(tournament_id, match_id, form.version)

    def work(tx: Transaction) -> None:
        result = claimed(claims_of(tx.conn, seen.tournament_id, match_id), form.side)
        if result is None:
            raise NothingReported
        results.set_result(tx, visit.actor, seen, result)

    visit.write(work)
    return _back(visit, seen, N_("Result set: it stands."))


@pages.post(f"{_MATCH}/start", again=organize_page)
def schedule(visit: Visit, tournament_id: str, match_id: str) -> Response:
    form = visit.form(StartForm)
    seen = _seen(tournament_id, match_id, form.version)

    def work(tx: Transaction) -> None:
        match = get_match(tx.conn, seen.tournament_id, match_id)
        starts_at = kept_moment(match.starts_at, form.starts_at, visit.zone)
        scheduling.schedule_match(tx, visit.actor, seen, starts_at)

    visit.write(work)
    said = N_("Start time saved") if form.starts_at else N_("Start time removed")
    return _back(visit, seen, said)


def look_as_organizer(
    visit: Visit, tournament_id: str, match_id: str
) -> tuple[MatchView, list[Told]]:
    """The match for somebody who runs its tournament.

    Raises:
        LoginRequired, Forbidden: the visitor does not.
    """
    view, since = look(visit, tournament_id, match_id)
    with visit.read() as conn:
        policy.require_organizer(conn, visit.actor, view.frame.tournament)
    return view, since


def _preview(visit: Visit, seen: Seen, result: Result | None) -> Response:
    view, since = look_as_organizer(visit, seen.tournament_id, seen.match_id)
    with visit.read() as conn:
        found = preview_of_result(
            conn, visit.site.writer.kept, view.frame.tournament, seen.match_id, result
        )
    return visit.render(
        "play/preview.html",
        frame=view.frame,
        view=view,
        since=since,
        found=found,
        before=standing_result(view.match),
        after=result,
        values={} if result is None else shown_result(result, view.match),
    )


def _set(
    tx: Transaction, visit: Visit, seen: Seen, form: ResultForm, consent: results.Consent
) -> None:
    match = get_match(tx.conn, seen.tournament_id, seen.match_id)
    # Before what was typed is looked at: it was typed for another state of the match.
    policy.require_organizer(tx.conn, visit.actor, get_tournament(tx.conn, seen.tournament_id))
    reporting.check_version(match, seen)
    results.set_result(tx, visit.actor, seen, decided_result(form, match), consent)


def _seen(tournament_id: str, match_id: str, version: int) -> Seen:
    return Seen(TournamentId(tournament_id), MatchId(match_id), version)


def _back(visit: Visit, seen: Seen, said: str) -> Response:
    path = match_url(seen.tournament_id, seen.match_id)
    return visit.redirect(path, flash=visit.gettext(said))

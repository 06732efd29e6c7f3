"""One match: its page, and what its two sides do there."""

from __future__ import annotations

from pydantic import Field
from starlette.responses import Response

from clutch.engine import MatchId
from clutch.kernel.refusals import N_
from clutch.kernel.writing import Transaction
from clutch.tournaments import reporting
from clutch.tournaments.matches import Seen, find_side, get_match
from clutch.tournaments.models import TournamentId
from clutch.tournaments.refusals_play import NotYourMatch
from clutch.web.forms import Form
from clutch.web.kept import WHOLE_LOG, Keep
from clutch.web.routing import Pages
from clutch.web.sentences import Told
from clutch.web.views.play import MatchView, happened_since, match_view
from clutch.web.views.play_forms import OWN_ENDINGS, ResultForm, claimed, own_result, shown_result
from clutch.web.views.tournament_bracket import match_url
from clutch.web.views.tournaments import tournament_frame
from clutch.web.visit import Visit

pages = Pages()

_MATCH = "/tournaments/{tournament_id}/matches/{match_id}"
_BECAME = {
    "waiting": N_("Result reported. It stands when the other side confirms it."),
    "disputed": N_("Your report differs from theirs: an organizer decides."),
    "confirmed": N_("Both sides say the same: the result stands."),
}


class SeenForm(Form):
    """The version of the match that was seen, and the seq of its tournament then."""

    version: int
    seq: int = Field(0, ge=0)


@pages.get(_MATCH, kept=Keep("match", lambda _: [WHOLE_LOG]))
def match_page(visit: Visit, tournament_id: str, match_id: str) -> Response:
    view, since = look(visit, tournament_id, match_id)
    own = None if view.side is None else claimed(view.claims, view.side)
    return visit.render(
        "play/match.html",
        frame=view.frame,
        view=view,
        since=since,
        endings=[(key, visit.gettext(word)) for key, word in OWN_ENDINGS],
        values=shown_result(own, view.match),
    )


@pages.post(f"{_MATCH}/report", again=match_page)
def report(visit: Visit, tournament_id: str, match_id: str) -> Response:
    form = visit.form(ResultForm)
    seen = Seen(TournamentId(tournament_id), MatchId(match_id), form.version)

    def work(tx: Transaction) -> str:
        match = get_match(tx.conn, seen.tournament_id, match_id)
        side = find_side(tx.conn, match, visit.actor.require_login())
        if side is None:
            raise NotYourMatch
        # Before what was typed is looked at: it was typed for another state of the match.
        reporting.check_version(match, seen)
        return reporting.report_result(tx, visit.actor, seen, own_result(form, match, side))

    return _back(visit, seen, _BECAME[visit.write(work)])


@pages.post(f"{_MATCH}/confirm", again=match_page)
def confirm(visit: Visit, tournament_id: str, match_id: str) -> Response:
    seen = _seen(visit, tournament_id, match_id)
    visit.write(lambda tx: reporting.confirm_report(tx, visit.actor, seen))
    return _back(visit, seen, N_("Result confirmed: it stands."))


@pages.post(f"{_MATCH}/withdraw", again=match_page)
def withdraw(visit: Visit, tournament_id: str, match_id: str) -> Response:
    seen = _seen(visit, tournament_id, match_id)
    visit.write(lambda tx: reporting.withdraw_report(tx, visit.actor, seen))
    return _back(visit, seen, N_("Report taken back"))


def look(visit: Visit, tournament_id: str, match_id: str) -> tuple[MatchView, list[Told]]:
    """The match, and what happened to it since the form that was just refused was opened."""
    seq = visit.fields.get("seq", "") if visit.refusal is not None else ""
    with visit.read() as conn:
        frame = tournament_frame(conn, visit.actor, tournament_id)
        kept = visit.site.writer.kept
        view = match_view(conn, kept, (visit.actor, visit.reader), frame, match_id)
        since = []
        if seq.isascii() and seq.isdigit() and len(seq) < 19:
            since = happened_since(conn, visit.reader, frame.tournament, match_id, int(seq))
    return view, since


def _seen(visit: Visit, tournament_id: str, match_id: str) -> Seen:
    form = visit.form(SeenForm)
    return Seen(TournamentId(tournament_id), MatchId(match_id), form.version)


def _back(visit: Visit, seen: Seen, said: str) -> Response:
    path = match_url(seen.tournament_id, seen.match_id)
    return visit.redirect(path, flash=visit.gettext(said))

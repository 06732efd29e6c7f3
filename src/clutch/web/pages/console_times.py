"""When rounds begin: one time for all that is still to be played in a round."""

from __future__ import annotations

from starlette.responses import Response

from clutch.kernel.refusals import N_
from clutch.kernel.writing import Transaction
from clutch.tournaments.bracket import get_bracket
from clutch.tournaments.matches import matches_of
from clutch.tournaments.models import TournamentId
from clutch.tournaments.scheduling import LONGEST_INTERVAL, RoundTimes, schedule_round
from clutch.tournaments.settings import kept_moment
from clutch.web.forms import Form, LocalTime
from clutch.web.pages.console import organized
from clutch.web.routing import Pages
from clutch.web.views.round_times import part_of_round, round_starts, rounds_to_play
from clutch.web.visit import Visit

pages = Pages()


class TimesForm(Form):
    version: int
    round: str = ""
    starts_at: LocalTime | None = None
    every_minutes: int = 0


@pages.get("/tournaments/{tournament_id}/console/times")
def times_page(visit: Visit, tournament_id: str) -> Response:
    with visit.read() as conn:
        frame = organized(conn, visit, tournament_id)
        if not frame.is_drawn:
            return visit.redirect(f"{frame.path}/console")
        found = get_bracket(conn, visit.site.writer.kept, frame.tournament)
    rounds = rounds_to_play(found)
    wanted = visit.request.query_params.get("round", "")
    return visit.render(
        "play/times.html",
        frame=frame,
        rounds=rounds,
        chosen=next((one for one in rounds if one.key == wanted), None),
        longest=LONGEST_INTERVAL,
    )


@pages.post("/tournaments/{tournament_id}/console/times", again=times_page)
def set_times(visit: Visit, tournament_id: str) -> Response:
    form, key = visit.form(TimesForm), TournamentId(tournament_id)
    bracket, number = part_of_round(form.round)

    def work(tx: Transaction) -> None:
        before = round_starts(matches_of(tx.conn, key), bracket, number)
        first = kept_moment(before[0] if before else None, form.starts_at, visit.zone)
        times = RoundTimes(bracket, number, first, form.every_minutes)
        schedule_round(tx, visit.actor, key, form.version, times)

    visit.write(work)
    said = N_("Start times saved") if form.starts_at else N_("Start times removed")
    return visit.redirect(f"/tournaments/{tournament_id}/console/times", flash=visit.gettext(said))

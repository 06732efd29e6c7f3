"""Administration over the API: how updates went."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from clutch.accounts.policy import require_admin
from clutch.kernel.refusals import NotFound
from clutch.kernel.updates import get_report, list_reports
from clutch.web.answers import answers
from clutch.web.views.numbers import PageNumber
from clutch.web.views.updates import UpdateReportOut, UpdatesOut, report_out, updates_out
from clutch.web.visit import ApiVisitDep

router = APIRouter(prefix="/admin", tags=["admin"])


@router.get("/updates", **answers(UpdatesOut))
def updates(visit: ApiVisitDep, page: PageNumber = 1) -> Response:
    """Installations, updates, rollbacks and restarts, newest first, 20 a page."""
    require_admin(visit.actor)
    folder = visit.site.settings.reports_folder
    found = None if folder is None else list_reports(folder, page)
    return visit.json(updates_out(found, visit.reader))


@router.get("/updates/{report_id}", **answers(UpdateReportOut))
def update(report_id: str, visit: ApiVisitDep) -> Response:
    """One of them: its steps, the cause, and what to do, as the operator's tool wrote them."""
    require_admin(visit.actor)
    folder = visit.site.settings.reports_folder
    if folder is None:
        raise NotFound
    return visit.json(report_out(get_report(folder, report_id)))

"""Administration: how updates went, as the operator's tool has reported them."""

from __future__ import annotations

from starlette.responses import Response

from clutch.accounts.policy import require_admin
from clutch.kernel.refusals import NotFound
from clutch.kernel.updates import get_report, list_reports
from clutch.web.routing import Pages
from clutch.web.update_words import NOT_KEPT
from clutch.web.views.numbers import page_number
from clutch.web.views.updates import shown
from clutch.web.visit import Visit

pages = Pages()


@pages.get("/admin/updates")
def updates_page(visit: Visit) -> Response:
    require_admin(visit.actor)
    folder = visit.site.settings.reports_folder
    if folder is None:
        return visit.render("admin/updates.html", found=None, not_kept=visit.gettext(NOT_KEPT))
    found = list_reports(folder, page_number(visit))
    listed = [shown(one, visit.reader) for one in found.items]
    return visit.render("admin/updates.html", found=found, updates=listed)


@pages.get("/admin/updates/{report_id}")
def update_page(visit: Visit, report_id: str) -> Response:
    require_admin(visit.actor)
    folder = visit.site.settings.reports_folder
    if folder is None:
        raise NotFound
    report = shown(get_report(folder, report_id), visit.reader)
    return visit.render("admin/update.html", report=report, file=folder / f"{report.id}.txt")

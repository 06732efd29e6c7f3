"""Administration: what the site leans on without needing it, in sentences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response

from clutch.accounts.policy import require_admin
from clutch.kernel.capabilities import Capability, State
from clutch.kernel.metrics import CAPABILITY, Figures, joined
from clutch.kernel.metrics_files import read_all
from clutch.web.capability_words import NAMES, STATES, TONES, advice_of, effect_of
from clutch.web.reader import Reader
from clutch.web.routing import Pages
from clutch.web.visit import Visit

pages = Pages()
# What needs somebody comes first.
_ORDER = [State.DOWN, State.PROBING, State.ABSENT, State.UP, State.OFF]


@dataclass(frozen=True)
class Service:
    """A capability as the page tells it; `agree` of `all` serving processes see it so."""

    name: str
    title: str
    state: str
    tone: str
    reason: str
    detail: str
    effect: str
    advice: str
    since: datetime
    changes: int
    agree: int
    all: int


@pages.get("/admin/services")
def services_page(visit: Visit) -> Response:
    require_admin(visit.actor)
    parts = visit.site.capabilities.all()
    parts.sort(key=lambda one: (_ORDER.index(one.state), one.name))
    visit.site.figures.write()
    figures = read_all(visit.site.settings.run_folder)
    told = [_told(one, visit.reader, figures) for one in parts]
    troubled = sum(one.state in {State.DOWN, State.PROBING} for one in parts)
    lacking = any(one.state is State.ABSENT for one in parts)
    return visit.render("admin/services.html", services=told, troubled=troubled, lacking=lacking)


def _told(one: Capability, reader: Reader, figures: Figures) -> Service:
    advice, facts = advice_of(one)
    seen = figures.numbers.get(CAPABILITY.name, {})
    of_this = [value for labels, value in seen.items() if labels.split("\n")[0] == one.name]
    return Service(
        name=one.name,
        title=reader.gettext(NAMES.get(one.name, one.name)),
        state=reader.gettext(STATES[one.state]),
        tone=TONES.get(one.state, "dim"),
        reason=reader.gettext(one.sentence, **one.facts),
        detail=one.detail,
        effect=reader.gettext(effect_of(one)),
        advice=reader.gettext(advice, **facts),
        since=one.since,
        changes=one.changes,
        agree=int(seen.get(joined((one.name, one.state.value)), 1)),
        all=int(sum(of_this)) or 1,
    )

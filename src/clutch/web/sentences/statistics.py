"""What statistics conclude, in plain language."""

from __future__ import annotations

from markupsafe import Markup

from clutch.kernel.log import Event
from clutch.kernel.refusals import N_
from clutch.statistics import events
from clutch.web.sentences import Teller, sentence


@sentence("statistics-changed")
def changed(teller: Teller, _: Event, __: events.StatisticsChanged) -> Markup:
    return teller.say(N_("Statistics changed."))


@sentence("ratings-recomputing")
def recomputing(teller: Teller, _: Event, __: events.RatingsRecomputing) -> Markup:
    return teller.say(N_("Ratings are being recomputed after a correction."))

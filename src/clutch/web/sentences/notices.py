"""What players were told about their own matches, in plain language."""

from __future__ import annotations

from markupsafe import Markup

from clutch.kernel.log import Event
from clutch.kernel.refusals import N_
from clutch.tournaments.events_notices import Notice
from clutch.web.sentences import Teller, sentence

_SAID = {
    "player-match-opened": N_("Note to the player: {match} can be played."),
    "player-result-claimed": N_("Note to the player: the opponent reported a result of {match}."),
    "player-result-settled": N_("Note to the player: the result of {match} is accepted."),
    "player-result-disputed": N_("Note to the player: the result of {match} is disputed."),
}


@sentence(*_SAID)
def noted(teller: Teller, event: Event, fact: Notice) -> Markup:
    address = f"/tournaments/{fact.tournament_id}/matches/{fact.match}"
    match = Markup('<a href="{}">{}</a>').format(address, fact.match)
    return teller.say(_SAID[event.kind], match=match)

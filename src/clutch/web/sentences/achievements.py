"""What is unlocked and taken back, in plain language."""

from __future__ import annotations

from markupsafe import Markup

from clutch.achievements import events
from clutch.achievements.models import Name
from clutch.achievements.own_rows import find_own
from clutch.kernel.log import Event
from clutch.kernel.refusals import N_
from clutch.web.sentences import Teller, sentence
from clutch.web.views.achievement_words import address_of, title_of

OwnFact = events.OwnAchievementMade | events.OwnAchievementEdited | events.OwnAchievementRetired


@sentence("achievement-unlocked")
def unlocked(teller: Teller, event: Event, fact: events.AchievementUnlocked) -> Markup:
    said = N_("Challenge met: {achievement}.") if fact.period else N_("Unlocked: {achievement}.")
    return teller.say(said, achievement=_linked(teller, event, fact.name))


@sentence("achievement-taken-back")
def taken_back(teller: Teller, event: Event, fact: events.AchievementTakenBack) -> Markup:
    said = N_("Taken back, for it no longer holds: {achievement}.")
    return teller.say(said, achievement=_linked(teller, event, fact.name))


@sentence("achievement-held-again")
def held_again(teller: Teller, event: Event, fact: events.AchievementHeldAgain) -> Markup:
    said = N_("Holds again after a correction: {achievement}.")
    return teller.say(said, achievement=_linked(teller, event, fact.name))


@sentence(events.OWN_MADE)
def made(teller: Teller, _: Event, fact: events.OwnAchievementMade) -> Markup:
    return _of_own(teller, N_("Achievement made for the community: {achievement}."), fact)


@sentence(events.OWN_EDITED)
def edited(teller: Teller, _: Event, fact: events.OwnAchievementEdited) -> Markup:
    return _of_own(teller, N_("Achievement of the community changed: {achievement}."), fact)


@sentence(events.OWN_RETIRED)
def retired(teller: Teller, _: Event, fact: events.OwnAchievementRetired) -> Markup:
    return _of_own(teller, N_("Achievement of the community retired: {achievement}."), fact)


def _linked(teller: Teller, event: Event, name: Name) -> Markup:
    """The achievement's name, linked to the holder's page."""
    title = _title(teller, name)
    return Markup('<a href="{}"><bdi>{}</bdi></a>').format(address_of(event.stream, name), title)


def _of_own(teller: Teller, text: str, fact: OwnFact) -> Markup:
    name = Name(f"own-{fact.own_id}")
    return teller.say(text, achievement=Markup("<bdi>{}</bdi>").format(_title(teller, name)))


def _title(teller: Teller, name: Name) -> str:
    if not name.key.startswith("own-"):
        return title_of(teller.reader, name)
    own = teller.once(name.key, lambda conn: find_own(conn, int(name.key.removeprefix("own-"))))
    return title_of(teller.reader, name, own)

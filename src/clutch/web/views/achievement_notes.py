"""Notes on every open page of a player: what they unlocked, what was taken back."""

from __future__ import annotations

from sqlalchemy import Connection

from clutch.achievements.events import AchievementTakenBack, AchievementUnlocked
from clutch.achievements.own_rows import find_own
from clutch.kernel.log import Event
from clutch.kernel.refusals import N_
from clutch.live.frames import Toast
from clutch.web.reader import Reader
from clutch.web.views.achievement_words import address_of, title_of
from clutch.web.views.notes import note

_UNLOCKED = N_("Unlocked: {achievement}.")
_MET = N_("Challenge met: {achievement}.")
_TAKEN_BACK = N_("Taken back, for it no longer holds: {achievement}.")


@note("achievement-unlocked")
def unlocked(conn: Connection, event: Event, reader: Reader) -> Toast:
    is_challenge = bool(event.fact().period)
    return _toast(conn, event, reader, _MET if is_challenge else _UNLOCKED, "good")


@note("achievement-taken-back")
def taken_back(conn: Connection, event: Event, reader: Reader) -> Toast:
    return _toast(conn, event, reader, _TAKEN_BACK, "wait")


def _toast(conn: Connection, event: Event, reader: Reader, text: str, tone: str) -> Toast:
    fact: AchievementUnlocked | AchievementTakenBack = event.fact()
    own_id = fact.key.removeprefix("own-")
    own = find_own(conn, int(own_id)) if own_id != fact.key else None
    title = title_of(reader, fact.name, own)
    said = reader.gettext(text, achievement=title)
    return Toast(event.seq, said, address_of(event.stream, fact.name), tone)

"""What an organizer sets, checked: each setting alone, and with the others."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from clutch.accounts.names import check_name, clean_name, visible_length
from clutch.engine import FORMATS, LEAST_PARTICIPANTS, SINGLE_ELIMINATION, GrandFinal
from clutch.teams.models import MEMBERS_LIMIT
from clutch.tournaments.models import (
    MAX_PARTICIPANTS,
    NAME_LIMIT,
    FormatSettings,
    PlayedBy,
    Visibility,
)
from clutch.tournaments.refusals import (
    BestOfRefused,
    DeadlineRefused,
    FormatRefused,
    GameRefused,
    GrandFinalRefused,
    RosterRefused,
    RoundRefused,
    SizeRefused,
    TextNotPrintable,
    TextTooLong,
    ThirdPlaceRefused,
    TimeRefused,
    TimeSkipped,
    ZoneUnknown,
)

GAME_LIMIT = 60
RULES_LIMIT = 50_000
DESCRIPTION_LIMIT = 2_000
BEST_OF_LIMIT = 99
ROSTER_LIMIT = MEMBERS_LIMIT
SHORTEST_DEADLINE, LONGEST_DEADLINE = 1, 7 * 24 * 60
FIRST_YEAR, LAST_YEAR = 2000, 2100

# Games that tournaments are often about; any other can be typed.
GAMES = (
    "Counter-Strike 2",
    "Dota 2",
    "League of Legends",
    "Valorant",
    "Rocket League",
    "Overwatch 2",
    "Apex Legends",
    "StarCraft II",
    "Age of Empires II",
    "EA Sports FC",
    "Street Fighter 6",
    "Tekken 8",
    "Super Smash Bros. Ultimate",
    "Hearthstone",
    "Quake Champions",
    "Trackmania",
    "osu!",
    "Chess",
)

# U: upper bracket, L: lower bracket, F: grand final, T: the match for third place.
_ROUND = re.compile(r"U(?:[1-9]|10)|L(?:[1-9]|1[0-8])|F|T")
_LINES = frozenset("\n\t")


class Setup(msgspec.Struct, frozen=True):
    """All that an organizer sets; the fields are those of `models.Tournament`."""

    name: str
    game: str
    format: str = SINGLE_ELIMINATION
    format_settings: FormatSettings = FormatSettings()
    played_by: PlayedBy = PlayedBy.SOLO
    roster_min: int = 1
    roster_max: int = 1
    max_participants: int = 16
    starts_at: datetime | None = None
    zone: str = "UTC"
    visibility: Visibility = Visibility.PUBLIC
    report_minutes: int = 15
    description: str = ""
    rules: str = ""


FIELDS = Setup.__struct_fields__


def check_setup(setup: Setup) -> Setup:
    """The setup as it is kept: names and texts cleaned.

    Raises:
        NameRefused, SettingRefused: the first setting that makes no sense, as `field`.
    """
    _check_sizes(setup)
    check_format(setup.format, setup.format_settings)
    _check_time(setup)
    roster = (1, 1) if setup.played_by is PlayedBy.SOLO else (setup.roster_min, setup.roster_max)
    return msgspec.structs.replace(
        setup,
        name=check_display_name(setup.name),
        game=check_game(setup.game),
        roster_min=roster[0],
        roster_max=roster[1],
        description=check_text(setup.description, "description", DESCRIPTION_LIMIT),
        rules=check_text(setup.rules, "rules", RULES_LIMIT),
    )


def check_display_name(raw: str) -> str:
    """A name that is free inside a tournament: visible and up to 80 characters, not unique.

    Raises:
        NameRefused: by the rule that it breaks.
    """
    return check_name(raw, limit=NAME_LIMIT, official=True)


def check_format(name: str, settings: FormatSettings) -> None:
    """Whether the settings go with the format.

    Raises:
        FormatRefused, ThirdPlaceRefused, GrandFinalRefused, BestOfRefused, RoundRefused:
            they don't.
    """
    if name not in FORMATS:
        raise FormatRefused
    if settings.third_place and name != SINGLE_ELIMINATION:
        raise ThirdPlaceRefused
    if settings.grand_final not in set(GrandFinal):
        raise GrandFinalRefused
    _check_best_of("best_of", settings.best_of)
    _check_best_of("final", settings.final)
    for key, best_of in settings.rounds.items():
        if not _ROUND.fullmatch(key):
            raise RoundRefused(round=key[:20])
        _check_best_of("rounds", best_of)


def moment_in(zone: str, typed: str) -> datetime:
    """The moment that a clock in `zone` shows as `typed` (ISO, without an offset).

    Where clocks are put back a time comes twice; the first one is meant.

    Raises:
        ZoneUnknown: there is no such zone.
        TimeSkipped: clocks in that zone never show it.
        TimeRefused: it is not a time.
    """
    place = zone_of(zone)
    try:
        shown = datetime.fromisoformat(typed.strip())
    except ValueError:
        raise TimeRefused from None
    if not FIRST_YEAR <= shown.year <= LAST_YEAR:
        raise TimeRefused
    if shown.tzinfo is not None:
        return shown.astimezone(UTC)
    moment = shown.replace(tzinfo=place, fold=0).astimezone(UTC)
    if moment.astimezone(place).replace(tzinfo=None) != shown:
        raise TimeSkipped(zone=zone, typed=shown.strftime("%Y-%m-%d %H:%M"))
    return moment


def kept_moment(before: datetime | None, wanted: datetime | None, zone: tzinfo) -> datetime | None:
    """`before`, where clocks in `zone` show the same minute for both; else `wanted`.

    A field shows neither seconds nor which of an hour that comes twice is meant: who leaves it as
    it is changes nothing.
    """
    if before is None or wanted is None:
        return wanted
    shown, typed = (
        one.astimezone(zone).replace(second=0, microsecond=0, tzinfo=None)
        for one in (before, wanted)
    )
    return before if shown == typed else wanted


def zone_of(name: str) -> ZoneInfo:
    """The IANA zone of that name.

    Raises:
        ZoneUnknown: there is none.
    """
    try:
        return ZoneInfo(name[:64])
    except (KeyError, ValueError, OSError):
        raise ZoneUnknown(zone=name[:64]) from None


def _check_sizes(setup: Setup) -> None:
    if not LEAST_PARTICIPANTS <= setup.max_participants <= MAX_PARTICIPANTS:
        raise SizeRefused(least=LEAST_PARTICIPANTS, most=MAX_PARTICIPANTS)
    fits = 1 <= setup.roster_min <= setup.roster_max <= ROSTER_LIMIT
    if setup.played_by is PlayedBy.TEAM and not fits:
        raise RosterRefused(limit=ROSTER_LIMIT)
    if not SHORTEST_DEADLINE <= setup.report_minutes <= LONGEST_DEADLINE:
        raise DeadlineRefused(least=SHORTEST_DEADLINE, most=LONGEST_DEADLINE)


def _check_time(setup: Setup) -> None:
    zone_of(setup.zone)
    if setup.starts_at is not None and not FIRST_YEAR <= setup.starts_at.year <= LAST_YEAR:
        raise TimeRefused


def _check_best_of(field: str, best_of: Any) -> None:
    if best_of is not None and not (1 <= best_of <= BEST_OF_LIMIT and best_of % 2 == 1):
        raise BestOfRefused(field=field, limit=BEST_OF_LIMIT)


def check_game(raw: str) -> str:
    """The name of a game as it is kept.

    Raises:
        GameRefused: it is empty, too long, or can't be shown.
    """
    game = clean_name(raw[:1000])
    shown = any(unicodedata.category(char)[0] not in "CZ" for char in game)
    bad = any(unicodedata.category(char) in {"Cc", "Cs", "Cn"} for char in game)
    if not shown or bad or visible_length(game) > GAME_LIMIT or len(game) > GAME_LIMIT:
        raise GameRefused(limit=GAME_LIMIT)
    return game


def check_text(raw: str, field: str, limit: int) -> str:
    """A text as it is kept; `field` is where a refusal belongs.

    Raises:
        TextTooLong, TextNotPrintable: it can't be kept.
    """
    if len(raw) > limit:
        raise TextTooLong(field=field, length=len(raw), limit=limit)
    text = raw.replace("\r\n", "\n").replace("\r", "\n").strip()
    for char in text:
        if char not in _LINES and unicodedata.category(char) in {"Cc", "Cs"}:
            raise TextNotPrintable(field=field, character=f"U+{ord(char):04X}")
    return text

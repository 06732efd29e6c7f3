"""How achievements are called and what they take, in a reader's language."""

from __future__ import annotations

from clutch.achievements.catalogue import BY_KEY
from clutch.achievements.models import Achievement, Category, Name, Rarity, Span, Text
from clutch.achievements.own import Making, OwnAchievement, Rule
from clutch.achievements.record import Cause
from clutch.kernel.refusals import N_, NN_
from clutch.web.reader import Reader, current_reader
from clutch.web.words import format_name

_CATEGORIES = {
    Category.TOURNAMENTS: N_("Tournaments"),
    Category.MATCHES: N_("Matches"),
    Category.STREAKS: N_("Streaks"),
    Category.GAMES: N_("By game"),
    Category.TEAMS: N_("Teams"),
    Category.ORGANIZING: N_("Organizing"),
    Category.COMMUNITY: N_("Community"),
    Category.SPECIAL: N_("Special"),
    Category.CHALLENGES: N_("Challenges"),
}
_SPANS = {Span.DAY: N_("For one day"), Span.WEEK: N_("For one week")}
_NOW = {Span.DAY: N_("Today"), Span.WEEK: N_("This week")}
_RARITIES = {
    Rarity.COMMON: N_("Common"),
    Rarity.UNCOMMON: N_("Uncommon"),
    Rarity.RARE: N_("Rare"),
    Rarity.EPIC: N_("Epic"),
    Rarity.LEGENDARY: N_("Legendary"),
}
RULES = {
    Rule.MATCHES: N_("Matches played"),
    Rule.WINS: N_("Matches won"),
    Rule.STREAK: N_("Matches won in a row"),
    Rule.SWEEPS: N_("Matches of best of three or longer won without losing a game"),
    Rule.CLUTCH: N_("Matches won in the last possible game"),
    Rule.TEAM_MATCHES: N_("Matches played for a team"),
    Rule.OPPONENTS: N_("Different opponents"),
    Rule.GAMES: N_("Different games played"),
    Rule.DAYS: N_("Days in a row with a match"),
    Rule.WEEKS: N_("Weeks in a row with a match"),
    Rule.CHECK_INS: N_("Check-ins in time"),
    Rule.TOURNAMENTS: N_("Tournaments played to the end"),
    Rule.PODIUMS: N_("Places one to three"),
    Rule.TITLES: N_("Tournaments won"),
}
LEAST_SHOWN = 0.1
_NUMERALS = ("I", "II", "III", "IV", "V")
GONE = N_("An achievement that is there no longer")


def category_name(category: Category) -> str:
    return current_reader().gettext(_CATEGORIES[category])


def rarity_name(rarity: Rarity) -> str:
    """How rare it is meant to be."""
    return current_reader().gettext(_RARITIES[rarity])


def numeral(tiers: int, tier: int) -> str:
    """The tier's number as it stands behind the name; nothing where there is only one."""
    return _NUMERALS[tier - 1] if tiers > 1 else ""


def title_of(reader: Reader, name: Name, own: OwnAchievement | None = None) -> str:
    """What it is called: `Winner II`, a challenge's name, or what an organizer called it."""
    if own is not None:
        return _numbered(own.words_for(reader.language).name, len(own.making.targets), name.tier)
    if name.key in BY_KEY:
        one = BY_KEY[name.key]
        return _numbered(reader.gettext(one.name), len(one.tiers), name.tier)
    return reader.gettext(GONE)


def _numbered(said: str, tiers: int, tier: int) -> str:
    return f"{said}\N{NO-BREAK SPACE}{numeral(tiers, tier)}".rstrip()


def text_of(reader: Reader, text: Text, target: int) -> str:
    """What has to be done to reach the target."""
    if text.plural is None:
        return reader.gettext(text.singular)
    return reader.ngettext(text.singular, text.plural, target)


def made_text(reader: Reader, making: Making) -> str:
    """What an organizer's own achievement counts, said by us: `Matches won: 10, 25 · Chess`."""
    targets = ", ".join(reader.number(one) for one in making.targets)
    rule = reader.gettext(RULES[making.rule])
    said = reader.gettext(N_("{rule}: {targets}"), rule=rule, targets=targets)
    only = [making.game, making.format and format_name(making.format, reader)]
    return " · ".join([said, *(one for one in only if one)])


def challenge_text(one: Achievement) -> str:
    """What has to be done today or this week."""
    return text_of(current_reader(), one.text, one.tier(1).target)


def span_name(span: Span, *, is_on: bool) -> str:
    """When a challenge is asked: now, or as a rule."""
    return current_reader().gettext((_NOW if is_on else _SPANS)[span])


def cause_path(cause: Cause) -> str:
    """The page of the match, tournament or team that something came by; else nothing."""
    if cause.team_id is not None:
        return f"/teams/{cause.team_id}"
    if cause.tournament_id is None:
        return ""
    path = f"/tournaments/{cause.tournament_id}"
    return path if cause.match_id is None else f"{path}/matches/{cause.match_id}"


def cause_word(cause: Cause) -> str:
    """What that page is about, as the words of a link."""
    if cause.team_id is not None:
        return current_reader().gettext(N_("to the team"))
    is_match = cause.match_id is not None
    return current_reader().gettext(N_("to the match") if is_match else N_("to the tournament"))


def share_text(percent: float) -> str:
    """`3%`; nothing is rounded down to nobody."""
    reader = current_reader()
    if 0 < percent < LEAST_SHOWN:
        return reader.gettext(N_("under 0.1%"))
    shown = round(percent, 1) if percent < 10 else round(percent)
    return reader.percent(shown)


_HELD = (
    N_("held by {share} of players"),
    N_("held by under 0.1% of players"),
    N_("held by no player yet"),
)
_HELD_BY_TEAMS = (
    N_("held by {share} of teams"),
    N_("held by under 0.1% of teams"),
    N_("held by no team yet"),
)


def held_by(percent: float | None, *, is_team: bool = False) -> str:
    """`held by 3% of players`; nothing while it is not known."""
    if percent is None:
        return ""
    some, hardly_any, none = _HELD_BY_TEAMS if is_team else _HELD
    if percent == 0:
        return current_reader().gettext(none)
    if percent < LEAST_SHOWN:
        return current_reader().gettext(hardly_any)
    return current_reader().gettext(some, share=share_text(percent))


def address_of(stream: str, name: Name) -> str:
    """Where a holder's achievement stands, by the holder's stream."""
    kind, _, number = stream.partition("-")
    return f"/{kind}s/{number}/achievements#{anchor(name.key)}"


def anchor(key: str) -> str:
    """The id of an achievement's element on a holder's page."""
    is_challenge = key in BY_KEY and BY_KEY[key].span is not None
    return "challenges-met" if is_challenge else f"achievement-{key}"


POINTS = NN_("{number} point", "{number} points")


def points_text(points: int) -> str:
    return current_reader().ngettext(*POINTS, points)


# What templates say by name.
SPOKEN = {
    "category_name": category_name,
    "rarity_name": rarity_name,
    "points_text": points_text,
    "held_by": held_by,
    "share_text": share_text,
    "span_name": span_name,
    "challenge_text": challenge_text,
    "cause_path": cause_path,
    "cause_word": cause_word,
}

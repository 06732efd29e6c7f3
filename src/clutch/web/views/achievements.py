"""Achievements as pages and the API show them; and how both go on without them.

Achievements are never worth a broken page: when they are off, failing or being rebuilt, `told`
gives None, and whoever asked says that they are missing. Nothing is made up instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection

from clutch.accounts.models import AccountId
from clutch.achievements.catalogue import CATALOGUE, for_kind
from clutch.achievements.models import TEAMS, Achievement, Category, Name, Rarity, Span, Unlock
from clutch.achievements.own import OwnAchievement
from clutch.achievements.own_rows import all_own
from clutch.achievements.projection import Achievements
from clutch.achievements.queries import (
    Goal,
    Holding,
    goals_at,
    goals_of,
    holding_of,
    tournaments_named,
)
from clutch.achievements.record import Holder, HolderKind
from clutch.achievements.shares import Counted
from clutch.bootstrap import Site
from clutch.kernel.capabilities import State
from clutch.kernel.projections import is_current
from clutch.web.reader import Reader
from clutch.web.views.achievement_words import (
    anchor,
    cause_path,
    numeral,
    text_of,
    title_of,
)
from clutch.web.views.guarded import guarded
from clutch.web.visit import Visit

T = TypeVar("T")

CAPABILITY = "achievements"
MET_SHOWN = 12
UNTOLD = "achievements could not be told"
_PROJECTION = Achievements()


def player(account_id: int) -> Holder:
    return Holder(HolderKind.PLAYER, account_id)


def team_holder(team_id: int) -> Holder:
    return Holder(HolderKind.TEAM, team_id)


def told(site: Site, ask: Callable[[Connection], T]) -> T | None:
    """What achievements have to say; None when they can't, whatever the reason."""
    if not site.capabilities.is_up(CAPABILITY):
        return None
    return guarded(site, UNTOLD, lambda conn: ask(conn) if is_current(conn, _PROJECTION) else None)


def is_off(site: Site) -> bool:
    """Whether nobody wants achievements here."""
    return site.capabilities.get(CAPABILITY).state is State.OFF


def degraded(value: object) -> list[str]:
    """What an answer has to name as missing."""
    return [CAPABILITY] if value is None else []


@dataclass(frozen=True, slots=True)
class TierShown:
    """One tier: what it takes, what it is worth, who of a hundred holds it, and how it was got."""

    number: int
    numeral: str
    target: int
    text: str
    rarity: Rarity
    points: int
    percent: float | None
    unlock: Unlock | None


@dataclass(frozen=True, slots=True)
class Shown:
    """An achievement as a reader may see it; with a `name` of None it is hidden from them.

    `text` is what the next tier takes, or the last one when all are held. `value` None: nobody's
    progress is shown. `span`: a challenge, `is_on` today or this week; when it was met is told
    elsewhere, for each day and week apart.
    """

    key: str
    anchor: str
    name: str | None
    text: str
    kinds: frozenset[HolderKind]
    tiers: tuple[TierShown, ...]
    value: int | None
    span: Span | None = None
    is_on: bool = False

    @property
    def held(self) -> int:
        """The highest tier that is held."""
        return max((one.number for one in self.tiers if one.unlock is not None), default=0)

    @property
    def only_teams(self) -> bool:
        """Whether players can't hold it."""
        return self.kinds == TEAMS

    @property
    def is_complete(self) -> bool:
        return self.held == len(self.tiers)

    @property
    def next(self) -> TierShown:
        """The first tier that is not held, or the last one."""
        return self.tiers[min(self.held, len(self.tiers) - 1)]

    @property
    def top(self) -> TierShown | None:
        """The highest tier that is held."""
        return self.tiers[self.held - 1] if self.held else None


@dataclass(frozen=True, slots=True)
class Shelf:
    """The achievements of one category that are shown, `of` so many that there are.

    `counts_held`: somebody's progress is shown.
    """

    category: Category
    items: list[Shown]
    of: int
    counts_held: bool

    @property
    def held(self) -> int:
        return sum(one.held > 0 for one in self.items)


def catalogue_shelves(
    reader: Reader, counted: Counted | None, mine: Holding | None, now: datetime
) -> list[Shelf]:
    """The whole catalogue; `mine`: how far the reader is themselves."""
    current = {goal.challenge.key for goal in goals_at(now)}

    def show(one: Achievement) -> Shown:
        shown = _shown(reader, one, counted, mine, knows=mine)
        return replace(shown, span=one.span, is_on=one.key in current)

    return _shelves(CATALOGUE, show)


def holders_shelves(
    reader: Reader, counted: Counted, holding: Holding, *, is_own: bool, all_of_them: bool
) -> list[Shelf]:
    """What a holder has, and with `all_of_them` what they could have too.

    What a hidden one takes is told only to its holder; that they have it, to everybody.
    """
    knows = holding if is_own else None
    every = for_kind(holding.holder.kind)
    shelves = _shelves(every, lambda one: _shown(reader, one, counted, holding, knows=knows))
    if all_of_them:
        return shelves
    return [
        replace(shelf, items=[one for one in shelf.items if one.held])
        for shelf in shelves
        if shelf.held
    ]


@dataclass(frozen=True, slots=True)
class Line:
    """One unlock in a list: what it is called, and where it came by: a tournament or match."""

    name: Name
    title: str
    anchor: str
    unlock: Unlock
    where: str | None
    where_path: str


@dataclass(frozen=True, slots=True)
class Profile:
    """What a profile shows of achievements. `latest`: the last few."""

    holding: Holding
    latest: list[Line]


def profile_of(reader: Reader, holder: Holder) -> Callable[[Connection], Profile]:
    """Reads what the first page of a profile shows."""

    def read(conn: Connection) -> Profile:
        holding = holding_of(conn, holder)
        return Profile(holding, lines_of(conn, reader, holding.latest))

    return read


def lines_of(conn: Connection, reader: Reader, unlocks: Iterable[Unlock]) -> list[Line]:
    """Unlocks with their names, and the tournaments that they came by."""
    found = list(unlocks)
    own = own_by_key(conn) if any(one.name.key.startswith("own-") for one in found) else {}
    named = tournaments_named(conn, {one.cause.tournament_id or "" for one in found})
    return [
        Line(
            name=one.name,
            title=title_of(reader, one.name, own.get(one.name.key)),
            anchor=anchor(one.name.key),
            unlock=one,
            where=named.get(one.cause.tournament_id or ""),
            where_path=cause_path(one.cause),
        )
        for one in found
    ]


@dataclass(frozen=True, slots=True)
class Tab:
    """The whole tab of a player or team.

    `met`: the latest challenges that were met, of `met_in_all`; `goals`: today's and this week's,
    on one's own page.
    """

    holding: Holding
    shelves: list[Shelf]
    own: list[Line]
    met: list[Line]
    met_in_all: int
    goals: list[Goal]
    shows_all: bool


def tab_of(
    site: Site, reader: Reader, holder: Holder, *, is_own: bool, shows_all: bool
) -> Callable[[Connection], Tab]:
    """Reads what the tab of a holder shows."""

    def read(conn: Connection) -> Tab:
        holding, counted = holding_of(conn, holder), site.shares.read(conn)
        met = met_challenges(holding)
        asks = is_own and holder.kind is HolderKind.PLAYER
        return Tab(
            holding=holding,
            shelves=holders_shelves(reader, counted, holding, is_own=is_own, all_of_them=shows_all),
            own=own_lines(conn, reader, holding),
            met=lines_of(conn, reader, met[:MET_SHOWN]),
            met_in_all=len(met),
            goals=goals_of(conn, AccountId(holder.id), site.clock.now()) if asks else [],
            shows_all=shows_all,
        )

    return read


def overview_part(visit: Visit, holder: Holder) -> dict[str, Any]:
    """What the first page of a profile needs besides its own."""
    read = profile_of(visit.reader, holder)
    return {"achieved": told(visit.site, read), "achievements_off": is_off(visit.site)}


def tab_part(visit: Visit, holder: Holder, *, is_own: bool) -> dict[str, Any]:
    """What a holder's tab shows; the address says whether also what is not held."""
    wish = visit.request.query_params.get("show", "all" if is_own else "held")
    read = tab_of(visit.site, visit.reader, holder, is_own=is_own, shows_all=wish == "all")
    return {"found": told(visit.site, read), "is_off": is_off(visit.site)}


def met_challenges(holding: Holding) -> list[Unlock]:
    """Every challenge that was met, latest first."""
    found = [one for name, one in holding.unlocks.items() if name.period]
    return sorted(found, key=lambda one: (one.at, one.name), reverse=True)


def own_by_key(conn: Connection) -> dict[str, OwnAchievement]:
    """Organizers' own achievements by their key."""
    return {one.key: one for one in all_own(conn)}


def own_lines(conn: Connection, reader: Reader, holding: Holding) -> list[Line]:
    """Those of organizers' own achievements that are held, latest first."""
    mine = [one for name, one in holding.unlocks.items() if name.key.startswith("own-")]
    return lines_of(conn, reader, sorted(mine, key=lambda one: one.at, reverse=True))


def _shelves(found: Iterable[Achievement], show: Callable[[Achievement], Shown]) -> list[Shelf]:
    shelves: dict[Category, list[Shown]] = {category: [] for category in Category}
    for one in found:
        shelves[one.category].append(show(one))
    return [
        Shelf(category, items, len(items), any(one.value is not None for one in items))
        for category, items in shelves.items()
        if items
    ]


def _shown(
    reader: Reader,
    one: Achievement,
    counted: Counted | None,
    holding: Holding | None,
    *,
    knows: Holding | None,
) -> Shown:
    """`knows`: whose eyes see it, and with them what is hidden."""
    unlocks: Mapping[Name, Unlock] = {} if holding is None else holding.unlocks
    kind = _kind_counted(one, holding)
    tiers = tuple(
        TierShown(
            number=number,
            numeral=numeral(len(one.tiers), number),
            target=tier.target,
            text=text_of(reader, one.text, tier.target),
            rarity=tier.rarity,
            points=tier.points,
            percent=percent_of(counted, kind, one, number),
            unlock=unlocks.get(Name(one.key, number)),
        )
        for number, tier in enumerate(one.tiers, start=1)
    )
    is_held = any(tier.unlock is not None for tier in tiers)
    sees_text = not one.hidden or (knows is not None and knows.tier_of(one.key) > 0)
    counts = sees_text and one.span is None
    shown = Shown(
        key=one.key if is_held or sees_text else "",
        anchor=anchor(one.key) if is_held or sees_text else "",
        name=reader.gettext(one.name) if is_held or sees_text else None,
        text="",
        kinds=one.holders,
        tiers=tiers,
        value=holding.counts.get(one.key, 0) if holding is not None and counts else None,
    )
    return replace(shown, text=shown.next.text if sees_text else "")


def percent_of(
    counted: Counted | None, kind: HolderKind, one: Achievement, tier: int
) -> float | None:
    """Of a hundred so many hold it; None where that is not known, or is not counted."""
    if counted is None or kind not in one.holders or one.span is not None:
        return None
    return counted.percent(kind, one.key, tier)


def _kind_counted(one: Achievement, holding: Holding | None) -> HolderKind:
    """Among whom it is counted how many hold it: those of the holder's kind, else players first."""
    if holding is not None and holding.holder.kind in one.holders:
        return holding.holder.kind
    return HolderKind.PLAYER if HolderKind.PLAYER in one.holders else HolderKind.TEAM

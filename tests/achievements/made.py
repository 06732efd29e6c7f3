"""Records built by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from clutch.achievements.record import (
    CheckIn,
    Game,
    Holder,
    HolderKind,
    Hosted,
    Match,
    Membership,
    Record,
    Tournament,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday
ME = Holder(HolderKind.PLAYER, 1)
US = Holder(HolderKind.TEAM, 1)


def at(day: int = 0, hour: int = 0, minute: int = 0) -> datetime:
    return NOON + timedelta(days=day, hours=hour, minutes=minute)


def match(number: int = 1, **more: Any) -> Match:
    """The match of that number: won, best of one, at noon of the day of that number."""
    usual: dict[str, Any] = {
        "at": at(number),
        "tournament_id": f"cup{number}",
        "id": f"U1.{number}",
        "game": "Chess",
        "won": True,
        "rival": "player-2",
    }
    return Match(**(usual | more))


def series(own: int, other: int, number: int = 1, **more: Any) -> Match:
    """A best of three, or of five where it takes that, by games."""
    best_of = 3 if max(own, other) == 2 else 5
    scores: dict[str, Any] = {"own": own, "other": other, "best_of": best_of, "won": own > other}
    return match(number, **(scores | more))


def games(text: str) -> tuple[Game, ...]:
    """`"lww"`: the first lost, then two won."""
    return tuple(Game(1, 0) if letter == "w" else Game(0, 1) for letter in text)


def cup(number: int = 1, rank: int | None = 1, **more: Any) -> Tournament:
    """The tournament of that number, won among eight, at noon of the day of that number."""
    usual: dict[str, Any] = {
        "at": at(number, hour=6),
        "id": f"cup{number}",
        "game": "Chess",
        "size": 8,
        "rank": rank,
        "to": rank,
        "seed": 1,
    }
    return Tournament(**(usual | more))


def hosted(number: int = 1, **more: Any) -> Hosted:
    usual: dict[str, Any] = {"at": at(number), "id": f"cup{number}", "game": "Chess"}
    return Hosted(**(usual | more))


def member(number: int = 1, **more: Any) -> Membership:
    usual: dict[str, Any] = {"at": at(number), "team_id": number, "account_id": number}
    return Membership(**(usual | more))


def check_in(number: int = 1) -> CheckIn:
    return CheckIn(at=at(number), tournament_id=f"cup{number}")


def record(*things: Any, holder: Holder = ME, **more: Any) -> Record:
    """The record of these things, in the order in which they happened."""
    kinds = {
        Match: "matches",
        Tournament: "tournaments",
        CheckIn: "check_ins",
        Membership: "memberships",
        Hosted: "hosted",
    }
    parts: dict[str, Any] = {name: [] for name in (*kinds.values(), "unplayed")}
    for thing in sorted(things, key=lambda one: one.at):
        is_unplayed = isinstance(thing, Match) and not thing.was_started
        parts["unplayed" if is_unplayed else kinds[type(thing)]].append(thing)
    whole: dict[str, Any] = {name: tuple(found) for name, found in parts.items()}
    return Record(holder, **whole, **more)

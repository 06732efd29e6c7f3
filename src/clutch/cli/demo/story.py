"""A site whose clock the demo sets, and the people in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, time, timedelta
from typing import TypeVar

from sqlalchemy import Connection

from clutch.accounts.models import SITE, Actor, Role
from clutch.accounts.signup import NewAccount, create_account
from clutch.bootstrap import Site
from clutch.kernel.clock import FrozenClock
from clutch.kernel.writing import Transaction

T = TypeVar("T")


class Story:
    """Runs commands one after another, each at its own time; times only go forward.

    `today` is an aware time in the community's zone.
    """

    def __init__(self, site: Site, clock: FrozenClock, today: datetime) -> None:
        self._site = site
        self._clock = clock
        self._today = today
        self._people: dict[str, Actor] = {}

    @property
    def zone(self) -> str:
        """The zone in which the community lives."""
        return self._site.settings.zone

    def day(self, days_ago: int, hour: int) -> datetime:
        """A full hour so many days ago (negative: ahead), by the community's clocks."""
        date = self._today.date() - timedelta(days=days_ago)
        return datetime.combine(date, time(hour), self._today.tzinfo).astimezone(UTC)

    def go_to(self, moment: datetime) -> None:
        """Let time pass until then; a moment that has passed changes nothing."""
        self._clock.advance(max(timedelta(), moment - self._clock.now()))

    def wait(self, minutes: int) -> None:
        """Let so many minutes pass."""
        self._clock.advance(timedelta(minutes=minutes))

    def read(self, look: Callable[[Connection], T]) -> T:
        """Look something up."""
        with self._site.database.read() as conn:
            return look(conn)

    def do(self, work: Callable[[Transaction], T]) -> T:
        """Run one command; a few seconds pass."""
        done = self._site.writer.write(work)
        self._clock.advance(timedelta(seconds=7))
        return done

    def meet(self, name: str, hashed: str | None = None, role: Role = Role.PLAYER) -> Actor:
        """The person of that name, who gets an account when they are new."""
        if name not in self._people:
            wish = NewAccount(name, "")
            made = self.do(lambda tx: create_account(tx, SITE, wish, hashed, role))
            self._people[name] = Actor(made.id, name, role)
        return self._people[name]

    def meet_all(self, names: Iterable[str]) -> list[Actor]:
        return [self.meet(name) for name in names]

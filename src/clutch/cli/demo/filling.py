"""Fill an empty site, by the commands that people use, at the times when they would have."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from clutch.accounts.models import Actor, Role
from clutch.accounts.queries import count_accounts
from clutch.accounts.signup import NewAccount, hash_for_account
from clutch.bootstrap import Site, open_site
from clutch.cli.demo.cup import open_cup
from clutch.cli.demo.facts import ORGANIZER
from clutch.cli.demo.league import League
from clutch.cli.demo.logins import (
    Login,
    invent_logins,
    keep_logins,
    logins_file,
    unfinished_file,
)
from clutch.cli.demo.major import play_major
from clutch.cli.demo.story import Story
from clutch.kernel.clock import FrozenClock, SystemClock
from clutch.kernel.settings import Settings

BEGAN_DAYS_AGO = 63
# Once a week, before the Major took everybody's evenings.
LEAGUE_DAYS = (60, 53, 46, 39)
FRIDAY = 4


def fill_when_empty(settings: Settings) -> None:
    """Fill in the demo when nobody has an account yet; the site must not be serving."""
    now = SystemClock().now()
    clock = FrozenClock(now - timedelta(days=BEGAN_DAYS_AGO))
    site = open_site(settings, clock)
    try:
        with site.database.read() as conn:
            is_empty = count_accounts(conn) == 0
        if is_empty:
            unfinished_file(settings).touch(mode=0o600)
            fill(site, clock, now)
            unfinished_file(settings).unlink()
    finally:
        site.close()


def fill(site: Site, clock: FrozenClock, now: datetime) -> None:
    """Tell the demo's story on an empty site; `clock` is the site's, `now` is when it ends."""
    today = now.astimezone(ZoneInfo(site.settings.zone))
    story = Story(site, clock, today)
    logins = invent_logins()
    people = {login.name: _sign_up(site, story, login) for login in logins}
    league = League(story, people[ORGANIZER])
    for number, days_ago in enumerate(LEAGUE_DAYS, start=1):
        league.night(number, days_ago)
    play_major(story, people[ORGANIZER], last_day=1)
    league.night(len(LEAGUE_DAYS) + 1, days_ago=1)
    open_cup(story, people[ORGANIZER], days_ahead=_days_to_friday(today))
    keep_logins(logins_file(site.settings), logins)


def _sign_up(site: Site, story: Story, login: Login) -> Actor:
    hashed = hash_for_account(site.desk, NewAccount(login.name, login.password))
    role = Role.ORGANIZER if login.name == ORGANIZER else Role.PLAYER
    return story.meet(login.name, hashed, role)


def _days_to_friday(today: datetime) -> int:
    """Days until the first Friday that is at least two days ahead."""
    return (FRIDAY - today.weekday() - 2) % 7 + 2

"""The composition root.

Settings in, a site out. Who listens to what is said here and nowhere else.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from clutch import __version__
from clutch.accounts.desk import Desk, open_desk
from clutch.accounts.erasure import Personal
from clutch.accounts.housekeeping import sweep
from clutch.accounts.mail_watch import MailWatch
from clutch.achievements.making import retire_all
from clutch.achievements.projection import Achievements
from clutch.achievements.queries import kept_about as unlocked_by
from clutch.achievements.shares import Shares
from clutch.kernel import ids, optional
from clutch.kernel.background import Background
from clutch.kernel.capabilities import Capabilities, State
from clutch.kernel.clock import Clock, SystemClock
from clutch.kernel.database import Database
from clutch.kernel.epoch import get_epoch
from clutch.kernel.era import Era
from clutch.kernel.heads import Heads
from clutch.kernel.metrics import (
    CAPABILITY,
    CHANGES,
    MEMORY,
    PROCESSES,
    WAKES,
    WRITE_WAIT,
    Metrics,
    resident_bytes,
)
from clutch.kernel.metrics_files import MetricsFile
from clutch.kernel.notifications import Notifications
from clutch.kernel.probe import Probe
from clutch.kernel.projector import Projector
from clutch.kernel.redis_link import RedisLink
from clutch.kernel.redis_pool import open_pool
from clutch.kernel.refusals import N_
from clutch.kernel.settings import Settings
from clutch.kernel.shared import SharedBytes
from clutch.kernel.troubles import Troubles
from clutch.kernel.wakes import Wakes
from clutch.kernel.writing import Writer
from clutch.live.hub import Hub
from clutch.live.kinds import stream_kinds
from clutch.live.limits import Doors
from clutch.migrations import migrate
from clutch.statistics import projection as statistics
from clutch.statistics.queries import numbers_of
from clutch.teams.join import leave_all
from clutch.teams.queries import played_for
from clutch.tournaments.forgetting import forget_player, kept_about
from clutch.tournaments.match_rows import REPORT_DEADLINE
from clutch.tournaments.notices import Notices
from clutch.tournaments.reporting import confirm_overdue


@dataclass(frozen=True)
class Site:
    """Everything that one process of a running site works with."""

    settings: Settings
    clock: Clock
    database: Database
    writer: Writer
    heads: Heads
    background: Background
    projector: Projector
    probe: Probe
    capabilities: Capabilities
    hub: Hub
    desk: Desk
    personal: Personal
    era: Era
    wakes: Wakes
    shared: SharedBytes
    shares: Shares
    troubles: Troubles
    metrics: Metrics
    figures: MetricsFile
    mail_watch: MailWatch | None
    release: str
    started: str

    def start(self) -> None:
        """Begin what a serving process runs in threads of its own.

        Live's begin with the event loop; projections are run by who calls `start_following`.
        """
        self.background.start()
        self.projector.look_on()
        self.probe.start()
        self.wakes.start()
        self.figures.start()
        if self.mail_watch is not None:
            self.mail_watch.start()

    def start_following(self) -> None:
        """Begin what the process beside the serving ones runs: the projections."""
        self.projector.start()
        self.wakes.start()

    def begin_end(self) -> None:
        """The process is asked to end: nobody is waited for, and live connections are told."""
        self.writer.stop_waiting()
        self.hub.say_goodbye()

    def close(self) -> None:
        """Give connections and threads back. A closed gate is not waited for."""
        self.writer.stop_waiting()
        self.figures.stop()
        if self.mail_watch is not None:
            self.mail_watch.stop()
        self.wakes.stop()
        self.projector.stop()
        self.background.stop()
        self.probe.stop()
        self.desk.close()
        self.heads.close()
        self.database.close()


def prepare(settings: Settings) -> None:
    """Make the home and bring the database to this release's schema.

    Done once, before any process serves.

    Raises:
        BadSettings: the address of Redis is one that no process could use.
    """
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings.run_folder.mkdir(exist_ok=True, mode=0o700)
    if settings.redis is not None and (package := optional.load("redis")):
        open_pool(package, settings.redis)
    database = Database(settings.database)
    try:
        migrate(database, settings.run_folder / "migrate.lock", settings.accept_schema)
    finally:
        database.close()


def open_site(settings: Settings, clock: Clock | None = None, *, serves: bool = True) -> Site:
    """Put a site together.

    The database must have been prepared. Nothing runs yet: see `Site.start` and
    `Site.hub.running`, and `Site.start_following` for a process that does not serve.
    """
    clock = clock or SystemClock()
    database = Database(settings.database)
    writer = Writer(database, clock, settings.run_folder / "gate")
    capabilities = _capabilities(settings, clock, serves=serves)
    doors = Doors(address=settings.live_per_address, workers=settings.workers)
    hub = Hub(database, clock, capabilities, stream_kinds(), doors)
    writer.on_commit(hub.on_commit)
    holder = f"{os.getpid()}-{ids.new_key(6)}"
    projector = Projector(database, writer, clock, capabilities, holder)
    projector.add(Notices())
    writer.on_commit(lambda touched: projector.wake() if touched else None)
    era = Era(database, writer)
    with database.read() as conn:
        epoch = get_epoch(conn)
    redis = _redis(settings, capabilities, epoch, holder)
    if redis is not None:
        redis.returned, redis.looked = era.move_on, era.look
    wakes = Wakes(redis, _notifications(database, epoch, holder))
    wakes.wake(hub.on_remote_commit)
    wakes.wake(lambda _: projector.wake())
    writer.on_commit(wakes.on_commit)
    _project_statistics(settings, capabilities, projector)
    metrics = Metrics()
    site = Site(
        settings=settings,
        clock=clock,
        database=database,
        writer=writer,
        heads=Heads(database),
        background=Background(database, writer, clock, holder),
        projector=projector,
        probe=Probe(database, clock, settings.run_folder / "gate"),
        capabilities=capabilities,
        hub=hub,
        desk=open_desk(settings, database, writer, clock),
        personal=Personal(),
        era=era,
        wakes=wakes,
        shared=SharedBytes(redis, settings),
        shares=Shares(),
        troubles=Troubles(),
        metrics=metrics,
        figures=MetricsFile(settings.run_folder, metrics.figures),
        mail_watch=_mail_watch(settings, database, writer, capabilities),
        release=__version__,
        started=clock.now().isoformat(),
    )
    if settings.achievements == "on":
        projector.add(Achievements())
    site.background.add_chore(sweep)
    site.background.on_timer(REPORT_DEADLINE, confirm_overdue)
    _remember_and_forget(site.personal)
    _measure(site)
    return site


def _project_statistics(
    settings: Settings, capabilities: Capabilities, projector: Projector
) -> None:
    if settings.statistics == "off":
        sentence, setting = N_("It is switched off by {setting}."), "CLUTCH_STATISTICS=off"
        capabilities.declare(statistics.NAME, State.OFF, sentence, setting=setting)
        return
    rater = statistics.load_rater()
    if isinstance(rater, optional.Absent):
        capabilities.declare(statistics.NAME, State.ABSENT, optional.MISSING, **rater.facts)
        return
    capabilities.declare(statistics.NAME, State.UP)
    projector.add(statistics.Statistics(rater))


def _measure(site: Site) -> None:
    """Say what of the site is counted here; the edge counts requests, the server its process."""
    metrics = site.metrics
    site.database.on_wait(lambda seconds: metrics.spent(WRITE_WAIT, seconds))
    site.wakes.wake(lambda _: metrics.count(WAKES))
    site.capabilities.on_change(lambda one: metrics.count(CHANGES, one.name, one.state.value))
    metrics.gauge(PROCESSES, lambda: {(site.release,): 1})
    metrics.gauge(MEMORY, lambda: {(): resident_bytes()})
    metrics.gauge(
        CAPABILITY, lambda: {(one.name, one.state.value): 1 for one in site.capabilities.all()}
    )


def _remember_and_forget(personal: Personal) -> None:
    """Say who keeps what about people, and who forgets it when they leave."""
    personal.contribute("tournaments", kept_about)
    personal.on_erase(forget_player)
    personal.contribute("teams", played_for)
    personal.on_erase(leave_all)
    personal.contribute("achievements", unlocked_by)
    personal.on_erase(retire_all)
    personal.contribute("statistics", numbers_of)


def _capabilities(settings: Settings, clock: Clock, *, serves: bool) -> Capabilities:
    # What follows the log is asked by nobody: the serving processes say how things stand.
    known = Capabilities(clock, says=serves, secrets=settings.secrets)
    websockets = optional.load("websockets")
    if websockets:
        known.declare("live", State.UP, N_("WebSockets carry live updates."))
    else:
        known.declare("live", State.ABSENT, optional.MISSING, **websockets.facts)
    if not settings.mail:
        known.declare("mail", State.OFF, N_("{setting} is not set."), setting="CLUTCH_MAIL_HOST")
    absent = optional.lack("prometheus_client")
    if absent is None:
        known.declare("metrics", State.UP)
    else:
        known.declare("metrics", State.ABSENT, optional.MISSING, **absent.facts)
    if settings.achievements == "on":
        known.declare("achievements", State.UP)
    else:
        off = N_("It is switched off by {setting}.")
        known.declare("achievements", State.OFF, off, setting="CLUTCH_ACHIEVEMENTS=off")
    return known


def _redis(
    settings: Settings, capabilities: Capabilities, epoch: str, holder: str
) -> RedisLink | None:
    if settings.redis is None:
        capabilities.declare("redis", State.OFF, N_("{setting} is not set."), setting="REDIS_URL")
        return None
    package = optional.load("redis")
    if not package:
        capabilities.declare("redis", State.ABSENT, optional.MISSING, **package.facts)
        return None
    return RedisLink(package, settings.redis, capabilities, epoch, holder)


def _mail_watch(
    settings: Settings, database: Database, writer: Writer, capabilities: Capabilities
) -> MailWatch | None:
    return MailWatch(settings, database, writer, capabilities) if settings.mail else None


def _notifications(database: Database, epoch: str, holder: str) -> Notifications | None:
    return None if database.is_sqlite else Notifications(database.url, epoch, holder)

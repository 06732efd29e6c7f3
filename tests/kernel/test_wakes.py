"""Processes wake each other: over Redis, over PostgreSQL alone; and the era holds them together."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

import pytest

from clutch.bootstrap import Site, open_site
from clutch.kernel import redis_link
from clutch.kernel.log import Body
from clutch.kernel.settings import Settings
from clutch.kernel.wakes import EVERYTHING, MOST_NAMES
from clutch.kernel.writing import Transaction
from tests.kernel.redis_room import until
from tests.services.redis import RedisServer, running


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_link, "CHECK_EVERY_S", 0.2)
    monkeypatch.setattr(redis_link, "FIRST_PAUSE_S", 0.2)
    monkeypatch.setattr(redis_link, "LONGEST_PAUSE_S", 0.4)


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with running() as started:
        yield started


def with_redis(settings: Settings, server: RedisServer) -> Settings:
    return settings.model_copy(update={"redis_host": "127.0.0.1", "redis_port": server.port})


@contextmanager
def opened(settings: Settings) -> Iterator[Site]:
    site = open_site(settings)
    site.wakes.start()
    try:
        yield site
    finally:
        site.close()


def commit(site: Site, stream: str = "team-1") -> None:
    site.writer.write(lambda tx: tx.append(stream, Body("noted", 1, "{}"), actor_id=None))


def heard(site: Site) -> float:
    return site.metrics.figures().numbers.get("clutch_wakes", {}).get("", 0)


def wakes(site: Site, other: Site, before: float = 0) -> bool:
    """Commit, once more for each look; whether the other has heard of it by now."""
    commit(site)
    return heard(other) > before


def redis_up(*sites: Site) -> bool:
    return all(site.capabilities.is_up("redis") for site in sites)


@pytest.mark.postgres
def test_with_postgresql_alone_a_commit_wakes_the_other(postgres_settings: Settings) -> None:
    with opened(postgres_settings) as one, opened(postgres_settings) as other:
        until(lambda: wakes(one, other))
        time.sleep(0.2)
        assert min(woken_after(one, other) for _ in range(5)) < 0.25
        assert heard(one) == 0


def woken_after(site: Site, other: Site) -> float:
    """How many seconds after a commit the other heard of it."""
    before, began = heard(other), time.monotonic()
    commit(site)
    until(lambda: heard(other) > before)
    return time.monotonic() - began


@pytest.mark.postgres
def test_a_broken_line_of_postgresql_is_mended(postgres_settings: Settings) -> None:
    kill = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND left(query, 6) = 'LISTEN'"
    )
    with opened(postgres_settings) as one, opened(postgres_settings) as other:
        until(lambda: wakes(one, other))
        until(lambda: wakes(other, one))
        with one.database.begin_write() as conn:
            assert len(conn.exec_driver_sql(kill).all()) >= 2
        time.sleep(0.1)
        before = heard(other)
        until(lambda: wakes(one, other, before))


def test_with_redis_a_commit_wakes_the_other(settings: Settings, server: RedisServer) -> None:
    shared = with_redis(settings, server)
    with opened(shared) as one, opened(shared) as other:
        until(lambda: redis_up(one, other))
        until(lambda: wakes(one, other))
        assert heard(one) == 0


def test_the_others_are_told_which_streams_have_news(
    sqlite_settings: Settings, server: RedisServer
) -> None:
    shared, told = with_redis(sqlite_settings, server), list[str]()
    with opened(shared) as one, opened(shared) as other:
        other.wakes.wake(told.extend)
        until(lambda: redis_up(one, other))

        def tell_of_one() -> bool:
            commit(one, "team-7")
            return "team-7" in told

        until(tell_of_one)
        many = [f"team-{number}" for number in range(MOST_NAMES + 1)]
        fact = Body("noted", 1, "{}")

        def touch_many(tx: Transaction) -> None:
            for name in many:
                tx.append(name, fact, actor_id=None)

        def tell_of_many() -> bool:
            one.writer.write(touch_many)
            return EVERYTHING in told

        until(tell_of_many)
        assert set(told) == {"team-7", EVERYTHING}


def test_what_changed_nothing_wakes_nobody(sqlite_settings: Settings, server: RedisServer) -> None:
    shared, told = with_redis(sqlite_settings, server), list[Sequence[str]]()
    with opened(shared) as one, opened(shared) as other:
        other.wakes.wake(told.append)
        until(lambda: redis_up(one, other) and wakes(one, other))
        one.writer.write(lambda tx: tx.now)
        before = heard(other)
        until(lambda: wakes(one, other, before))
        assert [] not in told


def test_after_an_outage_there_is_another_era_for_every_process(
    sqlite_settings: Settings, server: RedisServer
) -> None:
    shared = with_redis(sqlite_settings, server)
    with ExitStack() as stack:
        sites = [stack.enter_context(opened(shared)) for _ in range(2)]
        until(lambda: redis_up(*sites))
        began = {site.era.value for site in sites}
        assert len(began) == 1
        server.kill()
        until(lambda: not any(site.capabilities.is_up("redis") for site in sites), 5)
        server.start()
        until(lambda: redis_up(*sites), 5)
        until(lambda: sites[0].era.value == sites[1].era.value, 5)
        assert sites[0].era.value > max(began)


def test_a_process_that_starts_joins_the_era_that_is(
    sqlite_settings: Settings, server: RedisServer
) -> None:
    shared = with_redis(sqlite_settings, server)
    with opened(shared) as one:
        until(lambda: redis_up(one))
        one.era.move_on()
        with opened(shared) as other:
            until(lambda: redis_up(other))
            assert other.era.value == one.era.value

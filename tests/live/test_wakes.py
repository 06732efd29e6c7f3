"""What the wake-up line is for: others hear at once, without having looked by themselves."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from clutch.kernel.settings import Settings
from tests.live.conftest import live_sites
from tests.live.reader import Reader, reading
from tests.serve.running import Running, wait_until
from tests.services.redis import running

AT_ONCE_S = 0.5


@pytest.fixture(params=["redis", pytest.param("notify", marks=pytest.mark.postgres)])
def sleepers(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[Running]]:
    """Three serving processes that look at the log once a minute, and one line between them."""
    with ExitStack() as stack:
        if request.param == "redis":
            server = stack.enter_context(running())
            before: Settings = request.getfixturevalue("sqlite_settings")
            url = f"redis://127.0.0.1:{server.port}/0"
            settings = before.model_copy(update={"redis_url": url})
        else:
            settings = request.getfixturevalue("postgres_settings")
        yield stack.enter_context(live_sites(settings, tmp_path, 3, module="tests.live.sleepy"))


def test_who_follows_another_process_is_woken_by_its_commit(
    sleepers: Sequence[Running], stream: str
) -> None:
    with ExitStack() as stack:
        readers = [stack.enter_context(reading(one.address)) for one in sleepers]
        for reader in readers:
            reader.follow(stream)
        wait_until(lambda: all(carried(sleepers[0], readers, stream)))
        for site in sleepers:
            # The best of three: a machine that is busy with other things proves nothing.
            assert min(took(site, readers, stream) for _ in range(3)) < AT_ONCE_S
        for reader in readers:
            assert not reader.ledger.snapshots


def carried(site: Running, readers: Sequence[Reader], stream: str) -> list[bool]:
    """Whether all hear of one more commit, now that the line may be there."""
    site.get(f"/try/score?stream={stream}")
    return [hears(reader) for reader in readers]


def hears(reader: Reader) -> bool:
    try:
        reader.next("events", seconds=AT_ONCE_S)
    except TimeoutError:
        return False
    return True


def took(site: Running, readers: Sequence[Reader], stream: str) -> float:
    """Seconds from a commit in this process until readers of all have it."""
    site.get(f"/try/score?stream={stream}")
    began = time.monotonic()
    for reader in readers:
        reader.next("events")
    return time.monotonic() - began

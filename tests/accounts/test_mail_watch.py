"""Mail that does not go out is down for every process, and goes out soon after the return."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace

import pytest

from clutch.accounts import mail_watch
from clutch.accounts.mail_watch import GREET_EVERY_S, MailWatch
from clutch.accounts.resets import ask_for_reset
from clutch.bootstrap import Site, open_site
from clutch.kernel.capabilities import State
from clutch.kernel.clock import FrozenClock
from clutch.kernel.settings import Settings
from clutch.web.letters import register_letters
from tests.accounts.conftest import HERE, People
from tests.accounts.postbox import Postbox, serving
from tests.services.ports import free_port


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    with serving() as box:
        yield box


def opened(settings: Settings, clock: FrozenClock, port: int) -> Site:
    by_mail = {"mail_host": "127.0.0.1", "mail_port": port, "mail_tls": "off"}
    site = open_site(settings.model_copy(update=by_mail), clock)
    register_letters(site)
    return site


def watch_of(site: Site) -> MailWatch:
    assert site.mail_watch is not None
    return site.mail_watch


def state(site: Site) -> State:
    watch_of(site).look()
    return site.capabilities.get("mail").state


def ask(site: Site) -> None:
    ask_for_reset(site.desk, "Alice", HERE)
    site.background.run_due()


def test_a_server_that_is_gone_is_down_for_every_process_and_its_return_is_noticed(
    sqlite_settings: Settings, clock: FrozenClock, postbox: Postbox
) -> None:
    gone = opened(sqlite_settings, clock, free_port())
    back = opened(sqlite_settings, clock, postbox.port)
    People(gone).person("Alice", email="alice@example.org")
    assert state(back) is State.UP
    ask(gone)
    assert (state(gone), state(back)) == (State.DOWN, State.DOWN)
    assert "127.0.0.1 fails. (ConnectionRefusedError" in gone.capabilities.get("mail").reason
    watch_of(gone).greet()
    assert state(gone) is State.DOWN
    back.background.run_due()
    assert not postbox.letters
    watch_of(back).greet()
    assert back.capabilities.get("mail").state is State.PROBING
    back.background.run_due()
    assert len(postbox.letters) == 1
    assert (state(back), state(gone)) == (State.UP, State.DOWN)
    for site in (gone, back):
        site.close()


def test_mail_is_up_only_after_the_server_has_answered(
    sqlite_settings: Settings, clock: FrozenClock, postbox: Postbox
) -> None:
    well, dead = (opened(sqlite_settings, clock, port) for port in (postbox.port, free_port()))
    for site in (well, dead):
        assert site.capabilities.get("mail").state is State.PROBING
    assert (state(well), state(dead)) == (State.UP, State.DOWN)
    assert "127.0.0.1 fails. (ConnectionRefusedError" in dead.capabilities.get("mail").reason
    for site in (well, dead):
        site.close()


def test_a_server_that_goes_while_nothing_waits_is_noticed_by_the_next_greeting(
    sqlite_settings: Settings, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving() as box:
        site = opened(sqlite_settings, clock, box.port)
        assert state(site) is State.UP
    assert state(site) is State.UP, "nobody has greeted it since"
    later = time.monotonic() + 1.2 * GREET_EVERY_S
    monkeypatch.setattr(mail_watch, "time", SimpleNamespace(monotonic=lambda: later))
    assert state(site) is State.DOWN
    site.close()


def test_what_the_server_has_against_one_letter_says_nothing_of_the_others(
    sqlite_settings: Settings, clock: FrozenClock, postbox: Postbox
) -> None:
    site = opened(sqlite_settings, clock, postbox.port)
    People(site).person("Alice", email="alice@example.org")
    postbox.is_open = False
    ask(site)
    assert state(site) is State.UP
    postbox.is_open = True
    clock.advance(timedelta(minutes=1))
    site.background.run_due()
    assert len(postbox.letters) == 1
    site.close()

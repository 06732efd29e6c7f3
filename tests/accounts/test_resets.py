"""Forgotten passwords: links that work once, and letters that go only where they should."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import select

from clutch.accounts.admin import ban
from clutch.accounts.login import log_in
from clutch.accounts.models import SITE, Account
from clutch.accounts.profile import Changes, change_profile
from clutch.accounts.refusals import (
    AccountBanned,
    PasswordTooShort,
    ResetLinkSpent,
    TooManyResets,
    WrongPassword,
)
from clutch.accounts.resets import ask_for_reset, make_reset_link, use_reset_link
from clutch.accounts.tables import reset_link
from clutch.bootstrap import open_site
from clutch.kernel.clock import FrozenClock
from clutch.kernel.refusals import Refusal
from clutch.kernel.settings import Settings
from clutch.kernel.tables import delivery
from clutch.web.letters import register_letters
from tests.accounts.conftest import HERE, PASSWORD, People
from tests.accounts.postbox import Postbox, serving
from tests.fixtures.site import on_sqlite

NEW = "another horse entirely"


def link_for(people: People, account: Account) -> str:
    """The secret of a link that the operator makes."""
    link = people.write(lambda tx: make_reset_link(tx, SITE, account.id))
    return link.path.removeprefix("/reset/")


def test_a_link_sets_a_password_once_and_ends_all_sessions(people: People) -> None:
    alice = people.person("Alice")
    before, secret = people.session(alice), link_for(people, alice)
    entered = use_reset_link(people.site.desk, secret, NEW, HERE)
    assert people.is_alive(entered.secret)
    assert not people.is_alive(before)
    assert log_in(people.site.desk, "Alice", NEW, HERE).account.id == alice.id
    with pytest.raises(WrongPassword):
        log_in(people.site.desk, "Alice", PASSWORD, HERE)
    with pytest.raises(ResetLinkSpent):
        use_reset_link(people.site.desk, secret, NEW, HERE)
    assert people.kinds(alice)[1:] == ["reset-link-made", "password-changed"]
    assert people.log(alice)[-1].fact().by_link


def test_of_two_who_use_a_link_at_once_one_gets_in(people: People) -> None:
    secret, together = link_for(people, people.person("Alice")), Barrier(2)

    def race(password: str) -> str:
        together.wait()
        try:
            use_reset_link(people.site.desk, secret, password, HERE)
        except Refusal as refusal:
            return refusal.code
        return "in"

    with ThreadPoolExecutor(2) as pool:
        ends = sorted(pool.map(race, [NEW, "yet another horse"]))
    assert ends == ["in", "reset-link-spent"]


@on_sqlite
def test_a_link_works_for_a_day_and_only_the_newest(people: People, clock: FrozenClock) -> None:
    alice = people.person("Alice")
    older, newer = link_for(people, alice), link_for(people, alice)
    with pytest.raises(ResetLinkSpent):
        use_reset_link(people.site.desk, older, NEW, HERE)
    clock.advance(timedelta(hours=24))
    with pytest.raises(ResetLinkSpent):
        use_reset_link(people.site.desk, newer, NEW, HERE)


@on_sqlite
def test_a_bad_password_leaves_the_link_working(people: People) -> None:
    secret = link_for(people, people.person("Alice"))
    with pytest.raises(PasswordTooShort):
        use_reset_link(people.site.desk, secret, "short", HERE)
    assert use_reset_link(people.site.desk, secret, NEW, HERE).account.name == "Alice"


@on_sqlite
def test_a_banned_account_gets_no_link_and_its_link_stops_working(people: People) -> None:
    alice = people.person("Alice")
    secret = link_for(people, alice)
    people.write(lambda tx: ban(tx, SITE, alice.id, "Cheating."))
    with pytest.raises(ResetLinkSpent):
        use_reset_link(people.site.desk, secret, NEW, HERE)
    with pytest.raises(AccountBanned):
        link_for(people, alice)


@on_sqlite
def test_another_address_takes_links_to_the_old_one_away(people: People) -> None:
    alice = people.person("Alice", email="old@example.org")
    secret, actor = link_for(people, alice), people.actor(alice)
    people.write(lambda tx: change_profile(tx, actor, Changes(email="new@example.org")))
    with pytest.raises(ResetLinkSpent):
        use_reset_link(people.site.desk, secret, NEW, HERE)


@on_sqlite
def test_only_the_digest_of_a_link_is_kept(people: People) -> None:
    secret = link_for(people, people.person("Alice"))
    with people.site.database.read() as conn:
        kept = conn.execute(select(reset_link.c.token_digest)).scalar_one()
    assert len(kept) == 32
    assert secret.encode() not in kept


# --- by mail ------------------------------------------------------------------------------------


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    with serving() as box:
        yield box


@pytest.fixture
def mailing(postbox: Postbox, sqlite_settings: Settings, clock: FrozenClock) -> Iterator[People]:
    """People on a site that sends mail."""
    by_mail = {
        "mail_host": "127.0.0.1",
        "mail_port": postbox.port,
        "mail_tls": "off",
        "mail_from": "cup@clutch.example",
        "url": "https://clutch.example",
    }
    site = open_site(sqlite_settings.model_copy(update=by_mail), clock)
    register_letters(site)
    yield People(site)
    site.close()


def ask(people: People, name_or_email: str) -> None:
    """Ask for a link, and have the background send what is to be sent."""
    ask_for_reset(people.site.desk, name_or_email, HERE)
    people.site.background.run_due()


def test_a_letter_with_a_working_link_goes_to_the_stored_address(
    mailing: People, postbox: Postbox
) -> None:
    mailing.person("Alice", email="alice@example.org")
    ask(mailing, "ALICE")
    (letter,) = postbox.letters
    assert postbox.recipients == ["alice@example.org"]
    assert letter["To"] == "alice@example.org"
    assert letter["From"] == "Clutch <cup@clutch.example>"
    assert letter["Message-ID"] == "<delivery-1@clutch.example>"
    text = letter.get_content()
    found = re.search(r"https://clutch\.example/reset/(\S+)", text)
    assert found is not None
    assert "Hello, Alice" in text
    assert use_reset_link(mailing.site.desk, found[1], NEW, HERE).account.name == "Alice"


def test_the_letter_is_in_the_language_and_zone_of_its_reader(
    mailing: People, postbox: Postbox
) -> None:
    anna = mailing.person("Анна", email="anna@example.org")
    actor = mailing.actor(anna)
    choices = Changes(language="ru", zone="Europe/Moscow")
    mailing.write(lambda tx: change_profile(tx, actor, choices))
    ask(mailing, "анна")
    (letter,) = postbox.letters
    assert letter["Subject"] == "Новый пароль для Clutch"
    assert "Здравствуйте, Анна" in letter.get_content()
    assert "19:00 UTC+3" in letter.get_content()


@pytest.mark.parametrize(
    "asked",
    ["nobody", "nobody@example.org", "alice@exampIe.org", "ALICE@EXAMPLE.ORG.evil.example", ""],
)
def test_nothing_is_sent_for_what_is_not_the_stored_address(
    mailing: People, postbox: Postbox, asked: str
) -> None:
    mailing.person("Alice", email="alice@example.org")
    mailing.person("Bob")
    for name in (asked, "Bob"):
        ask(mailing, name)
    assert postbox.letters == []


def test_an_address_in_other_letters_finds_the_account_but_the_stored_one_gets_the_mail(
    mailing: People, postbox: Postbox
) -> None:
    mailing.person("Alice", email="alice@example.org")
    ask(mailing, " Alice@EXAMPLE.org ")
    assert postbox.recipients == ["alice@example.org"]


def test_a_mailed_link_works_for_one_hour(
    mailing: People, postbox: Postbox, clock: FrozenClock
) -> None:
    mailing.person("Alice", email="alice@example.org")
    ask(mailing, "Alice")
    found = re.search(r"/reset/(\S+)", postbox.letters[0].get_content())
    assert found is not None
    clock.advance(timedelta(minutes=60))
    with pytest.raises(ResetLinkSpent):
        use_reset_link(mailing.site.desk, found[1], NEW, HERE)


def test_nobody_is_flooded_with_letters(mailing: People, postbox: Postbox) -> None:
    mailing.person("Alice", email="alice@example.org")
    for _ in range(5):
        ask(mailing, "Alice")
    assert len(postbox.letters) == 3
    with pytest.raises(TooManyResets):
        ask(mailing, "Alice")


def test_a_letter_that_is_turned_away_is_sent_later_with_a_fresh_link(
    mailing: People, postbox: Postbox, clock: FrozenClock
) -> None:
    mailing.person("Alice", email="alice@example.org")
    postbox.is_open = False
    ask(mailing, "Alice")
    assert postbox.letters == []
    postbox.is_open = True
    clock.advance(timedelta(minutes=1))
    mailing.site.background.run_due()
    (letter,) = postbox.letters
    found = re.search(r"/reset/(\S+)", letter.get_content())
    assert found is not None
    assert use_reset_link(mailing.site.desk, found[1], NEW, HERE).account.name == "Alice"


def test_no_secret_and_no_address_waits_in_the_queue(mailing: People) -> None:
    mailing.person("Alice", email="alice@example.org")
    ask_for_reset(mailing.site.desk, "Alice", HERE)
    with mailing.site.database.read() as conn:
        (body,) = conn.execute(select(delivery.c.body)).scalars()
    assert body == '{"account_id":1}'


def test_a_letter_for_somebody_who_left_meanwhile_is_not_sent(
    mailing: People, postbox: Postbox
) -> None:
    alice = mailing.person("Alice", email="alice@example.org")
    ask_for_reset(mailing.site.desk, "Alice", HERE)
    mailing.write(lambda tx: mailing.site.personal.erase(tx, alice.id))
    mailing.site.background.run_due()
    assert postbox.letters == []
    with mailing.site.database.read() as conn:
        assert conn.execute(select(delivery)).all() == []


@on_sqlite
def test_without_mail_asking_does_nothing(people: People) -> None:
    people.person("Alice", email="alice@example.org")
    ask_for_reset(people.site.desk, "Alice", HERE)
    with people.site.database.read() as conn:
        assert conn.execute(select(delivery)).all() == []

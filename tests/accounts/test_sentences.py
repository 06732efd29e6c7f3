"""History in plain language: every fact of accounts has its sentence in both languages."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import msgspec
import pytest

from clutch.accounts import events
from clutch.accounts.models import Account
from clutch.kernel.clock import FrozenClock
from clutch.kernel.log import Event, Fact, body_of
from clutch.web.reader import Reader
from clutch.web.sentences import Told, kinds_told, tell
from tests.accounts.conftest import People
from tests.fixtures.site import on_sqlite

ENGLISH = Reader("en", ZoneInfo("UTC"))
RUSSIAN = Reader("ru", ZoneInfo("UTC"))

pytestmark = on_sqlite


def told(people: People, reader: Reader, fact: Fact, actor_id: int | None = None) -> Told:
    """The fact, told."""
    body = body_of(fact)
    now = people.site.clock.now()
    event = Event(1, "player-1", 1, body.kind, body.schema, body.json, actor_id, now)
    with people.site.database.read() as conn:
        return tell(conn, reader, [event])[0]


@pytest.fixture
def alice(people: People) -> Account:
    return people.person("Alice <b>")


FACTS: list[tuple[Fact, str, str]] = [
    (
        events.AccountRenamed(account_id=1),
        "Name changed; it is now {}.",
        "Имя изменено, теперь: {}.",
    ),
    (events.EmailChanged(account_id=1), "E-mail address changed: {}.", "Изменён адрес почты: {}."),
    (
        events.PasswordChanged(account_id=1, by_link=False),
        "Password changed: {}.",
        "Изменён пароль: {}.",
    ),
    (
        events.PasswordChanged(account_id=1, by_link=True),
        "New password set by a one-time link: {}.",
        "По одноразовой ссылке задан новый пароль: {}.",
    ),
    (
        events.RoleChanged(account_id=1, before="player", after="admin"),
        "Role of {} changed: Player → Admin.",
        "Изменена роль, {}: Игрок → Администратор.",
    ),
    (
        events.AccountBannedFact(account_id=1, reason="<i>Why</i>"),
        "Account banned: {}. Reason: <i>Why</i>",
        "Аккаунт заблокирован: {}. Причина: <i>Why</i>",
    ),
    (events.AccountUnbanned(account_id=1), "Ban lifted: {}.", "Блокировка снята: {}."),
    (
        events.AccountDeleted(account_id=1),
        "Account 1 deleted by its owner.",
        "Аккаунт 1 удалён владельцем.",
    ),
]


@pytest.mark.parametrize(("fact", "english", "russian"), FACTS)
def test_a_fact_is_told_in_both_languages(
    people: People, alice: Account, fact: Fact, english: str, russian: str
) -> None:
    for reader, sentence in ((ENGLISH, english), (RUSSIAN, russian)):
        line = told(people, reader, fact)
        assert line.text.striptags() == sentence.format(alice.name)
        assert "<b>" not in str(line.text)
        assert "<i>" not in str(line.text)


def test_who_did_it_is_a_person_the_site_or_somebody_who_left(
    people: People, alice: Account, clock: FrozenClock
) -> None:
    bob = people.person("Bob")
    fact = events.AccountUnbanned(account_id=alice.id)
    assert told(people, ENGLISH, fact).actor == "the site"
    assert told(people, ENGLISH, fact, bob.id).actor.striptags() == "Bob"
    people.write(lambda tx: people.site.personal.erase(tx, bob.id))
    assert told(people, ENGLISH, fact, bob.id).actor.striptags() == "deleted player"
    assert told(people, ENGLISH, fact, bob.id).at == clock.now()


def test_every_fact_of_accounts_has_a_sentence() -> None:
    facts = [
        value
        for value in vars(events).values()
        if isinstance(value, type) and issubclass(value, Fact) and value is not Fact
    ]
    kinds = {_kind(fact) for fact in facts}
    assert len(kinds) == 11
    assert kinds <= kinds_told()


def test_a_fact_of_a_newer_release_is_named_not_hidden(people: People) -> None:
    event = Event(1, "player-1", 1, "thing-from-tomorrow", 1, "{}", None, people.site.clock.now())
    with people.site.database.read() as conn:
        (line,) = tell(conn, ENGLISH, [event])
    assert "thing-from-tomorrow" in line.text


def _kind(fact: type[Fact]) -> str:
    """The kind under which a fact is known, found by an example of it."""
    examples = {"account_id": 1, "role": "player", "by_link": True, "by_mail": True}
    examples |= {"before": "player", "after": "admin", "reason": "x", "token_id": 1}
    given = {name: examples.get(name, ()) for name in fact.__struct_fields__}
    return body_of(msgspec.convert(given, fact)).kind

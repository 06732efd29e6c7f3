"""Leaving: everything kept about a person is theirs to have, and their name vanishes."""

from __future__ import annotations

import msgspec
import pytest
from sqlalchemy import Connection, MetaData, select

from clutch.accounts.admin import change_role
from clutch.accounts.login import log_in
from clutch.accounts.models import SITE, AccountId, Role
from clutch.accounts.queries import get_account, get_player, list_players, names_of
from clutch.accounts.refusals import AccountMissing, WrongPassword
from clutch.accounts.resets import make_reset_link
from clutch.kernel.refusals import VersionStale
from clutch.kernel.writing import OnceKey, Reply, Transaction
from tests.accounts.conftest import HERE, PASSWORD, People
from tests.fixtures.site import on_sqlite

NAME = "Quetzalcoatl"
ADDRESS = "feathered@example.org"


def everything(conn: Connection) -> str:
    """All that stands in the whole database."""
    tables = MetaData()
    tables.reflect(conn)
    said: list[str] = []
    for table in tables.tables.values():
        for row in conn.execute(select(table)):
            said.extend(value if isinstance(value, str) else repr(value) for value in row)
    return "\n".join(said)


def test_the_name_vanishes_everywhere_and_the_log_stays(people: People) -> None:
    leaving = people.person(NAME, email=ADDRESS)
    reply = Reply(200, msgspec.json.encode({"name": NAME, "of": "Quetzal"}))
    people.site.writer.write_once(OnceKey(0, "k", "f"), lambda _: reply)
    others = Reply(200, msgspec.json.encode({"name": "Quetzal"}))
    people.site.writer.write_once(OnceKey(0, "others", "f"), lambda _: others)
    secret, token = people.session(leaving), people.token(leaving)
    people.write(lambda tx: make_reset_link(tx, SITE, leaving.id))
    before = people.log(leaving)
    people.write(lambda tx: people.site.personal.erase(tx, leaving.id))
    with people.site.database.read() as conn:
        left = everything(conn).casefold()
    assert NAME.casefold() not in left
    assert "quetzal" in left
    assert "feathered" not in left
    assert token[:12].casefold() not in left
    assert not people.is_alive(secret)
    after = people.log(leaving)
    assert after[: len(before)] == before
    assert after[-1].kind == "account-deleted"


@on_sqlite
def test_a_deleted_account_is_nobody_but_its_number_stays(people: People) -> None:
    leaving = people.person(NAME)
    people.write(lambda tx: people.site.personal.erase(tx, leaving.id))
    with people.site.database.read() as conn:
        assert get_player(conn, leaving.id).name is None
        assert names_of(conn, [leaving.id, 4711]) == {leaving.id: None}
        assert list_players(conn).items == []
        with pytest.raises(AccountMissing):
            get_account(conn, leaving.id)
    with pytest.raises(WrongPassword):
        log_in(people.site.desk, NAME, PASSWORD, HERE)
    with pytest.raises(AccountMissing):
        people.write(lambda tx: people.site.personal.erase(tx, leaving.id))
    with pytest.raises(AccountMissing):
        people.write(lambda tx: change_role(tx, SITE, leaving.id, Role.ADMIN))


def test_the_name_is_free_again_and_the_number_never_is(people: People) -> None:
    first = people.person(NAME)
    people.write(lambda tx: people.site.personal.erase(tx, first.id))
    assert people.person(NAME).id != first.id


@on_sqlite
def test_only_the_version_that_was_seen_is_deleted(people: People) -> None:
    leaving = people.person(NAME)
    people.write(lambda tx: change_role(tx, SITE, leaving.id, Role.ORGANIZER))
    with pytest.raises(VersionStale):
        people.write(lambda tx: people.site.personal.erase(tx, leaving.id, leaving.version))


def test_other_contexts_forget_in_the_same_transaction(people: People) -> None:
    leaving = people.person(NAME)
    asked: list[AccountId] = []

    def forget(tx: Transaction, account_id: AccountId) -> None:
        asked.append(account_id)
        raise RuntimeError("could not forget")

    people.site.personal.on_erase(forget)
    with pytest.raises(RuntimeError):
        people.write(lambda tx: people.site.personal.erase(tx, leaving.id))
    assert asked == [leaving.id]
    assert people.now(leaving.id).name == NAME


@on_sqlite
def test_the_download_holds_what_every_context_keeps(people: People) -> None:
    alice = people.person("Alice", email=ADDRESS)
    people.session(alice)
    secret = people.token(alice)
    people.site.personal.contribute("teams", lambda _, account_id: [{"of": account_id}])
    with people.site.database.read() as conn:
        kept = people.site.personal.export(conn, alice.id, people.site.clock.now())
    written = msgspec.json.decode(msgspec.json.encode(kept))
    assert written["account"]["email"] == ADDRESS
    assert written["sessions"][0]["address"] == HERE.address
    assert written["tokens"][0]["name"] == "test"
    assert written["teams"] == [{"of": alice.id}]
    assert [line["kind"] for line in written["history"]] == ["account-created", "token-made"]
    assert secret not in str(written)
    assert "argon2" not in str(written)

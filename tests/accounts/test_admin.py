"""What admins may do with others, and that somebody always can administrate."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from clutch.accounts.admin import ban, change_role, unban
from clutch.accounts.models import GUEST, SITE, Actor, Role
from clutch.accounts.queries import list_accounts, list_players, read_back
from clutch.accounts.refusals import (
    AccountMissing,
    AlreadyBanned,
    BanReasonNeeded,
    LastAdmin,
    NotBanned,
    NotOnSelf,
    RoleNeeded,
)
from clutch.accounts.resets import make_reset_link
from clutch.kernel.refusals import LoginRequired, Refusal, VersionStale
from clutch.kernel.writing import Transaction
from tests.accounts.conftest import People
from tests.fixtures.site import on_sqlite

Act = Callable[[Transaction, Actor, int], object]

ACTS: list[Act] = [
    lambda tx, actor, who: change_role(tx, actor, who, Role.ADMIN),  # type: ignore[arg-type]
    lambda tx, actor, who: ban(tx, actor, who, "Because."),  # type: ignore[arg-type]
    unban,  # type: ignore[list-item]
    make_reset_link,  # type: ignore[list-item]
]


@on_sqlite
@pytest.mark.parametrize("act", ACTS)
def test_only_admins_act_on_other_accounts(people: People, act: Act) -> None:
    target, other = people.person("Bob"), people.person("Olga", Role.ORGANIZER)
    with pytest.raises(LoginRequired):
        people.write(lambda tx: act(tx, GUEST, target.id))
    with pytest.raises(RoleNeeded):
        people.write(lambda tx: act(tx, people.actor(other), target.id))
    assert people.kinds(target) == ["account-created"]


@on_sqlite
@pytest.mark.parametrize("act", ACTS)
def test_an_account_that_is_not_there_is_said_to_be_missing(people: People, act: Act) -> None:
    with pytest.raises(AccountMissing):
        people.write(lambda tx: act(tx, SITE, 4711))


def test_each_act_stands_in_the_log_with_who_did_it(people: People) -> None:
    olga, bob = people.person("Olga", Role.ADMIN), people.person("Bob")
    actor = people.actor(olga)
    people.write(lambda tx: change_role(tx, actor, bob.id, Role.ORGANIZER))
    people.write(lambda tx: ban(tx, actor, bob.id, " Swearing \n at everybody. "))
    people.write(lambda tx: unban(tx, actor, bob.id))
    people.write(lambda tx: make_reset_link(tx, actor, bob.id))
    log = people.log(bob)
    assert [event.kind for event in log[1:]] == [
        "role-changed",
        "account-banned",
        "account-unbanned",
        "reset-link-made",
    ]
    assert {event.actor_id for event in log[1:]} == {olga.id}
    assert log[2].fact().reason == "Swearing at everybody."


@on_sqlite
def test_a_ban_needs_a_reason_and_happens_once(people: People) -> None:
    bob = people.person("Bob")
    for reason in ("", "  \n ", "x" * 501):
        with pytest.raises(BanReasonNeeded):
            people.write(lambda tx, reason=reason: ban(tx, SITE, bob.id, reason))  # type: ignore[misc]
    people.write(lambda tx: ban(tx, SITE, bob.id, "Cheating."))
    with pytest.raises(AlreadyBanned):
        people.write(lambda tx: ban(tx, SITE, bob.id, "Cheating."))
    people.write(lambda tx: unban(tx, SITE, bob.id))
    with pytest.raises(NotBanned):
        people.write(lambda tx: unban(tx, SITE, bob.id))


@on_sqlite
def test_admins_see_what_changed_meanwhile(people: People) -> None:
    bob = people.person("Bob")
    people.write(lambda tx: change_role(tx, SITE, bob.id, Role.ORGANIZER, bob.version))
    with pytest.raises(VersionStale) as refused:
        people.write(lambda tx: change_role(tx, SITE, bob.id, Role.ADMIN, bob.version))
    assert (refused.value.seen, refused.value.current) == (1, 2)


def test_the_last_admin_can_not_go(people: People) -> None:
    olga = people.person("Olga", Role.ADMIN)
    gone = people.person("Anna", Role.ADMIN)
    people.write(lambda tx: ban(tx, SITE, gone.id, "Left us."))
    with pytest.raises(LastAdmin):
        people.write(lambda tx: change_role(tx, SITE, olga.id, Role.PLAYER))
    with pytest.raises(LastAdmin):
        people.write(lambda tx: ban(tx, SITE, olga.id, "Oops."))
    with pytest.raises(NotOnSelf):
        people.write(lambda tx: ban(tx, people.actor(olga), olga.id, "Oops."))
    with pytest.raises(LastAdmin):
        people.write(lambda tx: people.site.personal.erase(tx, olga.id))
    people.write(lambda tx: unban(tx, SITE, gone.id))
    assert people.write(lambda tx: change_role(tx, SITE, olga.id, Role.PLAYER)).role is Role.PLAYER


def test_two_admins_who_demote_each_other_leave_one(people: People) -> None:
    pair = [people.person("Olga", Role.ADMIN), people.person("Anna", Role.ADMIN)]
    actors = [people.actor(one) for one in pair]
    together = Barrier(2)

    def demote(n: int) -> str:
        together.wait()
        try:
            people.write(lambda tx: change_role(tx, actors[n], pair[1 - n].id, Role.PLAYER))
        except Refusal as refusal:
            return refusal.code
        return "done"

    with ThreadPoolExecutor(2) as pool:
        ends = sorted(pool.map(demote, range(2)))
    assert ends in (["done", "role-needed"], ["done", "last-admin"])
    assert sum(people.now(one.id).role is Role.ADMIN for one in pair) == 1


def test_accounts_are_found_by_a_part_of_name_or_address(people: People) -> None:
    people.person("Night Owl", email="owl@example.org")
    people.person("Nightingale")
    people.person("100%_sure", Role.ORGANIZER)
    with people.site.database.read() as conn:

        def found(search: str, role: Role | None = None) -> list[str | None]:
            return [one.name for one in list_accounts(conn, search, role).items]

        assert found("night") == ["Night Owl", "Nightingale"]
        assert found("ＮＩＧＨＴ  o") == ["Night Owl"]
        assert found("owl@ex") == ["Night Owl"]
        assert found("%") == ["100%_sure"]
        assert found("_") == ["100%_sure"]
        assert found("2") == ["Nightingale"]
        assert found("", Role.ORGANIZER) == ["100%_sure"]
        assert found("\\") == []
        assert [one.name for one in list_players(conn, "owl@ex").items] == []


def test_long_lists_come_in_pages(people: People) -> None:
    for n in range(53):
        people.person(f"Player {n:02}")
    with people.site.database.read() as conn:
        first, second = list_players(conn), list_players(conn, page=2)
        beyond = list_players(conn, page=10**9)
    assert (first.total, first.last, len(first.items), len(second.items)) == (53, 2, 50, 3)
    assert second.items[-1].name == "Player 52"
    assert beyond.items == []


@on_sqlite
def test_the_log_is_read_back_from_the_newest(people: People) -> None:
    for n in range(5):
        people.person(f"Player {n}")
    with people.site.database.read() as conn:
        newest = read_back(conn, most=2)
        older = read_back(conn, before=newest[-1].position, most=10)
    assert [event.stream for event in newest] == ["player-5", "player-4"]
    assert [event.stream for event in older] == ["player-3", "player-2", "player-1"]


@on_sqlite
def test_who_was_an_admin_when_the_request_began_may_be_none_any_more(people: People) -> None:
    people.person("Olga", Role.ADMIN)
    anna, bob = people.person("Anna", Role.ADMIN), people.person("Bob")
    still = people.actor(anna)
    people.write(lambda tx: change_role(tx, SITE, anna.id, Role.PLAYER))
    with pytest.raises(RoleNeeded):
        people.write(lambda tx: ban(tx, still, bob.id, "Revenge."))
    assert people.now(bob.id).banned_at is None

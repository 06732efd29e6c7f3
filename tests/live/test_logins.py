"""Rights of open connections are asked for once a login, however many connections it has."""

from __future__ import annotations

from clutch.accounts.models import AccountId, Actor, Role
from clutch.bootstrap import Site
from clutch.live.kinds import stream_kinds
from clutch.live.listener import Following, Listener, Who
from clutch.live.rendering import Audience
from clutch.live.rights import ended_logins, not_allowed

ALICE = Actor(AccountId(7), "alice", Role.PLAYER)
LOGINS = ((b"one", ALICE), (b"other", None))


def test_ten_pages_of_a_login_are_one_question(shared_beside: Site) -> None:
    asked: list[bytes] = []

    def listener(login: bytes, now: Actor | None) -> Listener:
        def again(_: object) -> Actor | None:
            asked.append(login)
            return now

        return Listener(Who(ALICE, None, login, "", Audience("en"), again, lambda one: one.code))

    alive, ended = [[listener(login, now) for _ in range(5)] for login, now in LOGINS]
    with shared_beside.database.read() as conn:
        now = shared_beside.clock.now()
        assert ended_logins(conn, [*alive, *ended], now) == ended
        assert sorted(asked) == [b"one", b"other"]
        asked.clear()
        streams = ("tournament-xxxxxxxx", "site")
        followings = [Following(one, stream) for one in alive for stream in streams]
        refused = not_allowed(conn, stream_kinds(), followings)
    assert {one.stream for one in refused} == {"tournament-xxxxxxxx"}
    assert len(refused) == 5
    assert asked == [b"one"]

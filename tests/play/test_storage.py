"""A database that is full or read-only: writes are refused with 503, reads go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.fixtures.site import on_sqlite
from tests.play.conftest import Running

pytestmark = on_sqlite


@contextmanager
def with_pragma(cup: Running, broken: str, mended: str) -> Iterator[None]:
    """The one writing connection under a pragma: SQLite itself says no, as on a full disk."""
    say = cup.people.site.database._writer.raw_connection
    for pragma in (broken, mended):
        connection = say()
        connection.cursor().execute(pragma)
        connection.close()
        if pragma is broken:
            yield


@pytest.mark.parametrize(
    ("broken", "mended"),
    [
        ("PRAGMA max_page_count=1", "PRAGMA max_page_count=4294967294"),
        ("PRAGMA query_only=ON", "PRAGMA query_only=OFF"),
    ],
    ids=["full", "read-only"],
)
def test_writes_are_refused_reads_go_on_and_it_heals_by_itself(
    run: Callable[..., Running], broken: str, mended: str
) -> None:
    cup = run(4)
    boss, guest = cup.people.api(cup.boss), cup.people.api()
    path = f"/tournaments/{cup.cup.id}/matches/U1.1"
    games = [{"scores": [16, 2], "name": "x" * 60}, {"scores": [16, 3], "name": "y" * 60}]
    result = {"scores": [2, 0], "games": games}
    with with_pragma(cup, broken, mended):
        answers = [boss.put(f"{path}/result", result, version=1, key="k" * 200) for _ in range(20)]
        refused = [answer for answer in answers if answer.status_code == 503]
        assert refused
        assert refused[0].json()["code"] == "storage-unavailable"
        assert "retry-after" in refused[0].headers
        assert guest.get(path).status_code == 200
        assert cup.people.browser().get(f"/tournaments/{cup.cup.id}").status == 200
    version = cup.match("U1.1").version
    if not cup.match("U1.1").is_decided:
        assert boss.put(f"{path}/result", result, version=version).status_code == 200
    assert cup.match("U1.1").scores == (2, 0)

"""What many guests read of a profile at once is drawn once, until something happens."""

from __future__ import annotations

import pytest

from clutch.accounts.models import Actor
from clutch.bootstrap import Site
from clutch.statistics import queries
from clutch.tournaments.models import Visibility
from tests.fixtures.browsing import Api, Browser
from tests.fixtures.site import on_sqlite
from tests.profile.arena import Arena
from tests.statistics.community import fold, meet

pytestmark = on_sqlite


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each time that ratings are asked for or numbers are read."""
    found: list[str] = []
    for name in ("ratings_of", "numbers"):
        asked = getattr(queries, name)

        def count(*given: object, name: str = name, asked: object = asked) -> object:
            found.append(name)
            return asked(*given)  # type: ignore[operator]

        monkeypatch.setattr(queries, name, count)
    return found


@pytest.mark.parametrize("end", ["", "/statistics"])
def test_guests_see_the_same_drawing_until_something_happens(
    client: Browser, arena: Arena, site: Site, played: list[Actor], reads: list[str], end: str
) -> None:
    site.projector.catch_up()
    path = f"/players/{played[0].account_id}{end}"
    first = client.get(path)
    asked = len(reads)
    assert asked
    assert client.get(path).html == first.html
    assert len(reads) == asked
    meet(arena, arena.organizer("oleg"), played, "One More Cup", Visibility.PUBLIC)
    fold(site)
    assert client.get(path).html != first.html


def test_the_api_answers_alike_and_names_what_it_kept(
    api: Api, played: list[Actor], reads: list[str]
) -> None:
    path = f"/players/{played[0].account_id}/statistics"
    first = api.get(path)
    asked = len(reads)
    assert asked
    assert api.get(path).json() == first.json()
    assert len(reads) == asked
    again = api.call("GET", path, headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert api.get("/players/none/statistics").status_code == 422
    assert api.get("/players/99999/statistics").status_code == 404


def test_what_shows_less_than_it_should_is_kept_by_nobody(
    client: Browser, played: list[Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise LookupError("broken")

    path = f"/players/{played[0].account_id}"
    with monkeypatch.context() as while_broken:
        while_broken.setattr(queries, "ratings_of", broken)
        assert "Ratings can't be told at the moment." in client.get(path).text
    assert "Ratings can't be told at the moment." not in client.get(path).text

"""Pages and the API without enhanced numbers: basic ones, and what is missing is named."""

from __future__ import annotations

import pytest

from clutch.accounts.models import Actor
from clutch.bootstrap import Site, open_site
from clutch.kernel import optional, troubles
from clutch.kernel.capabilities import State
from clutch.kernel.clock import FrozenClock
from clutch.kernel.settings import Settings
from clutch.statistics import projection, queries
from tests.fixtures.browsing import Api, Browser
from tests.fixtures.site import on_sqlite
from tests.profile.arena import Arena
from tests.statistics.community import fold

pytestmark = on_sqlite


def test_a_broken_read_leaves_basic_numbers_a_note_and_one_line_in_the_log(
    client: Browser,
    api: Api,
    played: list[Actor],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object) -> None:
        raise LookupError("broken")

    lines: list[str] = []
    monkeypatch.setattr(troubles._log, "error", lambda what, **_: lines.append(what))
    monkeypatch.setattr(queries, "numbers", broken)
    monkeypatch.setattr(queries, "rating_history", broken)
    ann = f"/players/{played[0].account_id}"
    overview = client.get(ann)
    assert overview.status == 200
    assert "Ratings can't be told at the moment." in overview.piece("headlines")
    assert "1st" in overview.piece("trophies")
    page = client.get(f"{ann}/statistics")
    assert page.status == 200
    assert "Basic numbers only" in page.text
    assert "24–0" in page.piece("basics")
    answer = api.get(f"{ann}/statistics")
    assert answer.status_code == 200
    assert (answer.json()["enhanced"], answer.json()["degraded"]) == (None, ["statistics"])
    assert answer.json()["basic"]["solo"]["won"] == 12
    assert lines == ["statistics could not be told"]
    monkeypatch.undo()
    assert "Highest rating" in client.get(f"{ann}/statistics").text


def test_a_broken_table_leaves_a_teams_basic_numbers(
    client: Browser, api: Api, arena: Arena, site: Site
) -> None:
    team = arena.team(arena.person("ann"))
    fold(site)
    with site.database.begin_write() as conn:
        conn.exec_driver_sql("ALTER TABLE statistics_tally RENAME TO gone")
    assert client.get(f"/teams/{team.id}").status == 200
    assert "Basic numbers only" in client.get(f"/teams/{team.id}/statistics").text
    assert api.get(f"/teams/{team.id}/statistics").json()["degraded"] == ["statistics"]


def test_a_rebuild_under_way_shows_basic_numbers_with_a_note(
    client: Browser, api: Api, site: Site, played: list[Actor]
) -> None:
    path = f"/players/{played[0].account_id}/statistics"
    site.projector._runners["statistics"]._steps.restart()
    page = client.get(path)
    assert page.status == 200
    assert "Basic numbers only" in page.text
    assert "Highest rating" not in page.text
    answer = api.get(path).json()
    assert (answer["enhanced"], answer["degraded"]) == (None, ["statistics"])
    assert answer["basic"]["solo"]["won"] == 12
    assert "Not available now" in client.get("/leaderboards").text
    board = api.get("/leaderboards/rating").json()
    assert (board["items"], board["degraded"]) == (None, ["statistics"])
    fold(site)
    assert "Highest rating" in client.get(path).text


def test_a_projection_that_is_down_takes_its_page_down_to_basic_numbers(
    client: Browser, site: Site, played: list[Actor]
) -> None:
    path = f"/players/{played[0].account_id}/statistics"
    assert "Highest rating" in client.get(path).text
    site.capabilities.set("statistics", State.DOWN, "It does not work.")
    assert "Basic numbers only" in client.get(path).text
    site.capabilities.set("statistics", State.UP, "It works.")
    assert "Highest rating" in client.get(path).text


def test_what_was_switched_off_is_not_said_to_come_back(
    client: Browser, site: Site, played: list[Actor]
) -> None:
    site.capabilities.set("statistics", State.OFF, "CLUTCH_STATISTICS is off.")
    page = client.get(f"/players/{played[0].account_id}/statistics").text
    assert "Ratings, form, records and the analysis are switched off on this site." in page
    assert "24–0" in page
    for path in (f"/players/{played[0].account_id}/opponents", "/leaderboards"):
        assert "switched off on this site" in client.get(path).text


@pytest.mark.parametrize("how", ["off", "absent"])
def test_without_statistics_the_site_starts_and_says_so(
    how: str,
    sqlite_settings: Settings,
    clock: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = sqlite_settings
    if how == "off":
        settings = settings.model_copy(update={"statistics": "off"})
    else:
        absent = optional.Absent("openskill", "statistics")
        monkeypatch.setattr(projection, "load_rater", lambda: absent)
    opened = open_site(settings, clock)
    try:
        assert opened.capabilities.get("statistics").state.value == how
        assert "statistics" not in opened.projector.names
    finally:
        opened.close()

"""What drawing a page asks the database."""

from __future__ import annotations

from collections.abc import Callable

from starlette.testclient import TestClient

from clutch.web.app import create_app
from tests.fixtures.statements import statements
from tests.play.conftest import Running


def test_a_brackets_page_asks_once_where_its_stream_stands(run: Callable[..., Running]) -> None:
    running = run(8)
    path = f"/tournaments/{running.cup.id}/bracket"
    with TestClient(create_app(running.people.site)) as client:
        assert client.get(path).status_code == 200
        running.decide("U1.1", (2, 0))
        with statements() as asked:
            assert client.get(path).status_code == 200
    drawing = [one for one in asked if "tournament" in one or "epoch.value, stream.name" in one]
    points = [one for one in drawing if "epoch.value, stream.name" in one]
    assert len(points) == 1
    assert 3 < len(drawing) <= 7

"""A WebSocket that is refused: the client reads why, and the log is not filled with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.serve.running import serving


def test_a_refused_handshake_is_no_error_of_the_site(tmp_path: Path) -> None:
    run_folder = tmp_path / "run"
    run_folder.mkdir()
    with serving(["-m", "tests.serve.small_site", str(run_folder), "1"], tmp_path) as site:
        address = site.address.replace("http", "ws", 1)
        with pytest.raises(InvalidStatus) as refusal:
            connect(address + "/refused").close()
        with connect(address + "/live") as line:
            line.recv()
        site.end()
        assert refusal.value.response.status_code == 403
        assert refusal.value.response.body == b"not you"
        assert '"level": "error"' not in site.said()

"""A holder that starts where another was killed waits for what that one's release still holds."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from clutch_ops.layout import Binding, Layout
from clutch_ops.listening import CannotListen, take


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """A site whose next binding was made, and not committed."""
    made = Layout(tmp_path)
    made.make()
    made.commit_to(binding(made, "gen-1"))
    binding(made, "gen-2")
    return made


def binding(layout: Layout, generation: str) -> Binding:
    release = layout.releases / "abc"
    release.mkdir(exist_ok=True)
    layout.make_generation(layout.generations / generation)
    return layout.bind(release, layout.generations / generation, None)


@pytest.fixture
def taken(layout: Layout) -> Iterator[socket.socket]:
    """The site's address, at which somebody else listens."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
        layout.settings_file.write_text(f"CLUTCH_PORT={port}\n", encoding="utf-8")
        yield listener


def test_it_waits_for_processes_on_the_data_that_was_about_to_be_bound(
    layout: Layout, taken: socket.socket
) -> None:
    told = layout.generations / "gen-2" / "run" / f"process-{os.getpid()}.json"
    told.write_text(json.dumps({"pid": os.getpid()}), encoding="utf-8")
    threading.Timer(0.5, taken.close).start()
    with closing(take(layout)) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"


def test_for_another_program_it_does_not_wait(layout: Layout, taken: socket.socket) -> None:
    with pytest.raises(CannotListen, match="is taken by another program"):
        take(layout)
    assert taken.fileno() >= 0

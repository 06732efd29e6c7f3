"""What is counted of a site's processes."""

from __future__ import annotations

import os
import socket

from tests.faults.scene import open_files, sockets_at


def test_visitors_lines_are_told_apart_from_what_a_process_has_opened_itself() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = int(server.getsockname()[1])
        mine = set(open_files(os.getpid()))
        with socket.create_connection(("127.0.0.1", port)), server.accept()[0]:
            new = set(open_files(os.getpid())) - mine
            assert len(new) == 2
            # The visitor's end has another port.
            assert len(new & sockets_at(port)) == 1

"""A reader that stops reading costs the others nothing, and finds its way back."""

from __future__ import annotations

import json
import socket
import threading
from urllib.parse import urlsplit

from clutch.accounts.admin import ban
from clutch.accounts.models import SITE
from clutch.cli.serving.state import state_path
from clutch.kernel.settings import Settings
from tests.live.conftest import People
from tests.live.reader import reading
from tests.serve.running import Running, children_of, wait_until

STATE_EVERY_S = 1
EVENTS, SIZE = 700, 10_000


def narrow_line(site: Running) -> socket.socket:
    """A connection whose buffers hold next to nothing on this side."""
    address = urlsplit(site.address)
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    made.connect((address.hostname, address.port))
    return made


def test_a_slow_reader_is_sent_to_a_snapshot_while_the_others_go_on(
    shared: Running, stream: str
) -> None:
    with (
        reading(shared.address, sock=narrow_line(shared), max_queue=1) as slow,
        reading(shared.address) as quick,
    ):
        slow.follow(stream)
        quick.follow(stream)
        path = f"/try/score?stream={stream}&n={EVENTS}&size={SIZE}"
        writer = threading.Thread(target=shared.get, args=(path, 60))
        writer.start()
        quick.read_until(stream, EVENTS, seconds=60)
        writer.join()
        assert quick.ledger.seqs[stream] == list(range(1, EVENTS + 1))
        assert not quick.ledger.snapshots
        # Now it reads again: what it missed is one snapshot, then it goes on like everybody.
        slow.read_until(stream, EVENTS)
        assert {told["reason"] for told in slow.ledger.snapshots} == {"slow"}
        shared.get(f"/try/score?stream={stream}")
        slow.read_until(stream, EVENTS + 1)


def test_a_ban_ends_the_connection_even_of_one_who_does_not_read(
    shared: Running, shared_settings: Settings, people: People, stream: str
) -> None:
    def open_lines() -> int:
        # Other tests have processes of their own on this site.
        pids = children_of(shared.process.pid)
        files = [state_path(shared_settings.run_folder, pid) for pid in pids]
        return sum(json.loads(one.read_text())["live"] for one in files if one.exists())

    # Connections of earlier tests may still be ending.
    wait_until(lambda: open_lines() == 0)
    person = people.arrive()
    options = person.connecting(shared) | {"sock": narrow_line(shared), "max_queue": 1}
    with reading(shared.address, **options) as slow:
        slow.follow(stream)
        shared.get(f"/try/score?stream={stream}&n={EVENTS}&size={SIZE}", 60)
        wait_until(lambda: open_lines() == 1)
        people.site.writer.write(lambda tx: ban(tx, SITE, person.account_id, "a test"))
        wait_until(lambda: open_lines() == 0, seconds=5 + STATE_EVERY_S)
        slow.socket.socket.close()

"""The process beside the serving ones: it works out statistics, achievements and notices.

Nobody waits for it. Its sums would take the interpreter from the requests, were they done where
those are answered.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from typing import NoReturn

from clutch.bootstrap import Site
from clutch.cli.serving.child import follow_parent
from clutch.cli.serving.state import FOLLOWING, StateFile
from clutch.kernel.metrics import resident_bytes

# Who writes is not to wait long for the interpreter: other processes wait for who writes.
SWITCH_EVERY_S = 0.0005


def follow_forever(site: Site, lifeline: int) -> NoReturn:
    """Run the site's projections until SIGTERM or until the parent is gone, then end this process.

    What a step was about to save is taken up again by the next one: nothing is waited for.
    """
    sys.setswitchinterval(SWITCH_EVERY_S)
    ended, started = threading.Event(), time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    follow_parent(lifeline)
    state = StateFile(site.settings.run_folder, lambda: _state(site, started), FOLLOWING)
    state.start()
    site.start_following()
    ended.wait()
    site.close()
    state.remove()
    os._exit(0)


def _state(site: Site, started: float) -> dict[str, object]:
    return {
        "pid": os.getpid(),
        "parent": os.getppid(),
        "started_at": site.started,
        "version": site.release,
        "uptime_seconds": round(time.monotonic() - started),
        "rss_bytes": resident_bytes(),
    }

"""`clutch restart`: the same release and the same data, by new processes; nobody waits."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from pathlib import Path

from clutch_ops import arguments as typed
from clutch_ops import committed, environments, identity, inspection, preflight, settings
from clutch_ops.control import Control, NotRunning
from clutch_ops.journal import only_one
from clutch_ops.layout import Binding, Layout, name_of
from clutch_ops.refusals import Refused
from clutch_ops.report import RELEASES, Steps, begin, conclude
from clutch_ops.switch import Plan, change_over


def restart(root: Path, arguments: Sequence[str]) -> int:
    """Start the release anew, with the settings as they are now; the old one serves until then."""
    typed.Words("restart", restart.__doc__).parse_args(arguments)
    layout = Layout(root)
    preflight.check_owner(layout)
    with only_one(layout, "restart"):
        return _restart(layout)


def _restart(layout: Layout) -> int:
    current = committed.check(layout)
    what = f"Restart of {name_of(current.release)}"
    facts = dict.fromkeys(RELEASES, name_of(current.release))
    steps = begin(layout, "restart", what, 7, facts)
    return conclude(layout, steps, lambda: _anew(layout, current, steps))


def _anew(layout: Layout, current: Binding, steps: Steps) -> str:
    identity.check(layout, current)
    with steps.step("environment", "Install its packages from the lock"):
        environments.renew(layout, current.release)
    with steps.step("inspect", "Look at the settings"):
        preflight.check_settings_file(layout)
        _see_address(layout)
        inspection.check_settings(layout, current)
    return change_over(layout, Plan(current), steps)


def _see_address(layout: Layout) -> None:
    """The holder keeps the socket that it has: another address needs another holder."""
    host, port = settings.address(layout)
    try:
        with Control(layout) as control:
            told = control.ask("status")["address"]
    except NotRunning:
        return
    for name, wanted, held in (("CLUTCH_PORT", port, told[1]), ("CLUTCH_HOST", host, told[0])):
        if not _is_held(wanted, held):
            raise Refused(
                f"{name} is {wanted} now, and the site's socket is at {held}.",
                "Stop the service and start it again; visitors will notice that.",
            )


def _is_held(wanted: str | int, held: str | int) -> bool:
    """Whether the socket is where it is wanted. A name is held by any of its numbers."""
    if wanted in {0, held}:
        return True
    if isinstance(wanted, int):
        return False
    try:
        found = socket.getaddrinfo(wanted, None, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return held in {one[4][0] for one in found}

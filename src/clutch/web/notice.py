"""What visitors are told while something optional is down: one sentence, on every page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from starlette.requests import HTTPConnection

from clutch.kernel.capabilities import Capabilities, Capability, State
from clutch.kernel.refusals import N_

QUIET: Final = ""
SEVERAL: Final = "several"
_MARK: Final = "clutch.notice"

# What is off or was left out of the installation is how the operator wants it: no news to anybody.
SENTENCES: Final = {
    "live": N_("Open pages do not update at the moment; results are safe, reload to see them."),
    "redis": N_("Live updates are slower than usual; results are safe."),
    "statistics": N_("Statistics are behind at the moment; results are safe."),
    "achievements": N_("Achievements come later than usual; none is lost."),
    "mail": N_("Mail from this site is late at the moment; none is lost."),
    SEVERAL: N_("Some of this site is slower or missing at the moment; results are safe."),
}


class Notice:
    """Follows the registry, so that asking costs nothing."""

    def __init__(self, capabilities: Capabilities) -> None:
        self._capabilities = capabilities
        self.code = code_of(capabilities.all())
        capabilities.on_change(lambda _: self._look())

    def _look(self) -> None:
        self.code = code_of(self._capabilities.all())


def code_of(capabilities: Iterable[Capability]) -> str:
    """Which sentence is due: `QUIET`, a capability's name, or `SEVERAL`."""
    names = [one.name for one in capabilities if _is_missed(one) and one.name in SENTENCES]
    if "live" in names:
        # Slower does not matter where nothing comes.
        names = [name for name in names if name != "redis"]
    return names[0] if len(names) == 1 else SEVERAL if names else QUIET


def notice_of(connection: HTTPConnection) -> str:
    """The code for an answer; a kept page is drawn with the one that it is kept under."""
    code: str = connection.scope.get(_MARK, connection.app.state.notice.code)
    return code


def settle(connection: HTTPConnection) -> str:
    """Decide on the code for this request, once for all its parts."""
    code: str = connection.app.state.notice.code
    connection.scope[_MARK] = code
    return code


def _is_missed(one: Capability) -> bool:
    # Before its first answer nobody has missed it yet.
    return one.state is State.DOWN or (one.state is State.PROBING and one.changes > 0)

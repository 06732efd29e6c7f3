"""The line from a holder: `clutch_ops.holder` keeps the public's socket while releases change.

A release that is started by a holder serves in three steps, so that it can be looked at before
the public meets it: it imports itself; told `p`, it prepares the database and serves on the
sockets that are not *held*; told `o`, it takes connections from the held ones too.
docs/decisions/0014-updates.md says what for.
"""

from __future__ import annotations

import os
import select
import socket
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass, field

HELD = "held"
LINE = "HOLDER_LINE"
PREPARE = b"p"
OPEN = b"o"


def held_indexes(environment: MutableMapping[str, str] | None = None) -> set[int]:
    """Which of the passed sockets are held; asked before `take_listeners` forgets their names."""
    environment = os.environ if environment is None else environment
    names = environment.get("LISTEN_FDNAMES", "").split(":")
    return {index for index, name in enumerate(names) if name == HELD}


@dataclass
class Holding:
    """What a holder holds back; without one (`line` is None) nothing is."""

    line: int | None = None
    sockets: Sequence[socket.socket] = ()
    is_gone: bool = False
    _told: bytes = field(default=b"")

    @classmethod
    def taken(
        cls,
        listeners: Sequence[socket.socket],
        held: set[int],
        environment: MutableMapping[str, str],
    ) -> Holding:
        """The line that the environment names, taken out of it so that no child mistakes it."""
        number = environment.pop(LINE, "")
        if not number.isdecimal():
            return cls()
        os.set_inheritable(int(number), False)
        return cls(int(number), [one for index, one in enumerate(listeners) if index in held])

    def lines(self) -> list[int]:
        """What to wait on for the holder's next word."""
        return [] if self.line is None or self.is_gone else [self.line]

    def listen(self) -> None:
        """Take in what the holder says; call it when the line is readable."""
        for line in self.lines():
            said = os.read(line, 16)
            self._told += said
            self.is_gone = not said

    def wait_to_prepare(self, wake: int, ending: list[int]) -> None:
        """Until the holder says that the data is there, is gone, or a signal ends the wait."""
        while not (self.may_prepare or self.is_gone or ending):
            readable, _, _ = select.select([wake, *self.lines()], [], [])
            if self.line in readable:
                self.listen()

    @property
    def may_prepare(self) -> bool:
        return self.line is None or PREPARE in self._told

    @property
    def may_open(self) -> bool:
        return self.line is None or OPEN in self._told

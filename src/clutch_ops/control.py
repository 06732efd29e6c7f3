"""The line to a site's holder: one JSON object a line each way, at `run/holder.sock`."""

from __future__ import annotations

import json
import socket
from types import TracebackType
from typing import Any, Self

from clutch_ops import services
from clutch_ops.layout import Layout
from clutch_ops.refusals import Refused

REPLY_S = 30.0


class HolderGone(Exception):
    """The holder no longer answers."""


class NotRunning(Refused):
    """Nobody holds the site's socket."""


class Control:
    """A connection to the holder.

    Whoever has said `begin` conducts: when the connection ends before `end`, the holder itself
    brings back what `current` says.
    """

    def __init__(self, layout: Layout) -> None:
        self._line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._line.settimeout(REPLY_S)
        try:
            self._line.connect(str(layout.run / "holder.sock"))
        except OSError:
            self._line.close()
            raise NotRunning(
                "The site does not run: nobody holds its socket.",
                f"Start it ({services.start(layout)}), then type this again.",
            ) from None
        self._file = self._line.makefile("r", encoding="utf-8")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._file.close()
        self._line.close()

    def ask(self, do: str, **facts: Any) -> dict[str, Any]:
        """Tell the holder to do something; its answer, once that is done.

        Raises:
            HolderGone: it went away.
        """
        # The holder itself gives up after `seconds`; this is for one that hangs.
        self._line.settimeout(float(facts.get("seconds", 0)) + REPLY_S)
        try:
            self._line.sendall((json.dumps({"do": do, **facts}) + "\n").encode())
            answer = self._file.readline()
        except OSError as error:
            raise HolderGone(str(error)) from None
        if not answer:
            raise HolderGone("it has ended")
        return dict(json.loads(answer))

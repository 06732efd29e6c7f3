"""A wire to a server with faults on it: refused, reset, silent, slow."""

import selectors
import socket
import struct
import threading
import time
from collections import deque
from enum import StrEnum

RESET = struct.pack("ii", 1, 0)


class Fault(StrEnum):
    NONE = "none"
    REFUSED = "refused"
    """Nobody listens; what is open is cut."""
    RESET = "reset"
    """Whoever connects or speaks is cut off."""
    BLACK_HOLE = "black-hole"
    """Connections open, and nothing ever comes."""
    SLOW = "slow"
    """Each answer takes two seconds."""


class Wire:
    """Passes bytes on between clients and a port, as `fault` says; may be changed at any time."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._lock = threading.Lock()
        self._fault = Fault.NONE
        self._listener: socket.socket | None = None
        self._lines: list[socket.socket] = []
        self.port = 0
        self._open()

    def lay(self, fault: Fault) -> None:
        """From now on the wire is like this."""
        with self._lock:
            self._fault = fault
        if fault is Fault.REFUSED:
            self._close()
        elif self._listener is None:
            self._open()
        if fault in {Fault.REFUSED, Fault.RESET}:
            self.cut()

    def cut(self) -> None:
        """Reset all that is open."""
        with self._lock:
            lines, self._lines = self._lines, []
        for line in lines:
            reset(line)

    def close(self) -> None:
        self._close()
        self.cut()

    def _open(self) -> None:
        listener = socket.create_server(("127.0.0.1", self.port), backlog=50)
        self.port = listener.getsockname()[1]
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def _close(self) -> None:
        if self._listener is not None:
            # Closing alone would leave `accept` asleep on it.
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            if self._fault is Fault.RESET:
                reset(client)
                continue
            threading.Thread(target=self._pass_on, args=(client,), daemon=True).start()

    def _pass_on(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self._to), timeout=5)
        except OSError:
            reset(client)
            return
        with self._lock:
            self._lines += [client, server]
        try:
            self._pump(client, server)
        except OSError:
            pass
        finally:
            for line in (client, server):
                line.close()

    def _pump(self, client: socket.socket, server: socket.socket) -> None:
        late: deque[tuple[float, bytes]] = deque()
        with selectors.DefaultSelector() as watch:
            watch.register(client, selectors.EVENT_READ, server)
            watch.register(server, selectors.EVENT_READ, client)
            while client.fileno() >= 0:
                for key, _ in watch.select(0.01 if late else 0.2):
                    told = key.fileobj.recv(65536)  # type: ignore[union-attr]
                    if not told:
                        return
                    if self._fault is Fault.RESET:
                        reset(client)
                        return
                    if self._fault is Fault.BLACK_HOLE:
                        continue
                    if self._fault is Fault.SLOW and key.fileobj is server:
                        late.append((time.monotonic() + 2, told))
                    else:
                        key.data.sendall(told)
                while late and late[0][0] <= time.monotonic():
                    client.sendall(late.popleft()[1])


def reset(line: socket.socket) -> None:
    try:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        line.shutdown(socket.SHUT_RD)
    except OSError:
        pass
    line.close()

"""Ports for programs that bind them later."""

from __future__ import annotations

import socket
from random import Random

# Below those that Linux gives to outgoing connections (ip_local_port_range: from 32768).
PORTS = range(20_000, 32_000)
_anywhere = Random()


def free_port() -> int:
    """A port on which nobody listens, and that no test on this machine is given while we live."""
    while True:
        port = _anywhere.choice(PORTS)
        if _claim(port) and _can_be_bound(port):
            return port


def _claim(port: int) -> bool:
    """Hold its name among the abstract sockets, which the system frees when this process ends."""
    claim = socket.socket(socket.AF_UNIX)
    try:
        claim.bind(f"\0clutch-test-port-{port}")
    except OSError:
        claim.close()
        return False
    claim.detach()
    return True


def _can_be_bound(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True

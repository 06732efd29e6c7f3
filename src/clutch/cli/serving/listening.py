"""Where the site listens: a socket of its own, or those that a service manager passes on."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import MutableMapping

FIRST_PASSED = 3
BACKLOG = 2048


class CannotStart(Exception):
    """The site can't be started; the text is one sentence that says why and what to do."""


def take_listeners(
    host: str, port: int, environment: MutableMapping[str, str] | None = None
) -> list[socket.socket]:
    """The sockets to accept on, already listening.

    Sockets passed by `LISTEN_FDS` come before `host` and `port`. The three variables of that
    protocol are taken out of the environment, so that no child mistakes them for its own.

    Raises:
        CannotStart: the address is taken or can't be used, or what was passed does not listen.
    """
    environment = os.environ if environment is None else environment
    passed = _passed_count(environment)
    if passed:
        return [_adopt(number) for number in range(FIRST_PASSED, FIRST_PASSED + passed)]
    return [_listen(host, port)]


def address_of(listener: socket.socket) -> str:
    """The address a browser would be given, or the path of a Unix socket."""
    name = listener.getsockname()
    if listener.family == socket.AF_INET6:
        return f"http://[{name[0]}]:{name[1]}"
    if listener.family == socket.AF_INET:
        return f"http://{name[0]}:{name[1]}"
    return f"unix:{name}"


def _passed_count(environment: MutableMapping[str, str]) -> int:
    owner = environment.pop("LISTEN_PID", "")
    count = environment.pop("LISTEN_FDS", "")
    environment.pop("LISTEN_FDNAMES", None)
    if owner != str(os.getpid()) or not count.isdecimal():
        return 0
    return int(count)


def _adopt(number: int) -> socket.socket:
    try:
        listener = socket.socket(fileno=number)
        if listener.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            os.set_inheritable(number, False)
            return listener
    except OSError:
        pass  # not even a socket
    raise CannotStart(
        f"LISTEN_FDS passes file descriptor {number}, which is no listening socket: "
        "look at the socket unit, or start without LISTEN_FDS."
    )


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise CannotStart(_why_not(host, port, error)) from None
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise CannotStart(_why_not(host, port, error)) from None
    return listener


def _why_not(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} on {host} is taken by another program: "
            "stop that one, or set CLUTCH_PORT to a free port."
        )
    if error.errno == errno.EACCES:
        return f"Port {port} needs more rights than this user has: set CLUTCH_PORT to 1024 or more."
    return (
        f"Can't listen on {host}, port {port} ({error.strerror}): "
        "check CLUTCH_HOST and CLUTCH_PORT."
    )

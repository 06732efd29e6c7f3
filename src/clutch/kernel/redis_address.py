"""Addresses of a Redis as settings give them, checked before anything starts.

What is wrong is said without repeating the address: nobody knows which part of a malformed one is
the password.
"""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qsl, quote, urlsplit, urlunsplit

SCHEMES = ("redis://", "rediss://", "unix://")
# Deadlines are accepted, for addresses are copied with them; ours stand nevertheless.
OPTIONS = frozenset(
    {
        *("db", "socket_keepalive"),
        *("socket_timeout", "socket_connect_timeout", "health_check_interval"),
    }
)
TLS_OPTIONS = frozenset(
    {
        *("ssl_ca_certs", "ssl_ca_path", "ssl_certfile", "ssl_keyfile"),
        *("ssl_cert_reqs", "ssl_check_hostname"),
    }
)
_HOST = re.compile(r"[\w-]{1,63}(\.[\w-]{1,63})*\.?")
_NAME = re.compile("[a-z_]+")


def host_of_redis(host: str) -> str:
    """A host name or an IP address, as `REDIS_HOST` takes it.

    Raises:
        ValueError: it is something else; with where that belongs.
    """
    if not _is_host(host):
        raise ValueError(
            "not a host name or an IP address (IPv6 without brackets); a port goes into REDIS_PORT,"
            " and a socket, TLS or a whole address into REDIS_URL"
        )
    return host


def url_of_redis(url: str) -> str:
    """An address with nothing in it that can't work.

    Raises:
        ValueError: what is wrong with it.
    """
    if not url.startswith(SCHEMES):
        raise ValueError("must begin with redis://, rediss:// or unix://")
    parts = _parts(url)
    if parts is None or parts.fragment or "@" in parts.query or not _is_place(parts):
        raise ValueError(
            "not an address of a Redis; write it like redis://user:password@host:6379/0 or "
            "unix:///path, and / ? # in a password as %2F %3F %23"
        )
    _check_options(parts)
    return url


def with_password(url: str, password: str | None) -> str:
    """The address with this password, unless it has one."""
    parts = urlsplit(url)
    if not password or parts.password is not None:
        return url
    user, _, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user}:{quote(password, safe='')}@{host}"))


def _parts(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        is_port = parts.port != 0  # it is read only when it is asked for
    except ValueError:
        return None
    return parts if is_port else None


def _is_place(parts: SplitResult) -> bool:
    if parts.scheme == "unix":
        # With a host it would be a path with two slashes too few, or half of a password.
        return len(parts.path) > 1 and (not parts.netloc or parts.netloc.endswith("@"))
    is_here = parts.hostname is None or _is_host(parts.hostname)
    return is_here and _is_number(parts.path[1:])


def _is_host(text: str) -> bool:
    if _HOST.fullmatch(text):
        return True
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_number(text: str) -> bool:
    return not text or (text.isascii() and text.isdecimal())


def _check_options(parts: SplitResult) -> None:
    known = OPTIONS | TLS_OPTIONS if parts.scheme == "rediss" else OPTIONS
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    for name, value in given.items():
        if name not in known:
            raise ValueError(_unknown(name, known))
        if not value:
            raise ValueError(f"the option {name} after the ? has no value")
    if "ssl_keyfile" in given and "ssl_certfile" not in given:
        raise ValueError("the option ssl_keyfile after the ? is of no use without ssl_certfile")


def _unknown(name: str, known: frozenset[str]) -> str:
    if name in TLS_OPTIONS:
        return f"the option {name} after the ? is for rediss://"
    called = f" {name}" if _NAME.fullmatch(name) else ""
    return f"the option{called} after the ? is not one of {', '.join(sorted(known))}"

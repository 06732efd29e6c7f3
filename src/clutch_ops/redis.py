"""`clutch redis enable` and `disable`: a server looked at before the site is told of it."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from clutch_ops import arguments as typed
from clutch_ops import dotenv, durable, environment, processes, resp, terminal
from clutch_ops.place import Place, here
from clutch_ops.refusals import DONE, REFUSED, Refused
from clutch_ops.resp import Line, RedisSays, Target

USUAL = "redis://127.0.0.1:6379/0"
# No node of a cluster has all of so many keys.
KEYS_TRIED = 16
NAMES = ("REDIS_URL", "REDIS_HOST", "REDIS_PORT", "REDIS_PASSWORD")
WAYS = {
    "WRONGPASS": "The password is wrong.",
    "NOAUTH": "It wants a password.",
    "NOPERM": "This user may not do what the site needs (GET, SET, PUBLISH, SUBSCRIBE, INFO).",
    **dict.fromkeys(
        ("MOVED", "ASK", "CLUSTERDOWN"),
        "It is a node of a cluster, which has only some of the keys: a single Redis is needed.",
    ),
    "READONLY": "It is a replica that takes no writes: name the one that it copies.",
    "OOM": "Its memory is full: set maxmemory-policy allkeys-lru there, or give it more.",
    "ERR": "It refuses the command.",
}


def redis(root: Path, arguments: Sequence[str]) -> int:
    """Let the site use a Redis or Valkey, or no longer; it works with and without."""
    words = typed.Words("redis", redis.__doc__)
    words.add_argument("what", choices=("enable", "disable"), metavar="enable|disable")
    words.add_argument("url", nargs="?", help=f"where it is ({USUAL})")
    wanted = words.parse_args(arguments)
    place = here(root)
    if wanted.what == "enable":
        return _enable(place, wanted.url or set_address(place.settings) or USUAL)
    if wanted.url:
        raise Refused("clutch redis disable takes no address.", f"{place.typed} redis disable")
    return _disable(place)


def set_address(settings: dict[str, str]) -> str | None:
    """Where the settings say that a Redis is, as the site reads them."""
    url, host, port, password = (settings.get(name) or "" for name in NAMES)
    if not (url or host or port or password):
        return None
    place = f"[{host}]" if ":" in host else host or "localhost"
    parts = urlsplit(url or f"redis://{place}:{port or resp.PORT}")
    if not password or parts.password is not None:
        return url or parts.geturl()
    user, _, there = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user}:{quote(password, safe='')}@{there}"))


def _enable(place: Place, url: str) -> int:
    target = Target.of(url)
    told = look(target)
    if environment.lacks(place, "redis"):
        raise Refused(
            "The site's environment lacks the package redis, so it could not use it.",
            environment.remedy(place),
        )
    for label, text in told.items():
        print(terminal.row(label, text))
    print(terminal.row("gain", gain(place)))
    return _change(place, {"REDIS_URL": url, **dict.fromkeys(NAMES[1:])})


def look(target: Target) -> dict[str, str]:
    """See that a server does what the site needs of it: log in, write, read, publish.

    Raises:
        Refused: it does not; with why and what to do.
    """
    key = f"clutch:looked:{secrets.token_hex(6)}"
    try:
        with Line(target) as line:
            line.ask("PING")
            line.ask("SET", key, "1", "EX", "10")
            if line.ask("GET", key) != "1":
                raise RedisSays("ERR what was written is not there")
            for number in range(KEYS_TRIED):
                line.ask("GET", f"{key}:{number}")
            line.ask("DEL", key)
            line.ask("PUBLISH", key, "1")
            return _described(target, line.ask("INFO"))
    except RedisSays as said:
        way = WAYS.get(str(said).split(" ")[0], WAYS["ERR"])
        raise Refused(f"The Redis at {target.name} says: {said}.", way) from None
    except OSError as error:
        raise Refused(
            f"No Redis answers at {target.name}: {error.strerror or error}.",
            "Start it (apt-get install redis-server), or name another: "
            f"{typed.clutch()} redis enable URL",
        ) from None


def _described(target: Target, said: str) -> dict[str, str]:
    facts = dict(line.split(":", 1) for line in said.splitlines() if ":" in line)
    name = "Valkey" if "valkey_version" in facts else "Redis"
    version = facts.get("valkey_version") or facts.get("redis_version", "?")
    told = {"server": f"{name} {version} at {target.name}: it takes writes and passes messages on"}
    limit, policy = facts.get("maxmemory", "0"), facts.get("maxmemory_policy", "")
    if limit == "0":
        told["advice"] = "set maxmemory there (100mb will do) and maxmemory-policy allkeys-lru"
    elif policy == "noeviction":
        told["advice"] = "set maxmemory-policy allkeys-lru there, or writes end when it is full"
    return told


def gain(place: Place) -> str:
    """What the site would have of it."""
    workers = len(processes.serving(place)) or int(place.settings.get("CLUTCH_WORKERS") or 1)
    if workers == 1:
        return (
            "little with one process: pages stay drawn over a restart. It pays with several "
            "(CLUTCH_WORKERS) or several machines."
        )
    return (
        f"a page that one of the {workers} processes has drawn serves all of them, and news reach "
        "the others at once instead of within 0.2 s."
    )


def _disable(place: Place) -> int:
    if set_address(place.settings) is None:
        print("The site uses no Redis.")
        return DONE
    return _change(place, dict.fromkeys(NAMES))


def _change(place: Place, changes: dict[str, str | None]) -> int:
    """Write the settings and let them count; a site that does not take them keeps the old ones."""
    file = place.settings_file.resolve()
    before = file.read_text(encoding="utf-8") if file.exists() else None
    _write(place, changes)
    status = REFUSED
    try:
        status = _restart(place)
    finally:
        if status:
            _put_back(file, before)
    return status


def _put_back(file: Path, before: str | None) -> None:
    if before is None:
        file.unlink()
    else:
        durable.write_text(file, before, file.stat().st_mode & 0o700)
    print(terminal.row("put back", str(file)))


def _write(place: Place, changes: dict[str, str | None]) -> None:
    outside = [name for name in NAMES if name in os.environ]
    if outside:
        raise Refused(
            f"{outside[0]} stands in the environment, which wins over {place.settings_file}.",
            "Change it where it is set: in the service, or in this shell.",
        )
    dotenv.write(place.settings_file, changes)
    print(terminal.row("written", str(place.settings_file)))


def _restart(place: Place) -> int:
    if not processes.serving(place):
        print("\nIt counts from the next start on.")
        return DONE
    if place.binding is None:
        print("\nIt counts after a restart: stop clutch serve (Ctrl-C) and start it again.")
        return DONE
    from clutch_ops.restart import restart

    return restart(place.root, [])

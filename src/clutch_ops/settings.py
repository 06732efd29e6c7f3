"""The few settings that the operator's tool itself needs; the release checks all of them.

The environment wins over `.env`, as it does for the site.
"""

from __future__ import annotations

import hashlib
import os
import re
from contextlib import suppress
from pathlib import Path

from clutch_ops import durable
from clutch_ops.layout import Layout
from clutch_ops.refusals import Refused

_LINE = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$")


def read_dotenv(path: Path) -> dict[str, str]:
    """Names and values of a `.env` file: `NAME=value`, quotes and `#` comments as usual."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"The settings {path} can't be read: {error}.", f"Mend {path}.") from None
    matches = [_LINE.match(line) for line in lines if not line.lstrip().startswith("#")]
    return {found[1]: _unquoted(found[2]) for found in matches if found}


def _unquoted(value: str) -> str:
    quote = value[:1]
    if quote in {"'", '"'} and value.find(quote, 1) > 0:
        return value[1 : value.find(quote, 1)]
    return re.split(r"\s+#", value, maxsplit=1)[0]


def read(layout: Layout) -> dict[str, str]:
    """The settings as the site will see them."""
    return read_dotenv(layout.settings_file) | {
        name: value
        for name, value in os.environ.items()
        if name.startswith("CLUTCH_") or name == "DATABASE_URL"
    }


def address(layout: Layout) -> tuple[str, int]:
    """Where the site listens: host and port.

    Raises:
        Refused: the port is no number.
    """
    settings = read(layout)
    port = settings.get("CLUTCH_PORT") or "1337"
    if not port.isdecimal() or int(port) > 65535:
        raise Refused(
            f"CLUTCH_PORT={port} is no port.", f"Set it to a number in {layout.settings_file}."
        )
    return settings.get("CLUTCH_HOST") or "127.0.0.1", int(port)


def database_url(layout: Layout) -> str | None:
    """The PostgreSQL address, or None when the database is the generation's own file.

    Raises:
        Refused: it names a SQLite file, which can't change its generation with the site.
    """
    url = read(layout).get("DATABASE_URL") or None
    if url and url.startswith("sqlite"):
        raise Refused(
            "DATABASE_URL names a SQLite file, but here each generation of the data has its own.",
            f"Take the line out of {layout.settings_file}: the file is data/gen-<n>/clutch.db.",
        )
    return url


def note_started(layout: Layout) -> None:
    """Remember with which values of `.env` the site was started: digests, for some are secret."""
    with suppress(OSError):
        durable.write_json(layout.run / "started.json", _digests(layout))


def cut_setting(layout: Layout) -> str | None:
    """The name that the last line sets, when the line has no end and its value is a new one.

    Whoever writes the file may have been cut off in the middle of that value.
    """
    file = layout.settings_file
    text = file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""
    last = text.rpartition("\n")[2]
    found = None if last.lstrip().startswith("#") else _LINE.match(last)
    if found is None:
        return None
    started = durable.read_json(layout.run / "started.json") or {}
    is_same = started.get(found[1]) == _digests(layout)[found[1]]
    return None if is_same else found[1]


def _digests(layout: Layout) -> dict[str, str]:
    known = read_dotenv(layout.settings_file)
    return {name: hashlib.sha256(value.encode()).hexdigest() for name, value in known.items()}

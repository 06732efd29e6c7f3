"""Releases that must never be switched to, and what the report has to say of each."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.ops.sites import Site
from tests.ops.test_update import migration

Changes = dict[str, str | None]
RUSSIAN = "src/clutch/web/locale/ru/web.po"
LOGIN = "src/clutch/web/pages/login.py"
CLOCK = "src/clutch/kernel/clock.py"
SERVE = "src/clutch/cli/serve.py"
HEALTH = "src/clutch/web/pages/health.py"
SOCKET = "src/clutch/web/live/socket.py"
TALLY = "src/clutch/cli/serving/tally.py"
SETTINGS = "src/clutch/kernel/settings.py"
BEGIN = "    settings = settings_or_exit(workers=workers)"


@dataclass(frozen=True)
class Bad:
    """What is changed in the release, and what the report must name."""

    change: Callable[[Site], Changes]
    cause: str


def added(name: str, text: str) -> Callable[[Site], Changes]:
    return lambda site: {name: site.file(name) + text}


def replaced(name: str, old: str, new: str) -> Callable[[Site], Changes]:
    def change(site: Site) -> Changes:
        assert old in site.file(name), f"{name} has no {old!r} any more"
        return {name: site.file(name).replace(old, new)}

    return change


def wrong_hash(site: Site) -> Changes:
    """The lock's first package, with hashes that no file has."""
    first, end, rest = site.file("requirements.lock").partition("    # via")
    return {"requirements.lock": re.sub(r"sha256:\w{8}", "sha256:00000000", first) + end + rest}


def missing_wheel(site: Site) -> Changes:
    line = "no-such-package-of-clutch==1.0 \\\n    --hash=sha256:" + "0" * 64 + "\n"
    return {"requirements.lock": site.file("requirements.lock") + line}


def leaking(site: Site) -> Changes:
    text = site.file(TALLY).replace(
        "        self.requests += 1\n",
        "        self.requests += 1\n        LEAK.append(b'x' * 500_000)\n",
    )
    return {TALLY: text + "\n\nLEAK: list[bytes] = []\n"}


def with_migration(work: str, phase: str = "data") -> Callable[[Site], Changes]:
    return lambda site: migration(site, phase, work)


def without_newest_schema(site: Site) -> Changes:
    """As an old branch is that knows less than the data."""
    folder = "src/clutch/migrations/versions"
    newest = max(path.name for path in (site.repository / folder).glob("[0-9]*.py"))
    return {f"{folder}/{newest}": None}


BAD = {
    "undeclared import": Bad(added(CLOCK, "\nimport left_pad\n"), "it needs the package left_pad"),
    "undeclared import inside a function": Bad(
        added(CLOCK, "\n\ndef lazily() -> None:\n    import not_declared_anywhere\n"),
        "it needs the package not_declared_anywhere",
    ),
    "undeclared import by its name": Bad(
        added(CLOCK, '\n\ndef lazily() -> None:\n    __import__("not_declared_by_name")\n'),
        "it needs the package not_declared_by_name",
    ),
    "Russian texts that nobody can read": Bad(
        added(RUSSIAN, "\n" + "<" * 7 + " HEAD\n"), "The texts in ru/web.po can't be read"
    ),
    "syntax error": Bad(added(CLOCK, "\ndef broken(:\n"), "kernel/clock.py"),
    "name that is gone": Bad(
        added(CLOCK, "\n\ndef f() -> None:\n    from clutch.kernel.ids import nothing\n"),
        "clutch.kernel.ids has no nothing",
    ),
    "fails when imported": Bad(added(CLOCK, '\nraise RuntimeError("no clock")\n'), "no clock"),
    "operator's tool broken": Bad(added("src/clutch_ops/launch.py", "\n1 +\n"), "clutch_ops"),
    "template error": Bad(
        added("src/clutch/web/templates/pieces/ui.html", "\n{% if %}\n"), "template"
    ),
    "wrong hash": Bad(wrong_hash, "wrong hash"),
    "missing wheel": Bad(missing_wheel, "no-such-package-of-clutch==1.0"),
    "newer Python needed": Bad(
        replaced("pyproject.toml", 'requires-python = ">=3.11"', 'requires-python = ">=3.99"'),
        "needs Python >=3.99",
    ),
    "bad setting": Bad(replaced(SETTINGS, "    port: int", "    harbour: int"), "CLUTCH_PORT"),
    "downgrade to an older schema": Bad(without_newest_schema, "it is older than the data"),
    "exit 0 at once": Bad(
        replaced(SERVE, BEGIN, "    raise SystemExit(0)"), "it ended with status 0"
    ),
    "port taken": Bad(
        replaced(
            SERVE,
            "        listeners = take_listeners(settings.host, settings.port)",
            "        from socket import create_server\n\n"
            "        listeners = [create_server((settings.host, settings.port))]",
        ),
        "Address already in use",
    ),
    "read-only path": Bad(
        replaced(SERVE, BEGIN, f'{BEGIN}\n    Path("/sys/clutch").mkdir()'), "/sys/clutch"
    ),
    "hang at start": Bad(
        replaced(SERVE, BEGIN, "    import time\n\n    time.sleep(600)"),
        "it hangs while it imports itself",
    ),
    "migration raises": Bad(with_migration('raise RuntimeError("half way")'), "half way"),
    "migration deletes rows": Bad(
        with_migration('op.execute("DELETE FROM token")'), "rows of the table token are gone"
    ),
    "migration drops a table and calls it expand": Bad(
        with_migration('op.drop_table("delivery")', "expand"),
        "the table delivery with 0 rows is gone",
    ),
    "migration without a phase": Bad(
        with_migration("op.execute(\"UPDATE account SET language = 'en'\")", ""),
        "The migration 9001 does not say whether it expands",
    ),
    "expand drops a column": Bad(
        with_migration('op.execute("ALTER TABLE account DROP COLUMN ban_reason")', "expand"),
        "the column ban_reason of the table account is gone",
    ),
    "expand rewrites rows": Bad(
        with_migration('op.execute("UPDATE account SET version = version + 1")', "expand"),
        "rows of the table account were rewritten",
    ),
    "migration empties a column": Bad(
        with_migration("op.execute(\"UPDATE account SET name = ''\")"),
        "the column name of the table account was filled",
    ),
    "migration takes too long": Bad(
        with_migration("import time; time.sleep(20)"), "more than 15 s"
    ),
    "200 on health with 500 elsewhere": Bad(
        replaced("src/clutch/web/pages/home.py", "lists = home_lists(conn)", "lists = 1 / 0"),
        "/ answers 500",
    ),
    "optional package taken for granted": Bad(
        added("src/clutch/bootstrap.py", "\n__import__('redis')\n"), "The package redis is missing"
    ),
    "leak": Bad(leaking, "memory that is not given back"),
    "health tells another version": Bad(
        replaced(HEALTH, '"version": site.release', '"version": "9.9.9"'),
        "tells version 9.9.9",
    ),
    "health is a page": Bad(
        replaced(HEALTH, 'media_type: str = "application/json"', 'media_type: str = "text/html"'),
        "/readyz answers 200",
    ),
    "login 404": Bad(
        replaced("src/clutch/web/pages/login.py", '("/login"', '("/log-in"'),
        "/login answers 404",
    ),
    "style sheets gone": Bad(
        replaced("src/clutch/web/static_files.py", '.glob("*.css")', '.glob("*.scss")'),
        "clutch.css is empty",
    ),
    "nobody can log in": Bad(
        replaced(LOGIN, "    form = visit.form(LoginForm)\n", "    form = 1 / 0\n"),
        "nobody can log in: /login answers 500 (ZeroDivisionError",
    ),
    "a page of admins fails": Bad(
        replaced(
            "src/clutch/web/pages/services.py",
            "    return visit.render(",
            "    1 / 0; return visit.render(",
        ),
        "answers 500 (ZeroDivisionError",
    ),
    "fails in Russian alone": Bad(
        replaced(
            "src/clutch/web/templates/base.html",
            "<body",
            '{% if visit.language == "ru" %}{{ nothing.at.all }}{% endif %}<body',
        ),
        "/ answers 500 in the language ru",
    ),
    "SSE gone": Bad(
        replaced(
            "src/clutch/web/pages/live.py", '    _listened("/live/events", live_events),\n', ""
        ),
        "/live/events?follow=site answers 404",
    ),
    "WebSocket opens and says nothing": Bad(
        replaced(
            SOCKET,
            "        listener.answer(encode(Hello(site.hub.epoch)))\n",
            "        await asyncio.sleep(60)\n",
        ),
        "the WebSocket at /live opens and says nothing",
    ),
    "WebSocket broken": Bad(
        added(SOCKET, "\n\nasync def live_socket(*_: object) -> None:\n    raise RuntimeError\n"),
        "does not answer",
    ),
}
# Refused before anything is started: a short round has the time for one of these.
QUICK = tuple(BAD)[:6]

"""No secret gets into the log: not by its field, not in an address, not in a traceback."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from clutch.kernel.logs import Blanks, is_secret, redact
from clutch.kernel.settings import load_settings
from tests.serve.running import ROOT

CANARY = 'canary"pässword\\1'

SCRIPT = f"""
import logging, structlog, traceback
from structlog.contextvars import bind_contextvars
from clutch.kernel import logs
CANARY = {CANARY!r}
logs.configure("info", [CANARY, "x"])
log = structlog.get_logger("test")
bind_contextvars(request_id="abc-1")
log.info("fields", password=CANARY, api_token="field-canary", nested={{"cookie": "field-canary"}})
log.info("listed", headers=[{{"Authorization": "field-canary"}}], name="x marks it")
log.info(f"in the sentence {{CANARY}}")
logging.getLogger("library").warning("connecting to redis://me:url-canary@host:1/2")
logging.getLogger("library").warning("header Authorization: Bearer bearer-canary-123")
log.info("asked for /reset/reset-canary-123")
log.info("asked for https://c.example/join/join-canary-123?x=1")
log.info("sent to /login?next=%2Fjoin%2Fjoin-canary-123")
log.info("keys", api_key="field-canary", apikey="field-canary", key="field-canary", otp="canary")
log.info("many", private_key="canary", tokens=["canary"], passwords="canary", secrets=["canary"])
log.info("said token=said-canary&x=1, password='said canary' api_key=\\"said canary\\" otp=canary.")
log.info("sorted by key=lambda one: one, monkey=see")
try:
    raise KeyError("GET /x?secret=said-canary&page=2")
except KeyError:
    log.exception("failed")
try:
    raise ValueError(f"could not log in with {{CANARY}}")
except ValueError:
    log.exception("failed")
log.info("two\\nlines", value="a\\r\\nb")
"""


@pytest.fixture(scope="module")
def said() -> str:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={"PYTHONPATH": str(ROOT / "src"), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stderr


@pytest.fixture(scope="module")
def lines(said: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in said.splitlines()]


def test_no_canary_is_in_the_log(said: str) -> None:
    assert "canary" not in said
    assert "ssword\\\\1" not in said


def test_each_line_is_one_object_with_the_request_it_belongs_to(
    lines: list[dict[str, Any]],
) -> None:
    assert len(lines) == 15
    assert {line["request_id"] for line in lines} == {"abc-1"}
    assert all({"event", "level", "timestamp", "logger"} <= line.keys() for line in lines)


def test_what_is_no_secret_stays_readable(lines: list[dict[str, Any]]) -> None:
    assert lines[1]["name"] == "x marks it"
    assert lines[3]["event"] == "connecting to redis://***@host:1/2"
    assert lines[6]["event"] == "asked for https://c.example/join/***?x=1"
    assert lines[10]["event"].startswith("said token=***&x=1, password=***")
    assert lines[11]["event"] == "sorted by key=lambda one: one, monkey=see"
    assert "/x?secret=***&page=2" in lines[12]["exception"]
    assert "could not log in with ***" in lines[13]["exception"]


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("password", True),
        ("REDIS_PASSWORD", True),
        ("set-cookie", True),
        ("session_id", True),
        ("passed", False),
        ("api_key", True),
        ("ApiKey", True),
        ("otp", True),
        ("tokens", True),
        ("monkey", False),
        ("secretary", False),
        ("reason", False),
    ],
)
def test_fields_are_known_by_the_words_of_their_names(name: str, secret: bool) -> None:
    assert is_secret(name) is secret


def test_an_empty_secret_blanks_nothing() -> None:
    assert Blanks([""])(None, "", "all of it") == "all of it"
    assert redact(None, "", {"token": None, "count": 3}) == {"token": None, "count": 3}


def test_the_settings_name_all_their_secrets() -> None:
    environment = {
        "REDIS_URL": "redis://me:red%40is@cache",
        "REDIS_PASSWORD": "plain-one",
        "DATABASE_URL": "postgresql://me:post@db/x",
        "CLUTCH_MAIL_PASSWORD": "mail",
        "CLUTCH_METRICS_TOKEN": "0123456789abcdef",
    }
    secrets = load_settings(environment, dotenv=None).secrets
    assert secrets >= {"red@is", "plain-one", "post", "mail", "0123456789abcdef"}


def test_every_line_says_which_process_speaks(said: str) -> None:
    """A change of a capability is told by each of them."""
    pids = {json.loads(line).get("pid") for line in said.splitlines()}
    assert len(pids) == 1
    assert None not in pids

"""A wrong setting stops the start with one sentence."""

from pathlib import Path

import pytest

from clutch.kernel.settings import PLAIN, PREFIX, BadSettings, Settings, load_settings
from clutch_ops.redis import set_address

ROOT = Path(__file__).parents[2]


def settings(**environment: str) -> Settings:
    return load_settings(environment, dotenv=None)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("CLUTCH_PROT", "80", "nearest known one is CLUTCH_PORT"),
        ("CLUTCH_PORT", "eighty", "CLUTCH_PORT=eighty"),
        ("CLUTCH_PORT", "70000", "CLUTCH_PORT=70000"),
        ("CLUTCH_ZONE", "Mars/Base", "CLUTCH_ZONE=Mars/Base"),
        ("CLUTCH_SIGNUP_LIMIT", "many", "CLUTCH_SIGNUP_LIMIT=many"),
        ("CLUTCH_URL", "example.org", "CLUTCH_URL=example.org"),
        ("DATABASE_URL", "mysql://db", "DATABASE_URL=[*]{3}: must begin with sqlite:"),
        ("REDIS_PORT", "x", "REDIS_PORT=x"),
        ("REDIS_URL", "http://cache", "must begin with redis:"),
        ("REDIS_URL", "redis://cache:many", "not an address of a Redis"),
        ("REDIS_URL", "redis://cache/many", "not an address of a Redis"),
        ("CLUTCH_LANGUAGE", "fr", "CLUTCH_LANGUAGE=fr"),
        ("CLUTCH_LOGIN_LIMIT", "0/minute", "CLUTCH_LOGIN_LIMIT=0/minute"),
        ("CLUTCH_TRUSTED_PROXIES", "10.0.0.1, proxy", "proxy is not an address"),
        ("CLUTCH_TRUSTED_PROXIES", "10.0.0.0/33", "10.0.0.0/33 is not an address"),
        ("CLUTCH_URL", "https://", "CLUTCH_URL=https://"),
        ("CLUTCH_URL", "https://clutch:many", "CLUTCH_URL=https://clutch:many"),
        ("CLUTCH_MAIL_FROM", "clutch", "CLUTCH_MAIL_FROM=clutch"),
        ("CLUTCH_MAIL_FROM", "Clutch <clutch@example.org>", "write it like clutch@example.org"),
    ],
)
def test_a_wrong_setting_is_named_in_the_refusal(name: str, value: str, words: str) -> None:
    with pytest.raises(BadSettings, match=words):
        settings(**{name: value})


def test_settings_may_be_written_as_people_write_them() -> None:
    found = settings(
        CLUTCH_TRUSTED_PROXIES="10.0.0.1, 192.168.7.9/16,::1",
        CLUTCH_URL="https://clutch.example.org:8443/",
        CLUTCH_MAIL_FROM="clutch@example.org",
        CLUTCH_LOGIN_LIMIT="3 per 2 minutes",
    )
    assert found.proxies == {"10.0.0.1", "192.168.7.9/16", "::1"}
    assert found.url == "https://clutch.example.org:8443"


def test_a_password_is_not_repeated_in_a_refusal() -> None:
    with pytest.raises(BadSettings) as refused:
        settings(DATABASE_URL="mysql://alice:hunter2@db/x")
    assert "hunter2" not in str(refused.value)


def test_redis_is_found_by_host_and_port_and_password_or_by_its_address() -> None:
    assert settings().redis is None
    assert settings(REDIS_PASSWORD="x").redis == "redis://:x@localhost:6379"
    assert settings(REDIS_PORT="7000").redis == "redis://localhost:7000"
    assert settings(REDIS_HOST="cache").redis == "redis://cache:6379"
    parts = {"REDIS_HOST": "::1", "REDIS_PORT": "7000", "REDIS_PASSWORD": "p/w@1"}
    assert settings(**parts).redis == "redis://:p%2Fw%401@[::1]:7000"
    url = "rediss://me:pw@cache:6380/3"
    assert settings(**parts, REDIS_URL=url).redis == url


REDIS_SETTINGS: list[dict[str, str]] = [
    {},
    {"REDIS_HOST": "cache"},
    {"REDIS_HOST": "::1", "REDIS_PORT": "7000", "REDIS_PASSWORD": "p/w@1"},
    {"REDIS_PORT": "7000"},
    {"REDIS_PASSWORD": "x"},
    {"REDIS_URL": "redis://h", "REDIS_PASSWORD": "p/w@1"},
    {"REDIS_URL": "redis://me@h:1/2?db=3", "REDIS_PASSWORD": "x"},
    {"REDIS_URL": "rediss://me:pw@h", "REDIS_PASSWORD": "x"},
    {"REDIS_URL": "unix:///run/redis.sock?db=1", "REDIS_PASSWORD": "x"},
    {"REDIS_URL": "redis://h", "REDIS_HOST": "cache", "REDIS_PORT": "7000"},
]


@pytest.mark.parametrize("given", REDIS_SETTINGS)
def test_the_site_and_its_tools_read_the_same_address_of_redis(given: dict[str, str]) -> None:
    assert set_address(given) == settings(**given).redis


def test_an_address_without_a_password_takes_the_one_that_is_set() -> None:
    found = settings(REDIS_URL="redis://h", REDIS_PASSWORD="p/w@1")
    assert found.redis == "redis://:p%2Fw%401@h"
    assert settings(REDIS_URL="redis://me@h", REDIS_PASSWORD="x").redis == "redis://me:x@h"
    by_socket = settings(REDIS_URL="unix:///run/redis.sock?db=1", REDIS_PASSWORD="x")
    assert by_socket.redis == "unix://:x@/run/redis.sock?db=1"


@pytest.mark.parametrize("url", ["http://me:hunter2@cache", "redis://me:hunter2@cache:x"])
def test_a_password_of_redis_is_not_repeated_either(url: str) -> None:
    with pytest.raises(BadSettings) as refused:
        settings(REDIS_URL=url)
    assert "hunter2" not in str(refused.value)


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("CLUTCH_PORT=2000\nCLUTCH_SITE_NAME='Кубок'\n")
    read = load_settings({"CLUTCH_PORT": "3000"}, file)
    assert (read.port, read.site_name) == (3000, "Кубок")


def test_an_unknown_name_in_the_file_is_refused_too(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("CLUTCH_HOMME=/x\n")
    with pytest.raises(BadSettings, match="nearest known one is CLUTCH_HOME"):
        load_settings({}, file)


def test_without_an_address_the_database_is_a_file_under_the_home(tmp_path: Path) -> None:
    assert settings(CLUTCH_HOME=str(tmp_path)).database == f"sqlite:///{tmp_path}/clutch.db"


def test_the_example_documents_every_setting_with_its_default() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    shown = dict(
        line.removeprefix("# ").split("=", 1)
        for line in lines
        if "=" in line and " " not in line.split("=")[0].removeprefix("# ")
    )
    names = {field: PLAIN.get(field, PREFIX + field.upper()) for field in Settings.model_fields}
    assert set(shown) == set(names.values())
    known = {name: value for name, value in shown.items() if value}
    assert settings(**known) == settings()

"""What may stand in the settings as an address of Redis; a refusal repeats none of it."""

from __future__ import annotations

import pytest

from clutch.kernel import optional
from clutch.kernel.redis_address import OPTIONS, TLS_OPTIONS
from clutch.kernel.redis_pool import open_pool
from clutch.kernel.settings import BadSettings, Settings, load_settings

VALUES = {"db": "3", "ssl_cert_reqs": "required", "ssl_certfile": "/c.pem"}


def settings(**environment: str) -> Settings:
    return load_settings(environment, dotenv=None)


def refusal(**environment: str) -> str:
    with pytest.raises(BadSettings) as refused:
        settings(**environment)
    return str(refused.value)


@pytest.mark.parametrize(
    "host",
    [
        *("localhost:6380", "redis://h", "[::1]", "/run/redis.sock", "a/b", "a b", "h?db=1"),
        *("me@h", "a..b", "h#1", "x" * 64),
    ],
)
def test_a_host_that_is_none_is_refused_with_where_it_belongs(host: str) -> None:
    said = refusal(REDIS_HOST=host)
    assert said.startswith("REDIS_HOST=***: not a host name or an IP address")
    assert "into REDIS_URL." in said


@pytest.mark.parametrize("host", ["localhost", "10.0.0.7", "::1", "my_redis", "r.example.org."])
def test_a_host_is_a_name_or_an_ip_address_and_is_connected_to_as_it_stands(host: str) -> None:
    package = optional.load("redis")
    assert package
    url = settings(REDIS_HOST=host).redis
    assert url
    assert open_pool(package, url).connection_kwargs["host"] == host


@pytest.mark.parametrize(
    "option",
    [
        *("decode_responses", "credential_provider", "redis_connect_func", "cache_config"),
        *("max_connections", "protocol", "password", "colour"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused_by_its_name(option: str) -> None:
    said = refusal(REDIS_URL=f"redis://:hunter2@h?{option}=hunter2")
    assert f"the option {option} after the ? is not one of db, " in said
    assert "hunter2" not in said


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("redis://h?ssl_ca_certs=/ca.pem", "the option ssl_ca_certs after the ? is for rediss://"),
        ("redis://h?db=", "the option db after the ? has no value"),
        ("rediss://h?ssl_keyfile=/k.pem", "of no use without ssl_certfile"),
        ("redis://a..b", "not an address of a Redis"),
        ("redis://h/0#1", "not an address of a Redis"),
        ("unix://run/redis.sock", "not an address of a Redis"),
        ("unix://", "not an address of a Redis"),
    ],
)
def test_an_address_that_cannot_work_is_refused_at_the_start(url: str, words: str) -> None:
    assert words in refusal(REDIS_URL=url)


def test_every_option_that_is_accepted_makes_a_connection() -> None:
    package = optional.load("redis")
    assert package
    options = "&".join(f"{name}={VALUES.get(name, '1')}" for name in OPTIONS | TLS_OPTIONS)
    url = settings(REDIS_URL=f"rediss://h?{options}").redis
    assert url
    assert open_pool(package, url).make_connection().certfile == "/c.pem"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REDIS_URL", "redis://:sE/cReT@host:6379"),
        ("REDIS_URL", "redis://:12/cReT@host:6379"),
        ("REDIS_URL", "redis://:12?cReT@host:6379"),
        ("REDIS_URL", "redis://:12?cReT=1"),
        ("REDIS_URL", "redis://:12#cReT@host:6379"),
        ("REDIS_URL", "redis://:[cReT@host:6379"),
        ("REDIS_URL", "unix://:12/cReT@/run/redis.sock"),
        ("REDIS_URL", ":sEcReT@host:6379"),
        ("REDIS_URL", "http://:sE/cReT@host"),
        ("REDIS_HOST", ":sEcReT@host"),
        ("REDIS_HOST", "redis://:sE/cReT@host"),
        ("DATABASE_URL", "mysql://u:pg/cReT@h/x"),
        ("DATABASE_URL", "u:pg/cReT@h/x"),
        ("DATABASE_URL", "postgresql://u:p@cReT@h/x"),
        ("DATABASE_URL", "postgresql://u:p/cReT@h:x/x"),
        ("CLUTCH_URL", "https://u:p/cReT@h:x"),
        ("CLUTCH_MAIL_FROM", "smtp://u:p/cReT@h@x"),
    ],
)
def test_no_part_of_a_malformed_address_is_repeated(name: str, value: str) -> None:
    said = refusal(**{name: value})
    assert said.startswith(f"{name}=***: ")
    assert "cReT" not in said


@pytest.mark.parametrize("password", ["pg/cReT", "pg#cReT", "pg?cReT", "pg[cReT", "pg%2FcReT"])
def test_the_password_of_a_database_is_known_as_a_secret(password: str) -> None:
    secrets = settings(DATABASE_URL=f"postgresql://u:{password}@h/x").secrets
    assert {password, password.replace("%2F", "/")} <= secrets

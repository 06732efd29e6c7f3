"""Settings: from the environment and `.env`, checked before anything starts.

`CLUTCH_*` names are ours; `DATABASE_URL`, `REDIS_URL`, `REDIS_HOST`, `REDIS_PORT` and
`REDIS_PASSWORD` are read as everybody writes them. An unknown `CLUTCH_*` name or a malformed
value stops the start with a sentence; nothing is guessed.
"""

from __future__ import annotations

import os
import re
from difflib import get_close_matches
from ipaddress import IPv4Network, IPv6Network, ip_network
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import quote, unquote, urlsplit
from zoneinfo import ZoneInfo

from dotenv import dotenv_values
from limits import parse_many
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from clutch.kernel.redis_address import host_of_redis, url_of_redis, with_password

PREFIX = "CLUTCH_"
PLAIN = {
    name: name.upper()
    for name in ("database_url", "redis_host", "redis_port", "redis_password", "redis_url")
}
DOTENV = Path(".env")
# Read by commands, not by the site.
ALSO_KNOWN = {"CLUTCH_TOKEN", "CLUTCH_TEST_DATA", "CLUTCH_ENV_FILE"}
# Addresses are among them: nobody knows which part of a malformed one is the password.
_SECRET = re.compile("password|token|database_url|redis_host|redis_url", re.IGNORECASE)


class BadSettings(Exception):
    """A setting is unknown or malformed; the text is one sentence for the operator."""


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError("not a time zone; write it like Europe/Berlin") from None
    return name


def _limit(text: str) -> str:
    try:
        is_limit = all(limit.amount >= 1 and limit.multiples >= 1 for limit in parse_many(text))
    except ValueError:
        is_limit = False
    if not is_limit:
        raise ValueError("not a limit; write it like 20/minute;200/hour")
    return text


def _networks(text: str) -> str:
    for part in _parts(text):
        try:
            ip_network(part, strict=False)
        except ValueError:
            raise ValueError(
                f"{part} is not an address; write them like 10.0.0.7,192.168.0.0/16"
            ) from None
    return text


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _mailbox(text: str) -> str:
    if not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", text):
        raise ValueError("not a mail address; write it like clutch@example.org")
    return text


def _database(url: str) -> str:
    try:
        parts = make_url(url)
        name = parts.get_backend_name()
    except (ArgumentError, ValueError):
        raise ValueError("not a database address") from None
    if "@" in (parts.host or ""):
        raise ValueError("not a database address; write an @ in the password as %40")
    if name not in {"sqlite", "postgresql", "postgres"}:
        raise ValueError("must begin with sqlite: or postgresql:")
    return url


def _site_url(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise ValueError("must begin with http:// or https://")
    try:
        parts = urlsplit(url)
        is_address = parts.port != 0 and bool(parts.hostname)
    except ValueError:
        is_address = False
    if not is_address:
        raise ValueError("not an address; write it like https://clutch.example.org")
    return url.rstrip("/")


Zone = Annotated[str, AfterValidator(_zone)]
Limit = Annotated[str, AfterValidator(_limit)]


class Settings(BaseModel):
    """All that can be set; `.env.example` documents each with its default."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Path = Path("var")
    host: str = Field("127.0.0.1", min_length=1)
    port: int = Field(1337, ge=0, le=65535)
    workers: int = Field(1, ge=1, le=64)
    site_name: str = Field("Clutch", min_length=1, max_length=64)
    url: Annotated[str, AfterValidator(_site_url)] | None = None
    language: Literal["en", "ru"] = "en"
    zone: Zone = "UTC"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    trusted_proxies: Annotated[str, AfterValidator(_networks)] = ""
    signup_limit: Limit = "20/minute;200/hour"
    login_limit: Limit = "10/minute;60/hour"
    achievements: Literal["on", "off"] = "on"
    statistics: Literal["on", "off"] = "on"
    live_per_address: int = Field(50, ge=1, le=100_000)
    metrics_from: Annotated[str, AfterValidator(_networks)] = ""
    metrics_token: str | None = Field(None, min_length=16)
    accept_schema: str | None = None
    mail_host: str | None = None
    mail_port: int = Field(587, ge=1, le=65535)
    mail_user: str | None = None
    mail_password: str | None = None
    mail_from: Annotated[str, AfterValidator(_mailbox)] | None = None
    mail_tls: Literal["starttls", "tls", "off"] = "starttls"

    database_url: Annotated[str, AfterValidator(_database)] | None = Field(
        None, validation_alias="DATABASE_URL"
    )
    redis_host: Annotated[str, AfterValidator(host_of_redis)] | None = Field(
        None, validation_alias="REDIS_HOST"
    )
    redis_port: int | None = Field(None, ge=1, le=65535, validation_alias="REDIS_PORT")
    redis_password: str | None = Field(None, validation_alias="REDIS_PASSWORD")
    redis_url: Annotated[str, AfterValidator(url_of_redis)] | None = Field(
        None, validation_alias="REDIS_URL"
    )

    @property
    def database(self) -> str:
        """The database's address; without `DATABASE_URL` a SQLite file under `CLUTCH_HOME`."""
        return self.database_url or f"sqlite:///{self.home / 'clutch.db'}"

    @property
    def redis(self) -> str | None:
        """Where Redis is: `REDIS_URL`, else put together from the other three settings.

        What is set counts: a port or a password without a host means this machine, and an address
        without a password takes `REDIS_PASSWORD`. None when nothing of it is set.
        """
        if self.redis_url:
            return with_password(self.redis_url, self.redis_password)
        if not (self.redis_host or self.redis_port or self.redis_password):
            return None
        host = self.redis_host or "localhost"
        place = f"[{host}]" if ":" in host else host
        return with_password(f"redis://{place}:{self.redis_port or 6379}", self.redis_password)

    @property
    def run_folder(self) -> Path:
        """Where processes leave their state and the gate stands."""
        return self.home / "run"

    @property
    def reports_folder(self) -> Path | None:
        """Where the operator's tool leaves its reports, beside the generations of the data.

        None in a site that `clutch install` has not made: nothing is kept there.
        """
        site = self.home.parent.parent
        return site / "reports" if (site / "site.json").is_file() else None

    @property
    def proxies(self) -> frozenset[str]:
        """Addresses of peers whose `X-Forwarded-For` is believed."""
        return frozenset(_parts(self.trusted_proxies))

    @property
    def metrics_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """Who may read the metrics by where they come from."""
        return tuple(ip_network(part, strict=False) for part in _parts(self.metrics_from))

    @property
    def secrets(self) -> frozenset[str]:
        """What must never be shown, wherever it turns up."""
        given = {self.redis_password, self.mail_password, self.metrics_token}
        given.add(urlsplit(self.redis_url or "").password)
        # Not by `urlsplit`: a database's password may have a slash in it.
        given.add(make_url(self.database_url or "sqlite://").password)
        words = ((one, unquote(one), quote(one, safe="")) for one in given if one)
        return frozenset(chain.from_iterable(words))

    @property
    def mail(self) -> bool:
        """Whether the site can send mail."""
        return self.mail_host is not None


def load_settings(
    environment: dict[str, str] | None = None, dotenv: Path | None = DOTENV
) -> Settings:
    """Read the settings; the environment wins over `.env`.

    That file is in the current folder, unless `CLUTCH_ENV_FILE` names another (in a site that
    `clutch install` made, commands may be typed anywhere).

    Raises:
        BadSettings: a name is unknown (the nearest known one is named) or a value is malformed.
    """
    environment = dict(os.environ if environment is None else environment)
    file = Path(environment.get("CLUTCH_ENV_FILE", DOTENV)) if dotenv is DOTENV else dotenv
    values = _read(file) | environment
    _refuse_unknown(values)
    known = {name: values[name] for name in _names().values() if values.get(name)}
    try:
        settings = Settings(**_arguments(known))
    except ValidationError as error:
        raise BadSettings(_sentence(error)) from None
    return settings.model_copy(update={"home": settings.home.expanduser().resolve()})


def _names() -> dict[str, str]:
    return {field: PLAIN.get(field, PREFIX + field.upper()) for field in Settings.model_fields}


def _arguments(known: dict[str, str]) -> dict[str, Any]:
    # Plain names are the fields' aliases; ours are given by the field's own name.
    return {
        PLAIN.get(field, field): known[name] for field, name in _names().items() if name in known
    }


def _read(dotenv: Path | None) -> dict[str, str]:
    if dotenv is None or not dotenv.is_file():
        return {}
    try:
        return {name: value or "" for name, value in dotenv_values(dotenv).items()}
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings(f"The file {dotenv} can't be read: {error}.") from None


def _refuse_unknown(values: dict[str, str]) -> None:
    known = [*_names().values(), *ALSO_KNOWN]
    for name in sorted(values):
        if not name.startswith(PREFIX) or name in known:
            continue
        near = get_close_matches(name, known, n=1, cutoff=0.0)
        raise BadSettings(f"{name} is not a setting of Clutch; the nearest known one is {near[0]}.")


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    field = str(first["loc"][0])
    name = field if field in PLAIN.values() else PREFIX + field.upper()
    reason = first["msg"].removeprefix("Value error, ")
    given = str(first["input"])
    value = "***" if _SECRET.search(field) or "@" in given else given
    return f"{name}={value}: {reason[0].lower() + reason[1:]}."

"""The API of a site, as a program uses it: by token, with keys that make a second try harmless."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import httpx2

from clutch.kernel.ids import new_key

TRIES = 6
TIMEOUT_SECONDS = 60.0
AGAIN = {429, 503}


class SiteRefused(Exception):
    """The site said no: its stable code and its sentence."""

    def __init__(self, status: int, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.code = code


class NoSite(Exception):
    """Nobody answers at that address, or who answers is no Clutch; one sentence."""


class Api:
    """One site. At most `at_once` requests are under way at any time."""

    def __init__(self, address: str, token: str, at_once: int = 8) -> None:
        self.address = address.rstrip("/")
        self._token = token
        self._turn = asyncio.Semaphore(at_once)
        self._client = httpx2.AsyncClient(
            base_url=f"{self.address}/api/v1",
            timeout=TIMEOUT_SECONDS,
            limits=httpx2.Limits(max_connections=at_once, max_keepalive_connections=at_once),
            headers={"User-Agent": "clutch-play", "Accept-Language": "en"},
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        await self._client.aclose()

    async def get(self, path: str) -> Any:
        """Read something, as whoever the token belongs to."""
        return await self._ask("GET", path, {"Authorization": f"Bearer {self._token}"}, None)

    async def send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        version: int | None = None,
        token: str | None = None,
    ) -> Any:
        """Change something; done once, however often the line breaks.

        `token` is somebody else's than the one given at the beginning.

        Raises:
            SiteRefused: the site says no.
            NoSite: nobody answers.
        """
        headers = {
            "Authorization": f"Bearer {token or self._token}",
            "Idempotency-Key": new_key(24),
        }
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return await self._ask(method, path, headers, body)

    async def _ask(
        self, method: str, path: str, headers: dict[str, str], body: Mapping[str, Any] | None
    ) -> Any:
        for _ in range(TRIES - 1):
            try:
                answer = await self._once(method, path, headers, body)
            except (httpx2.NetworkError, httpx2.RemoteProtocolError, httpx2.TimeoutException):
                await asyncio.sleep(0.2)
                continue
            if answer.status_code not in AGAIN:
                return _read(answer)
            await asyncio.sleep(_pause(answer))
        try:
            return _read(await self._once(method, path, headers, body))
        except httpx2.TransportError as error:
            raise NoSite(f"Nobody answers at {self.address} ({error}).") from None

    async def _once(
        self, method: str, path: str, headers: dict[str, str], body: Mapping[str, Any] | None
    ) -> httpx2.Response:
        async with self._turn:
            return await self._client.request(method, path, headers=headers, json=body)


def _pause(answer: httpx2.Response) -> float:
    told = answer.headers.get("retry-after", "")
    return min(float(told), 10.0) if told.isdecimal() else 1.0


def _read(answer: httpx2.Response) -> Any:
    if answer.status_code == 204:
        return None
    try:
        body = answer.json()
    except ValueError:
        raise NoSite(f"What answers at {answer.url} is no Clutch site.") from None
    if answer.is_success:
        return body
    if not isinstance(body, dict) or "code" not in body:
        raise NoSite(f"What answers at {answer.url} is no Clutch site.")
    raise SiteRefused(answer.status_code, str(body["code"]), str(body["message"]))

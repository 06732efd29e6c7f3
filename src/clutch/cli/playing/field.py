"""The field of a played script: accounts, registrations, check-in, seeding, the draw."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from clutch.cli.playing.api import Api, SiteRefused
from clutch.cli.script import Script
from clutch.engine import ParticipantId
from clutch.kernel.ids import new_key

T = TypeVar("T")
R = TypeVar("R")
Step = Callable[[str], None]

SCOPES = ["read", "tournaments:write"]
GAME = "Played from a file"
FIRST_NAMES = ("alice", "bruno", "carol", "dmitri", "elena", "farid", "greta", "hugo")


@dataclass(frozen=True)
class Captain:
    """Who speaks for a participant of the script, by a token of their own."""

    seed: ParticipantId
    token: str


@dataclass(frozen=True)
class Field:
    """A drawn tournament; `captains` are by the site's own participant ids."""

    tournament: str
    captains: Mapping[int, Captain]

    @property
    def path(self) -> str:
        """Where the API has the tournament."""
        return f"/tournaments/{self.tournament}"

    def seed(self, participant: int) -> ParticipantId:
        """The script's number of a participant of the site."""
        return self.captains[participant].seed

    def site_id(self, seed: ParticipantId) -> int:
        """The site's number of a participant of the script."""
        return self._ids[seed]

    @cached_property
    def _ids(self) -> dict[ParticipantId, int]:
        return {captain.seed: number for number, captain in self.captains.items()}


async def gather_field(api: Api, script: Script, step: Step) -> Field:
    """Bring everybody in and draw; `step` is told of each request that is done.

    Raises:
        SiteRefused: the site doesn't take the script's settings or the token's rights.
    """
    tournament = await _announce(api, script)
    path = f"/tournaments/{tournament['id']}"
    run = new_key(5)

    async def sign_up(seed: ParticipantId) -> Captain:
        made = await api.send("POST", "/admin/accounts", _account(run, seed))
        step("accounts")
        return Captain(seed, made["token"]["secret"])

    async def enter(captain: Captain) -> dict[str, Any]:
        entered = await _register(api, path, script.names[captain.seed - 1], captain)
        step("registrations")
        return entered

    captains = await together(sign_up, script.participants)
    registrations = await together(enter, captains)
    await _move(api, path, "check_in")

    async def check_in(of: tuple[Captain, dict[str, Any]]) -> tuple[int, Captain]:
        captain, registration = of
        checked = await _check_in(api, path, captain, registration)
        step("check-in")
        return int(checked["participant"]), captain

    pairs = list(zip(captains, registrations, strict=True))
    present = await together(check_in, pairs)
    await _draw(api, path, [participant for participant, _ in present])
    return Field(tournament["id"], dict(present))


async def together(work: Callable[[T], Awaitable[R]], items: Sequence[T]) -> list[R]:
    """Do the same for all, as many at once as the API takes; the first failure ends the rest."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_awaited(work, item)) for item in items]
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return [task.result() for task in tasks]


async def _awaited(work: Callable[[T], Awaitable[R]], item: T) -> R:
    return await work(item)


async def _announce(api: Api, script: Script) -> dict[str, Any]:
    settings = script.settings
    made = await api.send(
        "POST",
        "/tournaments",
        {
            "name": f"Played from a file, {len(script.names)} participants",
            "game": GAME,
            "format": script.format,
            "format_settings": {
                "third_place": settings.third_place,
                "grand_final": settings.grand_final,
                "best_of": settings.best_of.default,
            },
            "max_participants": len(script.names),
        },
    )
    found: dict[str, Any] = await api.send(
        "POST", f"/tournaments/{made['id']}/status", {"to": "registration"}, version=made["version"]
    )
    return found


def _account(run: str, seed: ParticipantId) -> dict[str, Any]:
    first = FIRST_NAMES[seed % len(FIRST_NAMES)]
    token = {"name": "clutch play", "scopes": SCOPES}
    return {"name": f"{first}-{run}-{seed}", "token": token}


async def _register(api: Api, path: str, name: str, captain: Captain) -> dict[str, Any]:
    """Under the script's own name; where the site takes no such name, under a number."""
    try:
        name.encode()  # a lone surrogate can't even be sent
        return await _ask_to_play(api, path, name, captain)
    except UnicodeEncodeError:
        pass
    except SiteRefused as refused:
        if not refused.code.startswith("name-"):
            raise
    return await _ask_to_play(api, path, f"Participant {captain.seed}", captain)


async def _ask_to_play(api: Api, path: str, name: str, captain: Captain) -> dict[str, Any]:
    found: dict[str, Any] = await api.send(
        "POST", f"{path}/registrations", {"name": name}, token=captain.token
    )
    return found


async def _check_in(
    api: Api, path: str, captain: Captain, registration: Mapping[str, Any]
) -> dict[str, Any]:
    where = f"{path}/registrations/{registration['id']}/check-in"
    found: dict[str, Any] = await api.send(
        "POST", where, version=registration["version"], token=captain.token
    )
    return found


async def _move(api: Api, path: str, to: str) -> None:
    version = (await api.get(path))["version"]
    await api.send("POST", f"{path}/status", {"to": to}, version=version)


async def _draw(api: Api, path: str, order: Sequence[int]) -> None:
    await _move(api, path, "seeding")
    seen = await api.get(f"{path}/seeding")
    body = {"participants": list(order)}
    seeded = await api.send("PUT", f"{path}/seeding", body, version=seen["version"])
    await api.send("POST", f"{path}/draw", version=seeded["version"])

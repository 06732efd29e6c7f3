"""Drawn tournaments to measure with, made through the API as `clutch play` makes them."""

from __future__ import annotations

import json

from bench.http.site import Running
from clutch.cli.playing.api import Api
from clutch.cli.playing.field import Field, gather_field
from clutch.cli.playing.token import borrowed_token
from clutch.cli.script import Script, read_script


async def drawn_fields(site: Running, sizes: list[int]) -> list[Field]:
    """One drawn double elimination a size, best of three, that waits for its first result."""
    with borrowed_token(site.settings) as token:
        async with Api(site.address, token) as api:
            return [await gather_field(api, _script(size), lambda _: None) for size in sizes]


def _script(size: int) -> Script:
    plain = {
        "format": "double_elimination",
        "settings": {"best_of": 3},
        "participants": [f"Participant {number}" for number in range(1, size + 1)],
        "results": [],
    }
    return read_script(json.dumps(plain).encode())

"""What the site says of the bracket, in the script's own numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from clutch.cli.playing.api import Api
from clutch.cli.playing.field import Field
from clutch.cli.script import Script
from clutch.engine import ParticipantId

OPEN = {"waiting", "ready"}


@dataclass(frozen=True)
class Board:
    """One look at the bracket."""

    matches: Mapping[str, Mapping[str, Any]]
    placements: list[Mapping[str, Any]]
    field: Field

    @property
    def ready(self) -> list[Mapping[str, Any]]:
        """The matches that can be played now."""
        return [match for match in self.matches.values() if match["status"] == "ready"]

    @property
    def is_complete(self) -> bool:
        """Whether no match is ready or waiting."""
        return not any(match["status"] in OPEN for match in self.matches.values())

    def pair(self, match: Mapping[str, Any]) -> tuple[ParticipantId, ...]:
        """The script's numbers of who is known to play a match."""
        known = (one["participant"] for one in match["opponents"])
        return tuple(self.field.seed(one) for one in known if one is not None)

    def fed_by(self, sources: set[str]) -> set[str]:
        """The matches that got somebody from one of `sources`, at any depth."""
        reached = set(sources)
        for match in self.matches.values():  # in the order of the draw: sources stand before
            if any(_source(one) in reached for one in match["opponents"]):
                reached.add(match["id"])
        return reached - sources


async def look(api: Api, field: Field) -> Board:
    """Read the bracket as it stands."""
    found = await api.get(f"{field.path}/bracket")
    matches = {match["id"]: match for match in found["matches"]}
    return Board(matches, found["placements"], field)


def summary(script: Script, board: Board, unapplied: Mapping[int, str]) -> dict[str, Any]:
    """The same as `clutch simulate` prints, made of the site's answers alone."""
    return {
        "complete": board.is_complete,
        "matches": [_match(script, board, match) for match in board.matches.values()],
        "pending": [[script.name(one) for one in board.pair(match)] for match in board.ready],
        "placements": list(_placements(script, board)),
        "unapplied": [{"index": index, "code": code} for index, code in sorted(unapplied.items())],
    }


def _match(script: Script, board: Board, match: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": match["id"],
        "bracket": match["bracket"],
        "round": match["round"],
        "opponents": [
            {
                "participant": _name(script, board, one["participant"]),
                "source": _known(one["source"]),
            }
            for one in match["opponents"]
        ],
        "scores": match["scores"],
        "winner": _name(script, board, match["winner"]),
        "outcome": match["outcome"],
        "status": match["status"],
    }


def _placements(script: Script, board: Board) -> Iterator[dict[str, Any]]:
    for placed in board.placements:
        yield {
            "rank": placed["rank"],
            "to": placed["to"],
            "participant": _name(script, board, placed["participant"]),
        }


def _name(script: Script, board: Board, participant: int | None) -> str | None:
    return None if participant is None else script.name(board.field.seed(participant))


def _source(opponent: Mapping[str, Any]) -> str | None:
    source = opponent["source"]
    found = source.get("winner_of") or source.get("loser_of")
    return None if found is None else str(found)


def _known(source: Mapping[str, Any]) -> dict[str, Any]:
    return {kind: value for kind, value in source.items() if value is not None}

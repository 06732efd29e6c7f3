"""The console's list of participants: who is missing first, found by name, in pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clutch.accounts.names import clean_name, name_keys
from clutch.tournaments.models import Status
from clutch.tournaments.queries import Line

PER_PAGE = 100


@dataclass(frozen=True, slots=True)
class LinePage:
    """Some of the participants, from page 1, and how many there are of them in all."""

    items: Sequence[Line]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PER_PAGE))


def found_among(lines: Sequence[Line], search: str, status: Status) -> list[Line]:
    """Those with a part of the name, in any case; at check-in those who are missing come first."""
    text = name_keys(clean_name(search)).folded
    found = [line for line in lines if _is_called(line, text)]
    return sorted(found, key=is_present) if status is Status.CHECK_IN else found


def in_pages(lines: Sequence[Line], page: int) -> LinePage:
    """The page of that number; one beyond the last is the last."""
    number = min(page, max(1, -(-len(lines) // PER_PAGE)))
    return LinePage(lines[(number - 1) * PER_PAGE : number * PER_PAGE], len(lines), number)


def is_present(line: Line) -> bool:
    """Whether they are checked in."""
    return line.registration.checked_in_at is not None


def _is_called(line: Line, text: str) -> bool:
    names = [line.registration.name, *(player.name for player in line.players)]
    return not text or any(text in name_keys(name).folded for name in names if name is not None)

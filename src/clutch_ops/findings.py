"""What `clutch doctor` finds: one sentence each, with what to type."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

GOOD, DOUBTFUL, BAD = "ok", "look", "bad"
COLOURS = {GOOD: "good", DOUBTFUL: "doubtful", BAD: "bad"}


@dataclass(frozen=True)
class Finding:
    """What was looked at, how it stands, and what to type; `fix` does what is safe to do."""

    about: str
    level: str
    sentence: str
    advice: str = ""
    fix: Callable[[], None] | None = None

    def told(self) -> dict[str, object]:
        """As JSON has it."""
        return {
            "about": self.about,
            "level": self.level,
            "sentence": self.sentence,
            "advice": self.advice,
            "fixable": self.fix is not None,
        }

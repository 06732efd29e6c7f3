"""How a command ends that did not do what was asked: one sentence, and an exit status."""

from __future__ import annotations

DONE = 0
REFUSED = 2
ROLLED_BACK = 3
NEEDS_PERSON = 4
# In which state the site is, for whoever reads no more than this.
STANDING = {
    REFUSED: "Nothing was changed: the site goes on as it was.",
    ROLLED_BACK: "The site is back where it was, and nothing that was accepted is lost.",
    NEEDS_PERSON: "The site may be standing still: look at it now.",
}


class Refused(Exception):
    """Nothing live was touched. `reason` says what is wrong, `advice` what to type or to do."""

    status = REFUSED

    def __init__(self, reason: str, advice: str = "", details: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.advice = advice
        self.details = details


class RolledBack(Refused):
    """The switch had begun, and the site is back where it was."""

    status = ROLLED_BACK


class NeedsPerson(Refused):
    """The site is in a state that no rule covers; what to look at stands in `advice`."""

    status = NEEDS_PERSON

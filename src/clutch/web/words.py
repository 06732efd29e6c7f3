"""Words that many pages share: round names, statuses, placements."""

from __future__ import annotations

from clutch.kernel.refusals import N_
from clutch.web.reader import Reader, current_reader

_TOURNAMENT = {
    "draft": N_("Draft"),
    "registration": N_("Registration open"),
    "check_in": N_("Check-in"),
    "seeding": N_("Seeding"),
    "running": N_("Running"),
    "completed": N_("Completed"),
    "cancelled": N_("Cancelled"),
}
_MATCH = {
    "waiting": N_("Waiting for opponents"),
    "ready": N_("Ready"),
    "live": N_("Playing now"),
    "reported": N_("Waiting for confirmation"),
    "disputed": N_("Disputed"),
    "decided": N_("Decided"),
    "bye": N_("Bye"),
    "not_needed": N_("Not needed"),
}
_OUTCOME = {
    "played": N_("Played"),
    "walkover": N_("Walkover"),
    "forfeit": N_("Forfeit"),
    "double_forfeit": N_("Double forfeit"),
    "disqualification": N_("Disqualification"),
}
# In a bracket there is room for a score only.
_OUTCOME_SHORT = {
    "walkover": N_("w/o"),
    "forfeit": N_("ff"),
    "double_forfeit": N_("ff"),
    "disqualification": N_("dq"),
}
_ROLE = {"player": N_("Player"), "organizer": N_("Organizer"), "admin": N_("Admin")}
_FORMAT = {
    "single_elimination": N_("Single elimination"),
    "double_elimination": N_("Double elimination"),
}


def tournament_status(status: str) -> str:
    """A tournament's status, in the reader's language."""
    return _say(_TOURNAMENT[status])


def match_status(status: str) -> str:
    """A match's status."""
    return _say(_MATCH[status])


def outcome_name(outcome: str) -> str:
    """How a match was decided."""
    return _say(_OUTCOME[outcome])


def outcome_short(outcome: str) -> str:
    """The same where there is room for a score only."""
    return _say(_OUTCOME_SHORT[outcome])


def role_name(role: str) -> str:
    """A role on the site."""
    return _say(_ROLE[role])


def format_name(name: str, reader: Reader | None = None) -> str:
    """A tournament's format; `reader` where no page is being drawn yet."""
    return (reader or current_reader()).gettext(_FORMAT[name])


def placement(rank: int, to: int | None = None) -> str:
    """A final placement, a number or a range: `1st`, `5–8`; in Russian `1 место`, `5–8 место`."""
    last = to or rank
    if current_reader().language == "ru":
        return f"{_range(rank, last)} место"
    return _range(rank, last) if last != rank else f"{rank}{_ordinal(rank)}"


def _range(rank: int, last: int) -> str:
    return str(rank) if rank == last else f"{rank}–{last}"


def _ordinal(rank: int) -> str:
    if 10 <= rank % 100 <= 20:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(rank % 10, "th")


def round_title(bracket: str, number: int, of: int, *, single: bool = False) -> str:
    """A round's name.

    `bracket` is upper, lower, final or third_place, `of` the number of its rounds. `single`
    says that the upper bracket is all there is (single elimination).
    """
    if bracket == "final":
        return _say(N_("Grand final")) if number == 1 else _say(N_("Second grand final"))
    if bracket == "third_place":
        return _say(N_("Third place"))
    return _single_title(number, of) if single else _double_title(bracket, number, of)


def _single_title(number: int, of: int) -> str:
    named = {1: N_("Final"), 2: N_("Semi-finals"), 3: N_("Quarter-finals")}
    left = of - number + 1
    if left in named:
        return _say(named[left])
    # English counts who is left, Russian the fraction of the final (1/8).
    return current_reader().gettext(N_("Round of {players}"), players=2**left, half=2 ** (left - 1))


def _double_title(bracket: str, number: int, of: int) -> str:
    reader = current_reader()
    if number == of:
        return (
            reader.gettext(N_("Upper final"))
            if bracket == "upper"
            else reader.gettext(N_("Lower final"))
        )
    if bracket == "upper":
        return reader.gettext(N_("Upper round {round}"), round=number)
    return reader.gettext(N_("Lower round {round}"), round=number)


def _say(text: str) -> str:
    return current_reader().gettext(text)

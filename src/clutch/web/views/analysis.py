"""The analysis in words: each sentence with the figures that led to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from clutch.kernel.refusals import N_, NN_
from clutch.statistics.analysis import Advice, Compared, Confidence, Part
from clutch.statistics.models import Axis
from clutch.web.reader import current_reader
from clutch.web.words import format_name

_PARTS = {
    "results": N_("Matches won"),
    "form": N_("Form of the last 20"),
    "placements": N_("Final places in the field"),
    "expectation": N_("More or less than the ratings expected"),
}
_NEEDS = {
    "form": N_("needs five rated matches"),
    "placements": N_("needs three tournaments with a final place"),
    "expectation": N_("needs five rated matches"),
}
_CONFIDENCE = {
    Confidence.NONE: N_("no difference that could be told from chance"),
    Confidence.LOW: N_("perhaps, the sample is small"),
    Confidence.MEDIUM: N_("probably"),
    Confidence.HIGH: N_("almost certainly"),
}
_FIGURES = N_("{won} of {of} ({percent}%) against {other_won} of {other_of} ({other_percent}%)")
_WON = N_("{won} of {of}")
_EXPECTED = N_("{won} of {of}, {expected} expected")
_PLACED = NN_("in {number} tournament", "in {number} tournaments")
_ADVICE: Mapping[str, str | tuple[str, str]] = {
    "no-shows": NN_(
        "Check in on time, or withdraw before the draw: {number} match was lost without being "
        "played to its end.",
        "Check in on time, or withdraw before the draw: {number} matches were lost without being "
        "played to their end.",
    ),
    "downward": N_("Look at what changed in the last ten matches: {figures} before them."),
    "deciders": N_("Practise deciding games: {figures} in all other matches."),
    "weak-game": N_("Practise {value}, or choose other games: {figures} elsewhere."),
    "weak-format": N_("Prepare for {value}: {figures} elsewhere."),
    "weak-map": N_("Practise the map {value}: {figures} on other maps."),
    "nemesis": N_("Study {value}: {figures} with everybody else."),
    "uneven": N_("Aim for steadier placements: they lie {number}% of the field apart."),
    "play-more": NN_(
        "Play more rated matches: the rating is still unsure by {number} point.",
        "Play more rated matches: the rating is still unsure by {number} points.",
    ),
    "strong-game": N_("Keep to {value} when it counts: {figures} elsewhere."),
    "strong-format": N_("Choose {value} when you can: {figures} elsewhere."),
    "strong-map": N_("Choose the map {value} when you can: {figures} on other maps."),
}


def part_name(name: str) -> str:
    """A part of the overall score."""
    return _say(_PARTS[name])


def part_needs(name: str) -> str:
    """Why a part of the overall score can't be told."""
    return _say(_NEEDS[name])


def part_figures(part: Part) -> str:
    """What a part of the overall score comes from."""
    reader = current_reader()
    if part.share is None:
        return reader.ngettext(*_PLACED, part.tournaments or 0)
    if part.expected is None:
        return reader.gettext(_WON, won=part.share.won, of=part.share.of)
    won, of = part.share.won, part.share.of
    return reader.gettext(_EXPECTED, won=won, of=of, expected=part.expected)


def confidence_word(compared: Compared) -> str:
    """How sure a difference is."""
    return _say(_CONFIDENCE[compared.confidence])


def figures(compared: Compared) -> str:
    """Both shares."""
    return current_reader().gettext(
        _FIGURES,
        won=compared.share.won,
        of=compared.share.of,
        percent=compared.share.percent,
        other_won=compared.other.won,
        other_of=compared.other.of,
        other_percent=compared.other.percent,
    )


def spot_name(axis: str, value: str) -> str:
    """A game, a map, or a format in words."""
    return format_name(value) if axis == Axis.FORMAT else value


def advice_text(advice: Advice, names: Mapping[str, str | None]) -> str:
    """A recommendation; `names` are those of opponents by their ids."""
    reader, text = current_reader(), _ADVICE[advice.code]
    if isinstance(text, tuple):
        return reader.ngettext(*text, advice.number)
    return reader.gettext(
        text,
        value=_value(advice, names),
        number=advice.number,
        figures="" if advice.compared is None else figures(advice.compared),
    )


def _value(advice: Advice, names: Mapping[str, str | None]) -> str:
    if advice.code == "nemesis":
        return names.get(advice.value) or _say(N_("deleted player"))
    return spot_name(advice.code.partition("-")[2], advice.value)


def _say(text: str) -> str:
    return current_reader().gettext(text)


WORDS: Mapping[str, Callable[..., str]] = {
    "part_name": part_name,
    "part_needs": part_needs,
    "part_figures": part_figures,
    "confidence_word": confidence_word,
    "figures": figures,
    "spot_name": spot_name,
    "advice_text": advice_text,
}

"""The formats that can be drawn: one module each behind one interface.

To add one, write a module with a `Format` and name it in `FORMATS`. What it gives is the blueprint
of a draw; byes, feeds and statuses follow from that and are worked out here, once for each format,
number of participants and settings.
"""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType

from clutch.engine.formats.blueprint import Format, Shape, shape_from
from clutch.engine.formats.double_elimination import DoubleElimination
from clutch.engine.formats.single_elimination import SingleElimination
from clutch.engine.refusals import FormatUnknown
from clutch.engine.settings import Settings
from clutch.engine.stage import DOUBLE_ELIMINATION, SINGLE_ELIMINATION, FormatName

FORMATS: MappingProxyType[FormatName, Format] = MappingProxyType(
    {
        SINGLE_ELIMINATION: SingleElimination(),
        DOUBLE_ELIMINATION: DoubleElimination(),
    }
)


def format_named(name: FormatName) -> Format:
    """Return the format of this name.

    Raises:
        FormatUnknown: nobody wrote it; the refusal lists those that are there.
    """
    found = FORMATS.get(name)
    if found is None:
        raise FormatUnknown(name, ", ".join(FORMATS))
    return found


@lru_cache(maxsize=64)
def shape_of(name: FormatName, count: int, settings: Settings) -> Shape:
    """The undrawn matches for `count` participants."""
    return shape_from(format_named(name).blueprint(count, settings), count, settings.best_of)

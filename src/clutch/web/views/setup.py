"""The form for a tournament's settings: what was typed, as settings; settings, as what to show."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from clutch.engine import DOUBLE_ELIMINATION, SINGLE_ELIMINATION, GrandFinal
from clutch.kernel.refusals import N_
from clutch.tournaments.drafting import changeable
from clutch.tournaments.models import FormatSettings, PlayedBy, Tournament, Visibility
from clutch.tournaments.settings import FIELDS, Setup, kept_moment, moment_in, zone_of
from clutch.web.forms import Form
from clutch.web.reader import Reader

ANY_SCORE = "any"
BEST_OF = (1, 3, 5, 7, 9)


class SetupForm(Form):
    """The form's fields; what is switched off in the page does not come at all."""

    name: str = ""
    game: str = ""
    description: str = ""
    visibility: Visibility = Visibility.PUBLIC
    played_by: PlayedBy = PlayedBy.SOLO
    roster_min: int | None = None
    roster_max: int | None = None
    max_participants: int = 16
    format: str = SINGLE_ELIMINATION
    third_place: bool = False
    grand_final: str = GrandFinal.DOUBLE
    best_of: str = "1"
    final: str = ""
    starts_at: str = ""
    zone: str = "UTC"
    report_minutes: int = 15
    rules: str = ""

    def settings(self, before: FormatSettings | None = None) -> FormatSettings:
        """The format's settings; those that the other format alone has stay as they are.

        A best-of that was set for single rounds stays too: it has a page of its own.
        """
        kept = before or FormatSettings()
        single = self.format == SINGLE_ELIMINATION
        return FormatSettings(
            third_place=self.third_place and single,
            grand_final=kept.grand_final if single else self.grand_final,
            best_of=games_of(self.best_of),
            rounds=kept.rounds,
            final=games_of(self.final),
        )

    def values(self, before: Tournament | None = None) -> dict[str, Any]:
        """The settings by the names that `Setup` has.

        Raises:
            ZoneUnknown, TimeSkipped, TimeRefused: the start can't be that.
        """
        plain = {name: getattr(self, name) for name in _PLAIN}
        rosters = (self.roster_min or 1, self.roster_max or self.roster_min or 1)
        return plain | {
            "roster_min": rosters[0],
            "roster_max": rosters[1],
            "format_settings": self.settings(None if before is None else before.format_settings),
            "starts_at": self._starts_at(before),
        }

    def _starts_at(self, before: Tournament | None) -> datetime | None:
        wanted = moment_in(self.zone, self.starts_at) if self.starts_at else None
        if before is None or before.zone != self.zone:
            return wanted
        return kept_moment(before.starts_at, wanted, zone_of(self.zone))

    def setup(self) -> Setup:
        return Setup(**self.values())

    def changes(self, before: Tournament) -> dict[str, Any]:
        """What may still change where the tournament stands."""
        open_now = changeable(before)
        return {name: value for name, value in self.values(before).items() if name in open_now}


class EditForm(SetupForm):
    version: int


_PLAIN = frozenset(FIELDS) - {"roster_min", "roster_max", "format_settings", "starts_at"}


def games_of(typed: str) -> int | None:
    """A best-of as the form sends it; "any" and nothing mean that there is none.

    What is no number becomes one that is refused, with the rule in the sentence.
    """
    if typed in {"", ANY_SCORE}:
        return None
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else -1


def shown(setup: Setup | Tournament, zone: str) -> dict[str, Any]:
    """What stands in the form's fields."""
    chosen = setup.format_settings
    values = {name: getattr(setup, name) for name in FIELDS}
    return values | {
        "third_place": chosen.third_place,
        "grand_final": chosen.grand_final,
        "best_of": chosen.best_of or ANY_SCORE,
        "final": chosen.final or "",
        "starts_at": local_text(setup.starts_at, zone),
    }


def local_text(at: datetime | None, zone: str) -> str:
    """A moment as a clock in `zone` shows it, for `<input type="datetime-local">`."""
    return "" if at is None else at.astimezone(zone_of(zone)).strftime("%Y-%m-%dT%H:%M")


def best_of_options(reader: Reader, *, with_default: bool = False) -> list[tuple[str, str]]:
    """The choices of a best-of, in the reader's language."""
    say = reader.gettext
    first = [("", say(N_("Like the other rounds")))] if with_default else []
    games = [(str(number), say(N_("Best of {games}"), games=number)) for number in BEST_OF]
    last = [] if with_default else [(ANY_SCORE, say(N_("Any score: the higher number wins")))]
    return first + games + last


def format_options(reader: Reader) -> list[tuple[str, str, str]]:
    """The formats with what they mean."""
    say = reader.gettext
    return [
        (SINGLE_ELIMINATION, say(N_("Single elimination")), say(N_("Who loses is out."))),
        (
            DOUBLE_ELIMINATION,
            say(N_("Double elimination")),
            say(N_("Who loses goes on in the lower bracket and is out after the second loss.")),
        ),
    ]


def grand_final_options(reader: Reader) -> list[tuple[str, str]]:
    """How the winners of both brackets can meet."""
    say = reader.gettext
    return [
        (
            GrandFinal.DOUBLE.value,
            say(N_("A second one if the lower bracket's side wins the first")),
        ),
        (GrandFinal.SINGLE.value, say(N_("One match decides"))),
        (GrandFinal.NONE.value, say(N_("None: the upper bracket's winner is first"))),
    ]

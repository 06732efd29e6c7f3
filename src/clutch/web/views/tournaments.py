"""What the pages of one tournament have in common: its head, its tabs, who may do what there."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup
from sqlalchemy import Connection

from clutch.accounts.models import Actor
from clutch.kernel.refusals import N_
from clutch.tournaments import policy
from clutch.tournaments.models import RegistrationStatus, Tournament, TournamentId
from clutch.tournaments.queries import see_tournament
from clutch.tournaments.repository import count_registrations
from clutch.web.reader import current_reader
from clutch.web.views.streams import follow


@dataclass(frozen=True, slots=True)
class TournamentFrame:
    """A tournament, how full it is, and whether the visitor runs it.

    `follow` is by what attributes of its body the page follows streams for live updates.
    """

    tournament: Tournament
    admitted: int
    waiting: int
    organizes: bool
    follow: Markup

    @property
    def path(self) -> str:
        return f"/tournaments/{self.tournament.id}"

    @property
    def is_drawn(self) -> bool:
        """Whether there is a bracket to see."""
        return self.tournament.started_at is not None

    @property
    def places_left(self) -> int:
        return max(0, self.tournament.max_participants - self.admitted)

    def tabs(self) -> list[tuple[str, str, str]]:
        """Key, word and address of each tab, in the reader's language."""
        say = current_reader().gettext
        return [
            (key, say(word), f"{self.path}/{key}" if key != "overview" else self.path)
            for key, word, drawn_only in _TABS
            if self.is_drawn or not drawn_only
        ]


_TABS = (
    ("overview", N_("Overview"), False),
    ("bracket", N_("Bracket"), True),
    ("schedule", N_("Schedule"), True),
    ("participants", N_("Participants"), False),
    ("placements", N_("Placements"), True),
    ("rules", N_("Rules"), False),
    ("history", N_("History"), False),
)


def tournament_frame(
    conn: Connection, actor: Actor, tournament_id: str, *streams: str
) -> TournamentFrame:
    """Read what stands on every page of a tournament; `streams` are followed besides its own.

    Raises:
        TournamentMissing: there is none, or it is a draft of others.
    """
    tournament = see_tournament(conn, actor, TournamentId(tournament_id))
    counts = count_registrations(conn, tournament.id)
    return TournamentFrame(
        tournament=tournament,
        admitted=counts[RegistrationStatus.ADMITTED],
        waiting=counts[RegistrationStatus.WAITING],
        organizes=policy.may_organize(conn, actor, tournament),
        follow=follow(conn, [tournament.stream, *streams]),
    )

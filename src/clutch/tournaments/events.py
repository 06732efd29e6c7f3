"""What happens to a tournament up to its draw, and to the tournament as a whole.

Facts hold ids and the organizers' reasons, never names: whose they are is read when they are shown.
"""

from __future__ import annotations

from clutch.kernel.log import Fact, fact

SITE_STREAM = "site"


@fact("tournament-created")
class TournamentCreated(Fact, frozen=True):
    """A draft was made."""


@fact("tournament-edited")
class TournamentEdited(Fact, frozen=True):
    """Settings changed; `fields` are those of `models.Tournament`."""

    fields: tuple[str, ...]


@fact("tournament-moved")
class TournamentMoved(Fact, frozen=True):
    """The status went one step on or back."""

    before: str
    after: str


@fact("tournament-cancelled")
class TournamentCancelled(Fact, frozen=True):
    """The tournament ended early, for good."""

    before: str
    reason: str


@fact("tournament-announced")
class TournamentAnnounced(Fact, frozen=True):
    """In the site's stream: a public tournament is there, has moved on, or is public no longer."""

    tournament_id: str
    status: str


@fact("organizer-added")
class OrganizerAdded(Fact, frozen=True):
    account_id: int


@fact("organizer-removed")
class OrganizerRemoved(Fact, frozen=True):
    account_id: int


@fact("registered")
class Registered(Fact, frozen=True):
    """Somebody asked to play; without room they wait and are no participant yet.

    `by_organizer`: they were added.
    """

    registration_id: int
    account_id: int
    team_id: int | None
    players: tuple[int, ...]
    participant_id: int | None
    by_organizer: bool


@fact("registration-edited")
class RegistrationEdited(Fact, frozen=True):
    """Any of name, players changed."""

    registration_id: int
    fields: tuple[str, ...]


@fact("participant-admitted")
class ParticipantAdmitted(Fact, frozen=True):
    """A registration that waited, or was out, became a participant; `how`: moved-up, organizer."""

    registration_id: int
    participant_id: int
    how: str


@fact("registration-withdrawn")
class RegistrationWithdrawn(Fact, frozen=True):
    """A player or captain took the registration back, or an account was deleted."""

    registration_id: int


@fact("registration-removed")
class RegistrationRemoved(Fact, frozen=True):
    """An organizer took the registration out."""

    registration_id: int
    reason: str


@fact("participant-absent")
class ParticipantAbsent(Fact, frozen=True):
    """Check-in was closed, and they had not checked in."""

    registration_id: int


@fact("checked-in")
class CheckedIn(Fact, frozen=True):
    registration_id: int


@fact("check-in-undone")
class CheckInUndone(Fact, frozen=True):
    registration_id: int


@fact("seeding-changed")
class SeedingChanged(Fact, frozen=True):
    """The participants in seed order; `random_seed` is what shuffled them, if chance did."""

    participants: tuple[int, ...]
    random_seed: int | None


@fact("participant-erased")
class ParticipantErased(Fact, frozen=True):
    """A player's account was deleted: their name is gone from this tournament, results stay."""

    registration_id: int


@fact("player-admitted")
class PlayerAdmitted(Fact, frozen=True):
    """In the player's stream: they play in a tournament."""

    tournament_id: str


@fact("player-waiting")
class PlayerWaiting(Fact, frozen=True):
    """In the player's stream: they wait for a place in a tournament."""

    tournament_id: str


@fact("player-tournament-moved")
class PlayerTournamentMoved(Fact, frozen=True):
    """In the player's stream: a tournament that they play in, or wait for, has another status."""

    tournament_id: str
    status: str


@fact("player-out")
class PlayerOut(Fact, frozen=True):
    """In the player's stream: they don't play after all.

    `how` is the registration's status, or not-in-roster: their team plays without them.
    """

    tournament_id: str
    how: str

"""What happened in tournaments up to the draw, and to the tournament as a whole."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup, escape
from sqlalchemy import Connection, select

from clutch.kernel.log import Event
from clutch.kernel.refusals import N_
from clutch.tournaments import events as facts
from clutch.tournaments.tables import registration, tournament
from clutch.web.sentences import Teller, sentence
from clutch.web.words import tournament_status

_DELETED = N_("deleted player")
_UNKNOWN = N_("a tournament")

_MOVED = {
    ("draft", "registration"): N_("Registration opened."),
    ("registration", "check_in"): N_("Check-in opened."),
    ("registration", "seeding"): N_("Registration closed, without check-in."),
    ("check_in", "seeding"): N_("Check-in closed."),
    ("check_in", "registration"): N_("Back to registration."),
    ("seeding", "registration"): N_("Back to registration."),
    ("seeding", "check_in"): N_("Back to check-in."),
    ("seeding", "running"): N_("Tournament started."),
}
_SETTINGS = {
    "name": N_("name"),
    "game": N_("game"),
    "format": N_("format"),
    "format_settings": N_("format settings"),
    "played_by": N_("who plays"),
    "roster_min": N_("roster size"),
    "roster_max": N_("roster size"),
    "max_participants": N_("number of places"),
    "starts_at": N_("start"),
    "zone": N_("time zone"),
    "visibility": N_("visibility"),
    "report_minutes": N_("report deadline"),
    "description": N_("description"),
    "rules": N_("rules"),
}
_OUT = {
    "withdrawn": N_("Registration for {tournament} withdrawn."),
    "removed": N_("Registration for {tournament} removed by an organizer."),
    "absent": N_("Check-in of {tournament} missed."),
    "not-in-roster": N_("No longer in the roster for {tournament}."),
}


@sentence("tournament-created")
def created(teller: Teller, _: Event, __: facts.TournamentCreated) -> Markup:
    return teller.say(N_("Draft made."))


@sentence("tournament-edited")
def edited(teller: Teller, _: Event, fact: facts.TournamentEdited) -> Markup:
    words = dict.fromkeys(_SETTINGS.get(name, name) for name in fact.fields)
    named = ", ".join(teller.reader.gettext(word) for word in words)
    return teller.say(N_("Settings changed: {settings}."), settings=named)


@sentence("tournament-moved")
def moved(teller: Teller, _: Event, fact: facts.TournamentMoved) -> Markup:
    return teller.say(_MOVED[fact.before, fact.after])


@sentence("tournament-cancelled")
def cancelled(teller: Teller, _: Event, fact: facts.TournamentCancelled) -> Markup:
    return teller.say(N_("Tournament cancelled: {reason}"), reason=escape(fact.reason))


@sentence("tournament-announced")
def announced(teller: Teller, _: Event, fact: facts.TournamentAnnounced) -> Markup:
    link, status = _tournament(teller, fact.tournament_id), tournament_status(fact.status)
    return teller.say(N_("{tournament}: {status}."), tournament=link, status=status)


@sentence("organizer-added")
def organizer_added(teller: Teller, _: Event, fact: facts.OrganizerAdded) -> Markup:
    person = teller.person(fact.account_id)
    return teller.say(N_("Co-organizer added: {person}."), person=person)


@sentence("organizer-removed")
def organizer_removed(teller: Teller, _: Event, fact: facts.OrganizerRemoved) -> Markup:
    person = teller.person(fact.account_id)
    return teller.say(N_("Co-organizer removed: {person}."), person=person)


@sentence("registered")
def registered(teller: Teller, event: Event, fact: facts.Registered) -> Markup:
    name = _name(teller, event, fact.registration_id)
    if fact.participant_id is None:
        return teller.say(N_("Registered for the waiting list: {name}."), name=name)
    return teller.say(N_("Registered: {name}."), name=name)


@sentence("registration-edited")
def registration_edited(teller: Teller, event: Event, fact: facts.RegistrationEdited) -> Markup:
    name = _name(teller, event, fact.registration_id)
    if fact.fields == ("name",):
        return teller.say(N_("Display name changed: {name}."), name=name)
    return teller.say(N_("Roster changed: {name}."), name=name)


@sentence("participant-admitted")
def admitted(teller: Teller, event: Event, fact: facts.ParticipantAdmitted) -> Markup:
    name = _name(teller, event, fact.registration_id)
    if fact.how == "organizer":
        return teller.say(N_("Admitted by an organizer: {name}."), name=name)
    return teller.say(N_("Moved up from the waiting list: {name}."), name=name)


@sentence("registration-withdrawn")
def withdrawn(teller: Teller, event: Event, fact: facts.RegistrationWithdrawn) -> Markup:
    name = _name(teller, event, fact.registration_id)
    return teller.say(N_("Registration withdrawn: {name}."), name=name)


@sentence("registration-removed")
def removed(teller: Teller, event: Event, fact: facts.RegistrationRemoved) -> Markup:
    name = _name(teller, event, fact.registration_id)
    return teller.say(N_("Removed: {name}. Reason: {reason}"), name=name, reason=fact.reason)


@sentence("participant-absent")
def absent(teller: Teller, event: Event, fact: facts.ParticipantAbsent) -> Markup:
    name = _name(teller, event, fact.registration_id)
    return teller.say(N_("Out, not checked in: {name}."), name=name)


@sentence("checked-in")
def checked_in(teller: Teller, event: Event, fact: facts.CheckedIn) -> Markup:
    return teller.say(N_("Checked in: {name}."), name=_name(teller, event, fact.registration_id))


@sentence("check-in-undone")
def check_in_undone(teller: Teller, event: Event, fact: facts.CheckInUndone) -> Markup:
    name = _name(teller, event, fact.registration_id)
    return teller.say(N_("Check-in taken back: {name}."), name=name)


@sentence("seeding-changed")
def seeding_changed(teller: Teller, _: Event, fact: facts.SeedingChanged) -> Markup:
    if fact.random_seed is None:
        return teller.say(N_("Seeds set."))
    number = Markup("<code>{}</code>").format(str(fact.random_seed))
    return teller.say(N_("Seeds set by chance, with the number {number}."), number=number)


@sentence("participant-erased")
def erased(teller: Teller, _: Event, __: facts.ParticipantErased) -> Markup:
    return teller.say(N_("A player deleted their account: the name is gone, results stay."))


@sentence("player-admitted")
def player_admitted(teller: Teller, _: Event, fact: facts.PlayerAdmitted) -> Markup:
    link = _tournament(teller, fact.tournament_id)
    return teller.say(N_("Plays in {tournament}."), tournament=link)


@sentence("player-waiting")
def player_waiting(teller: Teller, _: Event, fact: facts.PlayerWaiting) -> Markup:
    link = _tournament(teller, fact.tournament_id)
    return teller.say(N_("Waits for a place in {tournament}."), tournament=link)


@sentence("player-out")
def player_out(teller: Teller, _: Event, fact: facts.PlayerOut) -> Markup:
    return teller.say(_OUT[fact.how], tournament=_tournament(teller, fact.tournament_id))


@sentence("player-tournament-moved")
def player_moved(teller: Teller, _: Event, fact: facts.PlayerTournamentMoved) -> Markup:
    link, status = _tournament(teller, fact.tournament_id), tournament_status(fact.status)
    return teller.say(N_("{tournament}: {status}."), tournament=link, status=status)


def _name(teller: Teller, event: Event, registration_id: int) -> Markup:
    names: Mapping[int, str | None] = teller.once(
        ("registrations", event.stream), lambda conn: _names(conn, event.stream)
    )
    name = names.get(registration_id)
    if name is None:
        return Markup('<span class="gone">{}</span>').format(teller.reader.gettext(_DELETED))
    return Markup("<bdi>{}</bdi>").format(name)


def _names(conn: Connection, stream: str) -> dict[int, str | None]:
    """Every registration's display name, in one look."""
    of_it = registration.c.tournament_id == stream.removeprefix("tournament-")
    rows = conn.execute(select(registration.c.id, registration.c.name).where(of_it))
    return {row.id: row.name for row in rows}


def _tournament(teller: Teller, tournament_id: str) -> Markup:
    def find(conn: Connection) -> str | None:
        wanted = select(tournament.c.name).where(tournament.c.id == tournament_id)
        return conn.execute(wanted).scalar()

    name = teller.once(("tournament", tournament_id), find)
    if name is None:
        return escape(teller.reader.gettext(_UNKNOWN))
    link = Markup('<a href="/tournaments/{}"><bdi>{}</bdi></a>')
    return link.format(tournament_id, name)

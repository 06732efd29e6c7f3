"""What happened in teams, in plain language."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup, escape

from clutch.kernel.log import Event
from clutch.kernel.refusals import N_
from clutch.teams import events
from clutch.teams.models import TeamId
from clutch.teams.queries import find_team
from clutch.web.sentences import Teller, sentence

_FIELDS = {"name": N_("the name"), "tag": N_("the tag"), "colour": N_("the colour")}


@sentence("team-created")
def created(teller: Teller, _: Event, fact: events.TeamCreated) -> Markup:
    return teller.say(
        N_("Team {team} created; captain: {person}."),
        team=_team(teller, fact.team_id),
        person=teller.person(fact.captain_id),
    )


@sentence("team-changed")
def changed(teller: Teller, _: Event, fact: events.TeamChanged) -> Markup:
    fields = [teller.reader.gettext(_FIELDS[field]) for field in fact.fields]
    return teller.say(
        N_("Team {team} changed: {fields}."), team=_team(teller, fact.team_id), fields=fields
    )


@sentence("team-disbanded")
def disbanded(teller: Teller, _: Event, fact: events.TeamDisbanded) -> Markup:
    return teller.say(N_("Team {team} disbanded."), team=_team(teller, fact.team_id))


@sentence("team-captain-changed")
def captain_changed(teller: Teller, _: Event, fact: events.CaptainChanged) -> Markup:
    return teller.say(
        N_("Captaincy of {team} handed over: {before} → {after}."),
        team=_team(teller, fact.team_id),
        before=teller.person(fact.before),
        after=teller.person(fact.after),
    )


@sentence("team-member-joined")
def joined(teller: Teller, _: Event, fact: events.MemberJoined) -> Markup:
    return _of_member(teller, N_("Joined {team} by invite: {person}."), fact)


@sentence("team-member-left")
def left(teller: Teller, _: Event, fact: events.MemberLeft) -> Markup:
    if fact.ending == "removed":
        return _of_member(teller, N_("Taken out of {team} by its captain: {person}."), fact)
    if fact.ending == "erased":
        return _of_member(
            teller, N_("Left {team} because the account was deleted: {person}."), fact
        )
    return _of_member(teller, N_("Left {team}: {person}."), fact)


@sentence("team-invite-made")
def invite_made(teller: Teller, _: Event, fact: events.InviteMade) -> Markup:
    team = _team(teller, fact.team_id)
    until = teller.reader.moment(fact.expires_at)
    if fact.uses_limit is None:
        return teller.say(
            N_("Invite into {team} made, for any number of people until {until}."),
            team=team,
            until=until,
        )
    return teller.say_number(
        "Invite into {team} made, for {number} person until {until}.",
        "Invite into {team} made, for {number} people until {until}.",
        fact.uses_limit,
        team=team,
        until=until,
    )


@sentence("team-invite-revoked")
def invite_revoked(teller: Teller, _: Event, fact: events.InviteRevoked) -> Markup:
    return teller.say(N_("Invite into {team} taken back."), team=_team(teller, fact.team_id))


@sentence("player-joined-team")
def player_joined(teller: Teller, _: Event, fact: events.PlayerJoinedTeam) -> Markup:
    return teller.say(N_("Now in the team {team}."), team=_team(teller, fact.team_id))


@sentence("player-left-team")
def player_left(teller: Teller, _: Event, fact: events.PlayerLeftTeam) -> Markup:
    return teller.say(N_("No longer in the team {team}."), team=_team(teller, fact.team_id))


def _of_member(teller: Teller, text: str, fact: Any) -> Markup:
    team, person = _team(teller, fact.team_id), teller.person(fact.account_id)
    return teller.say(text, team=team, person=person)


def _team(teller: Teller, team_id: int) -> Markup:
    """The team's name as it is today, linked."""
    team = teller.once(("team", team_id), lambda conn: find_team(conn, TeamId(team_id)))
    if team is None:
        return escape(str(team_id))
    return Markup('<a class="team" href="/teams/{}"><bdi>{}</bdi></a>').format(team_id, team.name)

"""The captain changes the team, hands it over, or ends it."""

from __future__ import annotations

from typing import Any

from clutch.accounts.models import AccountId, Actor
from clutch.kernel.writing import Transaction
from clutch.teams.colours import check_colour
from clutch.teams.events import CaptainChanged, TeamChanged, TeamDisbanded
from clutch.teams.models import Ending, Team, TeamId
from clutch.teams.names import check_tag, check_team_name
from clutch.teams.policy import require_lead
from clutch.teams.queries import roster
from clutch.teams.refusals import AlreadyCaptain, NotMember
from clutch.teams.repository import end_memberships, lock_team, update_team

_FREE_NAME = {"name_folded": None, "name_skeleton": None, "name_shape": None}


def change_team(
    tx: Transaction,
    actor: Actor,
    team_id: TeamId,
    version: int,
    *,
    name: str | None = None,
    tag: str | None = None,
    colour: str | None = None,
) -> Team:
    """Change what is given; nothing happens when all of it is as it was.

    Tournaments keep what they were told when the team registered.

    Raises:
        TeamMissing, TeamIsDisbanded, VersionStale: the team is not as the actor saw it.
        LoginRequired, ScopeNeeded, NotCaptain: it is not the actor's to do.
        NameRefused, TagRefused, TagReserved, ColourRefused: by the rule that is broken.
        TeamNameTaken, TeamNameLooksTaken: another living team is called so.
    """
    team = lock_team(tx, team_id, version)
    require_lead(actor, team)
    wanted = _checked(name, tag, colour)
    changes = {column: value for column, value in wanted.items() if value != getattr(team, column)}
    if not changes:
        return team
    fact = TeamChanged(team_id=team.id, fields=tuple(sorted(changes)))
    tx.append(team.stream, fact, actor_id=actor.account_id)
    return update_team(tx, team, **changes)


def transfer_captaincy(
    tx: Transaction, actor: Actor, team_id: TeamId, version: int, account_id: AccountId
) -> Team:
    """Make another member the captain; the one before stays a member.

    Raises:
        TeamMissing, TeamIsDisbanded, VersionStale: the team is not as the actor saw it.
        LoginRequired, ScopeNeeded, NotCaptain: it is not the actor's to do.
        NotMember: the new captain must be in the team.
        AlreadyCaptain: they are the captain.
    """
    team = lock_team(tx, team_id, version)
    require_lead(actor, team)
    if account_id == team.captain_id:
        raise AlreadyCaptain(team=team.name)
    if account_id not in {member.account_id for member in roster(tx.conn, team_id)}:
        raise NotMember(team=team.name, field="account_id")
    return hand_over(tx, actor, team, account_id)


def hand_over(tx: Transaction, actor: Actor, team: Team, account_id: AccountId) -> Team:
    """The captaincy goes to this member; who may do that was asked before."""
    assert team.captain_id is not None, "a living team has a captain"
    fact = CaptainChanged(team_id=team.id, before=team.captain_id, after=account_id)
    tx.append(team.stream, fact, actor_id=actor.account_id)
    return update_team(tx, team, captain_id=account_id)


def disband_team(tx: Transaction, actor: Actor, team_id: TeamId, version: int) -> Team:
    """End the team: everybody leaves, invites stop working, the name is free; its page stays.

    Raises:
        TeamMissing, TeamIsDisbanded, VersionStale: the team is not as the actor saw it.
        LoginRequired, ScopeNeeded, NotCaptain: it is not the actor's to do.
    """
    team = lock_team(tx, team_id, version)
    require_lead(actor, team)
    return end_team(tx, actor, team, Ending.DISBANDED)


def end_team(tx: Transaction, actor: Actor, team: Team, ending: Ending) -> Team:
    """End the team; who may do that was asked before. `ending` is how those who are in it leave."""
    end_memberships(tx, actor, team.id, ending)
    tx.append(team.stream, TeamDisbanded(team_id=team.id), actor_id=actor.account_id)
    return update_team(tx, team, captain_id=None, disbanded_at=tx.now, **_FREE_NAME)


def _checked(name: str | None, tag: str | None, colour: str | None) -> dict[str, Any]:
    wanted: dict[str, Any] = {}
    if name is not None:
        wanted["name"] = check_team_name(name)
    if tag is not None:
        wanted["tag"] = check_tag(tag)
    if colour is not None:
        wanted["colour"] = check_colour(colour)
    return wanted

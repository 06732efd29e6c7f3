"""A team begins."""

from __future__ import annotations

from clutch.accounts.models import Actor
from clutch.accounts.repository import lock_account
from clutch.kernel.writing import Transaction
from clutch.teams.colours import check_colour
from clutch.teams.events import TeamCreated
from clutch.teams.models import Team
from clutch.teams.names import check_tag, check_team_name
from clutch.teams.policy import require_player
from clutch.teams.repository import insert_member, insert_team


def create_team(tx: Transaction, actor: Actor, name: str, tag: str, colour: str) -> Team:
    """A new team; who creates it is its captain and first member.

    Raises:
        LoginRequired, ScopeNeeded: who asks may not.
        NameRefused, TagRefused, TagReserved, ColourRefused: by the rule that is broken.
        TeamNameTaken, TeamNameLooksTaken: another living team is called so.
    """
    captain_id = require_player(actor)
    lock_account(tx, captain_id)
    team = insert_team(tx, check_team_name(name), check_tag(tag), check_colour(colour), captain_id)
    tx.lock(team.stream)
    tx.append(team.stream, TeamCreated(team_id=team.id, captain_id=captain_id), actor_id=captain_id)
    insert_member(tx, actor, team.id, captain_id)
    return team

"""Rows of teams, written: what the verbs have in common. Only verbs call it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from clutch.accounts.events import stream_of as player_stream
from clutch.accounts.models import AccountId, Actor
from clutch.accounts.names import NameKeys, name_keys
from clutch.kernel.refusals import VersionStale
from clutch.kernel.writing import Transaction
from clutch.teams.events import PlayerJoinedTeam, PlayerLeftTeam
from clutch.teams.models import Ending, Invite, InviteId, Team, TeamId, stream_of
from clutch.teams.refusals import TeamMissing, TeamNameLooksTaken, TeamNameTaken
from clutch.teams.tables import membership, team, team_invite

TEAM_COLUMNS: tuple[Any, ...] = tuple(team.c[name] for name in Team.__dataclass_fields__)
INVITE_COLUMNS: tuple[Any, ...] = tuple(team_invite.c[name] for name in Invite.__dataclass_fields__)


def team_of(row: Any) -> Team:
    """The team in a row that begins with `TEAM_COLUMNS`."""
    return Team(
        id=TeamId(row.id),
        name=row.name,
        tag=row.tag,
        colour=row.colour,
        captain_id=None if row.captain_id is None else AccountId(row.captain_id),
        version=row.version,
        created_at=row.created_at,
        disbanded_at=row.disbanded_at,
    )


def invite_of(row: Any) -> Invite:
    """The invite in a row of `INVITE_COLUMNS`."""
    return Invite(
        id=InviteId(row.id),
        team_id=TeamId(row.team_id),
        start=row.start,
        created_by=None if row.created_by is None else AccountId(row.created_by),
        created_at=row.created_at,
        expires_at=row.expires_at,
        uses_limit=row.uses_limit,
        uses=row.uses,
        revoked_at=row.revoked_at,
    )


def lock_team(tx: Transaction, team_id: TeamId, version: int | None = None) -> Team:
    """The team as it is now, nobody else changing anything in it until the transaction ends.

    Raises:
        TeamMissing: there is none.
        VersionStale: it is not at `version` any more.
    """
    row = tx.conn.execute(select(team.c.id).where(team.c.id == team_id)).one_or_none()
    if row is None:
        raise TeamMissing
    tx.lock(stream_of(team_id))
    found = read_team(tx, team_id)
    if version is not None and found.version != version:
        raise VersionStale(seen=version, current=found.version)
    return found


def read_team(tx: Transaction, team_id: TeamId) -> Team:
    """The team as this transaction sees it."""
    return team_of(tx.conn.execute(select(*TEAM_COLUMNS).where(team.c.id == team_id)).one())


def insert_team(tx: Transaction, name: str, tag: str, colour: str, captain_id: AccountId) -> Team:
    """A new team without members.

    Raises:
        TeamNameTaken, TeamNameLooksTaken: also when somebody takes the name at this very moment.
    """
    row = (
        _named(name)
        | _tagged(tag)
        | {"colour": colour, "captain_id": captain_id, "version": 1, "created_at": tx.now}
    )
    refuse_taken(tx, name, None)
    team_id = _or_taken(tx, name, None, insert(team).values(row).returning(team.c.id))
    return read_team(tx, TeamId(team_id))


def update_team(tx: Transaction, before: Team, **values: Any) -> Team:
    """Set columns and count the version up; a new `name` or `tag` brings its keys.

    Raises:
        TeamNameTaken, TeamNameLooksTaken: as for a new team.
    """
    changes = values | {"version": before.version + 1}
    changes |= _named(values["name"]) if "name" in values else {}
    changes |= _tagged(values["tag"]) if "tag" in values else {}
    statement = update(team).where(team.c.id == before.id).values(changes).returning(team.c.id)
    if "name" in values:
        refuse_taken(tx, values["name"], before.id)
        _or_taken(tx, values["name"], before.id, statement)
    else:
        tx.conn.execute(statement)
    return read_team(tx, before.id)


def refuse_taken(tx: Transaction, name: str, but: TeamId | None) -> None:
    """Refuse a name that another living team has, or that looks like one.

    Raises:
        TeamNameTaken, TeamNameLooksTaken: whose name it is stands in the refusal.
    """
    keys = name_keys(name)
    found = tx.conn.execute(_alike(keys, but)).first()
    if found is not None:
        raise (TeamNameTaken if found.name_folded == keys.folded else TeamNameLooksTaken)(
            taken=found.name
        )


def insert_member(tx: Transaction, actor: Actor, team_id: TeamId, account_id: AccountId) -> None:
    """Put somebody in; it stands in their own stream too."""
    tx.conn.execute(
        insert(membership).values(team_id=team_id, account_id=account_id, joined_at=tx.now)
    )
    tx.append(
        player_stream(account_id), PlayerJoinedTeam(team_id=team_id), actor_id=actor.account_id
    )


def end_memberships(
    tx: Transaction,
    actor: Actor,
    team_id: TeamId,
    ending: Ending,
    account_id: AccountId | None = None,
) -> int:
    """End one member's time in the team, or everybody's; gives how many left.

    It stands in their own streams too.
    """
    still_in = [membership.c.team_id == team_id, membership.c.left_at.is_(None)]
    if account_id is not None:
        still_in.append(membership.c.account_id == account_id)
    leaving = tx.conn.execute(
        update(membership)
        .where(*still_in)
        .values(left_at=tx.now, ending=ending.value)
        .returning(membership.c.account_id)
    )
    gone = sorted(leaving.scalars())
    for one in gone:
        tx.append(
            player_stream(AccountId(one)),
            PlayerLeftTeam(team_id=team_id),
            actor_id=actor.account_id,
        )
    return len(gone)


def _named(name: str) -> dict[str, Any]:
    keys = name_keys(name)
    return {
        "name": name,
        "name_folded": keys.folded,
        "name_skeleton": keys.skeleton,
        "name_shape": keys.shape,
    }


def _tagged(tag: str) -> dict[str, Any]:
    return {"tag": tag, "tag_folded": name_keys(tag).folded}


def _alike(keys: NameKeys, but: TeamId | None) -> Select[Any]:
    return (
        select(team.c.name, team.c.name_folded)
        .where(
            or_(
                team.c.name_folded == keys.folded,
                team.c.name_skeleton == keys.skeleton,
                team.c.name_shape == keys.shape,
            ),
            team.c.id != (but or 0),
        )
        .order_by((team.c.name_folded == keys.folded).desc())
        .limit(1)
    )


def _or_taken(tx: Transaction, name: str, but: TeamId | None, statement: Any) -> int:
    # Two teams at once may both have found the name free: the unique indexes let one through,
    # and the other looks again.
    try:
        with tx.conn.begin_nested():
            return int(tx.conn.execute(statement).scalar_one())
    except IntegrityError:
        refuse_taken(tx, name, but)
        raise

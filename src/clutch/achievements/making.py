"""Organizers make achievements for their community, change them and retire them."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select, update

from clutch.accounts.models import LANGUAGES, AccountId, Actor, Role, Scope
from clutch.accounts.names import clean_name, visible_length
from clutch.achievements.events import (
    OwnAchievementEdited,
    OwnAchievementMade,
    OwnAchievementRetired,
)
from clutch.achievements.own import (
    IN_A_ROW,
    MOST_OF_ADMINS,
    MOST_PER_OWNER,
    MOST_TIERS,
    NAME_LIMIT,
    TARGET_LIMIT,
    TEXT_LIMIT,
    Making,
    OwnAchievement,
    Words,
)
from clutch.achievements.own_rows import count_living, find_own, values_of
from clutch.achievements.refusals import (
    AchievementMissing,
    AchievementRetired,
    EverywhereRefused,
    NotYourAchievement,
    TargetRefused,
    TiersRefused,
    TooManyAchievements,
    WordsMissing,
    WordsTooLong,
)
from clutch.achievements.tables import own_achievement
from clutch.engine import FORMATS
from clutch.kernel.log import Fact
from clutch.kernel.refusals import VersionStale
from clutch.kernel.writing import Transaction
from clutch.tournaments.refusals import FormatRefused
from clutch.tournaments.settings import check_game, check_text


def may_make(actor: Actor) -> bool:
    """Organizers and admins make achievements of their own."""
    return actor.has(Role.ORGANIZER) and actor.allows(Scope.TOURNAMENTS_WRITE)


def require_maker(actor: Actor) -> AccountId:
    """Insist on somebody who may make achievements; gives their account.

    Raises:
        LoginRequired, RoleNeeded, ScopeNeeded: who asks may not.
    """
    actor.require(Role.ORGANIZER)
    actor.require_scope(Scope.TOURNAMENTS_WRITE)
    return actor.require_login()


def get_own(conn: Connection, actor: Actor, own_id: int) -> OwnAchievement:
    """One that the actor may change.

    Raises:
        LoginRequired, RoleNeeded, ScopeNeeded: who asks may make none at all.
        AchievementMissing: there is none; NotYourAchievement: somebody else made it.
    """
    account_id = require_maker(actor)
    found = find_own(conn, own_id)
    if found is None:
        raise AchievementMissing
    if found.owner_id != account_id and not actor.has(Role.ADMIN):
        raise NotYourAchievement
    return found


def make_own(tx: Transaction, actor: Actor, wished: Making) -> OwnAchievement:
    """A new one; who holds it already finds out when the log is next followed.

    Raises:
        LoginRequired, RoleNeeded, ScopeNeeded, EverywhereRefused: who asks may not.
        TooManyAchievements: they have as many as there may be.
        As `check_making`: what was chosen can't be.
    """
    owner_id = require_maker(actor)
    making = check_making(actor, wished)
    tx.lock(f"player-{owner_id}")
    limit = MOST_OF_ADMINS if actor.has(Role.ADMIN) else MOST_PER_OWNER
    if count_living(tx.conn, owner_id) >= limit:
        raise TooManyAchievements(limit=limit)
    row = {"owner_id": owner_id, "version": 1, "created_at": tx.now} | values_of(making)
    made = insert(own_achievement).values(row).returning(own_achievement.c.id)
    own_id = tx.conn.execute(made).scalar_one()
    _tell(tx, actor, owner_id, OwnAchievementMade(own_id=own_id))
    return _again(tx, own_id)


def edit_own(
    tx: Transaction, actor: Actor, own_id: int, version: int, wished: Making
) -> OwnAchievement:
    """Change what it takes or its words; it is taken back from those for whom it no longer holds.

    Raises:
        As `make_own`, as `get_own`; VersionStale, AchievementRetired: it is another one by now.
    """
    found = _lock_own(tx, actor, own_id, version)
    making = check_making(actor, wished)
    return _change(tx, actor, found, OwnAchievementEdited(own_id=own_id), **values_of(making))


def retire_own(tx: Transaction, actor: Actor, own_id: int, version: int) -> OwnAchievement:
    """Nothing counts for it from now on; who holds it keeps it.

    Raises:
        As `get_own`; VersionStale, AchievementRetired: it is another one by now.
    """
    found = _lock_own(tx, actor, own_id, version)
    return _change(tx, actor, found, OwnAchievementRetired(own_id=own_id), retired_at=tx.now)


def retire_all(tx: Transaction, account_id: AccountId) -> None:
    """Those of a deleted account are retired: nobody is left to answer for them."""
    mine = select(own_achievement.c.id).where(
        own_achievement.c.owner_id == account_id, own_achievement.c.retired_at.is_(None)
    )
    for own_id in tx.conn.execute(mine.order_by(own_achievement.c.id)).scalars().all():
        tx.conn.execute(
            update(own_achievement)
            .where(own_achievement.c.id == own_id)
            .values(retired_at=tx.now, version=own_achievement.c.version + 1)
        )
        fact = OwnAchievementRetired(own_id=own_id)
        tx.append(f"player-{account_id}", fact, actor_id=account_id)


def check_making(actor: Actor, wished: Making) -> Making:
    """What was chosen, cleaned.

    Raises:
        EverywhereRefused, TargetRefused, TiersRefused, WordsMissing, WordsTooLong, TextTooLong,
        TextNotPrintable, GameRefused, FormatRefused: it can't be so.
    """
    if wished.everywhere and not actor.has(Role.ADMIN):
        raise EverywhereRefused
    if wished.format is not None and wished.format not in FORMATS:
        raise FormatRefused
    return Making(
        rule=wished.rule,
        targets=_check_targets(wished),
        words=_check_words(wished.words),
        game=check_game(wished.game) if wished.game else None,
        format=wished.format,
        everywhere=wished.everywhere,
    )


def _check_targets(wished: Making) -> tuple[int, ...]:
    targets = wished.targets
    if not 1 <= len(targets) <= MOST_TIERS or list(targets) != sorted(set(targets)):
        raise TiersRefused(most=MOST_TIERS)
    # One alone is not in a row yet.
    least = 2 if wished.rule in IN_A_ROW else 1
    if not least <= targets[0] <= targets[-1] <= TARGET_LIMIT:
        raise TargetRefused(least=least, most=TARGET_LIMIT)
    return targets


def _check_words(words: dict[str, Words]) -> dict[str, Words]:
    cleaned = [(one, _clean(one, words[one])) for one in LANGUAGES if one in words]
    given: dict[str, Words] = {one: said for one, said in cleaned if said.name or said.text}
    if not given or not all(said.name and said.text for said in given.values()):
        raise WordsMissing
    return given


def _clean(language: str, said: Words) -> Words:
    return Words(
        name=_check_line(said.name, f"name_{language}", NAME_LIMIT),
        text=_check_line(said.text, f"text_{language}", TEXT_LIMIT),
    )


def _check_line(raw: str, field: str, limit: int) -> str:
    line = clean_name(check_text(raw, field, limit * 8))
    length = visible_length(line)
    if length > limit:
        raise WordsTooLong(field=field, length=length, limit=limit)
    return line


def _lock_own(tx: Transaction, actor: Actor, own_id: int, version: int) -> OwnAchievement:
    tx.lock(f"player-{get_own(tx.conn, actor, own_id).owner_id}")
    found = get_own(tx.conn, actor, own_id)
    if found.version != version:
        raise VersionStale(seen=version, current=found.version)
    if found.retired_at is not None:
        raise AchievementRetired
    return found


def _change(
    tx: Transaction, actor: Actor, found: OwnAchievement, fact: Fact, **values: object
) -> OwnAchievement:
    tx.conn.execute(
        update(own_achievement)
        .where(own_achievement.c.id == found.id)
        .values(**values, version=found.version + 1)
    )
    _tell(tx, actor, found.owner_id, fact)
    return _again(tx, found.id)


def _tell(tx: Transaction, actor: Actor, owner_id: AccountId, fact: Fact) -> None:
    tx.append(f"player-{owner_id}", fact, actor_id=actor.account_id)


def _again(tx: Transaction, own_id: int) -> OwnAchievement:
    found = find_own(tx.conn, own_id)
    assert found is not None, "it was written in this transaction"
    return found

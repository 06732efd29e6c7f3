"""Achievements over the API: the catalogue, what is held, challenges, organizers' own."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import Connection
from starlette.responses import Response

from clutch.accounts.models import AccountId
from clutch.accounts.queries import get_player
from clutch.achievements.making import (
    check_making,
    edit_own,
    make_own,
    require_maker,
    retire_own,
)
from clutch.achievements.own import MOST_TIERS, Making, OwnAchievement, Rule, Words
from clutch.achievements.own_rows import all_own, find_own
from clutch.achievements.queries import Holding, goals_at, goals_of, holding_of, preview_own
from clutch.achievements.record import Holder
from clutch.achievements.refusals import AchievementMissing
from clutch.achievements.shares import Counted
from clutch.teams.models import TeamId
from clutch.teams.queries import get_team
from clutch.web.answers import ApiIn, answers
from clutch.web.views.achievement_answers import (
    AchievementsOut,
    CatalogueOut,
    ChallengesOut,
    OwnOut,
    PreviewOut,
    catalogue_out,
    goals_out,
    holding_out,
    own_out,
    preview_out,
)
from clutch.web.views.achievements import own_by_key, player, team_holder, told
from clutch.web.visit import ApiVisit, ApiVisitDep

router = APIRouter(tags=["achievements"])

Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
Target = Annotated[int, Field(ge=1, le=2**31 - 1)]
Short = Annotated[str, Field(max_length=2000)]


class WordsIn(ApiIn):
    name: Short = ""
    text: Short = ""


class OwnIn(ApiIn):
    """`targets` of one to three tiers, rising. `words` by language, `en` or `ru`; one is enough.

    `game`, `format` null: any.
    """

    rule: Rule
    targets: list[Annotated[int, Field(ge=1, le=2**31 - 1)]] = Field(
        min_length=1, max_length=MOST_TIERS
    )
    words: dict[Literal["en", "ru"], WordsIn] = Field(max_length=2)
    game: Short | None = None
    format: Short | None = None
    everywhere: bool = False

    @property
    def making(self) -> Making:
        words = {str(key): Words(said.name, said.text) for key, said in self.words.items()}
        return Making(
            self.rule, tuple(self.targets), words, self.game, self.format, self.everywhere
        )


@router.get("/achievements", **answers(CatalogueOut))
def catalogue_route(visit: ApiVisitDep) -> Response:
    """All that can be reached, and how many of a hundred have it."""

    def ask(conn: Connection) -> tuple[Counted, Holding | None]:
        me = visit.actor.account_id
        return visit.site.shares.read(conn), None if me is None else holding_of(conn, player(me))

    counted, mine = told(visit.site, ask) or (None, None)
    return visit.json(catalogue_out(visit.reader, counted, mine, visit.now))


@router.get("/challenges", **answers(ChallengesOut))
def challenges_route(visit: ApiVisitDep) -> Response:
    """Today's and this week's challenges, and how far the caller is."""
    me = visit.actor.account_id
    goals = told(visit.site, lambda conn: goals_of(conn, me, visit.now))
    listed = goals_at(visit.now) if goals is None else goals
    return visit.json(goals_out(visit.reader, listed, is_missing=goals is None))


@router.get("/players/{player_id}/achievements", **answers(AchievementsOut))
def player_achievements(player_id: Id, visit: ApiVisitDep) -> Response:
    """What a player holds, challenges included, and how far they are."""
    with visit.read() as conn:
        get_player(conn, AccountId(player_id))
    return _holding(visit, player(player_id), is_own=visit.actor.account_id == player_id)


@router.get("/teams/{team_id}/achievements", **answers(AchievementsOut))
def team_achievements(team_id: Id, visit: ApiVisitDep) -> Response:
    """What a team holds, and how far it is."""
    with visit.read() as conn:
        get_team(conn, TeamId(team_id))
    return _holding(visit, team_holder(team_id), is_own=False)


@router.get("/own-achievements", **answers(list[OwnOut]))
def own_list(visit: ApiVisitDep) -> Response:
    """Organizers' own achievements, oldest first."""
    with visit.read() as conn:
        return visit.json([own_out(one) for one in all_own(conn)])


@router.post("/own-achievements", status_code=201, **answers(OwnOut, 201))
def own_make(body: OwnIn, visit: ApiVisitDep) -> Response:
    """Make one; who has reached it already gets it within a second."""
    return visit.mutate(lambda tx: own_out(make_own(tx, visit.actor, body.making)), status=201)


@router.post("/own-achievements/preview", **answers(PreviewOut))
def own_preview(body: OwnIn, visit: ApiVisitDep) -> Response:
    """Who would hold it now, if it were made so."""
    owner_id = require_maker(visit.actor)
    making = check_making(visit.actor, body.making)
    with visit.read() as conn:
        found = preview_own(conn, owner_id, making, visit.now)
    return visit.json(preview_out(found))


@router.get("/own-achievements/{own_id}", **answers(OwnOut))
def own_one(own_id: Id, visit: ApiVisitDep) -> Response:
    """One of them."""
    with visit.read() as conn:
        return visit.json(own_out(_find(conn, own_id)))


@router.put("/own-achievements/{own_id}", **answers(OwnOut, versioned=True))
def own_edit(own_id: Id, body: OwnIn, visit: ApiVisitDep) -> Response:
    """Change it; it is taken back from those for whom it no longer holds."""
    version = visit.version()
    return visit.mutate(lambda tx: own_out(edit_own(tx, visit.actor, own_id, version, body.making)))


@router.post("/own-achievements/{own_id}/retire", **answers(OwnOut, versioned=True))
def own_retire(own_id: Id, visit: ApiVisitDep) -> Response:
    """Nobody can reach it any more; who holds it keeps it."""
    version = visit.version()
    return visit.mutate(lambda tx: own_out(retire_own(tx, visit.actor, own_id, version)))


def _holding(visit: ApiVisit, holder: Holder, *, is_own: bool) -> Response:
    def ask(conn: Connection) -> tuple[Holding, dict[str, OwnAchievement]]:
        return holding_of(conn, holder), own_by_key(conn)

    holding, own = told(visit.site, ask) or (None, {})
    return visit.json(holding_out(visit.reader, holding, own, is_own=is_own))


def _find(conn: Connection, own_id: int) -> OwnAchievement:
    found = find_own(conn, own_id)
    if found is None:
        raise AchievementMissing
    return found

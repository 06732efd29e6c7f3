"""Accounts over the API: signing up, one's own account, tokens, sessions, and other players."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from clutch.accounts.login import confirm_password
from clutch.accounts.models import (
    Account,
    AccountId,
    Language,
    Player,
    Scope,
    Session,
    SessionId,
    Token,
    TokenId,
)
from clutch.accounts.policy import require_own
from clutch.accounts.profile import (
    Changes,
    change_password,
    change_profile,
    confirm_email_change,
)
from clutch.accounts.queries import get_account, get_player, list_players, tokens_of
from clutch.accounts.resets import ask_for_reset, use_reset_link
from clutch.accounts.sessions import end_session, end_sessions, sessions_of
from clutch.accounts.signup import NewAccount, arrive, enter
from clutch.accounts.tokens import MadeToken, make_token, make_token_by_password, revoke_token
from clutch.achievements.queries import holding_of
from clutch.achievements.record import Holder, HolderKind
from clutch.web.answers import ApiIn, answers
from clutch.web.callers import Secret, caller_of, device_name
from clutch.web.views.achievements import degraded, told
from clutch.web.views.numbers import Id, PageNumber
from clutch.web.visit import ApiVisit, ApiVisitDep

router = APIRouter(tags=["accounts"])


class SignupIn(ApiIn):
    name: str = Field(max_length=2048)
    password: Secret
    email: str | None = Field(None, max_length=512)
    language: Language | None = None
    zone: str | None = Field(None, max_length=64)


class ProfileIn(ApiIn):
    """What to change; what is left out or null stays, empty text clears it."""

    name: str | None = Field(None, max_length=2048)
    email: str | None = Field(None, max_length=512)
    language: Language | None = None
    zone: str | None = Field(None, max_length=64)
    current_password: Secret = Field("", description="Needed to change the e-mail address.")


class PasswordIn(ApiIn):
    current_password: Secret
    new_password: Secret


class DeleteIn(ApiIn):
    current_password: Secret


class AskIn(ApiIn):
    name: str = Field(min_length=1, max_length=512, description="Name or e-mail address.")


class NewPasswordIn(ApiIn):
    link: str = Field(max_length=200, description="The last part of the one-time link.")
    password: Secret


class Login(ApiIn):
    name: str = Field(min_length=1, max_length=512)
    password: Secret


class TokenIn(ApiIn):
    """With `login` a program gets its first token; without, who calls makes another."""

    name: str = Field("", max_length=64, description="What the token is for.")
    scopes: list[Scope] = Field(min_length=1, max_length=10)
    login: Login | None = None


class AccountOut(msgspec.Struct, frozen=True):
    """An account as its owner and the admins see it."""

    id: int
    name: str | None
    email: str | None
    role: str
    language: str | None
    zone: str | None
    version: int
    created_at: datetime
    banned_at: datetime | None
    ban_reason: str | None


class PlayerOut(msgspec.Struct, frozen=True):
    """What everybody sees; the name is null once the account is deleted."""

    id: int
    name: str | None
    created_on: str


class LevelOut(msgspec.Struct, frozen=True):
    """What a player has unlocked, in short. `held`: tiers of the catalogue."""

    level: int
    points: int
    held: int


class ProfileOut(msgspec.Struct, frozen=True):
    """What everybody sees of one player; `achievements` is null while `degraded` names them."""

    id: int
    name: str | None
    created_on: str
    achievements: LevelOut | None
    degraded: list[str]


class PlayersOut(msgspec.Struct, frozen=True):
    """One page of players, by name."""

    players: list[PlayerOut]
    total: int
    page: int
    pages: int


class SessionOut(msgspec.Struct, frozen=True):
    """A browser in which the account is logged in."""

    id: int
    device: str
    address: str
    created_at: datetime
    last_seen_at: datetime
    is_current: bool


class TokenOut(msgspec.Struct, frozen=True):
    """A personal token; never the secret."""

    id: int
    name: str
    start: str
    scopes: list[str]
    created_at: datetime
    last_used_at: datetime | None


class MadeTokenOut(msgspec.Struct, frozen=True):
    """A new token with its secret, which is never shown again."""

    token: TokenOut
    secret: str


class EndedOut(msgspec.Struct, frozen=True):
    """How many sessions ended."""

    ended: int


@router.post("/accounts", status_code=201, **answers(AccountOut, 201))
def sign_up(body: SignupIn, visit: ApiVisitDep) -> Response:
    """Make an account. Throttled; programs that make many let an admin make them."""
    language, zone = body.language or visit.language, body.zone
    wish = NewAccount(body.name, body.password, body.email, language, zone)
    arrival = arrive(visit.site.desk, wish, caller_of(visit))
    return visit.mutate(lambda tx: account_out(enter(tx, arrival)), 201)


@router.get("/account", **answers(AccountOut))
def my_account(visit: ApiVisitDep) -> Response:
    """The account of who calls."""
    account_id = visit.actor.require_login()
    with visit.read() as conn:
        return visit.json(account_out(get_account(conn, account_id)))


@router.patch("/account", **answers(AccountOut, versioned=True))
def change_my_account(body: ProfileIn, visit: ApiVisitDep) -> Response:
    """Change name, e-mail, language or zone."""
    changes, version = Changes(body.name, body.email, body.language, body.zone), visit.version()
    desk, actor = visit.site.desk, visit.actor
    confirm_email_change(desk, actor, changes, body.current_password, caller_of(visit))
    return visit.mutate(lambda tx: account_out(change_profile(tx, actor, changes, version)))


@router.post("/account/password", **answers(EndedOut))
def change_my_password(body: PasswordIn, visit: ApiVisitDep) -> Response:
    """Change the password; all sessions end but the one that calls."""
    session = visit.session.id if visit.session else None
    current, new, caller = body.current_password, body.new_password, caller_of(visit)
    ended = change_password(visit.site.desk, visit.actor, current, new, caller, session)
    return visit.json(EndedOut(ended))


@router.delete("/account", status_code=204, **answers(None, 204, versioned=True))
def delete_my_account(body: DeleteIn, visit: ApiVisitDep) -> Response:
    """Delete the account for good; results stay without the name."""
    version, account_id = visit.version(), require_own(visit.actor)
    with visit.read() as conn:
        account = get_account(conn, account_id)
    confirm_password(visit.site.desk, account, body.current_password, caller_of(visit))
    return visit.mutate(lambda tx: visit.site.personal.erase(tx, account_id, version), 204)


@router.get("/account/export", **answers(dict[str, Any]))
def export_my_account(visit: ApiVisitDep) -> Response:
    """Everything that is kept about who calls."""
    account_id = require_own(visit.actor)
    with visit.read() as conn:
        return visit.json(visit.site.personal.export(conn, account_id, visit.now))


@router.get("/account/sessions", **answers(list[SessionOut]))
def my_sessions(visit: ApiVisitDep) -> Response:
    """Where the account is logged in, last used first."""
    account_id = require_own(visit.actor)
    with visit.read() as conn:
        found = sessions_of(conn, account_id, visit.now)
    return visit.json([_session_out(visit, one) for one in found])


@router.delete("/account/sessions", **answers(EndedOut))
def end_my_sessions(visit: ApiVisitDep) -> Response:
    """End all sessions but the one that calls."""
    account_id, keep = require_own(visit.actor), visit.session.id if visit.session else None
    return visit.mutate(lambda tx: EndedOut(end_sessions(tx, account_id, keep=keep)))


@router.delete("/account/sessions/{session_id}", status_code=204, **answers(None, 204))
def end_my_session(session_id: Id, visit: ApiVisitDep) -> Response:
    """End one session."""
    account_id = require_own(visit.actor)
    return visit.mutate(lambda tx: end_session(tx, account_id, SessionId(session_id)), 204)


@router.post("/tokens", status_code=201, **answers(MadeTokenOut, 201))
def make_my_token(body: TokenIn, visit: ApiVisitDep) -> Response:
    """Make a personal token. The answer is not kept for an Idempotency-Key: it holds a secret."""
    if body.login is None:
        actor = visit.actor
        made = visit.write(lambda tx: make_token(tx, actor, body.name, body.scopes))
        return visit.json(made_out(made), 201)
    name, password = body.login.name, body.login.password
    desk, caller = visit.site.desk, caller_of(visit)
    made = make_token_by_password(desk, name, password, body.name, body.scopes, caller)
    return visit.json(made_out(made), 201)


@router.get("/tokens", **answers(list[TokenOut]))
def my_tokens(visit: ApiVisitDep) -> Response:
    """The tokens of who calls, newest first."""
    account_id = require_own(visit.actor)
    with visit.read() as conn:
        return visit.json([token_out(one) for one in tokens_of(conn, account_id)])


@router.delete("/tokens/{token_id}", status_code=204, **answers(None, 204))
def revoke_my_token(token_id: Id, visit: ApiVisitDep) -> Response:
    """End a token at once."""
    actor = visit.actor
    return visit.mutate(lambda tx: revoke_token(tx, actor, TokenId(token_id)), 204)


@router.post("/password-resets", status_code=204, **answers(None, 204))
def ask_for_password_reset(body: AskIn, visit: ApiVisitDep) -> Response:
    """Have a one-time link mailed. The answer never says whether there is such an account."""
    ask_for_reset(visit.site.desk, body.name, caller_of(visit))
    return visit.json(None, 204)


@router.post("/password-resets/use", **answers(AccountOut))
def use_password_reset(body: NewPasswordIn, visit: ApiVisitDep) -> Response:
    """Set a password by a one-time link; all sessions end."""
    entered = use_reset_link(visit.site.desk, body.link, body.password, caller_of(visit))
    return visit.json(account_out(entered.account))


@router.get("/players", **answers(PlayersOut))
def players(
    visit: ApiVisitDep, q: Annotated[str, Query(max_length=100)] = "", page: PageNumber = 1
) -> Response:
    """Players by name; `q` is a part of the name."""
    with visit.read() as conn:
        found = list_players(conn, q, page)
    listed = [player_out(one) for one in found.items]
    return visit.json(PlayersOut(listed, found.total, found.number, found.last))


@router.get("/players/{player_id}", **answers(ProfileOut))
def player(player_id: Id, visit: ApiVisitDep) -> Response:
    """What everybody sees of a player."""
    with visit.read() as conn:
        found = player_out(get_player(conn, AccountId(player_id)))
    holder = Holder(HolderKind.PLAYER, player_id)
    holding = told(visit.site, lambda conn: holding_of(conn, holder))
    level = None if holding is None else LevelOut(holding.level, holding.points, holding.held)
    return visit.json(ProfileOut(found.id, found.name, found.created_on, level, degraded(holding)))


def account_out(account: Account) -> AccountOut:
    return AccountOut(**{name: getattr(account, name) for name in AccountOut.__struct_fields__})


def player_out(one: Player) -> PlayerOut:
    return PlayerOut(one.id, one.name, one.created_at.date().isoformat())


def token_out(token: Token) -> TokenOut:
    scopes = [scope.value for scope in token.scopes]
    made, used = token.created_at, token.last_used_at
    return TokenOut(token.id, token.name, token.start, scopes, made, used)


def made_out(made: MadeToken) -> MadeTokenOut:
    return MadeTokenOut(token_out(made.token), made.secret)


def _session_out(visit: ApiVisit, one: Session) -> SessionOut:
    current = visit.session is not None and visit.session.id == one.id
    device = device_name(one.device) or one.device
    return SessionOut(one.id, device, one.address, one.created_at, one.last_seen_at, current)

"""A person's own account: profile, password, sessions, tokens, privacy."""

from __future__ import annotations

from functools import cache
from typing import Any
from zoneinfo import available_timezones

import msgspec
from pydantic import Field
from starlette.responses import Response

from clutch.accounts.login import confirm_password
from clutch.accounts.models import Account, Language, Scope, SessionId, TokenId
from clutch.accounts.policy import require_own, scopes_within
from clutch.accounts.profile import (
    Changes,
    change_password,
    change_profile,
    confirm_email_change,
)
from clutch.accounts.queries import get_account, tokens_of
from clutch.accounts.sessions import end_session, end_sessions, sessions_of
from clutch.accounts.tokens import MadeToken, make_token, revoke_token
from clutch.kernel.refusals import N_
from clutch.web import cookies
from clutch.web.callers import Secret, caller_of, device_name
from clutch.web.forms import Form
from clutch.web.reader import Reader
from clutch.web.routing import Pages
from clutch.web.visit import Visit

pages = Pages()

_REGIONS = (
    "Africa/",
    "America/",
    "Antarctica/",
    "Asia/",
    "Atlantic/",
    "Australia/",
    "Europe/",
    "Indian/",
    "Pacific/",
)
_SCOPES = {
    Scope.READ: N_("Read what you can read"),
    Scope.TOURNAMENTS_WRITE: N_("Take part in tournaments and run yours"),
    Scope.TEAMS_WRITE: N_("Manage your teams"),
    Scope.ACCOUNT_WRITE: N_("Change your account"),
    Scope.ADMIN: N_("Administrate the site"),
}


class ProfileForm(Form):
    name: str = Field(max_length=2048)
    email: str = Field("", max_length=512)
    language: Language
    zone: str = Field("", max_length=64)
    current_password: Secret = ""
    version: int


class PasswordForm(Form):
    current_password: Secret
    new_password: Secret


class TokenForm(Form):
    name: str = Field(max_length=64)
    scopes: list[Scope] = Field(default_factory=list)


class DeleteForm(Form):
    current_password: Secret


@pages.get("/account")
def profile_page(visit: Visit) -> Response:
    return visit.render("accounts/profile.html", account=_own(visit), zones=zones())


@pages.post("/account", again=profile_page)
def change_my_profile(visit: Visit) -> Response:
    form = visit.form(ProfileForm)
    changes = Changes(form.name, form.email, form.language, form.zone)
    desk, caller = visit.site.desk, caller_of(visit)
    confirm_email_change(desk, visit.actor, changes, form.current_password, caller)
    visit.write(lambda tx: change_profile(tx, visit.actor, changes, form.version))
    said = Reader(form.language, visit.zone).gettext(N_("Your profile is saved."))
    response = visit.redirect("/account", said)
    cookies.set_choice(response, cookies.LANGUAGE, form.language, visit.request)
    return response


@pages.get("/account/password")
def password_page(visit: Visit) -> Response:
    return visit.render("accounts/password.html", account=_own(visit))


@pages.post("/account/password", again=password_page)
def change_my_password(visit: Visit) -> Response:
    form = visit.form(PasswordForm)
    session = visit.session.id if visit.session else None
    current, new, caller = form.current_password, form.new_password, caller_of(visit)
    ended = change_password(visit.site.desk, visit.actor, current, new, caller, session)
    said = visit.ngettext(
        "Your password is changed, {number} other session has ended.",
        "Your password is changed, {number} other sessions have ended.",
        ended,
    )
    return visit.redirect("/account/password", said)


@pages.get("/account/sessions")
def sessions_page(visit: Visit) -> Response:
    account = _own(visit)
    with visit.read() as conn:
        found = sessions_of(conn, account.id, visit.now)
    current = visit.session.id if visit.session else None
    return visit.render(
        "accounts/sessions.html",
        account=account,
        sessions=found,
        current=current,
        device_name=device_name,
    )


@pages.post("/account/sessions/{session_id:int}/end", again=sessions_page)
def end_one(visit: Visit, session_id: int) -> Response:
    account_id = require_own(visit.actor)
    visit.write(lambda tx: end_session(tx, account_id, SessionId(session_id)))
    return visit.redirect("/account/sessions", visit.gettext(N_("That session has ended.")))


@pages.post("/account/sessions/end-others", again=sessions_page)
def end_others(visit: Visit) -> Response:
    account_id = require_own(visit.actor)
    keep = visit.session.id if visit.session else None
    ended = visit.write(lambda tx: end_sessions(tx, account_id, keep=keep))
    said = visit.ngettext("{number} session has ended.", "{number} sessions have ended.", ended)
    return visit.redirect("/account/sessions", said)


@pages.get("/account/tokens")
def tokens_page(visit: Visit) -> Response:
    return _show_tokens(visit, None)


@pages.post("/account/tokens", again=tokens_page)
def make_my_token(visit: Visit) -> Response:
    form = visit.form(TokenForm)
    made = visit.write(lambda tx: make_token(tx, visit.actor, form.name, form.scopes))
    return _show_tokens(visit, made)


@pages.post("/account/tokens/{token_id:int}/revoke", again=tokens_page)
def revoke_my_token(visit: Visit, token_id: int) -> Response:
    visit.write(lambda tx: revoke_token(tx, visit.actor, TokenId(token_id)))
    return visit.redirect("/account/tokens", visit.gettext(N_("The token no longer works.")))


@pages.get("/account/privacy")
def privacy_page(visit: Visit) -> Response:
    return visit.render("accounts/privacy.html", account=_own(visit))


@pages.get("/account/export")
def export(visit: Visit) -> Response:
    account_id = require_own(visit.actor)
    with visit.read() as conn:
        kept: dict[str, Any] = visit.site.personal.export(conn, account_id, visit.now)
    body = msgspec.json.format(msgspec.json.encode(kept), indent=2)
    name = f"clutch-account-{account_id}.json"
    return Response(
        body,
        media_type="application/json",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )


@pages.post("/account/delete", again=privacy_page)
def delete_my_account(visit: Visit) -> Response:
    form = visit.form(DeleteForm)
    account = _own(visit)
    confirm_password(visit.site.desk, account, form.current_password, caller_of(visit))
    visit.write(lambda tx: visit.site.personal.erase(tx, account.id))
    said = N_("Your account is deleted. Results that you were part of stay without your name.")
    return visit.end_session(visit.redirect("/", visit.gettext(said)))


def _own(visit: Visit) -> Account:
    account_id = require_own(visit.actor)
    with visit.read() as conn:
        return get_account(conn, account_id)


def _show_tokens(visit: Visit, made: MadeToken | None) -> Response:
    account = _own(visit)
    with visit.read() as conn:
        found = tokens_of(conn, account.id)
    within = scopes_within(account.role)
    offered = [(scope.value, visit.gettext(_SCOPES[scope])) for scope in Scope if scope in within]
    return visit.render(
        "accounts/tokens.html", account=account, tokens=found, made=made, offered=offered
    )


@cache
def zones() -> tuple[str, ...]:
    """The zones that people live in, without the many old names for the same."""
    return ("UTC", *sorted(name for name in available_timezones() if name.startswith(_REGIONS)))

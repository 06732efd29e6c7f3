"""Administration: users, roles, bans, and the log of everything."""

from __future__ import annotations

from typing import Any

from pydantic import Field
from starlette.responses import Response

from clutch.accounts.admin import ban, change_role, unban
from clutch.accounts.models import AccountId, Role
from clutch.accounts.policy import require_admin
from clutch.accounts.queries import (
    PER_PAGE,
    count_accounts,
    get_account,
    list_accounts,
    read_back,
    tokens_of,
)
from clutch.accounts.resets import ResetLink, make_reset_link
from clutch.accounts.sessions import sessions_of
from clutch.accounts.signup import NewAccount, create_account, hash_for_account
from clutch.kernel.log import read_past
from clutch.kernel.refusals import N_
from clutch.web.callers import Secret
from clutch.web.forms import Form
from clutch.web.routing import Pages
from clutch.web.sentences import UNTOLD, tell
from clutch.web.visit import Visit

pages = Pages()


class RoleForm(Form):
    role: Role
    version: int


class BanForm(Form):
    reason: str = Field(max_length=2000)
    version: int


class VersionForm(Form):
    version: int


class NewUserForm(Form):
    name: str = Field(max_length=2048)
    email: str | None = Field(None, max_length=512)
    password: Secret = ""
    role: Role = Role.PLAYER


@pages.get("/admin")
def overview(visit: Visit) -> Response:
    require_admin(visit.actor)
    with visit.read() as conn:
        users = count_accounts(conn)
        recent = tell(conn, visit.reader, read_back(conn, most=10))
    return visit.render("admin/overview.html", users=users, recent=recent)


@pages.get("/admin/users")
def users_page(visit: Visit) -> Response:
    require_admin(visit.actor)
    asked = visit.request.query_params
    search, role = asked.get("q", "")[:100], _role(asked.get("role", ""))
    with visit.read() as conn:
        found = list_accounts(conn, search, role, _number(asked.get("page"), 1))
    return visit.render("admin/users.html", found=found, search=search, role=role)


@pages.get("/admin/users/new")
def new_user_page(visit: Visit) -> Response:
    require_admin(visit.actor)
    return visit.render("admin/new_user.html")


@pages.post("/admin/users/new", again=new_user_page)
def create_user(visit: Visit) -> Response:
    require_admin(visit.actor)
    form = visit.form(NewUserForm)
    wish = NewAccount(form.name, form.password, form.email)
    hashed = hash_for_account(visit.site.desk, wish) if form.password else None
    made = visit.write(lambda tx: create_account(tx, visit.actor, wish, hashed, form.role))
    said = visit.gettext(N_("The account {name} is there."), name=made.name)
    return visit.redirect(f"/admin/users/{made.id}", said)


@pages.get("/admin/users/{account_id:int}")
def user_page(visit: Visit, account_id: int) -> Response:
    return _show_user(visit, account_id, None)


@pages.post("/admin/users/{account_id:int}/role", again=user_page)
def set_role(visit: Visit, account_id: int) -> Response:
    form = visit.form(RoleForm)
    user = AccountId(account_id)
    visit.write(lambda tx: change_role(tx, visit.actor, user, form.role, form.version))
    return _back_to(visit, account_id, N_("The role is changed; it counts from now on."))


@pages.post("/admin/users/{account_id:int}/ban", again=user_page)
def ban_user(visit: Visit, account_id: int) -> Response:
    form = visit.form(BanForm)
    user = AccountId(account_id)
    visit.write(lambda tx: ban(tx, visit.actor, user, form.reason, form.version))
    return _back_to(visit, account_id, N_("The account is banned, and its sessions have ended."))


@pages.post("/admin/users/{account_id:int}/unban", again=user_page)
def unban_user(visit: Visit, account_id: int) -> Response:
    form = visit.form(VersionForm)
    visit.write(lambda tx: unban(tx, visit.actor, AccountId(account_id), form.version))
    return _back_to(visit, account_id, N_("The ban is lifted."))


@pages.post("/admin/users/{account_id:int}/reset-link", again=user_page)
def make_link(visit: Visit, account_id: int) -> Response:
    link = visit.write(lambda tx: make_reset_link(tx, visit.actor, AccountId(account_id)))
    return _show_user(visit, account_id, link)


@pages.get("/admin/log")
def log_page(visit: Visit) -> Response:
    require_admin(visit.actor)
    before = _number(visit.request.query_params.get("before"), None)
    with visit.read() as conn:
        events = read_back(conn, before, besides=UNTOLD)
        lines = tell(conn, visit.reader, events)
    older = events[-1].position if len(events) == PER_PAGE else None
    return visit.render("admin/log.html", lines=lines, older=older, is_newest=before is None)


def _show_user(visit: Visit, account_id: int, link: ResetLink | None) -> Response:
    require_admin(visit.actor)
    with visit.read() as conn:
        user = get_account(conn, AccountId(account_id))
        sessions = sessions_of(conn, user.id, visit.now)
        tokens = tokens_of(conn, user.id)
        past = read_past(conn, f"player-{user.id}", besides=UNTOLD)
        history = tell(conn, visit.reader, past.events)
    return visit.render(
        "admin/user.html",
        user=user,
        sessions=sessions,
        tokens=tokens,
        history=history,
        link=link,
        site_url=_site_url(visit),
    )


def _back_to(visit: Visit, account_id: int, said: str) -> Response:
    return visit.redirect(f"/admin/users/{account_id}", visit.gettext(said))


def _site_url(visit: Visit) -> str:
    return visit.site.settings.url or str(visit.request.base_url).rstrip("/")


def _role(text: str) -> Role | None:
    return next((role for role in Role if role.value == text), None)


def _number(text: str | None, otherwise: Any) -> Any:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else otherwise

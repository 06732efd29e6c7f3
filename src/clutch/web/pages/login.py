"""The door: logging in and out, signing up, and forgotten passwords."""

from __future__ import annotations

from urllib.parse import quote

from pydantic import Field
from starlette.responses import Response

from clutch.accounts.login import log_in
from clutch.accounts.refusals import ResetLinkSpent
from clutch.accounts.resets import ask_for_reset, find_reset, use_reset_link
from clutch.accounts.sessions import end_session
from clutch.accounts.signup import NewAccount, sign_up
from clutch.kernel.refusals import N_
from clutch.web import cookies
from clutch.web.callers import Secret, caller_of, let_in
from clutch.web.forms import Form
from clutch.web.reader import zone_named
from clutch.web.routing import Pages
from clutch.web.visit import Visit

pages = Pages()


class LoginForm(Form):
    name: str = Field(min_length=1, max_length=512)
    password: Secret


class SignupForm(Form):
    name: str = Field(max_length=2048)
    password: Secret
    email: str | None = Field(None, max_length=512)


class AskForm(Form):
    name: str = Field(min_length=1, max_length=512)


class NewPasswordForm(Form):
    password: Secret


@pages.get("/login")
def login_page(visit: Visit) -> Response:
    if not visit.actor.is_guest:
        return visit.redirect(visit.next_path())
    return visit.render("accounts/login.html", next=visit.next_path(""))


@pages.post("/login", again=login_page)
def log_in_here(visit: Visit) -> Response:
    form = visit.form(LoginForm)
    entered = log_in(visit.site.desk, form.name, form.password, caller_of(visit))
    _leave_old_session(visit)
    return let_in(visit, visit.redirect(visit.next_path()), entered)


@pages.get("/signup")
def signup_page(visit: Visit) -> Response:
    if not visit.actor.is_guest:
        return visit.redirect(visit.next_path())
    return visit.render("accounts/signup.html", next=visit.next_path(""))


@pages.post("/signup", again=signup_page)
def sign_up_here(visit: Visit) -> Response:
    form = visit.form(SignupForm)
    wish = NewAccount(form.name, form.password, form.email, visit.language, _zone_of(visit))
    entered = sign_up(visit.site.desk, wish, caller_of(visit))
    _leave_old_session(visit)
    flash = visit.gettext(N_("Welcome, {name}."), name=entered.account.name)
    return let_in(visit, visit.redirect(visit.next_path(), flash), entered)


@pages.post("/logout")
def log_out(visit: Visit) -> Response:
    _leave_old_session(visit)
    return visit.end_session(visit.redirect("/", visit.gettext(N_("You are logged out."))))


@pages.get("/reset")
def reset_page(visit: Visit) -> Response:
    return visit.render("accounts/reset.html", sends_mail=visit.site.desk.sends_mail, asked=False)


@pages.post("/reset", again=reset_page)
def ask_here(visit: Visit) -> Response:
    form = visit.form(AskForm)
    ask_for_reset(visit.site.desk, form.name, caller_of(visit))
    return visit.render("accounts/reset.html", sends_mail=visit.site.desk.sends_mail, asked=True)


@pages.get("/reset/{secret}")
def new_password_page(visit: Visit, secret: str) -> Response:
    with visit.read() as conn:
        found = find_reset(conn, secret, visit.now)
    if found is None:
        raise ResetLinkSpent
    return visit.render("accounts/new_password.html", owner=found, secret=quote(secret))


@pages.post("/reset/{secret}", again=new_password_page)
def set_new_password(visit: Visit, secret: str) -> Response:
    form = visit.form(NewPasswordForm)
    entered = use_reset_link(visit.site.desk, secret, form.password, caller_of(visit))
    flash = visit.gettext(N_("The new password is set, and you are logged in."))
    return let_in(visit, visit.redirect("/", flash), entered)


def _leave_old_session(visit: Visit) -> None:
    session = visit.session
    if session is not None:
        visit.write(lambda tx: end_session(tx, session.account_id, session.id))


def _zone_of(visit: Visit) -> str | None:
    """The zone that the browser says it is in; a broken one is no reason to refuse an account."""
    found = zone_named(visit.request.cookies.get(cookies.ZONE, ""))
    return found.key if found else None

"""Choices that any visitor makes.

Language and theme, kept in cookies (the language in the account too).
"""

from __future__ import annotations

from typing import Literal

from starlette.responses import Response

from clutch.accounts.models import Language
from clutch.accounts.profile import Changes, change_profile
from clutch.web import cookies
from clutch.web.forms import Form
from clutch.web.routing import Pages
from clutch.web.visit import Visit, is_local

pages = Pages()


class Preferences(Form):
    """Only what was clicked is sent."""

    language: Language | None = None
    theme: Literal["dark", "light", "auto"] | None = None
    back: str = "/"


@pages.post("/preferences", form_token=False)
def choose(visit: Visit) -> Response:
    form = visit.form(Preferences)
    if form.language is not None and not visit.actor.is_guest:
        changes = Changes(language=form.language)
        visit.write(lambda tx: change_profile(tx, visit.actor, changes))
    response = visit.redirect(form.back if is_local(form.back) else "/")
    if form.language is not None:
        cookies.set_choice(response, cookies.LANGUAGE, form.language, visit.request)
    if form.theme is not None:
        cookies.set_choice(response, cookies.THEME, form.theme, visit.request)
    return response

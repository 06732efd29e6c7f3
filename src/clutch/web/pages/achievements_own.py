"""Organizers' own achievements: the list, making, previewing, changing and retiring them."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from clutch.accounts.models import LANGUAGES, AccountId, Role
from clutch.achievements.making import (
    check_making,
    edit_own,
    get_own,
    make_own,
    may_make,
    require_maker,
    retire_own,
)
from clutch.achievements.own import Making, OwnAchievement, Rule, Words
from clutch.achievements.queries import Preview, preview_own
from clutch.engine import FORMATS
from clutch.kernel.refusals import N_
from clutch.web.forms import Form
from clutch.web.routing import Pages
from clutch.web.views.achievement_words import RULES
from clutch.web.views.achievements import told
from clutch.web.views.own_achievements import made_list
from clutch.web.visit import Visit
from clutch.web.words import format_name

pages = Pages()

_LIST = "/achievements/own"
_NEW = "/achievements/own/new"
_TARGETS = ("target", "target_2", "target_3")


class OwnForm(Form):
    """What is chosen; `act` is save, or preview."""

    rule: Rule = Rule.WINS
    target: int = 10
    target_2: int | None = None
    target_3: int | None = None
    game: str = ""
    format: str = ""
    everywhere: bool = False
    name_en: str = ""
    text_en: str = ""
    name_ru: str = ""
    text_ru: str = ""
    act: str = "save"

    @property
    def making(self) -> Making:
        words: dict[str, Words] = {one: Words(*self._said(one)) for one in LANGUAGES}
        return Making(
            rule=self.rule,
            targets=self.targets,
            words=words,
            game=self.game or None,
            format=self.format or None,
            everywhere=self.everywhere,
        )

    @property
    def targets(self) -> tuple[int, ...]:
        """Those of the tiers that were filled in."""
        further = (one for one in (self.target_2, self.target_3) if one is not None)
        return self.target, *further

    def _said(self, language: str) -> tuple[str, str]:
        return getattr(self, f"name_{language}"), getattr(self, f"text_{language}")


class OwnChange(OwnForm):
    version: int


class RetireForm(Form):
    version: int


@pages.get(_LIST)
def list_page(visit: Visit) -> Response:
    counted = told(visit.site, visit.site.shares.read)
    with visit.read() as conn:
        found = made_list(conn, visit.reader, visit.actor, counted)
    return visit.render("achievements/own.html", found=found, may_make=may_make(visit.actor))


@pages.get(_NEW)
def new_page(visit: Visit) -> Response:
    require_maker(visit.actor)
    return _form_page(visit, OwnForm())


@pages.post(_NEW, again=new_page)
def create(visit: Visit) -> Response:
    """Makes it, or shows who would hold it."""
    form = visit.form(OwnForm)
    if form.act == "preview":
        owner_id = require_maker(visit.actor)
        return _form_page(visit, form, preview=_preview(visit, owner_id, form))
    made = visit.write(lambda tx: make_own(tx, visit.actor, form.making))
    said = visit.gettext(N_("Achievement made. Who has reached it already finds it unlocked."))
    return visit.redirect(f"{_LIST}#{made.key}", flash=said)


@pages.get("/achievements/own/{own_id:int}/edit")
def edit_page(visit: Visit, own_id: int) -> Response:
    with visit.read() as conn:
        own = get_own(conn, visit.actor, own_id)
    return _form_page(visit, _standing(own), own)


@pages.post("/achievements/own/{own_id:int}/edit", again=edit_page)
def edit(visit: Visit, own_id: int) -> Response:
    form = visit.form(OwnChange)
    if form.act == "preview":
        with visit.read() as conn:
            own = get_own(conn, visit.actor, own_id)
        return _form_page(visit, form, own, _preview(visit, own.owner_id, form))
    made = visit.write(lambda tx: edit_own(tx, visit.actor, own_id, form.version, form.making))
    return visit.redirect(f"{_LIST}#{made.key}", flash=visit.gettext(N_("Achievement saved")))


@pages.get("/achievements/own/{own_id:int}/retire")
def retire_page(visit: Visit, own_id: int) -> Response:
    with visit.read() as conn:
        own = get_own(conn, visit.actor, own_id)
    words = own.words_for(visit.language)
    return visit.render("achievements/own_retire.html", own=own, words=words)


@pages.post("/achievements/own/{own_id:int}/retire", again=retire_page)
def retire(visit: Visit, own_id: int) -> Response:
    form = visit.form(RetireForm)
    made = visit.write(lambda tx: retire_own(tx, visit.actor, own_id, form.version))
    return visit.redirect(f"{_LIST}#{made.key}", flash=visit.gettext(N_("Achievement retired")))


def _preview(visit: Visit, owner_id: AccountId, form: OwnForm) -> Preview:
    making = check_making(visit.actor, form.making)
    with visit.read() as conn:
        return preview_own(conn, owner_id, making, visit.now)


def _standing(own: OwnAchievement) -> OwnForm:
    """The form as it stands now."""
    making = own.making
    said: dict[str, Any] = dict(zip(_TARGETS, making.targets, strict=False))
    for language, words in making.words.items():
        said |= {f"name_{language}": words.name, f"text_{language}": words.text}
    return OwnForm(
        rule=making.rule,
        game=making.game or "",
        format=making.format or "",
        everywhere=making.everywhere,
        **said,
    )


def _form_page(
    visit: Visit,
    values: OwnForm,
    own: OwnAchievement | None = None,
    preview: Preview | None = None,
) -> Response:
    title = N_("New achievement") if own is None else N_("Edit achievement")
    formats = [("", visit.gettext(N_("In any format")))]
    path = _NEW if own is None else f"{_LIST}/{own.id}/edit"
    return visit.render(
        "achievements/own_form.html",
        title=visit.gettext(title),
        address=path,
        version=None if own is None else own.version,
        retire="" if own is None else f"{_LIST}/{own.id}/retire",
        values=values,
        rules=[(one.value, visit.gettext(RULES[one])) for one in Rule],
        formats=formats + [(name, format_name(name, visit.reader)) for name in FORMATS],
        may_count_all=visit.actor.has(Role.ADMIN),
        preview=preview,
    )

"""Templates.

One Jinja environment for all languages; the reader and the visit come by context variables.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import (
    Environment,
    FileSystemBytecodeCache,
    FileSystemLoader,
    StrictUndefined,
    Template,
)
from jinja2.bccache import Bucket
from markupsafe import Markup

from clutch.accounts.models import Language
from clutch.web import marks
from clutch.web.notice import SENTENCES, notice_of
from clutch.web.reader import Reader, current_reader, iso, offset_text, reading
from clutch.web.refusals import AnyRefusal
from clutch.web.refusals import sentence_of as said
from clutch.web.schemas import schema_lines
from clutch.web.static_files import static_files
from clutch.web.views.achievement_words import SPOKEN
from clutch.web.views.bracket import DrawnMatch
from clutch.web.words import (
    format_name,
    match_status,
    outcome_name,
    outcome_short,
    placement,
    role_name,
    round_title,
    tournament_status,
)

if TYPE_CHECKING:
    from clutch.web.visit import Visit

# Two of the largest brackets, as cards and as lines of the schedule; one takes about 2 KB.
CARDS_KEPT = 8192
TEMPLATES = Path(__file__).parent / "templates"
COMPILED = Path(__file__).parent / "__pycache__"

_visiting: ContextVar[Visit | None] = ContextVar("visiting", default=None)


def render(template: str, reader: Reader, context: Mapping[str, Any]) -> str:
    """Draw a template for a reader; without a visit, so nothing in it can depend on who reads."""
    with reading(reader):
        return _template(template).render(context)


def render_for(visit: Visit, template: str, context: Mapping[str, Any]) -> str:
    """Draw a page for a visit; the template sees it as `visit`."""
    with reading(visit.reader), _visited_by(visit):
        return _template(template).render({"visit": visit, "actor": visit.actor, **context})


@contextmanager
def _visited_by(visit: Visit) -> Iterator[None]:
    mark = _visiting.set(visit)
    try:
        yield
    finally:
        _visiting.reset(mark)


def _template(name: str) -> Template:
    return environment().get_template(name)


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The one environment; templates are compiled when first drawn, and kept compiled."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
        bytecode_cache=_Compiled(str(COMPILED)),
    )
    made.install_gettext_callables(_gettext, _ngettext, newstyle=True)  # type: ignore[attr-defined]
    made.filters |= {
        "when": when,
        "day": day,
        "month": month,
        "clock": clock,
        "ago": ago,
        "soon": soon,
        "number": number,
        "percent": percent,
    }
    made.filters |= {"local_input": local_input, "schema_lines": schema_lines}
    made.filters |= {"fill": marks.fill, "ink": marks.ink}
    made.globals |= {
        "csrf": csrf,
        "version_field": version_field,
        "static": static_files().url,
        "site_notice": site_notice,
        "typed": typed,
        "typed_all": typed_all,
        "was_sent": was_sent,
        "error_of": error_of,
        "described": described,
        "sentence_of": sentence_of,
        "zone_label": zone_label,
        "match_card": match_card,
        "plan_line": plan_line,
        "placement": placement,
        "round_title": round_title,
        "tournament_word": tournament_status,
        "match_word": match_status,
        "outcome_name": outcome_name,
        "outcome_short": outcome_short,
        "format_name": format_name,
        "role_name": role_name,
    }
    made.globals |= SPOKEN
    made.globals["ui"] = made.get_template("pieces/ui.html").module
    made.globals["form"] = made.get_template("pieces/form.html").module
    return made


class _Compiled(FileSystemBytecodeCache):
    """Compiled templates beside the package's compiled modules, as Python keeps those."""

    def load_bytecode(self, bucket: Bucket) -> None:
        try:
            super().load_bytecode(bucket)
        except Exception:  # noqa: BLE001 - a power cut may leave anything; it is compiled anew
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        # A full disk, or one that can't be written, must not keep a page from being drawn.
        with suppress(OSError):
            super().dump_bytecode(bucket)


def load_compiled() -> None:
    """Load all templates that were compiled before; the others are when they are drawn."""
    templates = environment()
    loader, compiled = templates.loader, templates.bytecode_cache
    assert loader is not None
    assert compiled is not None
    for name in templates.list_templates():
        source, file, _ = loader.get_source(templates, name)
        if compiled.get_bucket(templates, name, file, source).code is not None:
            templates.get_template(name)


@lru_cache(maxsize=CARDS_KEPT)
def _drawn(
    template: str,
    macro: str,
    match: DrawnMatch,
    seen_by: Language | Reader,  # noqa: ARG001 - part of the key
) -> Markup:
    drawn: Markup = getattr(_template(template).module, macro)(match)
    return drawn


def match_card(match: DrawnMatch) -> Markup:
    """One match of a bracket. Most matches of a bracket did not change since it was last drawn."""
    return _drawn("bracket/pieces.html", "match_card", match, current_reader().language)


def plan_line(match: DrawnMatch) -> Markup:
    """One match in a list, with its time in the reader's zone; kept like a card."""
    return _drawn("play/parts.html", "plan_line", match, current_reader())


# --- text ---------------------------------------------------------------------------------------


def _gettext(text: str) -> str:
    return current_reader().catalogue.gettext(text)


def _ngettext(singular: str, plural: str, number: int) -> str:
    return current_reader().catalogue.ngettext(singular, plural, number)


# --- filters ------------------------------------------------------------------------------------


def when(at: datetime) -> Markup:
    """A moment, to the minute, in the reader's zone, with the zone."""
    return _time(iso(at), current_reader().moment(at))


def ago(at: datetime) -> Markup:
    """Like `when`.

    A script makes it relative within a day. Nothing relative is ever in the page itself.
    """
    return Markup('<time datetime="{}" data-ago>{}</time>').format(
        iso(at), current_reader().moment(at)
    )


def soon(at: datetime) -> Markup:
    """Day and time without the year, for the head of a round: `14 Mar, 18:00 UTC+3`."""
    return _time(iso(at), current_reader().short_moment(at))


def day(at: datetime | date) -> Markup:
    """A calendar day in the reader's zone."""
    reader = current_reader()
    machine = at.astimezone(reader.zone).date() if isinstance(at, datetime) else at
    return _time(machine.isoformat(), reader.day(at))


def month(name: str) -> str:
    """A month of the statistics (`2026-11`), or a year, in the reader's words."""
    return current_reader().month(name)


def clock(at: datetime) -> Markup:
    """Hours and minutes; the day and the zone must stand nearby."""
    return _time(iso(at), current_reader().clock(at))


def number(value: float) -> str:
    """A number with the language's separators."""
    return current_reader().number(value)


def percent(value: float) -> str:
    """`76%`, as the reader's language writes it."""
    return current_reader().percent(round(value))


def local_input(at: datetime | None) -> str:
    """A moment as `<input type="datetime-local">` wants it, in the reader's zone."""
    return "" if at is None else at.astimezone(current_reader().zone).strftime("%Y-%m-%dT%H:%M")


def zone_label() -> str:
    """The reader's zone, for a field where a time is typed."""
    zone = current_reader().zone
    visit = _visiting.get()
    return zone.key if visit is None else f"{zone.key} ({offset_text(visit.now.astimezone(zone))})"


def sentence_of(refusal: AnyRefusal) -> str:
    """A refusal in the reader's language."""
    return said(refusal, current_reader())


def _time(machine: str, text: str) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(machine, text)


# --- what forms need ----------------------------------------------------------------------------


def csrf() -> Markup:
    """The hidden field that every form carries."""
    return Markup('<input type="hidden" name="csrf" value="{}">').format(_visit().form_token())


def version_field(version: int) -> Markup:
    """The version of the thing that the form changes, as its sender saw it."""
    return Markup('<input type="hidden" name="version" value="{}">').format(version)


def typed(name: str, otherwise: Any = "") -> Any:
    """What was typed into a field if the form was just refused, else what stands there now."""
    visit = _visit()
    return visit.fields.get(name, "") if visit.refusal is not None and visit.fields else otherwise


def typed_all(name: str, otherwise: Any = ()) -> Any:
    """All values of a field, like `typed`."""
    visit = _visit()
    return visit.fields.all(name) if visit.refusal is not None and visit.fields else otherwise


def was_sent() -> bool:
    """Whether this page shows a form that was just refused."""
    return _visit().refusal is not None and bool(_visit().fields)


def error_of(name: str) -> str | None:
    """What is wrong with a field."""
    return _visit().field_errors().get(name)


def described(name: str, element_id: str, hint: str = "") -> Markup:
    """The attributes that tie a field to its hint and its error."""
    error = error_of(name)
    ids = [f"{element_id}-hint"] * bool(hint) + [f"{element_id}-error"] * bool(error)
    invalid = Markup(' aria-invalid="true"') if error else Markup("")
    tied = Markup(' aria-describedby="{}"').format(" ".join(ids)) if ids else Markup("")
    return invalid + tied


def site_notice() -> str:
    """What visitors are told while something is down; empty when all is well."""
    code = notice_of(_visit().request)
    return current_reader().gettext(SENTENCES[code]) if code else ""


def _visit() -> Visit:
    visit = _visiting.get()
    if visit is None:
        raise RuntimeError("a piece that is drawn without a visit has a form in it")
    return visit

"""A whole little context on the edge: page, form, API route. Also the example to copy from.

The product's own pages are found in `clutch/web/pages`; here they are put in by hand.
"""

from __future__ import annotations

import msgspec
import pytest
from fastapi import APIRouter, FastAPI
from pydantic import Field
from starlette.responses import Response

from clutch.bootstrap import Site
from clutch.kernel.refusals import N_, Kind, Refusal, VersionStale
from clutch.kernel.writing import Transaction
from clutch.web.answers import ApiIn, answers
from clutch.web.app import API
from clutch.web.forms import Form, LocalTime
from clutch.web.routing import Pages
from clutch.web.visit import ApiVisitDep, Visit
from tests.fixtures.browsing import Api, Browser
from tests.fixtures.site import on_sqlite

pytestmark = on_sqlite

# --- the context: a shelf of cups, in memory -----------------------------------------------------


class Cup(msgspec.Struct, frozen=True):
    id: int
    name: str
    best_of: int | None
    version: int = 1


class NameTaken(Refusal):
    """There is a cup of that name."""

    code = "cup-name-taken"
    kind = Kind.CONFLICT
    field = "name"
    sentence = N_("There is a cup called {name}. Choose another name.")


shelf: dict[int, Cup] = {}


def create_cup(tx: Transaction, name: str, best_of: int | None) -> Cup:
    if name in {cup.name for cup in shelf.values()}:
        raise NameTaken(name=name)
    cup = Cup(len(shelf) + 1, name, best_of)
    tx.after_commit(lambda: shelf.__setitem__(cup.id, cup))
    return cup


def rename_cup(tx: Transaction, cup_id: int, name: str, version: int) -> Cup:
    cup = shelf[cup_id]
    if cup.version != version:
        raise VersionStale(seen=version, current=cup.version)
    renamed = msgspec.structs.replace(cup, name=name, version=cup.version + 1)
    tx.after_commit(lambda: shelf.__setitem__(cup_id, renamed))
    return renamed


# --- its pages -----------------------------------------------------------------------------------

pages = Pages()


class CupForm(Form):
    name: str = Field(min_length=1, max_length=20)
    best_of: int | None = Field(None, ge=1, le=9)
    starts_at: LocalTime | None = None
    maps: tuple[str, ...] = ()


@pages.get("/cups/new")
def new_cup_page(visit: Visit) -> Response:
    return visit.render("new_cup.html")


@pages.post("/cups/new", again=new_cup_page)
def create(visit: Visit) -> Response:
    form = visit.form(CupForm)
    cup = visit.write(lambda tx: create_cup(tx, form.name, form.best_of))
    return visit.redirect(f"/cups/{cup.id}", flash=visit.gettext("Saved {name}", name=cup.name))


@pages.get("/cups/{cup_id:int}")
def cup_page(visit: Visit, cup_id: int) -> Response:
    return visit.render("cup.html", cup=shelf[cup_id])


NEW_CUP = """
{% extends "base.html" %}
{% block title %}New{% endblock %}
{% block main %}
<form method="post" action="/cups/new">{{ csrf() }}
{{ form.input("name", "Name", required=true, maxlength=20) }}
{{ form.input("best_of", "Best of", type="number") }}
{{ form.moment("starts_at", "Starts") }}
{{ form.select("maps", "Map", [("a", "A"), ("b", "B")]) }}
{{ form.submit("Create cup") }}
</form>
{% endblock %}
"""
CUP = """
{% extends "base.html" %}
{% block title %}{{ cup.name }}{% endblock %}
{% block main %}<h1 id="name">{{ cup.name }}</h1><p id="when">{{ visit.now|when }}</p>{% endblock %}
"""

# --- its API -------------------------------------------------------------------------------------

router = APIRouter(prefix="/cups", tags=["cups"])


class CupIn(ApiIn):
    name: str = Field(min_length=1, max_length=20)
    best_of: int | None = None


@router.post("", status_code=201, **answers(Cup, 201))
def create_cup_route(body: CupIn, visit: ApiVisitDep) -> Response:
    return visit.mutate(lambda tx: create_cup(tx, body.name, body.best_of), status=201)


@router.put("/{cup_id}", **answers(Cup, versioned=True))
def rename_cup_route(cup_id: int, body: CupIn, visit: ApiVisitDep) -> Response:
    version = visit.version()
    return visit.mutate(lambda tx: rename_cup(tx, cup_id, body.name, version))


# --- the journeys --------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _mounted(app: FastAPI, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    from jinja2 import ChoiceLoader, DictLoader

    from clutch.web.templating import environment

    shelf.clear()
    own = DictLoader({"new_cup.html": NEW_CUP, "cup.html": CUP})
    loader = environment().loader
    assert loader is not None
    monkeypatch.setattr(environment(), "loader", ChoiceLoader([own, loader]))
    app.router.routes[:0] = pages.routes(site)
    app.include_router(router, prefix=API)


def test_a_form_is_sent_as_it_stands_and_the_next_page_says_so_once(client: Browser) -> None:
    page = client.send(client.get("/cups/new").form("Create cup"), name="  Spring  ", best_of=3)
    assert (page.path, page.status, page.piece("name")) == ("/cups/1", 200, "Spring")
    assert page.piece("flash") == "Saved Spring"
    assert client.get("/cups/1").piece("flash") == ""


def test_a_refused_form_comes_back_with_the_sentence_and_what_was_typed(client: Browser) -> None:
    form = client.get("/cups/new").form("Create cup")
    client.send(form, name="Spring")
    page = client.send(form, name="Spring", best_of=5, maps="b")
    assert (page.status, page.path) == (409, "/cups/new")
    assert page.piece("refusal") == "There is a cup called Spring. Choose another name."
    assert page.piece("f-name-error") == page.piece("refusal")
    assert {("name", "Spring"), ("best_of", "5"), ("maps", "b")} <= set(
        page.form("Create cup").fields
    )
    assert len(shelf) == 1


def test_each_field_says_what_is_wrong_with_it(client: Browser) -> None:
    page = client.send(
        client.get("/cups/new").form("Create cup"), name=" ", best_of="abc", starts_at="soon"
    )
    assert page.status == 422
    assert page.piece("f-name-error") == "Fill this in."
    assert page.piece("f-best_of-error") == "Write a whole number."
    assert page.piece("f-starts_at-error") == "Write a date and a time, such as 2026-11-24 18:00."
    assert ("best_of", "abc") in page.form("Create cup").fields


def test_a_form_without_its_token_does_nothing_and_comes_back_ready_to_send(
    client: Browser,
) -> None:
    refused = client.post("/cups/new", [("name", "Spring")])
    assert (refused.status, shelf) == (403, {})
    assert client.send(refused.form("Create cup")).path == "/cups/1"


def test_another_sites_form_is_refused_before_anything_is_read(client: Browser) -> None:
    token = dict(client.get("/cups/new").form("Create cup").fields)["csrf"]
    for headers in (
        {"origin": "https://evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"origin": "null"},
    ):
        answer = client.http.post(
            "/cups/new", data={"name": "Spring", "csrf": token}, headers=headers
        )
        assert answer.status_code == 403
    assert shelf == {}


def test_the_api_creates_once_for_one_key_and_says_the_version(api: Api) -> None:
    first = api.post("/cups", {"name": "Spring"}, key="k1")
    again = api.post("/cups", {"name": "Spring"}, key="k1")
    assert (first.status_code, first.headers["etag"]) == (201, '"1"')
    assert (again.content, again.headers["etag"], again.status_code) == (first.content, '"1"', 201)
    assert again.headers["idempotent-replayed"] == "true"
    other = api.post("/cups", {"name": "Summer"}, key="k1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


def test_a_change_says_which_version_it_saw(api: Api) -> None:
    api.post("/cups", {"name": "Spring"})
    assert api.put("/cups/1", {"name": "Autumn"}).status_code == 428
    assert api.put("/cups/1", {"name": "Autumn"}, version=1).headers["etag"] == '"2"'
    late = api.put("/cups/1", {"name": "Winter"}, version=1)
    assert (late.status_code, late.json()["details"]) == (412, {"seen": 1, "current": 2})


def test_the_api_refuses_fields_it_does_not_know(api: Api) -> None:
    answer = api.post("/cups", {"name": "Spring", "admin": True})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")
    assert answer.json()["details"]["errors"] == {"admin": "This field is not known here."}

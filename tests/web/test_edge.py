"""What holds for every answer, whoever gives it."""

from __future__ import annotations

import http.client
import json
import re
import socket
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from starlette.responses import Response
from starlette.testclient import TestClient

from clutch.bootstrap import Site, open_site
from clutch.kernel.clock import FrozenClock
from clutch.kernel.refusals import StorageUnavailable, WritesPaused
from clutch.kernel.settings import Settings
from clutch.web.app import API, create_app
from clutch.web.edge import BODY_LIMIT
from clutch.web.routing import Pages
from clutch.web.static_files import static_files
from clutch.web.templating import TEMPLATES
from clutch.web.visit import ApiVisitDep, Visit, is_local
from tests.fixtures.browsing import Api, Browser, Bugs
from tests.fixtures.site import on_sqlite

pytestmark = on_sqlite

pages = Pages()
router = APIRouter(prefix="/edge")


@pages.get("/edge/bug")
def page_with_a_bug(visit: Visit) -> Response:
    raise KeyError("nobody expected this")


@pages.get("/edge/gone")
def page_without_storage(visit: Visit) -> Response:
    raise StorageUnavailable


@pages.get("/edge/things/{thing_id:int}")
def page_of_a_thing(visit: Visit, thing_id: int) -> Response:
    return Response(f"{visit.address} {visit.request.url.scheme} {thing_id}")


@pages.get("/edge/names/{name}")
def page_of_a_name(visit: Visit, name: str) -> Response:
    return Response(name)


@pages.get("/edge/form")
def form_page(visit: Visit) -> Response:
    visit.form_token()
    return visit.redirect(visit.next_path("/default"))


@pages.post("/edge/form", form_token=False)
def form_sent(visit: Visit) -> Response:
    return Response(str(len(visit.fields)))


@pages.post("/edge/paused", form_token=False)
def paused(visit: Visit) -> Response:
    raise WritesPaused


@router.get("/bug")
def route_with_a_bug(visit: ApiVisitDep) -> Response:
    raise KeyError("nobody expected this")


@router.get("/things/{thing_id}")
def route_of_a_thing(visit: ApiVisitDep, thing_id: int) -> Response:
    return visit.json({"id": thing_id})


@pytest.fixture
def app(site: Site, bugs: Bugs) -> FastAPI:
    made = create_app(site, on_bug=bugs.append)
    made.router.routes[:0] = pages.routes(site)
    made.include_router(router, prefix=API)
    return made


ANSWERS = [
    ("GET", "/", 200),
    ("GET", "/nowhere", 404),
    ("GET", "/api/v1/nowhere", 404),
    ("GET", "/api/openapi.json", 200),
    ("GET", "/api/docs", 200),
    ("GET", "/edge/gone", 503),
    ("POST", "/edge/paused", 503),
    ("POST", "/edge/bug", 405),
    ("PATCH", "/api/v1/edge/bug", 405),
    ("GET", "/static/x/css/nothing.css", 404),
    ("GET", "/livez", 200),
]


@pytest.mark.parametrize(("method", "path", "status"), ANSWERS)
def test_every_answer_carries_the_security_headers(
    client: Browser, method: str, path: str, status: int
) -> None:
    answer = client.http.request(method, path)
    assert answer.status_code == status
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["x-request-id"]


def test_request_ids_differ(client: Browser) -> None:
    seen = {client.http.get("/livez").headers["x-request-id"] for _ in range(5)}
    assert len(seen) == 5


def test_a_bug_becomes_a_plain_page_with_its_number(client: Browser, bugs: Bugs) -> None:
    answer = client.http.get("/edge/bug", headers={"accept-language": "ru"})
    assert answer.status_code == 500
    assert answer.headers["x-request-id"] in answer.text
    assert "На сайте произошла ошибка" in answer.text
    assert "KeyError" not in answer.text
    assert isinstance(bugs.pop(), KeyError)


def test_the_page_of_a_bug_keeps_the_readers_theme(client: Browser, bugs: Bugs) -> None:
    client.http.cookies.set("theme", "light")
    assert 'data-theme="light"' in client.http.get("/edge/bug").text
    bugs.clear()


def test_a_bug_in_the_api_is_json_with_its_number(client: Browser, bugs: Bugs) -> None:
    answer = client.http.get("/api/v1/edge/bug")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal-error")
    assert answer.json()["details"] == {"request_id": answer.headers["x-request-id"]}
    assert isinstance(bugs.pop(), KeyError)


def test_lost_storage_says_when_to_come_back(client: Browser) -> None:
    client.log_in("a session that nobody can look up now")
    page = client.get("/edge/gone")
    assert page.status == 503
    assert page.response.headers["retry-after"] == "5"
    assert "Nothing was changed" in page.text


def test_unknown_addresses_are_refused_in_the_readers_language(client: Browser, api: Api) -> None:
    assert "There is nothing here" in client.get("/nowhere").text
    assert "Здесь ничего нет" in client.get("/nowhere", **{"accept-language": "ru"}).text
    answer = api.get("/nowhere", **{"accept-language": "ru"})
    assert answer.json()["code"] == "not-found"
    assert answer.json()["message"].startswith("Здесь ничего нет")


# --- what comes in -------------------------------------------------------------------------------


def test_five_megabytes_are_refused(client: Browser) -> None:
    answer = client.http.post("/edge/form", data={"rules": "x" * 5_000_000})
    assert answer.status_code == 413
    assert "(1,024 KiB)" in answer.text


def post_all_then_read(address: str, path: str, body: bytes, headers: dict[str, str]) -> int:
    """The status that a sender gets who looks for the answer only when all is sent."""
    line = http.client.HTTPConnection(address.removeprefix("http://"), timeout=15)
    with closing(line):
        line.request("POST", path, body, {"origin": address, "connection": "close", **headers})
        return line.getresponse().status


@pytest.mark.parametrize("chunked", [False, True])
def test_who_sends_five_megabytes_is_told_and_not_cut_off(address: str, chunked: bool) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    body: Any = (b"x" * 65536 for _ in range(80)) if chunked else b"x" * 5_000_000
    assert post_all_then_read(address, "/edge/form", body, form) == 413


def test_who_waits_to_be_asked_for_a_large_body_is_told_without_it(address: str) -> None:
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as line:
        line.sendall(
            b"POST /edge/form HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000000\r\n"
            b"Expect: 100-continue\r\nAuthorization: Bearer x\r\n\r\n"
        )
        assert line.recv(12) == b"HTTP/1.1 413"


def test_a_body_that_hides_its_length_is_cut_off(client: Browser, api: Api) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(2 * BODY_LIMIT // 65536):
            yield b"x" * 65536

    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert client.http.post("/edge/form", content=endless(), headers=headers).status_code == 413
    assert client.http.post("/api/v1/edge/bug", content=endless()).status_code == 405


def test_what_is_no_form_is_refused(client: Browser) -> None:
    as_json = client.http.post("/edge/form", json={"a": 1})
    as_file = client.http.post("/edge/form", files={"a": b"1"})
    broken = client.http.post(
        "/edge/form",
        content=b"a=\xff\xfe",
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    assert [one.status_code for one in (as_json, as_file, broken)] == [422, 422, 422]


@pytest.mark.parametrize("number", [str(2**63), "9" * 500])
def test_a_number_that_fits_no_column_names_nothing(client: Browser, api: Api, number: str) -> None:
    assert client.get(f"/edge/things/{number}").status == 404
    assert api.get(f"/edge/things/{number}").status_code in {404, 422}


def test_a_nul_in_an_address_names_nothing(client: Browser) -> None:
    assert client.get("/edge/names/a%00b").status == 404
    assert client.get("/edge/names/a%20b").response.text == "a b"
    assert client.get("/edge/names/ab?q=a%00b").status == 404
    assert client.get("/edge/names/ab?q=a%2500b").status == 200


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "/ok\r\nSet-Cookie: a=b",
        "",
        "ok",
        "/\t/evil",
    ],
)
def test_nobody_is_sent_to_another_site(client: Browser, path: str) -> None:
    assert not is_local(path)
    answer = client.http.get("/edge/form", params={"next": path}, follow_redirects=False)
    assert answer.headers["location"] == "/default"


# --- proxies -------------------------------------------------------------------------------------


def test_a_strangers_word_about_addresses_is_not_believed(client: Browser) -> None:
    headers = {"x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https"}
    assert client.http.get("/edge/things/1", headers=headers).text == "testclient http 1"


@pytest.fixture
def behind_a_proxy(sqlite_settings: Settings, clock: FrozenClock) -> Iterator[TestClient]:
    settings = sqlite_settings.model_copy(update={"trusted_proxies": "10.0.0.0/8"})
    site = open_site(settings, clock)
    app = create_app(site)
    app.router.routes[:0] = pages.routes(site)
    yield TestClient(app, base_url="http://testserver", client=("10.1.2.3", 5000))
    site.close()


@pytest.mark.parametrize(
    ("told", "client"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("198.51.100.7, 203.0.113.9, 10.9.9.9", "203.0.113.9"),
        ("nonsense", "10.1.2.3"),
        ("10.0.0.1", "10.1.2.3"),
    ],
)
def test_a_trusted_proxy_says_who_the_client_is(
    behind_a_proxy: TestClient, told: str, client: str
) -> None:
    headers = {"x-forwarded-for": told, "x-forwarded-proto": "https"}
    answer = behind_a_proxy.get("/edge/things/1", headers=headers)
    assert answer.text == f"{client} https 1"
    assert answer.headers["strict-transport-security"]


def test_over_https_secrets_are_bound_to_the_host(behind_a_proxy: TestClient) -> None:
    answer = behind_a_proxy.post(
        "/preferences", data={"language": "ru"}, headers={"x-forwarded-proto": "https"}
    )
    assert "; Secure" in answer.history[0].headers["set-cookie"]


# --- static files --------------------------------------------------------------------------------


def test_static_files_are_kept_for_ever_under_their_hash(client: Browser) -> None:
    url = static_files().url("css/clutch.css")
    answer = client.http.get(url)
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.text.count("@layer") > 4
    again = client.http.get(url, headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    plain = client.http.get(url, headers={"accept-encoding": "identity"})
    assert (plain.text, "content-encoding" in plain.headers) == (answer.text, False)


def test_an_old_hash_gets_todays_file_and_keeps_it_not(client: Browser) -> None:
    answer = client.http.get("/static/0123456789ab/js/clutch.js")
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["../app.py", "%2e%2e/app.py", "/etc/passwd", "css", "", "."])
def test_only_static_files_are_static_files(client: Browser, path: str) -> None:
    assert client.http.get(f"/static/x/{path}").status_code == 404


def test_no_template_has_a_style_or_a_script_of_its_own() -> None:
    inline = re.compile(
        r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", re.IGNORECASE
    )
    guilty = [
        path.name
        for path in TEMPLATES.rglob("*.html")
        if inline.search(path.read_text(encoding="utf-8"))
    ]
    assert guilty == []


# --- choices -------------------------------------------------------------------------------------


def test_the_language_sticks(client: Browser) -> None:
    page = client.send(client.get("/nowhere").form("language"), button="RU")
    assert page.path == "/nowhere"
    assert 'lang="ru"' in page.html
    assert 'lang="ru"' in client.get("/").html
    assert 'lang="en"' in client.send(page.form("language"), button="EN").html


def test_the_theme_sticks(client: Browser) -> None:
    page = client.get("/")
    assert 'data-theme="dark"' in page.html
    client.post("/preferences", [("theme", "light"), ("back", "/")])
    assert 'data-theme="light"' in client.get("/").html
    assert client.post("/preferences", [("theme", "pink")]).status == 422


def test_times_are_told_in_the_zone_of_the_browser(client: Browser) -> None:
    client.http.cookies.set("zone", "Asia/Kathmandu")
    assert client.get("/").status == 200
    client.http.cookies.set("zone", "../../etc/passwd")
    assert client.get("/").status == 200


# --- what the API says of itself -----------------------------------------------------------------


def test_the_api_describes_itself_without_loose_ends(client: Browser) -> None:
    document = client.http.get("/api/openapi.json").json()
    names = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document)))
    assert names <= set(document["components"]["schemas"])
    ours = {path: one for path, one in document["paths"].items() if "/edge/" not in path}
    for path, operations in ours.items():
        for method, operation in operations.items():
            headers = {
                one["name"] for one in operation.get("parameters", []) if one["in"] == "header"
            }
            assert "default" in operation["responses"], path
            assert ("Idempotency-Key" in headers) == (method != "get"), path


def test_the_api_can_be_read_by_people(client: Browser) -> None:
    page = client.get("/api/docs")
    document = client.http.get("/api/openapi.json").json()
    assert all(path in page.text for path in document["paths"])

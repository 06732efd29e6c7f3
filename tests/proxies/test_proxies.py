"""docs/proxies/nginx.conf and docs/proxies/Caddyfile do what docs/operating.md says of them."""

from __future__ import annotations

import itertools
import time
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
from websockets.exceptions import InvalidStatus

from tests.live.reader import TRANSPORTS, following, reading
from tests.proxies.conftest import SIGNUPS, Behind, behind
from tests.proxies.programs import NAME
from tests.proxies.visitors import Visitor

MB = 1 << 20
_numbers = itertools.count(1)


@pytest.fixture
def visitor(served: Behind) -> Visitor:
    """Somebody from an address that no other test uses."""
    return served.visitor(f"127.0.0.{10 + next(_numbers)}")


@pytest.fixture
def captain(visitor: Visitor) -> Visitor:
    """Somebody with an account and a team of their own, whose page they are at."""
    assert visitor.sign_up(f"alice{next(_numbers)}") == 200
    return visitor


def make_team(captain: Visitor) -> str:
    """The team's path."""
    form = captain.get("/teams/new").form("/teams/new")
    made = captain.send(form, name=f"Red {next(_numbers)}", tag=f"R{next(_numbers)}")
    assert made.path.startswith("/teams/"), made.text
    return made.path.partition("?")[0]


def test_a_page_comes_by_https_and_its_cookies_are_for_https_only(visitor: Visitor) -> None:
    page = visitor.get("/login")
    assert page.status == 200
    assert page.response.headers["strict-transport-security"]
    [cookie] = page.response.headers.get_list("set-cookie")
    assert cookie.startswith("__Host-clutch-form=")
    assert "Secure" in cookie


def test_who_comes_without_https_is_sent_to_it(served: Behind) -> None:
    answer = httpx2.get(f"{served.proxy.plain}/teams?q=red")
    assert answer.status_code in {301, 308}
    location = urlsplit(answer.headers["location"])
    # Caddy names no port: on a real site there is none to name.
    assert (location.scheme, location.hostname) == ("https", NAME)
    assert (location.path, location.query) == ("/teams", "q=red")


def test_certbot_finds_what_it_wrote_without_https(served: Behind) -> None:
    if served.proxy.name != "nginx":
        return  # Caddy asks for its certificates itself
    folder = served.proxy.folder / "www/.well-known/acme-challenge"
    folder.mkdir(parents=True)
    (folder / "token").write_text("proof", encoding="utf-8")
    asked = httpx2.get(f"{served.proxy.plain}/.well-known/acme-challenge/token")
    assert asked.text == "proof"


def test_a_form_of_this_site_is_taken_and_one_of_another_site_is_not(captain: Visitor) -> None:
    path = make_team(captain)
    form = captain.get(f"{path}/edit").form(f"{path}/edit")
    captain.origin = "https://evil.example"
    assert captain.send(form, name="Taken over").status == 403
    assert "Taken over" not in captain.get(path).text


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_what_is_committed_arrives_at_once_on_each_transport(
    served: Behind, captain: Visitor, transport: str
) -> None:
    path = make_team(captain)
    stream = f"team-{path.rpartition('/')[2]}"
    with following(transport, served.proxy.address, [stream]) as reader:
        reader.next("subscribed")
        form = captain.get(f"{path}/edit").form(f"{path}/edit")
        began = time.monotonic()
        assert captain.send(form, name=f"Blue {next(_numbers)}").status == 200
        frame = reader.next("events", seconds=10)
        assert time.monotonic() - began < 3
    assert [event["kind"] for event in frame["events"]] == ["team-changed"]


def test_a_page_of_this_site_may_open_a_websocket_and_one_of_another_may_not(
    served: Behind,
) -> None:
    with reading(served.proxy.address, origin=served.proxy.address) as reader:
        assert reader.follow("site")["type"] == "subscribed"
    with (
        pytest.raises(InvalidStatus) as refused,
        reading(served.proxy.address, origin="https://evil.example"),
    ):
        pass
    assert refused.value.response.status_code == 403


def test_a_poll_waits_and_is_answered(served: Behind) -> None:
    began = time.monotonic()
    with following("poll", served.proxy.address, ["site"]) as reader:
        reader.next("heartbeat", seconds=2.5)
    assert time.monotonic() - began >= 1


def test_a_form_that_is_too_large_is_refused_in_the_sites_own_words(visitor: Visitor) -> None:
    headers = {"origin": visitor.origin}
    large = visitor.http.post("/signup", content=b"x" * (2 * MB), headers=headers)
    assert large.status_code == 413
    assert "You sent more than the site takes at once" in large.text
    huge = visitor.http.post("/signup", content=b"x" * (9 * MB), headers=headers)
    assert huge.status_code == 413


def test_each_visitor_is_throttled_alone_whatever_they_say_of_themselves(served: Behind) -> None:
    one, other = (f"127.0.0.{200 + next(_numbers)}" for _ in range(2))
    for number in range(SIGNUPS):
        forged = {"x-forwarded-for": f"203.0.113.{number}"}
        assert served.visitor(one).sign_up(f"bob{next(_numbers)}", **forged) == 200
    forged = {"x-forwarded-for": "203.0.113.99"}
    assert served.visitor(one).sign_up(f"bob{next(_numbers)}", **forged) == 429
    assert served.visitor(other).sign_up(f"bob{next(_numbers)}") == 200


def test_a_proxy_that_is_not_trusted_seems_to_be_everybody(proxied: str, tmp_path: Path) -> None:
    with behind(proxied, tmp_path) as both:
        for number in range(SIGNUPS):
            assert both.visitor(f"127.0.0.{20 + number}").sign_up(f"bob{number}") == 200
        assert both.visitor("127.0.0.30").sign_up("late") == 429

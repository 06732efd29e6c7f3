"""An update is not noticed through the proxies that docs/proxies has examples of."""

from __future__ import annotations

import itertools
import threading
from pathlib import Path

import httpx2
import pytest

from tests.ops.sites import Site
from tests.ops.test_update import migration
from tests.proxies.conftest import PROXIES
from tests.proxies.programs import NAME, Ports, is_here, proxy_running
from tests.proxies.visitors import Visitor
from tests.services.ports import free_port


class Regular(threading.Thread):
    """Logged in: reads a page and changes their language again and again, until told to stop."""

    def __init__(self, address: str, name: str, password: str) -> None:
        super().__init__(daemon=True)
        self._visitor = Visitor(address)
        login = self._visitor.get("/login").form("/login")
        self._page = self._visitor.send(login, name=name, password=password)
        self._stopping = threading.Event()
        self.asked = 0
        self.failed: list[str] = []

    def run(self) -> None:
        visitor, form = self._visitor, self._page.form("language")
        for language in itertools.cycle(("RU", "EN")):
            if self._stopping.wait(0.02):
                break
            try:
                self._note(visitor.get("/tournaments").status)
                self._note(visitor.send(form, language).status)
            except httpx2.HTTPError as error:
                self.failed.append(repr(error))
        visitor.http.close()

    def _note(self, status: int) -> None:
        self.asked += 1
        if status != 200:
            self.failed.append(str(status))

    def stop(self) -> None:
        self._stopping.set()
        self.join(30)


@pytest.mark.parametrize("name", PROXIES)
def test_nobody_behind_a_proxy_gets_an_error_while_a_site_is_updated(
    site: Site, folder: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    if not is_here(name):
        pytest.skip(f"no {name} here: apt-get install {name}")
    front = folder / "proxy"
    front.mkdir()
    monkeypatch.setenv("SSL_CERT_FILE", str(front / "fullchain.pem"))
    ports = Ports(free_port(), free_port(), site.port)
    address = f"https://{NAME}:{ports.https}"
    site.set(CLUTCH_URL=address, CLUTCH_TRUSTED_PROXIES="127.0.0.1")
    site.serve()
    password = site.clutch("user", "create", "olga").said.split()[-1]
    with proxy_running(name, ports, front):
        regular = Regular(address, "olga", password)
        regular.start()
        site.newer("0.1.1", **migration(site))
        done = site.clutch("update", "--pause", "100")
        restarted = site.clutch("restart")
        regular.stop()
    assert (done.status, restarted.status) == (0, 0), done.said + restarted.said
    assert regular.failed == []
    assert regular.asked > 100

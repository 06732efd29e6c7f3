"""A site behind each of the proxies that docs/proxies has an example of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.proxies.programs import NAME, Ports, Proxy, is_here, proxy_running
from tests.proxies.visitors import Visitor
from tests.serve.running import Running
from tests.serve.whole_site import site_running
from tests.services.ports import free_port

PROXIES = ("nginx", "caddy")
SIGNUPS = 3


@dataclass(frozen=True)
class Behind:
    """A site and the proxy before it."""

    proxy: Proxy
    site: Running
    closing: ExitStack

    def visitor(self, source: str = "127.0.0.1") -> Visitor:
        visitor = Visitor(self.proxy.address, source)
        self.closing.enter_context(visitor.http)
        return visitor


@contextmanager
def behind(name: str, folder: Path, **settings: str) -> Iterator[Behind]:
    """A site of one process behind this proxy."""
    http, https = free_port(), free_port()
    own = {
        "CLUTCH_URL": f"https://{NAME}:{https}",
        "CLUTCH_SIGNUP_LIMIT": f"{SIGNUPS}/hour",
        **settings,
    }
    front = folder / "proxy"
    front.mkdir()
    with site_running(folder, own, workers=1) as site, pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(front / "fullchain.pem"))
        ports = Ports(http, https, int(site.address.rpartition(":")[2]))
        with proxy_running(name, ports, front) as proxy, ExitStack() as closing:
            yield Behind(proxy, site, closing)


@pytest.fixture(scope="module", params=PROXIES)
def proxied(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a proxy that this machine has."""
    name = str(request.param)
    missing = [program for program in (name, "openssl") if not is_here(program)]
    if missing:
        pytest.skip(
            f"no {' and no '.join(missing)} here: apt-get install {' '.join(missing)}"
            " (nginx and caddy start as services; .ci/run only unpacks them)"
        )
    return name


@pytest.fixture(scope="module")
def served(proxied: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Behind]:
    """A site that believes the proxy, as docs/operating.md sets it up."""
    folder = tmp_path_factory.mktemp(proxied)
    with behind(proxied, folder, CLUTCH_TRUSTED_PROXIES="127.0.0.1") as both:
        yield both

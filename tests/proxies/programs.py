"""nginx and Caddy as docs/proxies sets them up, in front of a site, on ports of this machine.

Only what `substituted` says is changed in those files: names, addresses, ports, paths.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.serve.running import ROOT, wait_until

NAME = "localhost"
STOP_S = 10
# The rest of nginx's settings, of which the system's own /etc/nginx/nginx.conf has more.
AROUND_NGINX = """\
{user}daemon off;
pid {folder}/pid;
error_log stderr;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""
# Stands before the site's own part: nothing is fetched, nothing is put outside the folder.
BEFORE_CADDY = """\
{{
    admin off
    http_port {http}
    https_port {https}
    default_bind 127.0.0.1
    skip_install_trust
    storage file_system {folder}/storage
}}
"""


@dataclass(frozen=True)
class Ports:
    """Of the proxy: HTTP and HTTPS; of the site behind it."""

    http: int
    https: int
    site: int


@dataclass(frozen=True)
class Proxy:
    """A proxy that runs; `folder` has its certificate, and `www` for what it serves itself."""

    name: str
    ports: Ports
    folder: Path
    process: subprocess.Popen[bytes]

    @property
    def address(self) -> str:
        """Where visitors find the site."""
        return f"https://{NAME}:{self.ports.https}"

    @property
    def plain(self) -> str:
        """The same without TLS."""
        return f"http://{NAME}:{self.ports.http}"

    def said(self) -> str:
        return (self.folder / "said").read_text(encoding="utf-8", errors="replace")


def substituted(text: str, changes: Mapping[str, str]) -> str:
    """The text with each of these replaced; each has to be there."""
    for written, meant in changes.items():
        assert written in text, f"{written!r} is not in the example any more"
        text = text.replace(written, meant)
    return text


def write_nginx(ports: Ports, folder: Path) -> list[str]:
    """Its files, and the command that runs it."""
    example = (ROOT / "docs/proxies/nginx.conf").read_text(encoding="utf-8")
    changes = {
        "listen [::]:80;": f"listen 127.0.0.2:{ports.http};",
        "listen 80;": f"listen 127.0.0.1:{ports.http};",
        "listen [::]:443 ": f"listen 127.0.0.2:{ports.https} ",
        "listen 443 ": f"listen 127.0.0.1:{ports.https} ",
        "/etc/letsencrypt/live/your.site/": f"{folder}/",
        "/var/www/html": f"{folder}/www",
        "https://$host": f"https://{NAME}:{ports.https}",
        "your.site": NAME,
        "127.0.0.1:1337": f"127.0.0.1:{ports.site}",
    }
    (folder / "site.conf").write_text(substituted(example, changes), encoding="utf-8")
    user = "user root;\n" if not os.geteuid() else ""
    around = AROUND_NGINX.format(folder=folder, user=user)
    (folder / "nginx.conf").write_text(around, encoding="utf-8")
    return ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")]


def write_caddy(ports: Ports, folder: Path) -> list[str]:
    """Its file, and the command that runs it."""
    example = (ROOT / "docs/proxies/Caddyfile").read_text(encoding="utf-8")
    changes = {
        "# tls /etc/ssl/your.site/": "tls /etc/ssl/your.site/",
        "/etc/ssl/your.site/": f"{folder}/",
        "your.site": NAME,
        "127.0.0.1:1337": f"127.0.0.1:{ports.site}",
    }
    before = BEFORE_CADDY.format(http=ports.http, https=ports.https, folder=folder)
    text = before + substituted(example, changes)
    (folder / "Caddyfile").write_text(text, encoding="utf-8")
    return ["caddy", "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


WRITERS: dict[str, Callable[[Ports, Path], list[str]]] = {
    "nginx": write_nginx,
    "caddy": write_caddy,
}


def is_here(name: str) -> bool:
    return shutil.which(name, path=_path()) is not None


def _path() -> str:
    # Debian keeps nginx where only root's PATH leads.
    return f"{os.environ['PATH']}:/usr/sbin"


def make_certificate(folder: Path) -> None:
    """Self-signed, for the name, good for two days: `fullchain.pem` and `privkey.pem`."""
    key, certificate = folder / "privkey.pem", folder / "fullchain.pem"
    wanted = f"-x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN={NAME}"
    named = ["-addext", f"subjectAltName=DNS:{NAME}", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(["openssl", "req", *wanted.split(), *named], check=True, capture_output=True)


@contextmanager
def proxy_running(name: str, ports: Ports, folder: Path) -> Iterator[Proxy]:
    """The proxy, once it listens."""
    (folder / "www").mkdir()
    make_certificate(folder)
    command = WRITERS[name](ports, folder)
    surroundings = {"PATH": _path(), "HOME": str(folder)}
    with (folder / "said").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=surroundings, stdout=log, stderr=log, start_new_session=True
        )
    proxy = Proxy(name, ports, folder, process)
    try:
        wait_until(lambda: _listens(proxy))
        yield proxy
    finally:
        process.terminate()
        process.wait(STOP_S)


def _listens(proxy: Proxy) -> bool:
    assert proxy.process.poll() is None, proxy.said()
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", proxy.ports.https)) == 0

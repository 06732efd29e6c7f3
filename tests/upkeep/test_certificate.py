"""`clutch doctor` and the certificate at the site's own address."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from clutch_ops.doctor_certificate import certificate
from clutch_ops.place import Place
from tests.services.ports import free_port

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="apt-get install openssl")
HERE = "IP:127.0.0.1"
DAY = timedelta(days=1)


# How `openssl ca` is told what it signs; alone among openssl's commands it can date back.
AUTHORITY = """
[ca]
default_ca = own
[own]
database = {folder}/index
rand_serial = yes
new_certs_dir = {folder}
default_md = sha256
policy = any
x509_extensions = named
[any]
commonName = supplied
[named]
subjectAltName = {name}
"""


def openssl(*words: str | Path) -> None:
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)


def make(folder: Path, name: str, days: int) -> tuple[Path, Path]:
    """A certificate that signs itself, good for so many days from now on, and its key."""
    key, asked, made = (folder / end for end in ("key.pem", "asked.pem", "certificate.pem"))
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    openssl("req", "-new", *curve, "-subj", "/CN=x", "-keyout", key, "-out", asked)
    (folder / "index").touch()
    (folder / "authority").write_text(AUTHORITY.format(folder=folder, name=name))
    now = datetime.now(UTC)
    begins, ends = (f"{one:%Y%m%d%H%M%SZ}" for one in (now - 30 * DAY, now + days * DAY))
    signs = ("-batch", "-notext", "-selfsign", "-keyfile", key, "-config", folder / "authority")
    openssl("ca", *signs, "-in", asked, "-out", made, "-startdate", begins, "-enddate", ends)
    return made, key


@contextmanager
def serving(folder: Path, name: str, days: int) -> Iterator[int]:
    made, key = make(folder, name, days)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made, key)
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def said(folder: Path, url: str) -> tuple[str, str]:
    file = folder / ".env"
    file.write_text(f"CLUTCH_URL={url}\n")
    [one] = certificate(Place(folder, folder, folder, file, "clutch"))
    return one.level, one.sentence


@pytest.mark.parametrize(
    ("name", "days", "trusted", "level", "words"),
    [
        (HERE, 40, True, "ok", "good for 39 days"),
        (HERE, 5, True, "look", "good for 4 days"),
        (HERE, -1, True, "bad", "has expired"),
        (HERE, 40, False, "bad", "self-signed"),
        ("DNS:other.example", 40, True, "bad", "another name"),
    ],
)
def test_a_certificate_is_told_with_what_is_wrong(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    days: int,
    trusted: bool,
    level: str,
    words: str,
) -> None:
    with serving(tmp_path, name, days) as port:
        if trusted:
            monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
        found = said(tmp_path, f"https://127.0.0.1:{port}")
    assert found[0] == level
    assert words in found[1]


def test_a_site_that_can_t_be_reached_from_here_is_no_fault(tmp_path: Path) -> None:
    assert said(tmp_path, f"https://127.0.0.1:{free_port()}")[0] == "look"

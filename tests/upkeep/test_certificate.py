"""`clutch doctor` and the certificate at the site's own address."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from clutch_ops.doctor_certificate import certificate
from clutch_ops.place import Place
from tests.services.redis import free_port

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="apt-get install openssl")
HERE = "IP:127.0.0.1"


@contextmanager
def serving(folder: Path, name: str, days: int) -> Iterator[int]:
    key, made = folder / "key.pem", folder / "certificate.pem"
    wanted = f"-x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days {days} -subj /CN=x"
    named = ["-addext", f"subjectAltName={name}", "-keyout", str(key), "-out", str(made)]
    subprocess.run(["openssl", "req", *wanted.split(), *named], check=True, capture_output=True)
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

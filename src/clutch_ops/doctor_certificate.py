"""The certificate that visitors meet: the site speaks plain HTTP, a proxy before it TLS."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

from clutch_ops.findings import BAD, DOUBTFUL, GOOD, Finding
from clutch_ops.place import Place

SECONDS = 3.0
DAY_S = 86_400
LEAST_DAYS = 14
# OpenSSL's X509_V_ERR_*.
FAULTS = {
    10: "has expired",
    18: "is self-signed: browsers refuse it",
    19: "is self-signed: browsers refuse it",
    62: "is for another name",
    64: "is for another name",
}


def certificate(place: Place) -> Iterator[Finding]:
    """Is it good for the site's own address, and for how long? Asked where CLUTCH_URL is https."""
    parts = urlsplit(place.settings.get("CLUTCH_URL") or "")
    if parts.scheme != "https" or not parts.hostname:
        return
    host, port = parts.hostname, parts.port or 443
    renew = "renew it where the proxy gets it (certbot renew, or the proxy's log)"
    try:
        days = int((_ends_at(host, port) - time.time()) // DAY_S)
    except ssl.SSLCertVerificationError as error:
        fault = FAULTS.get(error.verify_code, f"is refused: {error.verify_message}")
        yield Finding("certificate", BAD, f"The certificate of {host} {fault}.", renew)
    except OSError as error:
        sentence = f"{host}:{port} can't be reached from here ({error.strerror or error})."
        yield Finding("certificate", DOUBTFUL, sentence, f"curl -I https://{host}:{port}")
    else:
        level = GOOD if days >= LEAST_DAYS else DOUBTFUL
        sentence = f"that of {host} is good for {days} days"
        yield Finding("certificate", level, sentence, "" if level == GOOD else renew)


def _ends_at(host: str, port: int) -> float:
    """When it ends, as seconds since 1970."""
    context = ssl.create_default_context()
    with (
        socket.create_connection((host, port), timeout=SECONDS) as plain,
        context.wrap_socket(plain, server_hostname=host) as line,
    ):
        told = line.getpeercert() or {}
    return ssl.cert_time_to_seconds(str(told["notAfter"]))

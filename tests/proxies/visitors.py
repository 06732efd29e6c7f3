"""A visitor who comes to a proxy over the network, from an address of their own."""

from __future__ import annotations

import ssl

import httpx2

from tests.fixtures.browsing import Browser, Bugs


class Visitor(Browser):
    """A browser without scripts; `source` is the address that the proxy sees."""

    def __init__(self, address: str, source: str = "127.0.0.1") -> None:
        # The test's own certificate is trusted by SSL_CERT_FILE, as by any other client.
        trusting = ssl.create_default_context()
        self.http = httpx2.Client(
            base_url=address,
            follow_redirects=True,
            timeout=20,
            transport=httpx2.HTTPTransport(verify=trusting, local_address=source),
        )
        self.origin = address
        self._bugs = Bugs()
        self._at = f"{address}/"

    def sign_up(self, name: str, **headers: str) -> int:
        """The status of the last answer: 200 on the page after it, 429 when throttled."""
        self.http.headers.update(headers)
        form = self.get("/signup").form("/signup")
        return self.send(form, name=name, password="long enough for anybody").status

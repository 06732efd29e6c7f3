"""No other site may act in a visitor's name.

Before routing, a request that changes something must come from a page of this site: the browser
says so in Sec-Fetch-Site or Origin, which scripts can't forge. Then each form carries a token that
is derived from a secret cookie (the session's, or an anonymous one).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from clutch.web.refusals import OtherOrigin

FIELD = "csrf"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# A header that a form can't send: a browser of another site would have to ask first, and is never
# told yes.
API_HEADER = "x-requested-with"


def refuse_other_origins(headers: Headers, site_url: str | None) -> None:
    """Let a changing request pass if it comes from this site, or from something that is no browser.

    Raises:
        OtherOrigin: another site's page sent it.
    """
    fetch_site = headers.get("sec-fetch-site")
    if fetch_site is not None:
        if fetch_site not in {"same-origin", "none"}:
            raise OtherOrigin
        return
    origin = headers.get("origin")
    if origin is not None and not is_own_origin(origin, headers, site_url):
        raise OtherOrigin


def is_own_origin(origin: str, headers: Headers, site_url: str | None) -> bool:
    """Whether an Origin header names this site.

    The host asked for, or the address set by the operator.
    """
    own = {headers.get("host", ""), urlsplit(site_url or "").netloc}
    return urlsplit(origin).netloc in own - {""}


def token_of(secret: str) -> str:
    """The token that forms of this secret's browser carry; the secret can't be made from it."""
    digest = hashlib.sha256(f"clutch form {secret}".encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def is_token_of(token: str, secret: str | None) -> bool:
    """Whether a form's token belongs to this browser."""
    return secret is not None and hmac.compare_digest(token.encode(), token_of(secret).encode())

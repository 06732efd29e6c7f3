"""What the database keeps of a secret."""

from __future__ import annotations

from hashlib import sha256


def digest_of(secret: str) -> bytes:
    """The digest of a secret of 256 random bits; a slow hash would add nothing to those."""
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()

"""Ids, tokens and chance come from here and from nowhere else."""

from __future__ import annotations

import random
import secrets

# No vowels, and nothing that reads like another: a key spells no word and survives a phone call.
_ALPHABET = "23456789bcdfghjkmnpqrstvwxyz"


def new_key(length: int = 8) -> str:
    """A random public id.

    Eight characters are 38 bits, enough not to be guessed through a rate limit.
    """
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def new_token() -> str:
    """A secret of 256 bits, URL-safe."""
    return secrets.token_urlsafe(32)


def new_seed() -> int:
    """A seed that is stored with the draw it decides.

    53 bits, so that JSON readers keep it whole.
    """
    return secrets.randbits(53)


def chance(seed: int) -> random.Random:
    """The dice of one draw: the same seed gives the same draw, on every machine."""
    return random.Random(seed)  # noqa: S311 - draws are reproducible on purpose, not secret

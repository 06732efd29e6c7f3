"""Tiers as the catalogue writes them."""

from __future__ import annotations

from clutch.achievements.models import Rarity, Tier


def tiers(text: str) -> tuple[Tier, ...]:
    """`"1 common, 10 rare"`: targets, lowest first, and how rare reaching each is meant to be."""
    return tuple(_tier(*part.split()) for part in text.split(","))


def _tier(target: str, rarity: str) -> Tier:
    return Tier(int(target), Rarity(rarity))

"""The lists of kinds in live name kinds that there are; what is added later is noticed here."""

from __future__ import annotations

import dataclasses

import clutch.bootstrap  # noqa: F401 - contexts make their kinds known
from clutch.engine.codec import KINDS
from clutch.kernel import log
from clutch.live import kinds
from clutch.web.views import live


def test_every_kind_that_is_named_exists() -> None:
    named = kinds._OF_PLAYERS | kinds._OF_TEAMS | live._IN_THE_CARD
    assert named <= log.known_kinds()


def test_every_fact_of_the_engine_about_one_match_changes_its_card() -> None:
    fields = {kind: {one.name for one in dataclasses.fields(fact)} for kind, fact in KINDS.items()}
    assert {kind for kind, names in fields.items() if "match" in names} <= live._IN_THE_CARD

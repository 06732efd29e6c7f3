"""What the database says, read beside the site."""

from __future__ import annotations

import time

from clutch.bootstrap import open_site
from clutch.kernel import log
from clutch.tournaments.matches import matches_of
from clutch.tournaments.models import TournamentId
from tests.faults.crowd import mark_of
from tests.faults.history import Found, MatchPlace, Truth
from tests.faults.scene import Scene


def read_truth(scene: Scene) -> Truth:
    """Every event of the played tournaments and every match, in one snapshot."""
    truth, since = Truth(), time.time() - time.monotonic()
    site = open_site(scene.settings)
    try:
        with site.database.read() as conn:
            for cup in scene.field.cups:
                events = log.read_stream(conn, cup.stream)
                truth.streams[cup.stream] = [mark_of(one.kind, one.json.encode()) for one in events]
                truth.times[cup.stream] = [one.at.timestamp() - since for one in events]
                for match in matches_of(conn, TournamentId(cup.id)):
                    place = MatchPlace(cup.id, match.id)
                    truth.matches[place] = Found(match.version, match.scores)
    finally:
        site.close()
    return truth


def heads(truth: Truth) -> dict[str, int]:
    """Where each stream ends."""
    return {stream: len(marks) for stream, marks in truth.streams.items()}

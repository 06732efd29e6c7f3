"""An unlisted tournament is protected by its address: no stream gives it away, on any transport."""

from __future__ import annotations

import json

import pytest

from clutch.accounts.events import stream_of
from clutch.accounts.models import Role
from clutch.achievements.events import AchievementUnlocked
from clutch.bootstrap import Site
from clutch.kernel.epoch import get_epoch
from clutch.kernel.log import read_stream
from clutch.live.kinds import stream_kinds
from clutch.tournaments.drafting import create_tournament
from clutch.tournaments.events import PlayerAdmitted
from clutch.tournaments.models import Status, Visibility
from clutch.tournaments.moving import move_tournament
from clutch.tournaments.settings import Setup
from tests.live.conftest import People, Person
from tests.live.lines import Frame
from tests.live.reader import TRANSPORTS, Ledger, following
from tests.live.test_transport_doors import headers_of
from tests.serve.running import Running


def cup_of(site: Site, people: People, visibility: Visibility) -> str:
    """A tournament that takes registrations."""
    boss = people.arrive(Role.ORGANIZER).actor
    setup = Setup(name="Red Cup", game="Chess", visibility=visibility)
    cup = site.writer.write(lambda tx: create_tournament(tx, boss, setup))
    to = Status.REGISTRATION
    site.writer.write(lambda tx: move_tournament(tx, boss, cup.id, cup.version, to))
    return cup.id


def unlocked(tournament_id: str) -> AchievementUnlocked:
    return AchievementUnlocked(
        key="first-win",
        tier=1,
        period="",
        points=5,
        cause=1,
        tournament_id=tournament_id,
        match_id="U1.1",
        team_id=None,
    )


def happens(site: Site, stream: str, tournament_id: str) -> None:
    facts = PlayerAdmitted(tournament_id=tournament_id), unlocked(tournament_id)
    site.writer.write(lambda tx: tx.append(stream, *facts, actor_id=None))


def told(
    shared: Running, site: Site, transport: str, stream: str, who: Person | None
) -> list[Frame]:
    """All events of the stream as one who resumes from its beginning is told."""
    with site.database.read() as conn:
        ledger = Ledger(epoch=get_epoch(conn), last={stream: 0})
    headers = headers_of(who, shared) if who else {}
    with following(transport, shared.address, [stream], ledger, headers) as reader:
        frame = reader.next("events")
    return list(frame["events"])


def named(events: list[Frame]) -> list[str]:
    """The tournaments that events name; what followers conclude beside them names none."""
    told = [one.get("facts", {}).get("tournament_id") for one in events]
    return [one for one in told if one]


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_only_the_player_is_told_which_unlisted_tournament_they_play_in(
    shared: Running, shared_beside: Site, people: People, transport: str
) -> None:
    player, stranger = people.arrive(), people.arrive()
    cup = cup_of(shared_beside, people, Visibility.UNLISTED)
    stream = stream_of(player.account_id)
    with following(transport, shared.address, [stream]) as reader:
        reader.next("subscribed")
        happens(shared_beside, stream, cup)
        frame = reader.next("events")
        assert cup not in json.dumps(frame)
    for who in (None, stranger):
        assert cup not in json.dumps(told(shared, shared_beside, transport, stream, who))
    own = told(shared, shared_beside, transport, stream, player)
    assert named(own) == [cup, cup]


def test_everybody_is_told_which_public_tournament_somebody_plays_in(
    shared: Running, shared_beside: Site, people: People
) -> None:
    cup = cup_of(shared_beside, people, Visibility.PUBLIC)
    stream = stream_of(people.arrive().account_id)
    happens(shared_beside, stream, cup)
    assert named(told(shared, shared_beside, "websocket", stream, None)) == [cup, cup]


def test_a_teams_achievement_does_not_name_an_unlisted_tournament(
    shared: Running, shared_beside: Site, people: People, stream: str
) -> None:
    cup = cup_of(shared_beside, people, Visibility.UNLISTED)
    happens(shared_beside, stream, cup)
    of_guest = told(shared, shared_beside, "websocket", stream, None)
    assert of_guest[:2] == [{"seq": 1}, {"seq": 2}]


def test_a_tournament_that_is_gone_stays_hidden(shared_beside: Site) -> None:
    stream = "player-1000001"
    happens(shared_beside, stream, "xxxxxxxx")
    with shared_beside.database.read() as conn:
        hidden = stream_kinds()["player"].hidden(conn, read_stream(conn, stream))
    assert hidden == {1, 2}

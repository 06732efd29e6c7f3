"""The community's cup: open for registration, with places left."""

from __future__ import annotations

from clutch.accounts.models import Actor
from clutch.cli.demo import facts
from clutch.cli.demo.major import move
from clutch.cli.demo.story import Story
from clutch.engine import DOUBLE_ELIMINATION, GrandFinal
from clutch.tournaments.drafting import create_tournament
from clutch.tournaments.models import FormatSettings, Status, TournamentId
from clutch.tournaments.registering import Wish, register
from clutch.tournaments.settings import Setup


def open_cup(story: Story, organizer: Actor, days_ahead: int) -> TournamentId:
    """Announce the cup and have some register; it starts in so many days."""
    setup = Setup(
        name=facts.CUP,
        game=facts.GAME,
        format=DOUBLE_ELIMINATION,
        format_settings=FormatSettings(grand_final=GrandFinal.DOUBLE.value, best_of=3, final=5),
        max_participants=16,
        starts_at=story.day(-days_ahead, 18),
        zone=story.zone,
        description=facts.CUP_DESCRIPTION,
        rules=facts.CUP_RULES,
    )
    cup = story.do(lambda tx: create_tournament(tx, organizer, setup)).id
    move(story, organizer, cup, Status.REGISTRATION)
    for name in facts.CUP_PLAYERS:
        player = story.meet(name)
        story.do(lambda tx, player=player: register(tx, player, cup, Wish()))  # type: ignore[misc]
        story.wait(minutes=3)
    return cup

"""The playoff of the Major: eight teams, from the first invite to the trophies."""

from __future__ import annotations

from clutch.accounts.models import Actor
from clutch.cli.demo import facts
from clutch.cli.demo.facts import Meeting
from clutch.cli.demo.story import Story
from clutch.engine import Game, ParticipantId, Result, played
from clutch.teams.create import create_team
from clutch.teams.invite import make_invite
from clutch.teams.join import join_team
from clutch.teams.models import Team
from clutch.tournaments.checking_in import check_in
from clutch.tournaments.completing import complete
from clutch.tournaments.drafting import create_tournament
from clutch.tournaments.drawing import start_tournament
from clutch.tournaments.matches import MatchRow, Seen, matches_of
from clutch.tournaments.models import (
    FormatSettings,
    PlayedBy,
    Registration,
    Status,
    Tournament,
    TournamentId,
)
from clutch.tournaments.moving import move_tournament
from clutch.tournaments.participants import participants_of
from clutch.tournaments.registering import Wish, register
from clutch.tournaments.reporting import confirm_report, report_result
from clutch.tournaments.repository import get_tournament
from clutch.tournaments.seeding import set_seeding
from clutch.tournaments.settings import Setup

FIRST_DAY = 3


def play_major(story: Story, organizer: Actor, last_day: int) -> TournamentId:
    """Have the Major played; its final was `last_day` days before today."""
    story.go_to(story.day(last_day + 30, 17))
    teams = {team.tag: _gather(story, team) for team in facts.TEAMS}
    tournament = _announce(story, organizer, last_day)
    story.go_to(story.day(last_day + 5, 12))
    registrations = {tag: _register(story, tournament, teams[tag]) for tag in teams}
    story.go_to(story.day(last_day + FIRST_DAY, 17))
    move(story, organizer, tournament, Status.CHECK_IN)
    for tag, registration in registrations.items():
        _check_in(story, captain_of(story, tag), registration)
    participants = _draw(story, organizer, tournament)
    for meeting in facts.MEETINGS:
        story.go_to(story.day(last_day + meeting.days_before, meeting.hour))
        _meet(story, tournament, meeting, participants)
    version = look(story, tournament).version
    story.do(lambda tx: complete(tx, organizer, tournament, version))
    return tournament


def look(story: Story, tournament: TournamentId) -> Tournament:
    """The tournament as it stands."""
    return story.read(lambda conn: get_tournament(conn, tournament))


def move(story: Story, organizer: Actor, tournament: TournamentId, to: Status) -> None:
    """One step on."""
    version = look(story, tournament).version
    story.do(lambda tx: move_tournament(tx, organizer, tournament, version, to))


def captain_of(story: Story, tag: str) -> Actor:
    """Who speaks for the team of that tag."""
    return story.meet(next(team.players[0] for team in facts.TEAMS if team.tag == tag))


def _gather(story: Story, wanted: facts.Team) -> Team:
    captain, *others = story.meet_all(wanted.players)
    team = story.do(lambda tx: create_team(tx, captain, wanted.name, wanted.tag, wanted.colour))
    _, token = story.do(lambda tx: make_invite(tx, captain, team.id, 7, len(others)))
    for player in others:
        story.do(lambda tx, player=player: join_team(tx, player, token))  # type: ignore[misc]
    return team


def _announce(story: Story, organizer: Actor, last_day: int) -> TournamentId:
    setup = Setup(
        name=facts.MAJOR,
        game=facts.GAME,
        format_settings=FormatSettings(best_of=3),
        played_by=PlayedBy.TEAM,
        roster_min=5,
        roster_max=7,
        max_participants=len(facts.TEAMS),
        starts_at=story.day(last_day + FIRST_DAY, 18),
        zone=story.zone,
        report_minutes=60,
        description=facts.MAJOR_DESCRIPTION,
        rules=facts.MAJOR_RULES,
    )
    made = story.do(lambda tx: create_tournament(tx, organizer, setup))
    move(story, organizer, made.id, Status.REGISTRATION)
    return made.id


def _register(story: Story, tournament: TournamentId, team: Team) -> Registration:
    captain = captain_of(story, team.tag)
    return story.do(lambda tx: register(tx, captain, tournament, Wish(team_id=team.id)))


def _check_in(story: Story, captain: Actor, one: Registration) -> None:
    story.do(lambda tx: check_in(tx, captain, one.tournament_id, one.id, one.version))


def _draw(story: Story, organizer: Actor, tournament: TournamentId) -> dict[str, ParticipantId]:
    """Seed as Copenhagen did and draw; who takes part, by tag."""
    move(story, organizer, tournament, Status.SEEDING)
    playing = story.read(lambda conn: participants_of(conn, tournament))
    by_tag = {str(one.tag): one.id for one in playing}
    order = [by_tag[team.tag] for team in facts.TEAMS]
    seen = look(story, tournament).seeding_version
    seeded = story.do(lambda tx: set_seeding(tx, organizer, tournament, seen, order))
    story.do(lambda tx: start_tournament(tx, organizer, tournament, seeded.seeding_version))
    return by_tag


def _meet(
    story: Story,
    tournament: TournamentId,
    meeting: Meeting,
    participants: dict[str, ParticipantId],
) -> None:
    """The winner's captain reports, the other one confirms."""
    pair = [participants[tag] for tag in meeting.tags]
    match = _open_match(story, tournament, set(pair))
    result = _result(match, pair, meeting)
    tags = dict(zip(pair, meeting.tags, strict=True))
    (loser,) = {*pair} - {result.winner}
    winner_captain = captain_of(story, tags[result.winner or loser])
    loser_captain = captain_of(story, tags[loser])
    story.wait(minutes=48 * len(meeting.maps))
    seen = Seen(tournament, match.id, match.version)
    story.do(lambda tx: report_result(tx, winner_captain, seen, result))
    again = _open_match(story, tournament, set(pair))
    waiting = Seen(tournament, again.id, again.version)
    story.do(lambda tx: confirm_report(tx, loser_captain, waiting))


def _open_match(story: Story, tournament: TournamentId, pair: set[ParticipantId]) -> MatchRow:
    found = story.read(lambda conn: matches_of(conn, tournament))
    return next(one for one in found if one.is_ready and set(one.participants) == pair)


def _result(match: MatchRow, pair: list[ParticipantId], meeting: Meeting) -> Result:
    turned = list(match.participants) != pair
    scores = [(b, a) if turned else (a, b) for _, a, b in meeting.maps]
    games = tuple(
        Game(score, name) for score, (name, _, _) in zip(scores, meeting.maps, strict=True)
    )
    won = sum(first > second for first, second in scores)
    return played(match.participants, (won, len(scores) - won), games)

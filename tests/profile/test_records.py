"""What a player's or team's record says of the tournaments and matches that were played."""

from datetime import timedelta

import pytest

from clutch import engine
from clutch.accounts.models import Actor
from clutch.tournaments import records
from clutch.tournaments.matches import Seen
from clutch.tournaments.models import (
    FormatSettings,
    PlayedBy,
    RegistrationId,
    Status,
    Tournament,
    Visibility,
)
from clutch.tournaments.records import Played, PlayedMatch, Whose
from clutch.tournaments.registering import Wish, withdraw
from clutch.tournaments.results import Consent, fingerprint, read_preview, set_result
from tests.fixtures.site import on_sqlite
from tests.profile.arena import Arena
from tests.teams.club import account_id


def whose(actor: Actor) -> Whose:
    return Whose(account_id=account_id(actor))


def record(arena: Arena, actor: Actor, *, unlisted: bool = False) -> list[Played]:
    with arena.database.read() as conn:
        return records.tournaments_of(conn, whose(actor), unlisted=unlisted)


def matches(arena: Arena, actor: Actor) -> list[PlayedMatch]:
    with arena.database.read() as conn:
        return records.matches_of(conn, whose(actor)).items


def four(arena: Arena) -> list[Actor]:
    return [arena.person(name) for name in ("alice", "bob", "carol", "dave")]


def correct(arena: Arena, organizer: Actor, cup: Tournament, match_id: str) -> None:
    """The first opponent lost after all; the organizer accepts what that takes back."""
    row = arena.match(cup, match_id)
    result = engine.played(row.participants, (0, 1))
    seen = Seen(cup.id, row.id, row.version)
    with arena.database.read() as conn:
        losses = fingerprint(read_preview(conn, {}, cup.id, row.id, result))
    consent = Consent(1, "wrong side", losses)
    arena.write(lambda tx: set_result(tx, organizer, seen, result, consent))


def test_a_completed_tournament_stands_with_placement_and_won_lost(arena: Arena) -> None:
    people = four(arena)
    cup = arena.played_cup(arena.organizer(), people)
    lines = [record(arena, one)[0] for one in people]
    assert [(one.rank, one.to, one.won, one.lost) for one in lines] == [
        (1, 1, 2, 0),
        (2, 2, 1, 1),
        (3, 4, 0, 1),
        (3, 4, 0, 1),
    ]
    first = lines[0]
    assert (first.tournament_id, first.participants, first.max_participants) == (cup.id, 4, 16)
    assert (first.status, first.is_trophy, first.waiting) == (Status.COMPLETED, True, False)


def test_registered_and_waiting_players_have_the_tournament_in_their_record(arena: Arena) -> None:
    people = four(arena)[:3]
    cup = arena.open_cup(arena.organizer(), max_participants=2)
    for one in people:
        arena.register(cup, one)
    assert [record(arena, one)[0].waiting for one in people] == [False, False, True]
    assert record(arena, people[2])[0].participants == 2


def test_who_withdrew_has_it_no_longer(arena: Arena) -> None:
    alice = arena.person("alice")
    cup = arena.open_cup(arena.organizer())
    made = arena.register(cup, alice)
    arena.write(lambda tx: withdraw(tx, alice, cup.id, RegistrationId(made.id), made.version))
    assert record(arena, alice) == []


def test_matches_are_seen_from_their_side_open_ones_first(arena: Arena) -> None:
    people = four(arena)
    olga = arena.organizer()
    cup = arena.open_cup(olga, format_settings=FormatSettings(best_of=3))
    for one in people:
        arena.register(cup, one)
    arena.start(olga, cup)
    arena.decide(olga, cup, "U1.1", (2, 1))
    alice, _, _, dave = (matches(arena, one) for one in people)
    assert [(one.opponent.name, one.own_score, one.other_score, one.won) for one in alice] == [
        ("dave", 2, 1, True)
    ]
    assert [(one.opponent.name, one.own_score, one.won) for one in dave] == [("alice", 1, False)]
    arena.clock.advance(timedelta(hours=1))
    arena.decide(olga, cup, "U1.2", (0, 2))
    assert [(one.match_id, one.won) for one in matches(arena, people[0])] == [
        ("U2.1", None),
        ("U1.1", True),
    ]


def test_byes_count_for_nothing(arena: Arena) -> None:
    people = four(arena)[:3]
    olga = arena.organizer()
    cup = arena.open_cup(olga)
    for one in people:
        arena.register(cup, one)
    arena.start(olga, cup)
    assert [(one.won, one.lost) for one in record(arena, people[0])] == [(0, 0)]
    assert matches(arena, people[0]) == []


def test_both_have_lost_a_double_forfeit(arena: Arena) -> None:
    alice, bob = four(arena)[:2]
    olga = arena.organizer()
    cup = arena.open_cup(olga)
    for one in (alice, bob):
        arena.register(cup, one)
    arena.start(olga, cup)
    row = arena.match(cup, "U1.1")
    seen = Seen(cup.id, row.id, row.version)
    arena.write(lambda tx: set_result(tx, olga, seen, engine.double_forfeit()))
    assert [[(one.won, one.lost) for one in record(arena, who)] for who in (alice, bob)] == [
        [(0, 1)],
        [(0, 1)],
    ]
    assert [one.won for who in (alice, bob) for one in matches(arena, who)] == [False, False]


def test_a_correction_after_completion_takes_the_trophies_back(arena: Arena) -> None:
    people = four(arena)
    olga = arena.organizer()
    cup = arena.played_cup(olga, people)
    assert [len(records.trophies(record(arena, one))) for one in people] == [1, 1, 1, 1]
    correct(arena, olga, cup, "U1.1")
    assert [records.trophies(record(arena, one)) for one in people] == [[], [], [], []]
    # The final is open again, between those who would play it now.
    assert [(one.won, one.lost) for who in people for one in record(arena, who)] == [
        (0, 1),
        (1, 0),
        (0, 1),
        (1, 0),
    ]
    assert matches(arena, people[3])[0].won is None


@on_sqlite
def test_trophies_stand_by_place_then_by_how_many_took_part(arena: Arena) -> None:
    people = four(arena)
    alice = people[0]
    olga = arena.organizer()

    def cup(name: str, order: list[Actor]) -> None:
        arena.played_cup(olga, order, name, starts_at=arena.clock.now() + timedelta(hours=1))
        arena.clock.advance(timedelta(days=1))

    cup("second", [people[1], alice, *people[2:]])
    cup("first early", [alice, *people[1:]])
    cup("first late", [alice, *people[1:]])
    final = arena.open_cup(olga, "big", starts_at=arena.clock.now() + timedelta(hours=1))
    for one in [alice, *(arena.person(f"p{number}") for number in range(4))]:
        arena.register(final, one)
    arena.start(olga, final)
    arena.decide_all(olga, final, ["U1.2", "U2.1", "U2.2", "U3.1"])
    arena.complete(olga, final)
    won = records.trophies(record(arena, alice))
    assert [one.name for one in won] == ["big", "first late", "first early", "second"]


def test_unlisted_tournaments_and_drafts_are_told_to_nobody_else(arena: Arena) -> None:
    people = four(arena)
    olga = arena.organizer()
    arena.played_cup(olga, people, "hidden", visibility=Visibility.UNLISTED)
    arena.clock.advance(timedelta(days=1))
    cup = arena.open_cup(olga, "hidden too", visibility=Visibility.UNLISTED)
    arena.register(cup, people[0])
    assert record(arena, people[0]) == []
    assert matches(arena, people[0]) == []
    assert [one.name for one in record(arena, people[0], unlisted=True)] == ["hidden too", "hidden"]
    with arena.database.read() as conn:
        assert records.last_results(conn, whose(people[0])) == []
        assert records.running_of(conn, whose(people[0])) == []
        assert records.running_of(conn, whose(people[0]), unlisted=True) == [cup.id]


def test_a_team_and_its_players_share_a_record_that_a_later_change_leaves_alone(
    arena: Arena,
) -> None:
    alice, bob, carol, dave = four(arena)
    olga = arena.organizer()
    red, blue = arena.team(alice, "Red"), arena.team(bob, "Blue")
    arena.let_in(alice, red, carol, dave)
    cup = arena.open_cup(olga, played_by=PlayedBy.TEAM, roster_min=1, roster_max=2)
    arena.register(cup, alice, Wish(team_id=red.id, players=(account_id(alice), account_id(carol))))
    arena.register(cup, bob, Wish(team_id=blue.id))
    arena.start(olga, cup)
    arena.decide(olga, cup, "U1.1", (1, 0))
    arena.write(lambda tx: arena.site.personal.erase(tx, account_id(carol)))
    assert [len(record(arena, one)) for one in (alice, carol, dave, bob)] == [1, 1, 0, 1]
    with arena.database.read() as conn:
        (won,) = records.tournaments_of(conn, Whose(team_id=red.id))
        (lost,) = records.last_results(conn, Whose(team_id=blue.id))
    assert (won.won, won.lost, won.by_teams) == (1, 0, True)
    assert (lost.won, lost.opponent.team_id, lost.opponent.name) == (False, red.id, "Red")


def test_a_deleted_player_keeps_results_and_is_met_without_a_name(arena: Arena) -> None:
    people = four(arena)
    arena.played_cup(arena.organizer(), people)
    arena.write(lambda tx: arena.site.personal.erase(tx, account_id(people[1])))
    assert [(one.rank, one.won) for one in record(arena, people[1])] == [(2, 1)]
    assert [one.opponent.name for one in matches(arena, people[0])] == [None, "dave"]


@on_sqlite
def test_matches_have_pages(arena: Arena, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "PER_PAGE", 2)
    people = four(arena)
    olga = arena.organizer()
    for number in range(2):
        arena.played_cup(olga, people, f"Cup {number}")
        arena.clock.advance(timedelta(days=1))
    with arena.database.read() as conn:
        pages = [records.matches_of(conn, whose(people[0]), page) for page in (1, 2, 9)]
    assert [[one.tournament_name for one in page.items] for page in pages] == [
        ["Cup 1", "Cup 1"],
        ["Cup 0", "Cup 0"],
        ["Cup 0", "Cup 0"],
    ]
    assert [(page.total, page.page, page.pages) for page in pages] == [
        (4, 1, 2),
        (4, 2, 2),
        (4, 2, 2),
    ]

"""The catalogue: teams, organizing and the community."""

from __future__ import annotations

from clutch.achievements import counters, deeds, record
from clutch.achievements.catalogue.tiers import tiers
from clutch.achievements.counters import counting
from clutch.achievements.models import PLAYERS, TEAMS, Achievement, Category, Text
from clutch.kernel.refusals import N_, NN_

TEAM = (
    Achievement(
        "founder",
        Category.TEAMS,
        N_("Founder"),
        Text(N_("Found a team")),
        counting(record.memberships, lambda one: one.founded),
        tiers("1 common"),
        holders=PLAYERS,
        keeps=True,
    ),
    Achievement(
        "team-joined",
        Category.TEAMS,
        N_("One of us"),
        Text(N_("Join a team by an invite")),
        counting(record.memberships, lambda one: not one.founded),
        tiers("1 common"),
        holders=PLAYERS,
        keeps=True,
    ),
    Achievement(
        "team-matches-won",
        Category.TEAMS,
        N_("Team player"),
        Text(*NN_("Win a match with a team", "Win {number} matches with a team")),
        counting(record.team_matches, deeds.won),
        tiers("1 common, 10 uncommon, 50 rare, 200 epic"),
        holders=PLAYERS,
    ),
    Achievement(
        "team-titles",
        Category.TEAMS,
        N_("Lifted together"),
        Text(
            *NN_(
                "Win a tournament of at least four teams",
                "Win {number} tournaments of at least four teams",
            )
        ),
        counting(record.tournaments, deeds.is_team_title),
        tiers("1 uncommon, 3 rare, 10 epic"),
        holders=PLAYERS,
    ),
    Achievement(
        "loyal",
        Category.TEAMS,
        N_("Loyal"),
        Text(
            *NN_(
                "Play {number} match for the same team",
                "Play {number} matches for the same team",
            )
        ),
        counters.most_of_one(record.team_matches, deeds.team_of),
        tiers("10 uncommon, 50 rare, 150 epic"),
        holders=PLAYERS,
    ),
    Achievement(
        "journeyman",
        Category.TEAMS,
        N_("Journeyman"),
        Text(*NN_("Play matches for {number} team", "Play matches for {number} different teams")),
        counters.distinct(record.team_matches, deeds.team_of),
        tiers("3 uncommon, 5 rare"),
        holders=PLAYERS,
    ),
    Achievement(
        "alone-and-together",
        Category.TEAMS,
        N_("Alone and together"),
        Text(N_("Win a tournament alone and one with a team, each of at least four")),
        counters.distinct(record.titles, lambda one: one.team_id is not None),
        tiers("2 rare"),
        holders=PLAYERS,
    ),
    Achievement(
        "full-house",
        Category.TEAMS,
        N_("Full house"),
        Text(
            *NN_(
                "Have {number} member in the team",
                "Have {number} members in the team at the same time",
            )
        ),
        counters.most_at_once,
        tiers("5 common, 10 uncommon"),
        holders=TEAMS,
        keeps=True,
    ),
    Achievement(
        "old-guard",
        Category.TEAMS,
        N_("Old guard"),
        Text(
            *NN_(
                "Play a match a year after the team was founded",
                "Play a match {number} years after the team was founded",
            )
        ),
        counters.years_after(record.matches),
        tiers("1 uncommon, 2 rare, 3 epic"),
        holders=TEAMS,
    ),
)

ORGANIZING = (
    Achievement(
        "hosted",
        Category.ORGANIZING,
        N_("Organizer"),
        Text(
            *NN_(
                "Bring a tournament of your own to its end",
                "Bring {number} tournaments of your own to their end",
            )
        ),
        counting(record.hosted),
        tiers("1 common, 5 uncommon, 25 rare, 100 legendary"),
        holders=PLAYERS,
        keeps=True,
    ),
    Achievement(
        "hosted-size",
        Category.ORGANIZING,
        N_("Full bracket"),
        Text(
            *NN_(
                "Bring a tournament of at least {number} participant to its end",
                "Bring a tournament of at least {number} participants to its end",
            )
        ),
        counters.largest(record.hosted, lambda one: one.size),
        tiers("8 common, 16 uncommon, 32 rare, 64 epic, 128 legendary"),
        holders=PLAYERS,
        keeps=True,
    ),
    Achievement(
        "hosted-matches",
        Category.ORGANIZING,
        N_("Matchmaker"),
        Text(
            *NN_(
                "Have a match played in your tournaments",
                "Have {number} matches played in your tournaments",
            )
        ),
        counters.adding(record.hosted, lambda one: one.matches),
        tiers("10 common, 100 uncommon, 1000 epic"),
        holders=PLAYERS,
        keeps=True,
    ),
    Achievement(
        "hosted-games",
        Category.ORGANIZING,
        N_("Something for everyone"),
        Text(
            *NN_(
                "Bring tournaments of {number} game to their end",
                "Bring tournaments of {number} different games to their end",
            )
        ),
        counters.distinct(record.hosted, lambda one: one.game),
        tiers("2 uncommon, 4 rare"),
        holders=PLAYERS,
        keeps=True,
    ),
    Achievement(
        "hosted-months",
        Category.ORGANIZING,
        N_("A full season"),
        Text(
            *NN_(
                "Bring a tournament to its end in {number} month in a row",
                "Bring a tournament to its end in {number} months in a row",
            )
        ),
        counters.periods_in_a_row(record.hosted, counters.month_number),
        tiers("3 rare, 6 epic, 12 legendary"),
        holders=PLAYERS,
        keeps=True,
    ),
    Achievement(
        "hosted-both",
        Category.ORGANIZING,
        N_("One and all"),
        Text(N_("Bring a tournament of players and one of teams to their end")),
        counters.distinct(record.hosted, lambda one: one.by_teams),
        tiers("2 uncommon"),
        holders=PLAYERS,
        keeps=True,
    ),
    Achievement(
        "crew",
        Category.ORGANIZING,
        N_("Crew"),
        Text(
            *NN_(
                "Help to organize somebody else's tournament to its end",
                "Help to organize {number} tournaments of others to their end",
            )
        ),
        counting(record.crewed),
        tiers("1 uncommon, 5 rare"),
        holders=PLAYERS,
        keeps=True,
    ),
)

COMMUNITY = (
    Achievement(
        "among-the-first",
        Category.COMMUNITY,
        N_("Among the first"),
        Text(N_("Have one of the first hundred accounts of this site")),
        counters.among_the_first(100),
        tiers("1 uncommon"),
        holders=PLAYERS,
        keeps=True,
    ),
    Achievement(
        "years",
        Category.COMMUNITY,
        N_("Still here"),
        Text(
            *NN_(
                "Play a match a year after signing up",
                "Play a match {number} years after signing up",
            )
        ),
        counters.years_after(record.matches),
        tiers("1 uncommon, 2 rare, 3 epic, 5 legendary"),
        holders=PLAYERS,
    ),
    Achievement(
        "opponents-met",
        Category.COMMUNITY,
        N_("New faces"),
        Text(*NN_("Play {number} opponent", "Play {number} different opponents")),
        counters.distinct(record.matches, deeds.rival_of),
        tiers("5 common, 25 uncommon, 100 rare"),
    ),
    Achievement(
        "rivalry",
        Category.COMMUNITY,
        N_("Old rivals"),
        Text(
            *NN_(
                "Play the same opponent {number} time",
                "Play the same opponent {number} times",
            )
        ),
        counters.most_of_one(record.matches, deeds.rival_of),
        tiers("5 uncommon, 10 rare, 25 epic"),
    ),
    Achievement(
        "on-time",
        Category.COMMUNITY,
        N_("On time"),
        Text(*NN_("Check in to a tournament", "Check in to {number} tournaments")),
        counting(record.check_ins),
        tiers("5 common, 25 uncommon, 100 rare"),
        holders=PLAYERS,
        keeps=True,
    ),
    Achievement(
        "handshake",
        Category.COMMUNITY,
        N_("Handshake"),
        Text(
            *NN_(
                "Agree with an opponent on the result of a match",
                "Agree with your opponents on the results of {number} matches",
            )
        ),
        counting(record.matches, lambda one: one.agreed),
        tiers("5 common, 25 uncommon, 100 rare"),
    ),
)

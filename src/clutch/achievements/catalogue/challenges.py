"""The catalogue: challenges, which are asked for one day or one week at a time.

Their rules see what was done in that day or week and nothing else.
"""

from __future__ import annotations

from clutch.achievements import counters, deeds, record
from clutch.achievements.catalogue.tiers import tiers
from clutch.achievements.counters import counting, in_a_row
from clutch.achievements.models import PLAYERS, Achievement, Category, Span, Text
from clutch.kernel.refusals import N_, NN_

FIRST = (
    Achievement(
        "daily-wins",
        Category.CHALLENGES,
        N_("Good day"),
        Text(*NN_("Win {number} match today", "Win {number} matches today")),
        counting(record.matches, deeds.won),
        tiers("2 common"),
        PLAYERS,
        span=Span.DAY,
    ),
    Achievement(
        "daily-matches",
        Category.CHALLENGES,
        N_("Warm-up"),
        Text(*NN_("Play {number} match today", "Play {number} matches today")),
        counting(record.matches),
        tiers("2 common"),
        PLAYERS,
        span=Span.DAY,
    ),
    Achievement(
        "daily-first",
        Category.CHALLENGES,
        N_("Off the mark"),
        Text(N_("Win a match today")),
        counting(record.matches, deeds.won),
        tiers("1 common"),
        PLAYERS,
        span=Span.DAY,
    ),
    Achievement(
        "daily-sweep",
        Category.CHALLENGES,
        N_("Quick work"),
        Text(N_("Win a best of three or longer today without losing a game")),
        counting(record.matches, deeds.is_sweep),
        tiers("1 common"),
        PLAYERS,
        span=Span.DAY,
    ),
    Achievement(
        "daily-clutch",
        Category.CHALLENGES,
        N_("Cold blood"),
        Text(N_("Win a match today in the last possible game")),
        counting(record.matches, deeds.is_clutch),
        tiers("1 common"),
        PLAYERS,
        span=Span.DAY,
    ),
    Achievement(
        "daily-opponents",
        Category.CHALLENGES,
        N_("Small talk"),
        Text(*NN_("Play {number} opponent today", "Play {number} different opponents today")),
        counters.distinct(record.matches, deeds.rival_of),
        tiers("3 common"),
        PLAYERS,
        span=Span.DAY,
    ),
    Achievement(
        "daily-agreed",
        Category.CHALLENGES,
        N_("Shake on it"),
        Text(N_("Agree with your opponent on the result of a match today")),
        counting(record.matches, lambda one: one.agreed),
        tiers("1 common"),
        PLAYERS,
        span=Span.DAY,
    ),
    Achievement(
        "daily-upset",
        Category.CHALLENGES,
        N_("Against the odds"),
        Text(N_("Beat an opponent today who is seeded above you")),
        counting(record.matches, deeds.beats_higher_seed),
        tiers("1 common"),
        PLAYERS,
        span=Span.DAY,
    ),
    Achievement(
        "weekly-wins",
        Category.CHALLENGES,
        N_("Good week"),
        Text(*NN_("Win {number} match this week", "Win {number} matches this week")),
        counting(record.matches, deeds.won),
        tiers("4 uncommon"),
        PLAYERS,
        span=Span.WEEK,
    ),
    Achievement(
        "weekly-matches",
        Category.CHALLENGES,
        N_("In shape"),
        Text(*NN_("Play {number} match this week", "Play {number} matches this week")),
        counting(record.matches),
        tiers("6 uncommon"),
        PLAYERS,
        span=Span.WEEK,
    ),
    Achievement(
        "weekly-streak",
        Category.CHALLENGES,
        N_("Unstopped"),
        Text(
            *NN_(
                "Win {number} match in a row this week",
                "Win {number} matches in a row this week",
            )
        ),
        in_a_row(record.matches, deeds.won),
        tiers("3 uncommon"),
        PLAYERS,
        span=Span.WEEK,
    ),
    Achievement(
        "weekly-sweeps",
        Category.CHALLENGES,
        N_("Broom"),
        Text(
            *NN_(
                "Win a best of three or longer this week without losing a game",
                "Win {number} matches of best of three or longer this week without losing a game",
            )
        ),
        counting(record.matches, deeds.is_sweep),
        tiers("2 uncommon"),
        PLAYERS,
        span=Span.WEEK,
    ),
    Achievement(
        "weekly-days",
        Category.CHALLENGES,
        N_("Two evenings"),
        Text(*NN_("Play on {number} day this week", "Play on {number} days this week")),
        counters.distinct(record.matches, deeds.day_of),
        tiers("2 uncommon"),
        PLAYERS,
        span=Span.WEEK,
    ),
    Achievement(
        "weekly-opponents",
        Category.CHALLENGES,
        N_("In good company"),
        Text(
            *NN_(
                "Play {number} opponent this week",
                "Play {number} different opponents this week",
            )
        ),
        counters.distinct(record.matches, deeds.rival_of),
        tiers("5 uncommon"),
        PLAYERS,
        span=Span.WEEK,
    ),
    Achievement(
        "weekly-comeback",
        Category.CHALLENGES,
        N_("Not over yet"),
        Text(N_("Win a match this week after losing its first game")),
        counting(record.matches, deeds.is_comeback),
        tiers("1 uncommon"),
        PLAYERS,
        span=Span.WEEK,
    ),
    Achievement(
        "weekly-tournaments",
        Category.CHALLENGES,
        N_("Two brackets"),
        Text(
            *NN_(
                "Play matches of {number} tournament this week",
                "Play matches of {number} tournaments this week",
            )
        ),
        counters.distinct(record.matches, lambda one: one.tournament_id),
        tiers("2 uncommon"),
        PLAYERS,
        span=Span.WEEK,
    ),
)

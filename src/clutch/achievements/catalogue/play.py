"""The catalogue: what is done in tournaments and matches."""

from __future__ import annotations

from clutch.achievements import counters, deeds, record
from clutch.achievements.catalogue.tiers import tiers
from clutch.achievements.counters import counting, in_a_row
from clutch.achievements.models import Achievement, Category, Text
from clutch.kernel.refusals import N_, NN_

TOURNAMENTS = (
    Achievement(
        "tournaments-played",
        Category.TOURNAMENTS,
        N_("Regular"),
        Text(*NN_("Play a tournament to its end", "Play {number} tournaments to their end")),
        counting(record.tournaments),
        tiers("1 common, 5 common, 25 rare, 100 legendary"),
    ),
    Achievement(
        "titles",
        Category.TOURNAMENTS,
        N_("Champion"),
        Text(
            *NN_(
                "Win a tournament of at least four participants",
                "Win {number} tournaments of at least four participants",
            )
        ),
        counting(record.titles),
        tiers("1 uncommon, 3 rare, 10 epic, 25 legendary"),
    ),
    Achievement(
        "finals",
        Category.TOURNAMENTS,
        N_("Finalist"),
        Text(
            *NN_(
                "Finish first or second among at least four participants",
                "Finish first or second in {number} tournaments of at least four participants",
            )
        ),
        counting(record.tournaments, deeds.is_final),
        tiers("1 uncommon, 5 rare, 15 epic"),
    ),
    Achievement(
        "podiums",
        Category.TOURNAMENTS,
        N_("On the podium"),
        Text(
            *NN_(
                "Finish in the top three of at least eight participants",
                "Finish in the top three of {number} tournaments of at least eight participants",
            )
        ),
        counting(record.tournaments, deeds.is_podium),
        tiers("1 uncommon, 5 rare, 20 epic"),
    ),
    Achievement(
        "runner-up",
        Category.TOURNAMENTS,
        N_("So close"),
        Text(
            *NN_(
                "Finish second among at least four participants",
                "Finish second in {number} tournaments of at least four participants",
            )
        ),
        counting(record.tournaments, deeds.is_second),
        tiers("3 rare"),
    ),
    Achievement(
        "big-title",
        Category.TOURNAMENTS,
        N_("Big stage"),
        Text(
            *NN_(
                "Win a tournament of at least {number} participant",
                "Win a tournament of at least {number} participants",
            )
        ),
        counters.largest(record.tournaments, deeds.won_size),
        tiers("8 uncommon, 16 rare, 32 epic, 64 legendary"),
    ),
    Achievement(
        "flawless",
        Category.TOURNAMENTS,
        N_("Flawless"),
        Text(
            *NN_(
                "Win a tournament of at least four without losing a single game",
                "Win {number} tournaments of at least four without losing a single game",
            )
        ),
        counting(deeds.without_losing_a_game),
        tiers("1 rare, 3 epic"),
    ),
    Achievement(
        "long-way",
        Category.TOURNAMENTS,
        N_("The long way round"),
        Text(
            *NN_(
                "Win a double elimination of at least four through the lower bracket",
                "Win {number} double eliminations of at least four through the lower bracket",
            )
        ),
        counting(deeds.through_the_lower_bracket),
        tiers("1 rare, 3 epic"),
    ),
    Achievement(
        "back-to-back",
        Category.TOURNAMENTS,
        N_("Back to back"),
        Text(
            *NN_(
                "Win {number} tournament in a row, each of at least four",
                "Win {number} tournaments in a row, each of at least four",
            )
        ),
        in_a_row(deeds.large_enough, deeds.is_title),
        tiers("2 rare, 3 epic, 5 legendary"),
    ),
    Achievement(
        "dark-horse",
        Category.TOURNAMENTS,
        N_("Dark horse"),
        Text(
            *NN_(
                "Win a tournament of at least eight from the lower half of the seeds",
                "Win {number} tournaments of at least eight from the lower half of the seeds",
            )
        ),
        counting(record.tournaments, deeds.is_dark_horse),
        tiers("1 rare, 3 epic"),
    ),
    Achievement(
        "formats-won",
        Category.TOURNAMENTS,
        N_("Any bracket"),
        Text(
            *NN_(
                "Win tournaments of at least four in {number} format",
                "Win tournaments of at least four in {number} different formats",
            )
        ),
        counters.distinct(record.titles, lambda one: one.format),
        tiers("2 rare"),
    ),
)

MATCHES = (
    Achievement(
        "matches-played",
        Category.MATCHES,
        N_("Match by match"),
        Text(*NN_("Play a match", "Play {number} matches")),
        counting(record.matches),
        tiers("1 common, 10 common, 50 uncommon, 200 rare, 1000 legendary"),
    ),
    Achievement(
        "matches-won",
        Category.MATCHES,
        N_("Winner"),
        Text(*NN_("Win a match", "Win {number} matches")),
        counting(record.matches, deeds.won),
        tiers("1 common, 10 uncommon, 50 rare, 200 epic, 500 legendary"),
    ),
    Achievement(
        "games-won",
        Category.MATCHES,
        N_("On the scoreboard"),
        Text(*NN_("Win a game", "Win {number} games")),
        counters.adding(record.matches, deeds.games_won),
        tiers("10 common, 100 uncommon, 500 rare, 2000 legendary"),
    ),
    Achievement(
        "sweeps",
        Category.MATCHES,
        N_("Clean sweep"),
        Text(
            *NN_(
                "Win a best of three or longer without losing a game",
                "Win {number} matches of best of three or longer without losing a game",
            )
        ),
        counting(record.matches, deeds.is_sweep),
        tiers("1 common, 10 uncommon, 50 rare"),
    ),
    Achievement(
        "clutch",
        Category.MATCHES,
        N_("Clutch"),
        Text(
            *NN_(
                "Win a match in the last possible game",
                "Win {number} matches in the last possible game",
            )
        ),
        counting(record.matches, deeds.is_clutch),
        tiers("1 uncommon, 5 rare, 25 epic"),
    ),
    Achievement(
        "comebacks",
        Category.MATCHES,
        N_("Comeback"),
        Text(
            *NN_(
                "Win a match after losing its first game",
                "Win {number} matches after losing the first game",
            )
        ),
        counting(record.matches, deeds.is_comeback),
        tiers("1 uncommon, 5 rare, 20 epic"),
    ),
    Achievement(
        "reverse-sweep",
        Category.MATCHES,
        N_("Reverse sweep"),
        Text(N_("Win a best of five or longer after losing the first two games")),
        counting(record.matches, deeds.is_reverse_sweep),
        tiers("1 epic"),
    ),
    Achievement(
        "upsets",
        Category.MATCHES,
        N_("Upset"),
        Text(
            *NN_(
                "Beat an opponent seeded at least four places above you",
                "Beat {number} opponents seeded at least four places above you",
            )
        ),
        counting(record.matches, deeds.is_upset),
        tiers("1 uncommon, 5 rare, 20 epic"),
    ),
    Achievement(
        "giant-slayer",
        Category.MATCHES,
        N_("Giant slayer"),
        Text(
            *NN_(
                "Beat the first seed of a tournament of at least eight",
                "Beat the first seed {number} times in tournaments of at least eight",
            )
        ),
        counting(record.matches, deeds.beats_first_seed),
        tiers("1 rare, 5 epic"),
    ),
    Achievement(
        "marathon",
        Category.MATCHES,
        N_("Marathon"),
        Text(*NN_("Play {number} match in one day", "Play {number} matches in one day")),
        counters.most_of_one(record.matches, deeds.day_of),
        tiers("3 common, 5 uncommon, 8 rare"),
    ),
    Achievement(
        "to-the-last-game",
        Category.MATCHES,
        N_("Photo finish"),
        Text(N_("Win the last match of a tournament in its last possible game")),
        counting(deeds.deciding_finals),
        tiers("1 epic"),
    ),
)

"""The catalogue: streaks, the games that are played, and what is a surprise."""

from __future__ import annotations

from clutch.achievements import counters, deeds, record
from clutch.achievements.catalogue.tiers import tiers
from clutch.achievements.counters import counting, in_a_row
from clutch.achievements.models import Achievement, Category, Text
from clutch.kernel.refusals import N_, NN_

STREAKS = (
    Achievement(
        "win-streak",
        Category.STREAKS,
        N_("On a roll"),
        Text(*NN_("Win {number} match in a row", "Win {number} matches in a row")),
        in_a_row(record.matches, deeds.won),
        tiers("3 common, 5 uncommon, 10 rare, 20 legendary"),
    ),
    Achievement(
        "sweep-streak",
        Category.STREAKS,
        N_("Steamroller"),
        Text(
            *NN_(
                "Win {number} match in a row without losing a game, each best of three or longer",
                "Win {number} matches in a row without losing a game, each best of three or longer",
            )
        ),
        in_a_row(record.matches, deeds.is_sweep),
        tiers("3 rare, 5 epic"),
    ),
    Achievement(
        "clutch-streak",
        Category.STREAKS,
        N_("Nerves of steel"),
        Text(
            *NN_(
                "Win {number} match in a row that went to the last possible game",
                "Win {number} in a row of the matches that went to the last possible game",
            )
        ),
        in_a_row(deeds.deciding_games, deeds.won),
        tiers("3 rare, 6 epic"),
    ),
    Achievement(
        "podium-streak",
        Category.STREAKS,
        N_("Always up there"),
        Text(
            *NN_(
                "Finish first or second in {number} tournament in a row, each of at least four",
                "Finish first or second in {number} tournaments in a row, each of at least four",
            )
        ),
        in_a_row(deeds.large_enough, deeds.is_final),
        tiers("2 uncommon, 3 rare, 5 epic"),
    ),
    Achievement(
        "days-in-a-row",
        Category.STREAKS,
        N_("Day after day"),
        Text(*NN_("Play on {number} day in a row", "Play on {number} days in a row")),
        counters.periods_in_a_row(record.matches, counters.day_number),
        tiers("2 common, 3 uncommon, 7 epic"),
    ),
    Achievement(
        "weeks-in-a-row",
        Category.STREAKS,
        N_("Never away"),
        Text(*NN_("Play in {number} week in a row", "Play in {number} weeks in a row")),
        counters.periods_in_a_row(record.matches, counters.week_number),
        tiers("2 common, 4 uncommon, 12 rare, 26 legendary"),
    ),
    Achievement(
        "rebound",
        Category.STREAKS,
        N_("Back on your feet"),
        Text(
            *NN_(
                "Win right after losing three matches in a row",
                "Win right after losing three matches in a row, {number} times",
            )
        ),
        counting(counters.after_losing(3)),
        tiers("1 uncommon, 5 rare"),
    ),
)

GAMES = (
    Achievement(
        "games-played",
        Category.GAMES,
        N_("Many worlds"),
        Text(*NN_("Play {number} game", "Play matches of {number} different games")),
        counters.distinct(record.matches, deeds.game_of),
        tiers("2 common, 3 uncommon, 5 rare"),
    ),
    Achievement(
        "specialist",
        Category.GAMES,
        N_("Specialist"),
        Text(
            *NN_(
                "Win {number} match of the same game",
                "Win {number} matches of the same game",
            )
        ),
        counters.most_of_one(record.matches, deeds.game_of, deeds.won),
        tiers("10 uncommon, 50 rare, 200 epic"),
    ),
    Achievement(
        "titles-in-games",
        Category.GAMES,
        N_("Master of many"),
        Text(
            *NN_(
                "Win tournaments of at least four in {number} game",
                "Win tournaments of at least four in {number} different games",
            )
        ),
        counters.distinct(record.titles, lambda one: one.game),
        tiers("2 rare, 3 epic, 5 legendary"),
    ),
    Achievement(
        "throne",
        Category.GAMES,
        N_("The throne"),
        Text(
            *NN_(
                "Win {number} tournament of the same game, each of at least four",
                "Win {number} tournaments of the same game, each of at least four",
            )
        ),
        counters.most_of_one(record.titles, lambda one: one.game),
        tiers("3 rare, 10 legendary"),
    ),
    Achievement(
        "games-in-a-day",
        Category.GAMES,
        N_("Change of scene"),
        Text(
            *NN_(
                "Win matches of {number} game on one day",
                "Win matches of {number} different games on one day",
            )
        ),
        counters.most_different_at_once(deeds.wins, deeds.day_of, deeds.game_of),
        tiers("2 uncommon, 3 epic"),
    ),
)

SPECIAL = (
    Achievement(
        "night-owl",
        Category.SPECIAL,
        N_("Night owl"),
        Text(N_("Win a match between midnight and five in the morning, by the tournament's clock")),
        counting(record.matches, deeds.wins_at_night),
        tiers("1 uncommon"),
        hidden=True,
    ),
    Achievement(
        "revenge",
        Category.SPECIAL,
        N_("Revenge"),
        Text(N_("Beat somebody who had beaten you earlier in the same tournament")),
        counting(deeds.revenges),
        tiers("1 rare"),
        hidden=True,
    ),
    Achievement(
        "spell-broken",
        Category.SPECIAL,
        N_("The spell is broken"),
        Text(N_("Beat an opponent after losing to them three times in a row")),
        counting(deeds.spells_broken),
        tiers("1 rare"),
        hidden=True,
    ),
    Achievement(
        "phoenix",
        Category.SPECIAL,
        N_("Phoenix"),
        Text(N_("Lose the first match of a double elimination of at least four, and win it")),
        counting(deeds.after_losing_the_first),
        tiers("1 legendary"),
        hidden=True,
    ),
    Achievement(
        "friday-13th",
        Category.SPECIAL,
        N_("Unlucky for some"),
        Text(N_("Win a match on a Friday the 13th, by the tournament's clock")),
        counting(record.matches, deeds.wins_on_friday_13th),
        tiers("1 uncommon"),
        hidden=True,
    ),
    Achievement(
        "new-year",
        Category.SPECIAL,
        N_("First of the year"),
        Text(N_("Play a match on the first of January, by the tournament's clock")),
        counting(record.matches, deeds.is_on_new_year),
        tiers("1 uncommon"),
        hidden=True,
    ),
    Achievement(
        "leap-day",
        Category.SPECIAL,
        N_("Once in four years"),
        Text(N_("Play a match on the 29th of February, by the tournament's clock")),
        counting(record.matches, deeds.is_on_leap_day),
        tiers("1 rare"),
        hidden=True,
    ),
)

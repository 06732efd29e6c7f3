"""What the demo is made of: the playoff of the CS2 Major in Copenhagen, 2024, and invented people.

Every person is invented. What is told of the event are facts, written down anew and looked up:
teams and seeds in iebb/MajorMatchups (MIT), maps and their scores, match by match, in reports of
those days:

- Cloud9 - Vitality, Team Spirit - FaZe: robinhoodnews.com/?p=194536, digit.in ("Vitality beat
  Cloud9 and FaZe beat Spirit")
- Eternal Fire - Natus Vincere: dust2.us/news/46747 (its overtime score is misprinted), ensiplay.com
  ("NAVI moves to the PGL Major Copenhagen semifinal")
- MOUZ - G2: sportreviews.com/id/?p=44458 (maps), esportbet.com ("Natus Vincere, G2 Esports storm
  into ...") (scores)
- FaZe - Vitality, Natus Vincere - G2: ensiplay.com ("FaZe Clan defeats Team Vitality",
  "Natus Vincere wins ... semifinal"); the last map of the second: gossip.gg ("NaVi defeat FaZe")
- the final: gg254.bet ("NAVI wins PGL Major Copenhagen 2024"), talkesport.com ("NAVI outlast ...")

cybersport.ru ("В гранд-финале мейджора ...") has every series' score, and the days and order of
play. The hours are the demo's own.
"""

from __future__ import annotations

from dataclasses import dataclass

ORGANIZER = "olga"
CAPTAIN = "alice"

MAJOR = "Copenhagen Major 2024: playoff"
GAME = "Counter-Strike 2"
MAJOR_DESCRIPTION = (
    "The last eight of the first Counter-Strike 2 Major, replayed here with its real results. "
    "All people are invented.\n\n"
    "Последняя восьмёрка первого мейджора по Counter-Strike 2 с настоящими счётами. "
    "Все люди вымышлены."
)
MAJOR_RULES = """\
## Format

- Single elimination, every match best of three.
- Seeds 1 and 2 can meet only in the final.

## Results

1. The captain of either team reports the maps.
2. The other captain confirms. Whoever disagrees reports what they saw, and an organizer decides.

---

## Формат

- Одиночное выбывание, каждый матч до двух побед.
- Первый и второй номера посева могут встретиться только в финале.

## Результаты

1. Капитан любой из команд сообщает счёт по картам.
2. Второй капитан подтверждает. Кто не согласен, сообщает свой счёт, и решает организатор.
"""

CUP = "Friday Night Cup"
CUP_DESCRIPTION = (
    "One against one, for everybody. Register, check in on Friday, play.\n\n"
    "Один на один, для всех. Зарегистрируйтесь, отметьтесь в пятницу и играйте."
)
CUP_RULES = """\
- Double elimination, best of three; the grand final is best of five.
- Check-in opens an hour before the start. Who is absent is out, the waiting list moves up.
- Be kind.

---

- Двойное выбывание, матчи до двух побед, гранд-финал до трёх.
- Чек-ин открывается за час до начала. Кто не отметился, выбывает, и проходит лист ожидания.
- Будьте добры друг к другу.
"""

LEAGUE = "Duel Night"
LEAGUE_GAME = "Quake Champions"
LEAGUE_DESCRIPTION = (
    "A small evening of duels. Whoever loses twice watches the rest.\n\n"
    "Небольшой вечер дуэлей. Кто проиграл дважды, досматривает остальное."
)
# Invented, the strongest first; their duels are made up too.
LEAGUE_PLAYERS = ("frida", CAPTAIN, "timur", "wanda", "Тёма", "emil")
ARENAS = ("Blood Run", "Awoken", "Ruins of Sarnath", "Corrupted Keep", "Deep Embrace")


@dataclass(frozen=True)
class Team:
    """A team of the Major; its first player is its captain."""

    name: str
    tag: str
    colour: str
    players: tuple[str, ...]


@dataclass(frozen=True)
class Meeting:
    """A match: how many days before the end it was, its maps and their scores.

    Scores follow the two tags. `hour` is when the demo replays it.
    """

    days_before: int
    hour: int
    tags: tuple[str, str]
    maps: tuple[tuple[str, int, int], ...]


# In the order of their seeds.
TEAMS = (
    Team("Team Spirit", "SPIR", "#777d87", ("bruno", "carol", "dmitri", "elena", "farid")),
    Team("MOUZ", "MOUZ", "#d6453d", ("greta", "hugo", "irina", "jonas", "Кира")),
    Team("Eternal Fire", "EF", "#c7601f", ("leyla", "mert", "nazan", "orhan", "pelin")),
    Team("Cloud9", "C9", "#1b85a8", ("quinn", "rosa", "Сеня", "tara", "ulrik")),
    Team("Vitality", "VIT", "#a37000", ("vera", "willem", "xenia", "yann", "zoe")),
    Team("Natus Vincere", "NAVI", "#66851b", (CAPTAIN, "bohdan", "Варя", "goran", "hanna")),
    Team("G2 Esports", "G2", "#3b7ddd", ("igor", "julia", "karl", "lena", "milan")),
    Team("FaZe Clan", "FAZE", "#c24fa0", ("nadia", "oskar", "petra", "rafael", "sofia")),
)

MEETINGS = (
    Meeting(3, 18, ("C9", "VIT"), (("Inferno", 8, 13), ("Anubis", 2, 13))),
    Meeting(3, 21, ("SPIR", "FAZE"), (("Mirage", 7, 13), ("Nuke", 19, 16), ("Vertigo", 14, 16))),
    Meeting(2, 18, ("EF", "NAVI"), (("Mirage", 13, 16), ("Inferno", 9, 13))),
    Meeting(2, 21, ("MOUZ", "G2"), (("Inferno", 9, 13), ("Vertigo", 6, 13))),
    Meeting(1, 18, ("FAZE", "VIT"), (("Nuke", 13, 7), ("Vertigo", 5, 13), ("Inferno", 13, 8))),
    Meeting(1, 21, ("NAVI", "G2"), (("Anubis", 16, 13), ("Nuke", 7, 13), ("Ancient", 13, 11))),
    Meeting(0, 19, ("NAVI", "FAZE"), (("Ancient", 13, 9), ("Mirage", 2, 13), ("Inferno", 13, 3))),
)

CUP_PLAYERS = (
    "timur", "bohdan", "wanda", "Жанна", "zoe", "emil", "frida", "Тёма", "yusuf", "rosa", "arne",
)  # fmt: skip

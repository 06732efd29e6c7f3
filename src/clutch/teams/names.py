"""What a team may be called: its name by the rules for all names, its tag by stricter ones."""

from __future__ import annotations

import unicodedata

from clutch.accounts.names import check_name, visible_length
from clutch.accounts.refusals import NameRefused
from clutch.teams.models import TAG_LONGEST, TAG_SHORTEST
from clutch.teams.refusals import TagRefused, TagReserved

# What the column holds: room for a few marks on its letters.
TAG_CODE_POINTS = 8
# Brackets say these in capitals, so what looks like the capitals is kept too.
BRACKET_WORDS = ("TBD", "BYE")


def check_team_name(raw: str) -> str:
    """The cleaned name, when a team may be called so; whether it is taken is asked elsewhere.

    Raises:
        NameRefused: by the rule that it breaks; the rules are those of account names.
    """
    return check_name(raw)


def check_tag(raw: str) -> str:
    """The cleaned tag. Several teams may have the same one.

    Raises:
        TagRefused: not two to five letters or digits.
        TagReserved: it looks like a word that brackets use themselves.
    """
    tag = unicodedata.normalize("NFC", raw[:200]).strip()
    length = visible_length(tag)
    if not TAG_SHORTEST <= length <= TAG_LONGEST or len(tag) > TAG_CODE_POINTS or not _is_word(tag):
        raise TagRefused(shortest=TAG_SHORTEST, longest=TAG_LONGEST)
    try:
        return check_name(tag, reserved=BRACKET_WORDS)
    except NameRefused:
        raise TagReserved from None


def _is_word(tag: str) -> bool:
    return unicodedata.category(tag[0])[0] in "LN" and all(
        unicodedata.category(char)[0] in "LMN" for char in tag
    )

"""Names that can't be mistaken for one another: what may be a name, and when two are too alike.

A name is kept as it was typed. Beside it stand three keys, each unique: two names are *the same*
when their folded keys are equal, and *look the same* when one of the other two is (Unicode UTS 39;
"AIice" with a capital I looks like "Alice" only as written, a capital Cyrillic "А" like a small
Latin "a" only after folding, so both are asked).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files

from clutch.accounts.refusals import (
    NameDirectional,
    NameEmpty,
    NameInvisible,
    NameNotPrintable,
    NameReserved,
    NameStacked,
    NameTooLong,
)

NAME_LIMIT = 32
# However few characters one sees, more code points than this are an attack on the page or the
# index.
CODE_POINT_LIMIT = 128
MARKS_LIMIT = 4
KEY_LIMIT = 160

# Default_Ignorable_Code_Point (DerivedCoreProperties); the property is stable by Unicode's policy.
_IGNORABLE_RANGES = (
    (0x00AD, 0x00AD),
    (0x034F, 0x034F),
    (0x061C, 0x061C),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFF8),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),
)
_IGNORABLE = frozenset(
    chr(code) for first, last in _IGNORABLE_RANGES for code in range(first, last + 1)
)
_DIRECTIONAL = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Ignorable, but they shape what is seen: joiners (Persian, Indic, emoji families), variation
# selectors, flag tags.
_SHAPING = frozenset("\u200c\u200d\ufe0e\ufe0f") | frozenset(
    chr(code) for code in range(0xE0020, 0xE0080)
)
# Assigned as a symbol, drawn as nothing.
_BLANK = "\u2800"

_RESERVED = (
    "admin", "administrator", "moderator", "mod", "root", "system", "support", "staff", "official",
    "security", "clutch", "guest", "anonymous", "everyone", "nobody", "null", "undefined", "bye",
    "tbd", "deleted", "deleted player", "deleted user", "админ", "администратор", "администрация",
    "модератор", "поддержка", "система", "гость", "удалённый игрок", "удаленный игрок",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class NameKeys:
    """What must be unique of a name; each has at most `KEY_LIMIT` characters."""

    folded: str
    skeleton: str
    shape: str


def clean_name(raw: str) -> str:
    """The name as it is kept: composed, without spaces around it, one space between words."""
    return " ".join(unicodedata.normalize("NFC", raw).replace(_BLANK, " ").split())


def name_keys(name: str) -> NameKeys:
    """The keys by which this name is compared with others; see the module's text."""
    folded = _fold(name)
    return NameKeys(
        _bounded(folded), _bounded(skeleton(folded)), _bounded(skeleton(_compose(name)))
    )


def check_name(
    raw: str, *, limit: int = NAME_LIMIT, reserved: Iterable[str] = (), official: bool = False
) -> str:
    """The cleaned name, when it may be one; whether it is taken is asked elsewhere.

    `limit` counts characters as people see them. `reserved` adds words to those that are kept for
    the
    site; `official` (the site itself names an account) lets all of them pass.

    Raises:
        NameEmpty, NameTooLong, NameNotPrintable, NameDirectional, NameInvisible, NameStacked,
        NameReserved:
            the rule that the name breaks.
    """
    if len(raw) > CODE_POINT_LIMIT * 4:
        raise NameTooLong(length=len(raw), limit=limit)
    _check_printable(raw)
    name = clean_name(raw)
    _check_visible(name)
    _check_length(name, limit)
    if not official and _is_reserved(name_keys(name), reserved):
        raise NameReserved
    return name


def skeleton(text: str) -> str:
    """UTS 39's skeleton: texts that can be confused with each other have the same one. Never to be
    shown.
    """
    prototypes = _prototypes()
    plain = "".join(char for char in unicodedata.normalize("NFD", text) if char not in _IGNORABLE)
    return unicodedata.normalize("NFD", "".join(prototypes.get(char, char) for char in plain))


def visible_length(name: str) -> int:
    """How many characters a person sees; an emoji family or a letter with its accents is one."""
    length, joined = 0, False
    for char in name:
        if not _continues(char) and not joined:
            length += 1
        joined = char == "\u200d"
    return length


def _fold(name: str) -> str:
    return _compose(_compose(name).casefold())


def _compose(name: str) -> str:
    """NFKC without what nobody sees; spaces are all alike and single."""
    composed = unicodedata.normalize("NFKC", name)
    seen = "".join(char for char in composed if char not in _IGNORABLE)
    return " ".join(unicodedata.normalize("NFKC", seen).split())


def _bounded(key: str) -> str:
    # One character may compose to eighteen (U+FDFA), and indexes have limits: a long key ends in
    # its digest.
    if len(key) <= KEY_LIMIT:
        return key
    digest = sha256(key.encode()).hexdigest()
    return key[: KEY_LIMIT - len(digest)] + digest


def _check_printable(raw: str) -> None:
    for char in raw:
        if char in _DIRECTIONAL:
            raise NameDirectional(character=_code(char))
        if _is_unprintable(char):
            raise NameNotPrintable(character=_code(char))


def _check_visible(name: str) -> None:
    if not any(_is_seen(char) for char in _compose(name)):
        raise NameEmpty
    for char in name:
        if char in _IGNORABLE and char not in _SHAPING:
            raise NameInvisible(character=_code(char))


def _check_length(name: str, limit: int) -> None:
    length = visible_length(name)
    if length > limit or len(name) > CODE_POINT_LIMIT:
        raise NameTooLong(length=max(length, limit + 1), limit=limit)
    run = 0
    for char in unicodedata.normalize("NFD", name):
        run = (
            run + 1 if unicodedata.category(char) in {"Mn", "Me"} and char not in _IGNORABLE else 0
        )
        if run > MARKS_LIMIT:
            raise NameStacked(limit=MARKS_LIMIT)


def _is_reserved(keys: NameKeys, more: Iterable[str]) -> bool:
    taken = _reserved_keys() | {key for word in more for key in _likenesses(name_keys(word))}
    return not taken.isdisjoint(_likenesses(keys))


@cache
def _reserved_keys() -> frozenset[str]:
    return frozenset(key for word in _RESERVED for key in _likenesses(name_keys(word)))


def _likenesses(keys: NameKeys) -> set[str]:
    return {keys.folded, keys.skeleton, keys.shape}


def _is_seen(char: str) -> bool:
    return not char.isspace() and unicodedata.category(char) not in {"Mn", "Me"}


def _is_unprintable(char: str) -> bool:
    if char.isspace():
        return False
    noncharacter = 0xFDD0 <= ord(char) <= 0xFDEF or ord(char) & 0xFFFE == 0xFFFE
    return noncharacter or unicodedata.category(char) in {"Cc", "Cs", "Co"}


def _continues(char: str) -> bool:
    # Marks, joiners, selectors, tags and skin tones belong to the character before them.
    return (
        unicodedata.category(char) in {"Mn", "Me", "Mc"}
        or char in _IGNORABLE
        or "\U0001f3fb" <= char <= "\U0001f3ff"
    )


def _code(char: str) -> str:
    return f"U+{ord(char):04X}"


@cache
def _prototypes() -> dict[str, str]:
    table = {}
    for line in (
        files("clutch.accounts").joinpath("confusables.txt").read_text("utf-8").splitlines()
    ):
        if line.startswith("#"):
            continue
        prototype, _, sources = line.partition(" < ")
        text = _text(prototype)
        table.update({_text(source): text for source in sources.split()})
    return table


def _text(codes: str) -> str:
    return "".join(chr(int(code, 16)) for code in codes.split())

"""Every sentence that a person can see is there in English and in Russian."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from jinja2 import Environment

from clutch.web.catalogue import catalogue, preferred
from clutch.web.reader import Reader, zone_named
from tools.messages import LOCALE, SOURCE, Text, texts_in_source

# A language may need a fact that English does not: Russian says 1/8 of the final for a round of 16.
OTHER_FACTS = {"Round of {players}": ({"{players}"}, {"{half}"})}
FACT = re.compile(r"%\(\w+\)[sd]|\{\w+[^{}]*\}")


def messages(path: Path) -> list[Message]:
    with path.open("rb") as opened:
        return [message for message in read_po(opened, locale="ru") if message.id]


def all_messages() -> Iterator[tuple[str, Message]]:
    for path in sorted(LOCALE.glob("ru/*.po")):
        for message in messages(path):
            yield path.name, message


def key_of(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def strings_of(message: Message) -> list[str]:
    given = message.string
    return list(given) if isinstance(given, tuple | list) else [given or ""]


@pytest.fixture(scope="module")
def said() -> list[Text]:
    return texts_in_source()


def test_every_text_has_its_russian(said: list[Text]) -> None:
    russian = catalogue("ru")
    missing = [
        f"{text.path.relative_to(SOURCE)}:{text.line}: {text.key}"
        for text in said
        if (
            text.key not in russian.texts
            if isinstance(text.id, str)
            else text.key not in russian.plural_texts
        )
    ]
    empty = [
        f"{file}: {key_of(message)}"
        for file, message in all_messages()
        if not all(strings_of(message))
    ]
    assert [*missing, *empty] == []


def test_no_translation_is_a_guess() -> None:
    assert [f"{file}: {key_of(message)}" for file, message in all_messages() if message.fuzzy] == []


def test_no_translation_outlives_its_text(said: list[Text]) -> None:
    used = {text.key for text in said}
    stale = [f"{file}: {key_of(one)}" for file, one in all_messages() if key_of(one) not in used]
    assert stale == []


def test_a_text_is_translated_in_one_place_only() -> None:
    places: defaultdict[str, list[str]] = defaultdict(list)
    for file, message in all_messages():
        places[key_of(message)].append(file)
    assert {key: files for key, files in places.items() if len(files) > 1} == {}


def test_translations_speak_of_the_same_facts() -> None:
    wrong = []
    for file, message in all_messages():
        if not all(strings_of(message)):
            continue  # said elsewhere
        texts = [message.id] if isinstance(message.id, str) else list(message.id)
        english = {fact for text in texts for fact in FACT.findall(text)}
        wanted = OTHER_FACTS.get(key_of(message), (english, english))[1]
        # One form may leave the number out ("one team"), none may invent a fact.
        found = [set(FACT.findall(string)) for string in strings_of(message)]
        if any(facts - wanted for facts in found) or not set.union(*found) >= wanted:
            wrong.append(f"{file}: {key_of(message)}")
    assert wrong == []


def test_every_plural_has_the_three_russian_forms() -> None:
    short = [
        f"{file}: {key_of(message)}"
        for file, message in all_messages()
        if message.pluralizable and len(strings_of(message)) != 3
    ]
    assert short == []


def test_calm_tone() -> None:
    loud = [
        f"{file}: {key_of(one)}" for file, one in all_messages() if "!" in "".join(strings_of(one))
    ]
    polite = re.compile(r"(?<![.?…»] )(?<!^)\b(?:Вы|Вас|Вам|Ваш\w*)\b")
    capital = [
        f"{file}: {key_of(one)}"
        for file, one in all_messages()
        if polite.search("".join(strings_of(one)))
    ]
    assert (loud, capital) == ([], [])


# --- templates -----------------------------------------------------------------------------------

# Names and codes are the same in every language.
UNTRANSLATED = {"Clutch", "API", "JSON"}
# What a template puts together piece by piece: attributes that stand in a tag in the end.
ATTRIBUTE = re.compile(r"[\w-]+=\"[^\"]*\"|\b(?:disabled|checked|selected|hidden)\b|openapi\.json")
SPOKEN = {"title", "alt", "aria-label", "placeholder", "aria-description"}
WORD = re.compile(r"[^\W\d_]{2,}")


class _Bare(HTMLParser):
    """Finds words that stand in a template outside gettext."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"code", "svg", "script", "pre"}:
            self._inside.append(tag)
        for name, value in attrs:
            if name in SPOKEN and value:
                self._look(value)

    def handle_endtag(self, tag: str) -> None:
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if not self._inside:
            self._look(data)

    def _look(self, text: str) -> None:
        words = WORD.findall(ATTRIBUTE.sub(" ", text))
        self.found += [word for word in words if word not in UNTRANSLATED]


def bare_words(source: str) -> list[str]:
    """Words of a template that nobody translates."""
    reader = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"])
    kept: list[str] = []
    block: list[str] | None = None
    translating = False
    for _, kind, value in reader.lex(source):
        if kind == "block_begin":
            block = []
        elif kind == "block_end":
            translating = {"trans": True, "endtrans": False}.get((block or [""])[0], translating)
            block = None
        elif block is not None and kind == "name":
            block.append(value)
        elif kind == "data" and not translating:
            kept.append(value)
        elif kind == "variable_begin":
            kept.append("0")
    bare = _Bare()
    bare.feed("".join(kept))
    bare.close()
    return bare.found


def test_no_template_speaks_past_the_catalogue() -> None:
    folder = SOURCE / "web" / "templates"
    found = {
        str(path.relative_to(folder)): bare_words(path.read_text(encoding="utf-8"))
        for path in sorted(folder.rglob("*.html"))
    }
    assert {name: words for name, words in found.items() if words} == {}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>Hello</p>", ["Hello"]),
        ('<a title="Open it">{{ _("Open") }}</a>', ["Open", "it"]),
        ("{% trans %}Hello{% endtrans %}<code>GET</code> 16 · {{ name }}", []),
        ('{% if a %}<p class="big">{{ _("Hello") }}</p>{% endif %}{# said #}', []),
    ],
)
def test_the_search_for_bare_words_finds_them(source: str, found: list[str]) -> None:
    assert bare_words(source) == found


# --- choosing and filling ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("ru", "ru"),
        ("ru-RU,ru;q=0.9,en-US;q=0.8", "ru"),
        ("de,en;q=0.7,ru;q=0.3", "en"),
        ("en;q=0.2, ru;q=0.8", "ru"),
        ("ru;q=0,en;q=0.1", "en"),
        ("rus", None),
        ("", None),
        (";;;q=x,", None),
    ],
)
def test_a_browser_asks_for_a_language(asked: str, language: str | None) -> None:
    assert preferred(asked) == language


@pytest.mark.parametrize(
    ("number", "said"), [(1, "1 символа"), (3, "3 символов"), (21, "21 символа")]
)
def test_russian_counts_in_three_forms(number: int, said: str) -> None:
    zone = zone_named("Europe/Moscow")
    assert zone is not None
    text = Reader("ru", zone).ngettext(
        "Write at most {number} character.", "Write at most {number} characters.", number
    )
    assert text == f"Напишите не больше {said}."

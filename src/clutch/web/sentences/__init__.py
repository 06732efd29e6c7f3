"""History in plain language: one sentence for each kind of fact.

A context says its sentences in a module here, found by its place:

```python
@sentence("role-changed")
def role_changed(teller: Teller, event: Event, fact: RoleChanged) -> Markup:
    return teller.say(N_("Role of {person} changed."), person=teller.person(fact.account_id))
```
Who did it and when stand beside the sentence, so it names neither; thus it needs no past tense with
a gender. What people typed is escaped; links come from `teller.person` and the like.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from markupsafe import Markup, escape
from sqlalchemy import Connection

from clutch.accounts.queries import names_of
from clutch.kernel.log import Event, UnknownKind
from clutch.kernel.refusals import N_
from clutch.web.reader import Reader, reading


class Teller:
    """Tells facts to one reader; it looks each name up once."""

    def __init__(self, conn: Connection, reader: Reader) -> None:
        self.conn = conn
        self.reader = reader
        self._names: dict[int, str | None] = {}
        self._kept: dict[Hashable, Any] = {}

    def say(self, text: str, **facts: Any) -> Markup:
        """A sentence in the reader's language; facts that are no Markup are escaped."""
        return escape(self.reader.gettext(text)).format(**self._shown(facts))

    def say_number(self, singular: str, plural: str, number: int, **facts: Any) -> Markup:
        """A sentence whose form goes with `number`, which is `{number}` in it."""
        text = self.reader.catalogue.ngettext(singular, plural, number)
        return escape(text).format(**self._shown({"number": number} | facts))

    def person(self, account_id: int) -> Markup:
        """Somebody's name as it is today, linked; "deleted player" once the account is."""
        if account_id not in self._names:
            self.know([account_id])
        name = self._names[account_id]
        if name is None:
            return Markup('<span class="gone">{}</span>').format(self.reader.gettext(_GONE))
        link = Markup('<a class="person" href="/players/{}"><bdi>{}</bdi></a>')
        return link.format(account_id, name)

    def actor(self, account_id: int | None) -> Markup:
        """Who did it; nobody is the site itself."""
        if account_id is None:
            return escape(self.reader.gettext(_SITE))
        return self.person(account_id)

    def know(self, account_ids: Iterable[int]) -> None:
        """Look the names of these people up at once."""
        asked = [one for one in account_ids if one not in self._names]
        self._names |= dict.fromkeys(asked) | dict(names_of(self.conn, asked))

    def once(self, key: Hashable, find: Callable[[Connection], Any]) -> Any:
        """What `find` gives, found once a `key`: for names of teams, tournaments, matches."""
        if key not in self._kept:
            self._kept[key] = find(self.conn)
        return self._kept[key]

    def _shown(self, facts: dict[str, Any]) -> dict[str, Any]:
        return {
            name: value if isinstance(value, Markup) else self.reader.fact(value)
            for name, value in facts.items()
        }


# What followers conclude by themselves, at every turn: in the log, but in nobody's history.
UNTOLD = frozenset({"ratings-recomputing", "statistics-changed"})

Sentence = Callable[[Teller, Event, Any], Markup]


@dataclass(frozen=True, slots=True)
class Told:
    """One line of a history."""

    position: int
    at: datetime
    stream: str
    kind: str
    actor: Markup
    text: Markup


_SENTENCES: dict[str, Sentence] = {}
_GONE = N_("deleted player")
_SITE = N_("the site")
_UNKNOWN = N_("Something that this release has no words for yet: {kind}.")


def sentence(*kinds: str) -> Callable[[Sentence], Sentence]:
    """Make a function the sentence of these kinds of fact."""

    def register(function: Sentence) -> Sentence:
        for kind in kinds:
            if kind in _SENTENCES:
                raise ValueError(f"two sentences for {kind}")
            _SENTENCES[kind] = function
        return function

    return register


def tell(conn: Connection, reader: Reader, events: Iterable[Event]) -> list[Told]:
    """The events in plain language, in the order in which they come."""
    _load()
    listed = list(events)
    teller = Teller(conn, reader)
    teller.know({event.actor_id for event in listed if event.actor_id is not None})
    with reading(reader):
        return [_told(teller, event) for event in listed]


def kinds_told() -> frozenset[str]:
    """Every kind of fact that has a sentence."""
    _load()
    return frozenset(_SENTENCES)


def _told(teller: Teller, event: Event) -> Told:
    actor = teller.actor(event.actor_id)
    return Told(event.position, event.at, event.stream, event.kind, actor, _text(teller, event))


def _text(teller: Teller, event: Event) -> Markup:
    say = _SENTENCES.get(event.kind)
    try:
        fact = event.fact()
    except UnknownKind:
        say, fact = None, None
    return teller.say(_UNKNOWN, kind=event.kind) if say is None else say(teller, event, fact)


@cache
def _load() -> None:
    for found in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{found.name}")

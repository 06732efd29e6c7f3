"""Texts and their translations: find what the code says, add what a catalogue lacks.

``python -m tools.messages [domain...]`` adds missing msgids to ``locale/ru/<domain>.po``, each to
the file of the context that uses it, and names texts that nobody uses any more; ``--prune`` takes
those out. Translations that stand there are never touched.
"""

import argparse
import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.pofile import escape, read_po
from jinja2 import Environment

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "clutch"
LOCALE = SOURCE / "web" / "locale"
CONTEXTS = (
    "accounts",
    "teams",
    "tournaments",
    "achievements",
    "statistics",
    "live",
    "engine",
    "kernel",
    "cli",
)
DOMAINS = (*CONTEXTS, "web")
# Files of `web` that belong to a context and do not bear its name; the other pages and views, but
# for the frame around all of them, are the tournaments'.
OWNERS = {
    "account": "accounts",
    "achievement_answers": "achievements",
    "achievement_words": "achievements",
    "achievements_own": "achievements",
    "admin": "accounts",
    "callers": "accounts",
    "letters": "accounts",
    "login": "accounts",
    "invites": "teams",
    "analysis": "statistics",
    "charts": "statistics",
    "leaderboards": "statistics",
    "marks": "teams",
    "updates": "accounts",
}
FRAME = {"api_docs", "base", "bracket", "documentation", "errors", "pieces", "preferences"}
PARTS_OF_WEB = {"api", "pages", "sentences", "templates", "views"}
SINGLE = {"_", "N_", "gettext"}
PLURAL = {"NN_", "ngettext", "say_number"}
HEADER = r"""msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\n"
"Language: ru\n"
"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);\n"
"""  # noqa: E501

MessageId = str | tuple[str, str]


@dataclass(frozen=True)
class Text:
    """A text that a person may see; ``id`` is a pair where it has a plural."""

    id: MessageId
    path: Path
    line: int

    @property
    def key(self) -> str:
        return self.id if isinstance(self.id, str) else self.id[0]


def texts_in_source(root: Path = SOURCE) -> list[Text]:
    """Every text of the code and the templates, in the order of files."""
    found = [text for path in sorted(root.rglob("*.py")) for text in python_texts(path)]
    templates = (path for path in sorted(root.rglob("templates/**/*")) if path.is_file())
    return found + [text for path in templates for text in template_texts(path)]


def python_texts(path: Path) -> Iterator[Text]:
    """Arguments of ``_``, ``N_``, ``NN_``, ``gettext``, ``ngettext``, and classes' ``sentence``."""
    for part in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        found = _called(part) if isinstance(part, ast.Call) else _sentence(part)
        if found is not None:
            yield Text(found, path, getattr(part, "lineno", 0))


def template_texts(path: Path) -> Iterator[Text]:
    """What a template translates."""
    reader = Environment(
        extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"],
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=True,
    )
    extract = reader.extract_translations  # type: ignore[attr-defined]
    for line, _, message in extract(path.read_text(encoding="utf-8")):
        # A variable is translated where it was marked, by N_ in the code.
        parts = (message,) if isinstance(message, str) else tuple(message or ())
        known = [part for part in parts if part is not None]
        if known:
            yield Text((known[0], known[1]) if len(known) > 1 else known[0], path, line)


def domain_of(path: Path) -> str:
    """The catalogue of a source file's texts: its context's, else ``web`` or ``kernel``."""
    parts = path.relative_to(SOURCE).with_suffix("").parts
    if parts[0] != "web":
        return parts[0] if parts[0] in CONTEXTS else "kernel"
    # The file's own name first: sentences/teams.py is the teams'.
    named = (OWNERS.get(part, part) for part in reversed(parts[1:]))
    found = next((name for name in named if name in CONTEXTS), None)
    is_frame = parts[1] not in PARTS_OF_WEB or bool(FRAME & set(parts))
    return found or ("web" if is_frame else "tournaments")


def catalogue_file(domain: str) -> Path:
    return LOCALE / "ru" / f"{domain}.po"


def key_of(block: str) -> str | None:
    """The msgid of one block of a .po file; None for the header and for what is no message."""
    lines = re.search(r'^msgid ((?:".*"\n?)+)', block, re.MULTILINE)
    if lines is None:
        return None
    strings = [ast.literal_eval(line) for line in lines.group(1).splitlines() if line]
    return "".join(strings) or None


def add_missing(domains: set[str]) -> int:
    """Append what no catalogue has yet; how many texts that were."""
    known = {key for path in LOCALE.glob("ru/*.po") for key in map(key_of, _blocks(path)) if key}
    added = 0
    for text in texts_in_source():
        domain = domain_of(text.path)
        if text.key in known or domain not in domains:
            continue
        _append(catalogue_file(domain), text)
        known.add(text.key)
        added += 1
    return added


def unused(prune: bool) -> list[str]:
    """Texts in the catalogues that nothing says any more."""
    said = {text.key for text in texts_in_source()}
    found = []
    for path in sorted(LOCALE.glob("ru/*.po")):
        blocks = _blocks(path)
        stale = [block for block in blocks if (key := key_of(block)) and key not in said]
        found += [f"{path.name}: {key_of(block)}" for block in stale]
        if prune and stale:
            _write(path, [block for block in blocks if block not in stale])
    return found


def _called(call: ast.Call) -> MessageId | None:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    strings = [
        argument.value
        for argument in call.args[:2]
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    ]
    if name in SINGLE and strings:
        return strings[0]
    return (strings[0], strings[1]) if name in PLURAL and len(strings) == 2 else None


def _sentence(part: ast.AST) -> str | None:
    if not isinstance(part, ast.Assign | ast.AnnAssign) or not isinstance(part.value, ast.Constant):
        return None
    targets = part.targets if isinstance(part, ast.Assign) else [part.target]
    named = any(getattr(target, "id", "") == "sentence" for target in targets)
    is_text = isinstance(part.value.value, str) and part.value.value != "{code}"
    return str(part.value.value) if named and is_text else None


def _blocks(path: Path) -> list[str]:
    if not path.exists():
        return []
    return [block.strip() for block in re.split(r"\n\s*\n", path.read_text(encoding="utf-8"))]


def _append(path: Path, text: Text) -> None:
    blocks = _blocks(path) or [HEADER.strip()]
    lines = [f"#: {text.path.relative_to(ROOT).as_posix()}"]
    if isinstance(text.id, str):
        lines += [f'msgid "{_quoted(text.id)}"', 'msgstr ""']
    else:
        lines += [f'msgid "{_quoted(text.id[0])}"', f'msgid_plural "{_quoted(text.id[1])}"']
        lines += [f'msgstr[{form}] ""' for form in range(3)]
    _write(path, [*blocks, "\n".join(lines)])


def _quoted(text: str) -> str:
    return escape(text)[1:-1]


def _write(path: Path, blocks: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n\n".join(blocks) + "\n", encoding="utf-8")


def untranslated() -> Iterator[str]:
    """Texts whose Russian is still missing."""
    for path in sorted(LOCALE.glob("ru/*.po")):
        with path.open("rb") as opened:
            for message in read_po(opened, locale="ru"):
                given = message.string
                strings = given if isinstance(given, tuple | list) else (given,)
                key = message.id if isinstance(message.id, str) else message.id[0]
                if key and not all(strings):
                    yield f"{path.name}: {key}"


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.messages",
        description="Add texts that the Russian catalogues lack, and name those nobody uses.",
    )
    # No `choices`: with "*" and nothing given, argparse would refuse the empty list.
    parser.add_argument(
        "domains", nargs="*", metavar="domain", type=_domain, help=f"of {', '.join(DOMAINS)}"
    )
    parser.add_argument("--prune", action="store_true", help="take out what nobody uses")
    return parser


def _domain(name: str) -> str:
    if name not in DOMAINS:
        raise argparse.ArgumentTypeError(f"{name} is not one of {', '.join(DOMAINS)}")
    return name


def main() -> int:
    wanted = _arguments().parse_args()
    added = add_missing(set(wanted.domains) or set(DOMAINS))
    stale = unused(prune=wanted.prune)
    missing = list(untranslated())
    print(f"{added} texts added, {len(missing)} wait for a translation, {len(stale)} are not used.")
    for line in stale:
        print(f"not used: {line}")
    for line in missing:
        print(f"to translate: {line}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

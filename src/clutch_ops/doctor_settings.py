"""The settings: `.env` as it is written, and what the site says to the values."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

from clutch_ops import durable, environment
from clutch_ops.findings import BAD, DOUBTFUL, GOOD, Finding
from clutch_ops.place import Place

_SETS = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$")
_KNOWN = re.compile(r"^#? ?([A-Z][A-Z0-9_]*)=", re.MULTILINE)
# Read by commands, not by the site, and so not in .env.example.
ALSO_KNOWN = {"CLUTCH_TOKEN", "CLUTCH_TEST_DATA", "CLUTCH_ENV_FILE"}
# What a release says that lacks a package.
WITHOUT_PACKAGE = "is missing from the environment"
OTHERS_MAY_READ = 0o077


def dotenv_file(place: Place) -> Iterator[Finding]:
    """Is the file whole, and does it say what somebody meant?"""
    file = place.settings_file
    if not file.exists():
        yield Finding("settings", GOOD, f"there is no {file.name}: all is as by default")
        return
    text = file.read_text(encoding="utf-8", errors="replace")
    found = [*half_written(file, text), *_names(place, text), *_readers(file)]
    count = sum(_SETS.match(line) is not None for line in _lines(text).values())
    yield from found or [Finding("settings", GOOD, f"{count} in {file}")]


def _lines(text: str) -> dict[int, str]:
    """Lines that should set something, by number."""
    numbered = enumerate(text.splitlines(), 1)
    return {number: line for number, line in numbered if line.strip() and line.strip()[0] != "#"}


def half_written(file: Path, text: str) -> Iterator[Finding]:
    """Lines that set nothing or never end; those that are bad come before what is doubtful."""
    edit = f"${{EDITOR:-nano}} {file}"
    for number, line in _lines(text).items():
        found = _SETS.match(line)
        if found is None:
            shown = line.strip()[:20]
            sentence = f'Line {number} of {file} sets nothing ("{shown}"): it may be half-written.'
            yield Finding("settings", BAD, sentence, edit)
        elif found[2][:1] in {"'", '"'} and found[2].find(found[2][0], 1) < 0:
            sentence = f"Line {number} of {file} ({found[1]}) opens a quotation and never ends it."
            yield Finding("settings", BAD, sentence, edit)
    if "\0" in text or "\ufffd" in text:
        yield Finding("settings", BAD, f"{file} holds bytes that are no text.", edit)
    elif text and not text.endswith("\n"):
        sentence = f"The last line of {file} has no end: see that its value is whole."
        yield Finding("settings", DOUBTFUL, sentence, edit, lambda: _end_line(file))


def _end_line(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    durable.write_text(file.resolve(), f"{text}\n", file.stat().st_mode & 0o700)


def _names(place: Place, text: str) -> Iterator[Finding]:
    names = [found[1] for line in _lines(text).values() if (found := _SETS.match(line))]
    known = known_settings(place)
    for name in sorted(set(names)):
        if name.startswith("CLUTCH_") and name not in known | ALSO_KNOWN:
            near = get_close_matches(name, known, n=1, cutoff=0.0)
            sentence = f"{name} is no setting of Clutch."
            meant = f"{near[0]}=... (the nearest known one)" if near else ""
            yield Finding("settings", BAD, sentence, meant)
    for name, times in Counter(names).items():
        if times > 1:
            sentence = f"{name} is set {times} times; the last one counts."
            yield Finding("settings", DOUBTFUL, sentence, f"grep -n {name} {place.settings_file}")


def known_settings(place: Place) -> set[str]:
    """Every setting that the release knows."""
    example = place.release / ".env.example"
    return set(_KNOWN.findall(example.read_text(encoding="utf-8"))) if example.exists() else set()


def _readers(file: Path) -> Iterator[Finding]:
    if file.stat().st_mode & OTHERS_MAY_READ:
        sentence = f"Other users can read {file}, and passwords stand in it."
        yield Finding(
            "settings", BAD, sentence, f"chmod 600 {file}", lambda: file.resolve().chmod(0o600)
        )


def values(place: Place) -> Iterator[Finding]:
    """What the site itself says to the settings; it starts with no others."""
    done = environment.run(place, "-m", "clutch", "check")
    if done is None:
        return
    said = (done.stdout + done.stderr).strip().splitlines()
    if WITHOUT_PACKAGE in done.stderr:
        return  # told where packages are looked at
    if done.returncode:
        edit = f"${{EDITOR:-nano}} {place.settings_file}"
        yield Finding("values", BAD, said[-1] if said else "The settings are refused.", edit)
        return
    yield Finding("values", GOOD, "the site starts with them")

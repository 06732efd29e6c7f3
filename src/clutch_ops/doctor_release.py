"""What is installed against what the release declares."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator

from clutch_ops import environment, imports
from clutch_ops.findings import BAD, DOUBTFUL, GOOD, Finding
from clutch_ops.place import Place

NEEDS = (3, 11)
TOLD = 5
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)( ;)?", re.MULTILINE)
_LACKS = re.compile(r"it needs the package ([^\s,]+)")


def installed(place: Place) -> Iterator[Finding]:
    """The Python that serves, and each package of the lock in the version of the lock."""
    found = environment.ask(place)
    if isinstance(found, str):
        sentence = f"The environment {place.release / '.venv'} can't be used: {found}."
        yield Finding("python", BAD, sentence, environment.remedy(place))
        return
    version = ".".join(map(str, found.version))
    if found.version[:2] < NEEDS:
        sentence = f"Python {version} is too old; Clutch needs 3.11 or newer."
        yield Finding("python", BAD, sentence, environment.remedy(place))
    else:
        looks = ".".join(map(str, sys.version_info[:3]))
        yield Finding("python", GOOD, f"{version} serves, {looks} looks")
    yield from _damaged(place, found.damaged)
    yield from _packages(place, found)


def _damaged(place: Place, damaged: dict[str, str]) -> Iterator[Finding]:
    if damaged:
        told = _few([f"{name} ({why})" for name, why in damaged.items()])
        yield Finding("packages", BAD, f"Damaged: {told}.", environment.remedy(place))


def _packages(place: Place, found: environment.Found) -> Iterator[Finding]:
    here = {_plain(name): version for name, version in found.packages.items()}
    locked = (place.release / "requirements.lock").read_text(encoding="utf-8")
    pinned = _PINNED.findall(locked)
    declared: dict[str, list[str]] = {}
    for name, version, _ in pinned:
        declared.setdefault(_plain(name), []).append(version)
    # A marker says that a package is for other machines than some: pip knows which.
    marked = {_plain(name) for name, _, marker in pinned if marker}
    optional = optional_packages(place)
    missing = [name for name in declared if name not in here and name not in marked]
    other = [
        f"{name} {here[name]} (locked: {' or '.join(versions)})"
        for name, versions in declared.items()
        if name in here and here[name] not in versions
    ]
    lacking = [name for name in missing if name not in optional]
    left_out = [name for name in missing if name in optional]
    way = environment.remedy(place)
    if lacking:
        yield Finding("packages", BAD, f"Not installed: {_few(lacking)}.", way)
    if other:
        yield Finding("packages", DOUBTFUL, f"In another version: {_few(other)}.", way)
    if left_out:
        yield Finding("packages", DOUBTFUL, f"Optional and not installed: {_few(left_out)}.", way)
    if not missing and not other and not found.damaged:
        yield Finding("packages", GOOD, f"all {len(declared)} are as requirements.lock has them")


def optional_packages(place: Place) -> set[str]:
    """Distributions that only an extra of the project brings."""
    project = tomllib.loads((place.release / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project.get("project", {}).get("optional-dependencies", {})
    wanted = [wish for wishes in extras.values() for wish in wishes]
    names = {_plain(re.split(r"[\[<>=!~; ]", wish)[0]) for wish in wanted}
    inner = {_plain(part) for wish in wanted for part in re.findall(r"\[(.+?)\]", wish)}
    return names | inner


def imports_found(place: Place) -> list[str] | None:
    """What the release's own Python says of its imports; None when it can't be asked."""
    script, source = str(imports.__file__), str(place.release / "src")
    done = environment.run(place, script, source, "clutch")
    if done is None:
        return None
    if done.returncode and not done.stdout.strip():
        return [line for line in done.stderr.strip().splitlines()[-1:] if line] or None
    return done.stdout.splitlines()


def imports_of_release(place: Place) -> Iterator[Finding]:
    """Every import of the release, also those inside functions."""
    faults = imports_found(place)
    if faults is None:
        return
    optional = {name.replace("-", "_") for name in optional_packages(place)}
    source = f"{place.release / 'src'}/"
    faults = [one for one in faults if not _is_of(one, optional)]
    real = [one for one in faults if imports.DAMAGED not in one]
    for fault in real[:TOLD]:
        sentence = fault.replace(source, "").rstrip(".")
        yield Finding("imports", BAD, f"{sentence}.", environment.remedy(place))
    if len(real) > TOLD:
        yield Finding("imports", BAD, f"{len(real) - TOLD} more of this kind.")
    if faults and not real and all(one.level != BAD for one in installed(place)):
        yield Finding(
            "imports", BAD, f"{faults[0].replace(source, '')}.", environment.remedy(place)
        )
    if not faults:
        count = len(imports.modules_of(place.release / "src", "clutch"))
        yield Finding("imports", GOOD, f"all resolve, in {count} modules")


def _is_of(fault: str, optional: set[str]) -> bool:
    found = _LACKS.search(fault)
    return found is not None and found[1] in optional


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _few(names: list[str]) -> str:
    more = f" and {len(names) - TOLD} more" if len(names) > TOLD else ""
    return ", ".join(sorted(names)[:TOLD]) + more

"""The locks agree with pyproject.toml; found out without a network.

Every dependency, and what those depend on in turn (as the installed packages declare it), is pinned
to a version that suits; nothing else is pinned; both locks pin alike; every pin has hashes; no
address stands in a lock. ``make lock`` mends all of it.
"""

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
PIN = re.compile(r"(?P<name>[\w.-]+)==(?P<version>[^\s;]+)(?: ; (?P<marker>[^\\]+))?")


@dataclass(frozen=True)
class Pin:
    name: str
    version: Version
    marker: str
    hashes: frozenset[str]

    def applies(self) -> bool:
        return not self.marker or Marker(self.marker).evaluate()


def read_pins(text: str) -> Iterator[Pin]:
    """Each pin of a lock; its hashes are the indented lines that follow it."""
    for block in re.split(r"\n(?=\w)", text):
        if found := PIN.match(block):
            yield Pin(
                canonicalize_name(found["name"]),
                Version(found["version"]),
                (found["marker"] or "").strip(),
                frozenset(re.findall(r"--hash=(sha256:[0-9a-f]{64})", block)),
            )


def wanted(requirements: Iterable[str], extras: Iterable[str] = ()) -> Iterator[Requirement]:
    """Those requirements that apply here, with these extras chosen."""
    for text in requirements:
        requirement = Requirement(text)
        surroundings = [{"extra": extra} for extra in ("", *extras)]
        marker = requirement.marker
        if marker is None or any(marker.evaluate(each) for each in surroundings):
            yield requirement


def check_closure(lock: str, requirements: Iterable[str], pins: Iterable[Pin]) -> Iterator[str]:
    """Follow the requirements through the pins that apply on this machine."""
    here = {pin.name: pin for pin in pins if pin.applies()}
    waiting = list(wanted(requirements))
    seen: set[tuple[str, frozenset[str], str]] = set()
    while waiting:
        requirement = waiting.pop()
        name: str = canonicalize_name(requirement.name)
        asked = (name, frozenset(requirement.extras), str(requirement.specifier))
        if asked in seen:
            continue
        seen.add(asked)
        if name not in here:
            yield f"{lock} does not pin {name}"
        elif not requirement.specifier.contains(here[name].version, prereleases=True):
            yield f"{lock} pins {name} {here[name].version}, which is not {requirement.specifier}"
        else:
            waiting += wanted(declared_by(name), requirement.extras)
    for name in sorted(here.keys() - {name for name, *_ in seen}):
        yield f"{lock} pins {name}, which nothing asks for"


def declared_by(name: str) -> list[str]:
    try:
        return requires(name) or []
    except PackageNotFoundError:
        return []


def check_form(lock: str, text: str, pins: Iterable[Pin]) -> Iterator[str]:
    for pin in pins:
        if not pin.hashes:
            yield f"{lock} has no hash for {pin.name}"
    if re.search(r"://|^\s*-(?!-hash)", text, flags=re.MULTILINE):
        yield f"{lock} holds an address or an option"


def check(pyproject: str, runtime_lock: str, dev_lock: str) -> Iterator[str]:
    """Every disagreement between the three texts, each as a sentence."""
    project = tomllib.loads(pyproject)
    extras = project["project"].get("optional-dependencies", {})
    runtime = project["project"]["dependencies"] + [one for each in extras.values() for one in each]
    everything = runtime + project["dependency-groups"]["dev"]
    # The tests build the wheel by what is pinned, which has to be what `pip install` may take.
    everything += project["build-system"]["requires"]
    runtime_pins, dev_pins = list(read_pins(runtime_lock)), list(read_pins(dev_lock))
    yield from check_form("requirements.lock", runtime_lock, runtime_pins)
    yield from check_form("requirements-dev.lock", dev_lock, dev_pins)
    yield from check_closure("requirements.lock", runtime, runtime_pins)
    yield from check_closure("requirements-dev.lock", everything, dev_pins)
    for pin in runtime_pins:
        if pin not in dev_pins:
            yield f"requirements-dev.lock pins {pin.name} otherwise than requirements.lock"


def main() -> int:
    names = ("pyproject.toml", "requirements.lock", "requirements-dev.lock")
    faults = sorted(set(check(*((ROOT / name).read_text(encoding="utf-8") for name in names))))
    for fault in faults:
        print(fault)
    if faults:
        print("The locks do not agree with pyproject.toml: run `make lock`, then try again.")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())

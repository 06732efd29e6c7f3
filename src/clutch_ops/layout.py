"""Where things lie in a site that `clutch install` made, and what `current` binds.

```
DIR/current -> bindings/7            the one name that a switch changes
    bindings/7/release -> ../../releases/3f9c1a2b4d5e
              /data    -> ../../data/gen-3
              /binding.json          the PostgreSQL database when it is not DATABASE_URL's
              /committed             `current` has led here
              /database.json         which database that is, once there is one
    releases/<commit>/               a commit's files; .venv -> ../../environments/<digest>
    environments/<digest>/           the packages of one lock, made once and never changed
    data/gen-3/                      CLUTCH_HOME of that generation of the data
    ops -> ops-<commit>              the clutch_ops that runs
    .env  site.json  git/  wheels/  journal/  reports/  run/  bin/clutch
```
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from clutch_ops import durable
from clutch_ops.refusals import NeedsPerson

# A Unix socket's path may have 107 characters; ours end with /run/check-1234.sock or less.
LONGEST_ROOT = 85
_BINDING = re.compile(r"bindings/([0-9]+)")


@dataclass(frozen=True)
class Binding:
    """A release bound to a generation of the data.

    `database` replaces the name in `DATABASE_URL`; `accepts` is a newer schema on which an older
    release may run (both None nearly always).
    """

    folder: Path
    release: Path
    generation: Path
    database: str | None = None
    accepts: str | None = None

    @property
    def number(self) -> int:
        return int(self.folder.name)

    @property
    def gate(self) -> Path:
        """While this file exists, nobody writes to the generation."""
        return self.generation / "run" / "gate"

    @property
    def mark(self) -> Path:
        """This file says that `current` has led here."""
        return self.folder / "committed"


@dataclass(frozen=True)
class Layout:
    """The folders of one site."""

    root: Path

    def __getattr__(self, name: str) -> Path:
        if name in _FOLDERS:
            return self.root / _FOLDERS[name]
        raise AttributeError(name)

    @property
    def is_site(self) -> bool:
        """Whether `clutch install` has been here."""
        return (self.root / "site.json").is_file()

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What was said at the installation: `source`, `ref`, `name`, `keeper`."""
        return dict(durable.read_json(self.root / "site.json") or {})

    def make(self) -> None:
        """Make the folders that are missing, for this user only."""
        self.root.mkdir(parents=True, exist_ok=True)
        for name in _OWN:
            (self.root / name).mkdir(exist_ok=True, mode=0o700)

    def current(self) -> Binding:
        """What runs, or would run.

        Raises:
            NeedsPerson: `current` is gone or leads nowhere; somebody edited it.
        """
        try:
            target = str((self.root / "current").readlink())
        except OSError:
            raise NeedsPerson(*self._broken("is no symbolic link")) from None
        if not _BINDING.fullmatch(target):
            raise NeedsPerson(*self._broken(f"leads to {target}, which is no binding"))
        found = self.binding(self.root / target)
        if found is None:
            raise NeedsPerson(*self._broken(f"leads to {target}, which is not whole"))
        return found

    def leads_to(self, binding: Binding) -> bool:
        """Whether `current` leads there."""
        with suppress(OSError):
            return (self.root / "current").readlink() == Path(f"bindings/{binding.number}")
        return False

    def _broken(self, how: str) -> tuple[str, str]:
        whole = self.bindings_committed()
        last = f"bindings/{whole[-1].number}" if whole else "bindings/<number>"
        return (
            f"{self.root / 'current'} {how}: somebody edited it.",
            f"ln -sfn {last} {self.root / 'current'}",
        )

    def binding(self, folder: Path) -> Binding | None:
        """A binding, or None when what it needs is not there."""
        told = durable.read_json(folder / "binding.json")
        release, generation = (folder / "release").resolve(), (folder / "data").resolve()
        inside = {release.parent: self.root / "releases", generation.parent: self.root / "data"}
        whole = told is not None and release.is_dir() and generation.is_dir()
        if not whole or any(found != wanted.resolve() for found, wanted in inside.items()):
            return None
        return Binding(folder, release, generation, told.get("database"), told.get("accepts"))

    def bindings_made(self) -> list[Binding]:
        """All whole bindings, oldest first."""
        folders = [path for path in self.bindings.glob("[0-9]*") if path.name.isdecimal()]
        found = [self.binding(path) for path in sorted(folders, key=lambda path: int(path.name))]
        return [one for one in found if one is not None]

    def bindings_committed(self) -> list[Binding]:
        """Whole bindings that `current` has led to, oldest first.

        An older tool left no marks: what is older than the first mark counts.
        """
        made = self.bindings_made()
        first = next((one.number for one in made if one.mark.exists()), None)
        return [one for one in made if first is None or one.number < first or one.mark.exists()]

    def bind(
        self, release: Path, generation: Path, database: str | None, accepts: str | None = None
    ) -> Binding:
        """Make the next binding; nothing uses it yet."""
        folder = self.bindings / str(self.next_number())
        folder.mkdir(mode=0o700)
        (folder / "release").symlink_to(f"../../releases/{release.name}")
        (folder / "data").symlink_to(f"../../data/{generation.name}")
        durable.write_json(folder / "binding.json", {"database": database, "accepts": accepts})
        durable.sync(folder)
        durable.sync(self.bindings)
        return Binding(folder, release.resolve(), generation.resolve(), database, accepts)

    def next_number(self) -> int:
        """The number of the binding that `bind` will make."""
        numbers = [int(path.name) for path in self.bindings.glob("[0-9]*") if path.name.isdecimal()]
        return max(numbers, default=0) + 1

    def commit_to(self, binding: Binding) -> None:
        """The one commit point: `current` leads to the binding, and that is on the disk.

        The mark only repeats it. Where a cut or a full disk kept it away, the journal tells that
        the commit had begun, and whoever tidies up makes the mark.
        """
        durable.point(self.root / "current", f"bindings/{binding.number}")
        with suppress(OSError):
            durable.write_text(binding.mark, "")

    @staticmethod
    def make_generation(generation: Path) -> None:
        """Make a generation's folders, for this user only; nothing happens to one that is there."""
        for folder in (generation, generation / "run"):
            folder.mkdir(exist_ok=True, mode=0o700)
        durable.sync(generation.parent)

    def next_generations(self) -> Iterator[Path]:
        """Folders for the next generation, in order; none of them is there yet."""
        numbers = [int(path.name[4:]) for path in self.generations.glob("gen-[0-9]*")]
        for number in itertools.count(max(numbers, default=0) + 1):
            yield self.generations / f"gen-{number}"


_FOLDERS = {
    "releases": "releases",
    "environments": "environments",
    "generations": "data",
    "bindings": "bindings",
    "journal": "journal",
    "reports": "reports",
    "wheels": "wheels",
    "mirror": "git",
    "run": "run",
    "settings_file": ".env",
    "launcher": "bin/clutch",
    "ops": "ops",
}
_OWN = (
    "releases",
    "environments",
    "data",
    "bindings",
    "journal",
    "reports",
    "wheels",
    "run",
    "bin",
)


def release_facts(release: Path) -> dict[str, Any]:
    """What is known of a release: `commit`, `version`, `subject`, `made_at`."""
    return dict(durable.read_json(release / "RELEASE.json") or {})


def version_of(release: Path) -> str:
    """The number that the release says it is."""
    return str(release_facts(release).get("version"))


def name_of(release: Path) -> str:
    """A release as people are told of it: version and short commit."""
    facts = release_facts(release)
    return f"{facts.get('version', '?')} ({str(facts.get('commit', release.name))[:7]})"

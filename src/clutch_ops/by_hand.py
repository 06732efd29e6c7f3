"""A checkout that somebody runs by hand under pm2 (`git pull; pm2 restart`): what it is made of."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from clutch_ops import dotenv, durable, pm2, processes, settings, status
from clutch_ops.databases import Store
from clutch_ops.layout import Layout
from clutch_ops.place import OURS, Place, is_sqlite, store_by
from clutch_ops.pm2 import Program
from clutch_ops.refusals import Refused

END_S = 20.0
START_S = 90.0
# Where things lie is the new site's own business.
_NOT_TAKEN = {"CLUTCH_HOME", "CLUTCH_ENV_FILE"}


@dataclass(frozen=True)
class ByHand:
    """A site that pm2 runs from a checkout. `settings` are those that its process has."""

    checkout: Path
    program: Program
    settings_file: Path
    settings: dict[str, str]

    @property
    def home(self) -> Path:
        return self.program.folder / Path(self.settings.get("CLUTCH_HOME") or "var").expanduser()

    @property
    def store(self) -> Store:
        return store_by(self.settings, self.home, folder=self.program.folder)

    @property
    def address(self) -> tuple[str, int]:
        host = self.settings.get("CLUTCH_HOST") or "127.0.0.1"
        return status.ANYWHERE.get(host, host), int(self.settings.get("CLUTCH_PORT") or "1337")

    @property
    def serving(self) -> list[int]:
        """Its processes that live."""
        place = Place(self.checkout, self.checkout, self.home, self.settings_file, "clutch")
        return [int(one["pid"]) for one in processes.serving(place)]

    def trouble(self) -> str | None:
        """What is wrong with its answer, or None."""
        return status.ask(*self.address)

    def write_settings(self, layout: Layout) -> None:
        """Its `.env` for the new site, with what pm2 and its command line added."""
        if self.settings_file.exists():
            text = self.settings_file.read_text(encoding="utf-8")
            durable.write_text(layout.settings_file, text)
        else:
            layout.settings_file.touch(mode=0o600)
        written = settings.read_dotenv(layout.settings_file)
        changes: dict[str, str | None] = dict.fromkeys(_NOT_TAKEN & written.keys())
        changes |= {
            name: value
            for name, value in self.settings.items()
            if name not in _NOT_TAKEN and written.get(name) != value
        }
        if is_sqlite(self.settings) and self.settings.get("DATABASE_URL"):
            changes["DATABASE_URL"] = None
        dotenv.write(layout.settings_file, changes)

    def stop(self) -> None:
        """End it; its entry in pm2 stays.

        Raises:
            Refused: it does not end.
        """
        pm2.ask("stop", self.program.name)
        wait(lambda: not self.serving, END_S, "The old site does not end.")

    def start_again(self, definition: Path) -> None:
        """Have pm2 run it as before, from its entry or from the `definition` that was kept.

        Raises:
            Refused: it does not answer.
        """
        if pm2.named(self.program.name):
            pm2.ask("restart", self.program.name)
        else:
            pm2.ask("resurrect", PM2_DUMP_FILE_PATH=str(definition))
        wait(lambda: self.trouble() is None, START_S, "The old site does not answer again.")


def find(checkout: Path, name: str | None) -> ByHand:
    """What pm2 runs from this checkout.

    Raises:
        Refused: pm2 does not run, or runs nothing from it, or more than one program.
    """
    check_pm2()
    found = [one for one in pm2.programs() if _is_from(one, checkout) and name in {None, one.name}]
    if not found:
        raise Refused(
            f"pm2 runs nothing from {checkout}{f' by the name {name}' if name else ''}.",
            "Type this in the checkout that it runs, as the user whose pm2 it is (pm2 list).",
        )
    if len(found) > 1:
        names = ", ".join(one.name for one in found)
        raise Refused(f"pm2 runs several from {checkout}: {names}.", "Say which: --name NAME")
    return _described(checkout, found[0])


def check_pm2() -> None:
    """See that this user's pm2 runs.

    Raises:
        Refused: it does not.
    """
    if not pm2.is_installed() or not pm2.runs():
        raise Refused(
            f"pm2 does not run here (in {pm2.home()}).",
            "Type this as the user whose pm2 keeps the old site, with PM2_HOME as it has it.",
        )


def _is_from(program: Program, checkout: Path) -> bool:
    places = {program.folder.resolve(), *program.script.parents}
    return checkout.resolve() in {path.resolve() for path in places}


def _described(checkout: Path, program: Program) -> ByHand:
    given = {name: value for name, value in program.environment.items() if name.startswith(OURS)}
    file = program.folder / given.get("CLUTCH_ENV_FILE", ".env")
    workers = _workers(program)
    said = {"CLUTCH_WORKERS": workers} if workers else {}
    return ByHand(checkout, program, file, settings.read_dotenv(file) | given | said)


def _workers(program: Program) -> str | None:
    """What `clutch serve --workers N` was given."""
    given = re.search(r"--workers[= ]+(\d+)", " ".join(program.arguments))
    return given[1] if given else None


def wait(is_so: Callable[[], bool], seconds: float, otherwise: str) -> None:
    """Until it is so.

    Raises:
        Refused: it is not within these seconds; `otherwise` says so.
    """
    until = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > until:
            raise Refused(otherwise, "pm2 logs --lines 20 --nostream")
        time.sleep(0.1)

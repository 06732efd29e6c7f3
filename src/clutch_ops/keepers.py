"""What a service manager says of the site that it is to keep running: asked, not believed."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path

from clutch_ops import pm2, services
from clutch_ops.control import Control, HolderGone
from clutch_ops.layout import Layout
from clutch_ops.refusals import Refused

SECONDS = 10
_RUNS = re.compile(r"\bRUNNING\s+pid (\d+)")
_STATE = re.compile(r"\b(STOPPED|STARTING|BACKOFF|STOPPING|EXITED|FATAL|UNKNOWN)\b")


@dataclass(frozen=True)
class Kept:
    """Who keeps the site, and by which name.

    `pid` is what it runs for the site. `trouble` is what is wrong, in a sentence, with what to type
    in `advice`; both are empty when all is well.
    """

    kind: str
    name: str
    pid: int | None = None
    trouble: str = ""
    advice: str = ""

    def told(self) -> dict[str, object]:
        """As JSON has it."""
        return asdict(self)


def ask(layout: Layout) -> Kept | None:
    """What the manager says, and whether that is the holder that serves; None without a manager."""
    asking = {"systemd": _ask_systemd, "supervisor": _ask_supervisor, "pm2": _ask_pm2}
    kind = str(layout.facts.get("keeper") or "none")
    if kind not in asking:
        return None
    name = str(layout.facts.get("name"))
    return _compared(layout, Kept(kind, name, *asking[kind](layout, name)))


# A pid and nothing more, or None with what is wrong and what to type.
_Answer = tuple[int | None, str, str]


def _ask_systemd(layout: Layout, name: str) -> _Answer:
    if not Path("/run/systemd/system").is_dir() or shutil.which("systemctl") is None:
        release = layout.bindings_made()[-1].release
        other = f"{release}/bin/clutch install {layout.root} --manager supervisor"
        return None, "systemd does not run this machine.", other
    wanted = "--property=LoadState,ActiveState,SubState,MainPID"
    said = _said(["systemctl", "show", f"{name}.service", wanted])
    told = dict(line.partition("=")[::2] for line in said.splitlines())
    if told.get("LoadState") in {"not-found", None}:
        return None, f"systemd does not know {name} yet.", services.advice(layout)
    pid = int(told.get("MainPID") or 0)
    if pid:
        return pid, "", ""
    state = f"{told.get('ActiveState')}, {told.get('SubState')}"
    return None, f"systemd does not run {name} ({state}).", services.start(layout)


def _ask_supervisor(layout: Layout, name: str) -> _Answer:
    if shutil.which("supervisorctl") is None:
        return None, "supervisor is not on this user's PATH.", "apt-get install supervisor"
    said = _said(["supervisorctl", "status", name]).strip()
    running = _RUNS.search(said)
    if running:
        return int(running[1]), "", ""
    if "no such process" in said or "no such group" in said:
        return None, f"supervisor does not know {name} yet.", services.advice(layout)
    if "PermissionError" in said or "Permission denied" in said:
        return _guess_supervisor(layout, name)
    state = _STATE.search(said)
    if state:
        sentence = f"supervisor does not run {name} ({state[1].lower()})."
        return None, sentence, services.start(layout)
    return None, "supervisor itself does not run.", "systemctl start supervisor (or supervisord)"


def _guess_supervisor(layout: Layout, name: str) -> _Answer:
    """Who started the holder tells what this user may not ask."""
    held = _holder(layout)
    if held is not None and "supervisord" in _command_of(_parent_of(held)):
        return held, "", ""
    sentence = f"supervisor does not run {name}, as far as this user may see."
    return None, sentence, f"As root: supervisorctl status {name}"


def _parent_of(pid: int) -> int:
    told = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    return int(told.rpartition(")")[2].split()[1])


def _command_of(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")


def _ask_pm2(layout: Layout, name: str) -> _Answer:
    if not pm2.is_installed():
        return None, "pm2 is not on this user's PATH.", "npm install -g pm2"
    if not pm2.runs():
        return None, f"pm2 itself does not run (in {pm2.home()}).", services.start(layout)
    found = pm2.named(name)
    if not found:
        return None, f"pm2 does not know {name}.", services.start(layout)
    running = [one.pid for one in found if one.pid]
    if running:
        return running[0], "", ""
    return None, f"pm2 does not run {name} ({found[0].status}).", services.start(layout)


def _said(command: list[str]) -> str:
    """What a program says, on whichever of its two lines."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Refused(
            f"`{' '.join(command)}` does not answer: {error}.", "See that it can be typed here."
        ) from None
    return done.stdout + done.stderr


def _compared(layout: Layout, kept: Kept) -> Kept:
    """The same, with what is wrong when somebody else holds the site."""
    held = _holder(layout)
    if held is None or held == kept.pid:
        return kept
    by_hand = f"Process {held} holds the site, and {kept.kind} did not start it."
    way = f"Stop that one (kill {held}), then: {services.start(layout)}"
    return Kept(kept.kind, kept.name, kept.pid, f"{by_hand} {kept.trouble}".strip(), way)


def _holder(layout: Layout) -> int | None:
    try:
        with Control(layout) as control:
            return int(control.ask("status")["pid"])
    except (Refused, HolderGone):
        return None

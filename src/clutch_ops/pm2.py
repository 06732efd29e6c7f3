"""pm2, spoken to by its own program; its daemon is never started by asking.

`pm2` starts its daemon for whatever is asked, so that looking would change what is looked at.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clutch_ops.refusals import Refused

SECONDS = 60
# Of what it lists of a program, what is of this run only: `pm2 save` leaves these out, too.
_PASSING = {"instances", "pm_id", "prev_restart_delay"}


@dataclass(frozen=True)
class Program:
    """One program as pm2 lists it. `environment` is what pm2 gave it, `pid` 0 when it is down."""

    name: str
    pid: int
    status: str
    script: Path
    folder: Path
    arguments: tuple[str, ...]
    environment: dict[str, str]
    definition: dict[str, Any]

    @classmethod
    def from_list(cls, told: dict[str, Any]) -> Program:
        """From one object of `pm2 jlist`."""
        known = told["pm2_env"]
        arguments = known.get("args") or []
        return cls(
            name=str(told["name"]),
            pid=int(told.get("pid") or 0),
            status=str(known.get("status")),
            script=Path(str(known.get("pm_exec_path"))),
            folder=Path(str(known.get("pm_cwd"))),
            arguments=tuple(map(str, arguments if isinstance(arguments, list) else [arguments])),
            environment={name: str(value) for name, value in (known.get("env") or {}).items()},
            definition={name: value for name, value in known.items() if name not in _PASSING},
        )


def home() -> Path:
    """Where this user's pm2 keeps its sockets and what it saved."""
    return Path(os.environ.get("PM2_HOME") or Path.home() / ".pm2")


def is_installed() -> bool:
    """Whether this user's PATH has it."""
    return shutil.which("pm2") is not None


def runs() -> bool:
    """Whether this user's daemon answers."""
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as line:
        line.settimeout(2)
        return line.connect_ex(str(home() / "rpc.sock")) == 0


def programs() -> list[Program]:
    """All that the daemon keeps; ask only when it runs.

    Raises:
        Refused: it does not answer as it should.
    """
    said = ask("jlist")
    try:
        # Before the list it may say that it is newer than its daemon, and such.
        told = json.loads(said[said.index("[{") :] if "[{" in said else "[]")
        return [Program.from_list(one) for one in told]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused(f"What pm2 lists can't be read: {error}.", "pm2 update") from None


def named(name: str) -> list[Program]:
    """Those of this name; none when the daemon does not run."""
    return [one for one in programs() if one.name == name] if runs() else []


def ask(*arguments: str, **environment: str) -> str:
    """Have pm2 do something; what it said.

    Raises:
        Refused: it is not there, did not do it, or took too long.
    """
    what = f"pm2 {' '.join(arguments)}"
    try:
        done = subprocess.run(
            ["pm2", *arguments],
            env={**os.environ, "PM2_DISCRETE_MODE": "true", **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except FileNotFoundError:
        raise Refused("pm2 is not on this user's PATH.", "npm install -g pm2") from None
    except subprocess.TimeoutExpired:
        raise Refused(f"`{what}` did not end within {SECONDS} s.", "pm2 update") from None
    if done.returncode:
        lines = (done.stderr + done.stdout).strip().splitlines() or ["no reason given"]
        raise Refused(f"`{what}` failed: {lines[-1]}", f"Look yourself: {what}", done.stdout)
    return done.stdout

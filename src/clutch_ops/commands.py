"""Which operator commands there are, and how they are run."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from clutch_ops.arguments import clutch
from clutch_ops.refusals import DONE, REFUSED, Refused
from clutch_ops.version import is_by_pip

Command = Callable[[Path, Sequence[str]], int]

# In a checkout or a bare release. `module:function`, imported when called.
COMMANDS = {
    "version": "clutch_ops.version:version",
    "--version": "clutch_ops.version:version",
    "install": "clutch_ops.install:install",
}
# The same in a checkout and in a site that `clutch install` made.
EVERYWHERE = {
    "backup": "clutch_ops.backup:backup",
    "restore": "clutch_ops.restore:restore",
    "status": "clutch_ops.status:status",
    "logs": "clutch_ops.logs:logs",
    "doctor": "clutch_ops.doctor:doctor",
    "redis": "clutch_ops.redis:redis",
}
# In a site alone. A checkout has a `serve` of its own, which is the release's.
IN_SITE = {
    "serve": "clutch_ops.holder:serve",
    "update": "clutch_ops.update:update",
    "rollback": "clutch_ops.rollback:rollback",
    "restart": "clutch_ops.restart:restart",
    "recover": "clutch_ops.recover:recover",
}


# What needs a release's folder: its lock, its files in git, an environment of its own.
NOT_BY_PIP = {"install", "doctor"} | IN_SITE.keys() - {"serve"}

# Whoever typed one of these has to be told in which state the site is.
CHANGING = {"update", "rollback", "restart", "restore", "recover", "redis"}


# As shells say of whoever was ended by SIGINT.
INTERRUPTED = 130


def is_operator_command(arguments: Sequence[str]) -> bool:
    """Whether this is ours to run; anything else belongs to the site's environment."""
    ours = (COMMANDS | EVERYWHERE | IN_SITE).keys() - {"serve"}
    return bool(arguments) and arguments[0] in ours


def run(root: Path, arguments: Sequence[str]) -> int:
    """Run the command that `arguments` begins with, in a checkout; the exit status.

    Where pip installed Clutch, `root` is the folder with the packages.
    """
    known = COMMANDS | EVERYWHERE
    if arguments[0] in NOT_BY_PIP and is_by_pip(root):
        print(
            f"clutch {arguments[0]} does not work on a Clutch that pip installed.\n"
            "Make a site: git clone its repository, then type bin/clutch install DIR there.",
            file=sys.stderr,
        )
        return REFUSED
    if arguments[0] in known:
        return _call(known[arguments[0]], root, arguments[1:])
    print(
        f"This is a checkout, not a site: clutch {arguments[0]} is a command of sites.\n"
        f"Make one: {clutch()} install DIR, then type DIR/bin/clutch.",
        file=sys.stderr,
    )
    return REFUSED


def run_in_site(root: Path, arguments: Sequence[str]) -> int:
    """Run a command in a site; all that is not ours is the current release's."""
    known = EVERYWHERE | IN_SITE
    if arguments and arguments[0] in known:
        return _call(known[arguments[0]], root, arguments[1:])
    try:
        if not arguments or arguments[0] == "--help":
            _list_own()
        return _hand_over(root, arguments)
    except Refused as refused:
        return _tell(refused)
    except BrokenPipeError:
        return _fall_silent()


def _list_own() -> None:
    """What the release's own list of commands, which follows, does not have."""
    from clutch_ops import terminal

    print("\nOf this site, whatever state its release is in:\n")
    for name, where in {**IN_SITE, **EVERYWHERE}.items():
        summary = (_function(where).__doc__ or "").splitlines()[0]
        print(terminal.row(name, summary))
    sys.stdout.flush()


def load_all() -> None:
    """Import every command: a copy of this tool that can't is not put in place."""
    for where in {**COMMANDS, **EVERYWHERE, **IN_SITE}.values():
        import_module(where.split(":")[0])


def _call(where: str, root: Path, arguments: Sequence[str]) -> int:
    name = where.partition(":")[2]
    try:
        return _function(where)(root, arguments)
    except Refused as refused:
        return _tell(refused, root if name in CHANGING else None)
    except KeyboardInterrupt:
        print(f"\nclutch {name} was interrupted (Ctrl-C).", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        return _fall_silent()
    except OSError as error:
        what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        return _tell(
            Refused(f"clutch {name} could not go on ({what}).", "Mend that, then type this again.")
        )


def _fall_silent() -> int:
    """Whoever read this has read enough (`clutch status | head`)."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return DONE


def _function(where: str) -> Command:
    module, name = where.split(":")
    command: Command = getattr(import_module(module), name)
    return command


def _tell(refused: Refused, changed: Path | None = None) -> int:
    """What is wrong, in which state the site is that was to be changed, what to type."""
    from clutch_ops.layout import Layout
    from clutch_ops.standing import standing

    state = standing(Layout(changed), refused.status) if changed else ""
    sentences = [refused.reason, state, refused.advice and f"What to do: {refused.advice}"]
    print(*filter(None, sentences), sep="\n", file=sys.stderr)
    return refused.status


def _hand_over(root: Path, arguments: Sequence[str]) -> int:
    """Become the current release's own `clutch`, on the current data."""
    from clutch_ops import identity, launch
    from clutch_ops.layout import Layout
    from clutch_ops.version import version

    layout = Layout(root)
    binding = layout.current()
    if arguments and arguments[0] in {"version", "--version"}:
        return version(binding.release, arguments[1:])
    identity.check_settings(layout, binding)
    command = launch.command_of(binding.release, *arguments)
    surroundings = launch.environment_of(layout, binding) | {"TYPED_AS": clutch()}
    try:
        os.execve(command[0], command, surroundings)  # noqa: S606
    except OSError as error:
        raise Refused(
            f"The release's environment can't be started ({error.strerror}).",
            f"{layout.launcher} restart, which makes another one.",
        ) from None

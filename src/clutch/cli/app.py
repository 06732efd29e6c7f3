"""The root of `clutch`: which commands there are and where each one lives.

A command's module is imported when the command is called, so that `clutch simulate` does not
pay for the web and `clutch --help` works when one of them can't be imported.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from clutch.cli import is_in_checkout


@dataclass(frozen=True)
class Place:
    """Where a command is found: `module:attribute`, a function or a Typer of its own."""

    where: str
    summary: str

    def load(self) -> Any:
        """Import the command."""
        module, attribute = self.where.split(":")
        return getattr(import_module(module), attribute)


COMMANDS = {
    "serve": Place("clutch.cli.serve:serve", "Serve the site until SIGTERM (production)."),
    "check": Place("clutch.cli.check:check", "Check settings and templates, and start nothing."),
    "run": Place("clutch.cli.run:run", "Try the site out, with a demo community when it is empty."),
    "simulate": Place("clutch.cli.simulate:simulate", "Run a tournament from a file, no database."),
    "play": Place("clutch.cli.play:play", "Play a file through the HTTP API of a running site."),
    "rebuild": Place(
        "clutch.cli.rebuild:rebuild", "Fold statistics and the like anew from the log."
    ),
    "user": Place("clutch.cli.users:app", "Accounts: create, reset a password, change a role."),
}


class CommandTable(TyperGroup):
    """Lists `COMMANDS` by their summaries, and imports the one that is called."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - Typer's own signature
        # An installed site serves by its holder, whose list stands above this one.
        return [name for name in COMMANDS if name != "serve" or "TYPED_AS" not in os.environ]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        place = COMMANDS.get(cmd_name)
        return place and TyperCommand(name=cmd_name, help=place.summary)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            sentence = f"There is no command {args[0]}.\nWhat to do: {ctx.command_path} --help"
            typer.echo(sentence, err=True)
            raise typer.Exit(2)
        name, command, rest = super().resolve_command(ctx, args)
        return name, _load(name) if name in COMMANDS else command, rest


def _load(name: str) -> Any:
    loaded = COMMANDS[name].load()
    command = typer.main.get_command(loaded if isinstance(loaded, typer.Typer) else _only(loaded))
    command.name = name
    return command


def _only(function: Any) -> typer.Typer:
    alone = typer.Typer(add_completion=False)
    alone.command()(function)
    return alone


app = typer.Typer(
    cls=CommandTable,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Clutch, a self-hosted home for an esports community.",
    epilog=(
        "Work without this environment, too: clutch version, install, status, logs, doctor, "
        "backup, restore, redis."
        if is_in_checkout()
        else "Also: clutch version, status, logs, backup, restore, redis."
    ),
)


@app.callback()
def clutch() -> None:
    """Only so that Typer makes a group of it."""

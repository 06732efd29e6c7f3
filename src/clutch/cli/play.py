"""`clutch play`: a tournament from a file, through the HTTP API of a running site."""

from __future__ import annotations

import signal
import sys
from typing import Annotated

import typer


def play(
    file: Annotated[str, typer.Argument(help="The file, or - for standard input.")],
    url: Annotated[
        str, typer.Option(help="Address of the site; this machine's by the settings if left out.")
    ] = "",
    wrong: Annotated[
        float,
        typer.Option(min=0, max=1, help="Share of results confirmed wrong first, then corrected."),
    ] = 0.0,
    seed: Annotated[int, typer.Option(help="What decides which results go wrong.")] = 1,
    token: Annotated[
        str,
        typer.Option(
            envvar="CLUTCH_TOKEN",
            help="An admin's token with the scopes admin and tournaments:write; "
            "made and revoked by itself when the site's files are on this machine.",
        ),
    ] = "",
) -> None:
    """Play a file through the HTTP API of a running site and print what came out as JSON.

    Accounts, registration, check-in, seeding, captains who report and confirm: all by the API. The
    output and the exit status are those of `clutch simulate`; 1 when the site refuses something.

    What it makes stays on the site: the tournament, its organizer, one account a participant. None
    of them has a password. On this machine's own site it makes itself an admin for as long as it
    plays, and an organizer again when it ends.
    """
    from clutch.cli.playing.command import Wanted, play_file

    # Being ended is no reason to leave an admin behind: the exit passes all that tidies up.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    wanted = Wanted(file, url, wrong, seed, token)
    raise typer.Exit(play_file(wanted, sys.stdin.buffer, sys.stdout.buffer, sys.stderr))

"""What `clutch play` does: read the file, get a token, play, print."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from clutch.cli.playing.api import Api, NoSite, SiteRefused
from clutch.cli.playing.board import summary
from clutch.cli.playing.field import Step, gather_field
from clutch.cli.playing.rounds import Play
from clutch.cli.script import Script, ScriptRefused, read_script
from clutch.cli.simulation import DONE, NOT_A_SCRIPT, UNAPPLIED, render_summary
from clutch.kernel import logs
from clutch.kernel.refusals import Refusal
from clutch.kernel.settings import BadSettings, Settings, load_settings

FAILED = 1


@dataclass(frozen=True)
class Wanted:
    """What was asked for at the terminal; `file` may be `-`."""

    file: str
    url: str
    wrong: float
    seed: int
    token: str


def play_file(wanted: Wanted, stdin: BinaryIO, stdout: BinaryIO, stderr: TextIO) -> int:
    """Play the file and print what came out; the exit status.

    0: every result was applied. 3: some were not. 2: the file is no script. 1: there is no such
    site, or it refused something; one line on `stderr` says what.
    """
    try:
        script = read_script(_raw(wanted.file, stdin))
        settings = load_settings()
    except OSError as error:
        return _fail(stderr, f"{wanted.file}: {error.strerror}.", NOT_A_SCRIPT)
    except (ScriptRefused, BadSettings) as refused:
        return _fail(stderr, str(refused), NOT_A_SCRIPT)
    address = _address(wanted, settings)
    try:
        with _token(wanted, settings) as token, _progress(script, stderr) as step:
            output, play = asyncio.run(_play(Api(address, token), script, wanted, step))
    except (SiteRefused, NoSite, Refusal) as refused:
        return _fail(stderr, str(refused), FAILED)
    print(_left_behind(address, play), file=stderr)
    stdout.write(output)
    stdout.flush()
    return UNAPPLIED if play.unapplied else DONE


async def _play(api: Api, script: Script, wanted: Wanted, step: Step) -> tuple[bytes, Play]:
    """The output, and what was played."""
    async with api:
        drawn = await gather_field(api, script, step)
        play = Play(api, script, drawn, random.Random(wanted.seed), wanted.wrong, step)  # noqa: S311
        board = await play.run()
    return render_summary(summary(script, board, play.unapplied)), play


def _left_behind(address: str, play: Play) -> str:
    return (
        f"On the site stay {address}{play.drawn.path} and {len(play.drawn.captains)} accounts of "
        "captains, none of which has a password."
    )


def _raw(file: str, stdin: BinaryIO) -> bytes:
    return stdin.read() if file == "-" else Path(file).read_bytes()


def _address(wanted: Wanted, settings: Settings) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)  # noqa: S104
    return wanted.url or f"http://{host}:{settings.port}"


@contextmanager
def _token(wanted: Wanted, settings: Settings) -> Iterator[str]:
    if wanted.token:
        yield wanted.token
        return
    if not settings.run_folder.is_dir():
        raise NoSite(
            f"There is no site under {settings.home}: set CLUTCH_HOME to a site of this machine, "
            "or give an admin's token of another one (--token or CLUTCH_TOKEN)."
        )
    from clutch.cli.playing.token import borrowed_token

    logs.configure("warning")
    with borrowed_token(settings) as token:
        yield token


@contextmanager
def _progress(script: Script, stderr: TextIO) -> Iterator[Step]:
    """A bar a step on the terminal; the function that moves them on."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    people = len(script.names)
    totals = {"accounts": people, "registrations": people, "check-in": people}
    with Progress(*columns, console=Console(file=stderr)) as progress:
        bars = {name: progress.add_task(name, total=total) for name, total in totals.items()}
        bars["results"] = progress.add_task("results", total=len(script.results))
        # Bars that stopped short would stand in front of the sentence that says why.
        progress.live.transient = True
        yield lambda name: progress.advance(bars[name])
        progress.live.transient = False


def _fail(stderr: TextIO, sentence: str, status: int) -> int:
    print(sentence, file=stderr)
    return status

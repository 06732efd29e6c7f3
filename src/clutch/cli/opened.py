"""The site as a command at a terminal opens it, and how such a command says that it can't."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer

from clutch.bootstrap import Site, open_site, prepare
from clutch.kernel import logs
from clutch.kernel.refusals import Refusal
from clutch.kernel.settings import BadSettings, load_settings


@contextmanager
def opened_site() -> Iterator[Site]:
    """The site that the settings name; a refusal or a bad setting ends it with one line."""
    try:
        settings = load_settings()
        logs.configure("warning", settings.secrets)
        prepare(settings)
        site = open_site(settings)
    except (BadSettings, Refusal) as reason:
        fail(str(reason))
    try:
        yield site
    except Refusal as refusal:
        fail(str(refusal))
    finally:
        site.close()


def fail(line: str) -> NoReturn:
    """One line on stderr, and the status of what can't be done as asked."""
    sys.stderr.write(f"{line}\n")
    raise typer.Exit(2)

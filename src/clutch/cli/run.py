"""`clutch run`: the site for trying out, with a demo community when it is empty."""

from __future__ import annotations

import typer

from clutch.cli.serve import settings_or_exit, short_path, start
from clutch.kernel.settings import Settings


def run() -> None:
    """Try the site out: serve it, filled with a demo community when nobody has an account yet."""
    settings = settings_or_exit()
    if "log_level" not in settings.model_fields_set:
        # Who tries the site out looks for the address and the logins, not for its log.
        settings = settings.model_copy(update={"log_level": "warning"})
    raise typer.Exit(
        start(
            settings,
            prepare=lambda: _fill(settings),
            announce=lambda address: print(_banner(settings, address), flush=True),
        )
    )


def _fill(settings: Settings) -> None:
    # In a process of its own: the parent that serves pays nothing for what only the demo needs.
    from clutch.cli.demo.filling import fill_when_empty

    fill_when_empty(settings)


def _banner(settings: Settings, address: str) -> str:
    from clutch.cli.demo.logins import logins_file, read_logins, unfinished_file

    lines = ["", f"  {settings.site_name} is at {address}", ""]
    lines += [
        f"  log in as  {login.name:<8} {login.password}   {login.what}"
        for login in read_logins(logins_file(settings))
    ]
    if unfinished_file(settings).exists():
        lines.append("  The demo was interrupted: delete the files below and start again for it.")
    lines += [f"  files lie in {short_path(settings.home)}", "  Ctrl-C ends it.", ""]
    return "\n".join(lines)

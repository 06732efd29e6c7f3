"""`clutch user`: accounts from a terminal, for the operator of the site.

Works beside a running site; what it does stands in the log as done by the site.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from clutch.accounts.admin import change_role
from clutch.accounts.models import SITE, Account, AccountId, Role
from clutch.accounts.queries import find_player_named, list_accounts
from clutch.accounts.resets import make_reset_link
from clutch.accounts.signup import NewAccount, create_account, hash_for_account
from clutch.bootstrap import Site
from clutch.cli.opened import fail, opened_site
from clutch.kernel import ids

app = typer.Typer(no_args_is_help=True, add_completion=False)

NameArgument = Annotated[
    str, typer.Argument(help="The account's name; upper and lower case count as the same.")
]


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="The name; asked for when it is left out.")] = "",
    admin: Annotated[bool, typer.Option("--admin", help="Make it an admin.")] = False,
    role: Annotated[Role | None, typer.Option(help="Make it this instead of a player.")] = None,
    email: Annotated[str | None, typer.Option(help="Where reset links are mailed.")] = None,
    ask: Annotated[bool, typer.Option("--ask", help="Ask for the password.")] = False,
) -> None:
    """Create an account; its password is made and printed once, or asked for with --ask."""
    name = name or _ask_name("admin" if admin else "")
    password = _ask_password() if ask else ids.new_token()[:20]
    wish = NewAccount(name, password, email)
    wanted = Role.ADMIN if admin else role or Role.PLAYER
    with opened_site() as site:
        hashed = hash_for_account(site.desk, wish)
        made = site.writer.write(lambda tx: create_account(tx, SITE, wish, hashed, wanted))
    _say(f"The account {made.name} is there ({made.role}).")
    if not ask:
        _say(f"Its password, shown only this once: {password}")


@app.command()
def reset(name: NameArgument) -> None:
    """Make a one-time link with which somebody sets a new password; it works for 24 hours."""
    with opened_site() as site:
        account_id = _find(site, name)
        link = site.writer.write(lambda tx: make_reset_link(tx, SITE, account_id))
        base = site.settings.url or f"http://{site.settings.host}:{site.settings.port}"
    _say(f"Give this link to {name}; it works once, until {link.expires_at:%Y-%m-%d %H:%M} UTC:")
    _say(f"{base}{link.path}")


@app.command()
def role(name: NameArgument, to: Annotated[Role, typer.Argument(help="The new role.")]) -> None:
    """Give an account another role; it counts at once."""
    with opened_site() as site:
        account_id = _find(site, name)
        changed = site.writer.write(lambda tx: change_role(tx, SITE, account_id, to))
    _say(f"{changed.name} is now {changed.role}.")


@app.command(name="list")
def list_users(
    search: Annotated[str, typer.Argument(help="A part of the name or the e-mail address.")] = "",
) -> None:
    """List the accounts, by name."""
    with opened_site() as site:
        found = _all(site, search)
    table = Table("id", "name", "role", "e-mail", "since", "banned", box=None)
    for one in found:
        since = f"{one.created_at:%Y-%m-%d}"
        banned = one.ban_reason or ""
        table.add_row(str(one.id), one.name, one.role.value, one.email, since, banned)
    # A name is text whatever it looks like: no markup, no emoji codes; a pipe gets all of it.
    width = None if sys.stdout.isatty() else 200
    Console(highlight=False, markup=False, emoji=False, width=width).print(table)


def _all(site: Site, search: str) -> list[Account]:
    found: list[Account] = []
    with site.database.read() as conn:
        page = list_accounts(conn, search)
        found.extend(page.items)
        for number in range(2, page.last + 1):
            found.extend(list_accounts(conn, search, page=number).items)
    return found


def _find(site: Site, name: str) -> AccountId:
    with site.database.read() as conn:
        found = find_player_named(conn, name)
    if found is None:
        fail(f"There is no account called {name}. `clutch user list` shows all of them.")
    return found.id


def _ask_name(otherwise: str) -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Name", default=otherwise or None))
    return otherwise or fail("Say the name of the account: clutch user create NAME.")


def _ask_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    return str(typer.prompt("Password", hide_input=True))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")

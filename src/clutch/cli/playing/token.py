"""An admin's token for as long as it is needed, where the site's own files are on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from clutch.accounts.admin import take_admin_back
from clutch.accounts.models import SITE, Actor, Role, Scope
from clutch.accounts.queries import get_account
from clutch.accounts.signup import NewAccount, create_account
from clutch.accounts.tokens import MadeToken, make_token_for, revoke_token
from clutch.bootstrap import Site, open_site
from clutch.kernel.settings import Settings
from clutch.kernel.writing import Transaction

SCOPES = (Scope.READ, Scope.ADMIN, Scope.TOURNAMENTS_WRITE)


@contextmanager
def borrowed_token(settings: Settings) -> Iterator[str]:
    """A token of a new admin; afterwards it is revoked and its owner an organizer, come what may.

    The owner stays, for it owns the tournament. It has no password, so nobody can log in as it.

    Raises:
        Refusal: the site's database can't be used.
    """
    site = open_site(settings)
    try:
        made = site.writer.write(_make)
        try:
            yield made.secret
        finally:
            _take_back(site, made)
    finally:
        site.close()


def _make(tx: Transaction) -> MadeToken:
    wish = NewAccount(f"organizer-{tx.new_key(5)}", "")
    account = create_account(tx, SITE, wish, None, Role.ADMIN)
    return make_token_for(tx, SITE, account.id, "clutch play", SCOPES)


def _take_back(site: Site, made: MadeToken) -> None:
    owner = made.token.account_id

    def work(tx: Transaction) -> None:
        account = get_account(tx.conn, owner)
        revoke_token(tx, Actor(owner, account.name or "", account.role), made.token.id)
        take_admin_back(tx, owner)

    site.writer.write(work)

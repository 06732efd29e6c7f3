"""What happens to accounts, as the log keeps it: in the account's own stream, by ids, without
names.
"""

from __future__ import annotations

from clutch.accounts.models import AccountId
from clutch.kernel.log import Fact, fact


def stream_of(account_id: AccountId) -> str:
    """The stream in which an account's facts stand."""
    return f"player-{account_id}"


@fact("account-created")
class AccountCreated(Fact, frozen=True):
    """Somebody signed up, or (with another actor) was given an account."""

    account_id: int
    role: str


@fact("account-renamed")
class AccountRenamed(Fact, frozen=True):
    """The name changed; the log knows neither the old nor the new one."""

    account_id: int


@fact("email-changed")
class EmailChanged(Fact, frozen=True):
    """The address for mail changed, or was given or taken away; the log knows neither."""

    account_id: int


@fact("password-changed")
class PasswordChanged(Fact, frozen=True):
    """A new password; all other sessions ended with it. `by_link`: through a reset link."""

    account_id: int
    by_link: bool


@fact("reset-link-made")
class ResetLinkMade(Fact, frozen=True):
    """A one-time link to a new password was made; `by_mail`: sent to the stored address."""

    account_id: int
    by_mail: bool


@fact("role-changed")
class RoleChanged(Fact, frozen=True):
    account_id: int
    before: str
    after: str


@fact("account-banned")
class AccountBannedFact(Fact, frozen=True):
    account_id: int
    reason: str


@fact("account-unbanned")
class AccountUnbanned(Fact, frozen=True):
    account_id: int


@fact("account-deleted")
class AccountDeleted(Fact, frozen=True):
    """The account is gone for good; its results stay."""

    account_id: int


@fact("token-made")
class TokenMade(Fact, frozen=True):
    account_id: int
    token_id: int
    scopes: tuple[str, ...]


@fact("token-revoked")
class TokenRevoked(Fact, frozen=True):
    account_id: int
    token_id: int

"""Somebody logs in to a release by whatever form it has."""

from __future__ import annotations

from clutch.accounts.models import LANGUAGES
from clutch_ops.health import OTHER_LANGUAGES
from clutch_ops.member import login_form

PAGE = """
<form action="/search"><input name="q"></form>
<form method="post" action="/login">
  <input value="x&amp;1" type="hidden" name="csrf"><input name=who autocomplete=username>
  <input required type='password' name="secret"><input type="checkbox" name="stay" value="1">
  <button name="go" value="1">Log in</button>
</form>
"""


def test_the_form_that_asks_for_a_password_is_filled_in_as_a_browser_would() -> None:
    form = login_form(PAGE)
    assert form is not None
    assert form.action == "/login"
    assert form.filled("alice", "pw") == {"csrf": "x&1", "who": "alice", "secret": "pw"}


def test_a_form_without_an_address_is_sent_to_its_own_page() -> None:
    form = login_form('<form><input type="password" name="password"></form>')
    assert form is not None
    assert form.action == "/login"


def test_a_page_without_such_a_form_has_none() -> None:
    assert login_form('<form action="/search"><input name="q"></form><p>Log in') is None


def test_a_release_is_seen_in_every_language_that_has_texts() -> None:
    assert LANGUAGES[1:] == OTHER_LANGUAGES

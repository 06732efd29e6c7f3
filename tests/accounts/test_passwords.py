"""Passwords: which are taken, how they are hashed, and what happens when many want in at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from argon2 import Parameters, PasswordHasher, Type
from argon2.low_level import ARGON2_VERSION

from clutch.accounts import passwords
from clutch.accounts.passwords import Hasher, check_password
from clutch.accounts.refusals import HashingBusy
from clutch.kernel.refusals import Refusal
from tests.accounts.conftest import QUICK

STRONG = Parameters(Type.ID, ARGON2_VERSION, 16, 32, 1, 47_104, 1)


def code_of(password: str, *about: str) -> str:
    try:
        check_password(password, about=about)
    except Refusal as refusal:
        return refusal.code
    return ""


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "ееее ёёёё",
        "         x",
        "пароль, который длиннее",
        "x1" * 512,
        "🦍" * 3 + "abcde",
    ],
)
def test_a_password_needs_length_and_rarity_and_nothing_else(password: str) -> None:
    assert check_password(password, about=["Alice", None]) == password


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "password-too-short"),
        ("sh0rt!A", "password-too-short"),
        ("x1" * 512 + "x", "password-too-long"),
        ("password", "password-too-common"),
        ("PassWord", "password-too-common"),
        ("qwertyuiop", "password-too-common"),
        ("йцукенгшщз", "password-too-common"),
        ("zzzzzzzzzzzz", "password-too-common"),
        ("alicealice", "password-too-plain"),
        ("Nightingale!", "password-too-plain"),
        ("nightingale1990", "password-too-plain"),
        ("someone@example.org", "password-too-plain"),
    ],
)
def test_a_weak_password_is_refused_with_the_rule(password: str, code: str) -> None:
    assert code_of(password, "Nightingale", "alice", "someone@example.org") == code


def test_passwords_are_argon2id_by_the_chosen_parameters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    hashed = Hasher().hash("correct horse battery")
    assert hashed.startswith("$argon2id$v=19$m=47104,t=1,p=1$")
    assert passwords.PARAMETERS == STRONG


def test_the_right_password_is_right_and_others_are_not() -> None:
    hasher = Hasher()
    kept = hasher.hash("correct horse battery")
    assert hasher.verify(kept, "correct horse battery").is_right
    assert not hasher.verify(kept, "correct horse battery ").is_right
    assert not hasher.verify(kept, "Correct horse battery").is_right
    assert not hasher.verify(None, "no account has this password").is_right
    assert not hasher.verify("not a hash", "correct horse battery").is_right


def test_a_password_typed_on_another_keyboard_is_the_same() -> None:
    hasher = Hasher()
    assert hasher.verify(hasher.hash("Ёлка на опушке"), "Ёлка на опушке").is_right


def test_broken_text_is_only_a_wrong_password() -> None:
    hasher = Hasher()
    assert not hasher.verify(hasher.hash("correct horse battery"), "\ud800\x00").is_right


def test_a_hash_by_old_parameters_comes_with_a_fresh_one() -> None:
    old = PasswordHasher.from_parameters(QUICK).hash("correct horse battery")
    verdict = Hasher(STRONG).verify(old, "correct horse battery")
    assert verdict.is_right
    assert verdict.rehash is not None
    assert "m=47104" in verdict.rehash
    assert Hasher(STRONG).verify(verdict.rehash, "correct horse battery").rehash is None


def test_a_wrong_password_never_comes_with_a_fresh_hash() -> None:
    old = PasswordHasher.from_parameters(QUICK).hash("correct horse battery")
    assert Hasher(STRONG).verify(old, "another one").rehash is None


def test_who_would_wait_too_long_is_refused_and_the_others_are_served() -> None:
    hasher = Hasher(threads=1, max_waiting=3)
    gate = threading.Event()
    with ThreadPoolExecutor(8) as crowd:
        held = crowd.submit(hasher._in_line, gate.wait)
        waiting = [crowd.submit(hasher.hash, "correct horse battery") for _ in range(3)]
        while hasher._places._value:
            pass
        one_too_many = crowd.submit(hasher.hash, "correct horse battery")
        try:
            with pytest.raises(HashingBusy) as refused:
                one_too_many.result(timeout=20)
        finally:
            gate.set()
        assert all(one.result().startswith("$argon2id$") for one in waiting)
        assert held.result()
    assert refused.value.retry_after > 0
    assert hasher.hash("correct horse battery").startswith("$argon2id$")

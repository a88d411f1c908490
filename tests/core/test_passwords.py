"""Passwords: what is kept, what matches it, and what a wrong user costs."""

import pytest
from argon2 import PasswordHasher, extract_parameters

from judge.accounts import passwords

GOOD = "correct horse"


def test_what_is_kept_is_argon2id() -> None:
    """Salted, and without the password."""
    first, second = passwords.hashed(GOOD), passwords.hashed(GOOD)
    assert first != second
    assert first.startswith("$argon2id$")
    assert GOOD not in first
    assert extract_parameters(first).memory_cost >= 64 * 1024
    assert passwords.matches(first, GOOD)
    assert passwords.matches(second, GOOD)


@pytest.mark.parametrize("wrong", ["", "Correct horse", GOOD + " ", GOOD[:-1], "\0"])
def test_nothing_else_matches(wrong: str) -> None:
    """Not even nearly the same."""
    assert not passwords.matches(passwords.hashed(GOOD), wrong)


def test_an_accent_is_one_letter() -> None:
    """However the keyboard composes it."""
    assert passwords.matches(passwords.hashed("caf\u00e9 au lait"), "cafe\u0301 au lait")


def test_without_a_hash_the_same_work_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hash of the same costs is compared, which no password has, not even one that was seen."""
    compared = []
    verify = PasswordHasher.verify

    def noting(hasher: PasswordHasher, kept: str, password: bytes) -> bool:
        compared.append(kept)
        return verify(hasher, kept, password)

    monkeypatch.setattr(PasswordHasher, "verify", noting)
    kept = passwords.hashed(GOOD)
    assert passwords.matches(kept, GOOD)
    assert not passwords.matches(None, GOOD)
    assert [extract_parameters(each) for each in compared] == [extract_parameters(kept)] * 2


def test_what_is_kept_may_be_broken() -> None:
    """No password matches what is no hash."""
    assert not passwords.matches("$argon2id$nonsense", GOOD)
    assert not passwords.matches("", GOOD)


def test_other_parameters_are_outdated() -> None:
    """They are matched all the same, so that their owner can come in and have them renewed."""
    old = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(GOOD)
    assert passwords.matches(old, GOOD)
    assert passwords.is_outdated(old)
    assert not passwords.is_outdated(passwords.hashed(GOOD))


@pytest.mark.parametrize(
    ("password", "sound"),
    [("x" * 7, False), ("x" * 8, True), ("é" * 7, False), ("é" * 8, True), ("x" * 1024, True),
     ("x" * 1025, False), ("é" * 513, False), ("", False),
     ("\u0301\u0316" * 400_000, False)],  # to bring these into their order would take minutes
)  # fmt: skip
def test_lengths(password: str, sound: bool) -> None:
    """From 8 characters to 1,024 bytes."""
    if sound:
        assert passwords.checked(password) == password
    else:
        with pytest.raises(ValueError, match="8 characters or more, and up to 1024 bytes"):
            passwords.checked(password)

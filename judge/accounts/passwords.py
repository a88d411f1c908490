"""Passwords: what is kept in their place (argon2id), and what they are compared with. Takes tens of ms."""

import secrets
import unicodedata
from base64 import b64encode

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

LEAST_CHARACTERS, MOST_BYTES = 8, 1024
"""Of a password in UTF-8: short ones are guessed, long ones keep the hasher busy."""

_hasher = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)  # 64 MiB, three passes, four lanes


def checked(password: str) -> str:
    """A password that may be set. Raises ValueError."""
    # As it came, first: to bring accents into their order takes time by the square of how many there are.
    if not LEAST_CHARACTERS <= len(password) <= MOST_BYTES or len(_normal(password)) > MOST_BYTES:
        raise ValueError(
            f"a password has {LEAST_CHARACTERS} characters or more, and up to {MOST_BYTES} bytes (in UTF-8)"
        )
    return password


def hashed(password: str) -> str:
    """What is kept of a password; never twice the same."""
    return _hasher.hash(_normal(password))


def matches(kept: str | None, password: str) -> bool:
    """Whether this is the password. Where none is kept, it takes as long to say no."""
    try:
        return _hasher.verify(kept or _decoy(), _normal(password)) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(kept: str) -> bool:
    """Whether it was made with other parameters than are in use today."""
    return _hasher.check_needs_rehash(kept)


def _normal(password: str) -> bytes:
    """One way to write each letter: keyboards differ in how they compose an accent."""
    return unicodedata.normalize("NFKC", password).encode()


def _decoy() -> str:
    """A hash with today's parameters that no known password has."""
    salt, digest = (b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (16, 32))
    costs = f"m={_hasher.memory_cost},t={_hasher.time_cost},p={_hasher.parallelism}"
    return f"$argon2id$v=19${costs}${salt}${digest}"

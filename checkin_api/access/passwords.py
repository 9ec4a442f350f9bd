"""Passwords of accounts: argon2id, and the same time for logins that do not exist."""

from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LEAST_LENGTH = 12
MOST_LENGTH = 200  # argon2 hashes any length; nobody types more

# One check takes 64 MiB: a crowd at the door waits instead of filling the memory.
_AT_ONCE = BoundedSemaphore(4)


def password_hash(password: str) -> str:
    """Give what is kept of a password; takes about 0.1 s on purpose."""
    with _AT_ONCE:
        return PasswordHasher().hash(password)


def password_matches(kept: str | None, password: str) -> bool:
    """Tell whether a password is the kept one; as slow where nothing is kept."""
    try:
        with _AT_ONCE:
            PasswordHasher().verify(kept or _decoy(), password[:MOST_LENGTH])
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


@cache
def _decoy() -> str:
    return PasswordHasher().hash("no account has this password")

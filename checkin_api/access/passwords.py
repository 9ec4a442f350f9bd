"""Passwords of accounts: argon2id, and the same time for logins that do not exist."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from checkin_api.access.weak_passwords import MOST_LENGTH
from checkin_api.refusals import RefusedError
from mobile_contract.codes import ProblemCode

# One check takes 64 MiB and a tenth of a second: a crowd at the door neither fills the memory nor
# keeps every thread from the phones.
_AT_ONCE = BoundedSemaphore(4)
_PATIENCE_S = 2.0


def password_hash(password: str) -> str:
    """Give what is kept of a password; slow on purpose, raises RefusedError(too_many)."""
    with _turn():
        return PasswordHasher().hash(password)


def password_matches(kept: str | None, password: str) -> bool:
    """Tell whether a password is the kept one; as slow where nothing is kept.

    Raises RefusedError(too_many) when too many ask at once.
    """
    try:
        with _turn():
            PasswordHasher().verify(kept or _decoy(), password[:MOST_LENGTH])
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


@contextmanager
def _turn() -> Iterator[None]:
    if not _AT_ONCE.acquire(timeout=_PATIENCE_S):
        raise RefusedError(ProblemCode.TOO_MANY, retry_after_s=int(_PATIENCE_S))
    try:
        yield
    finally:
        _AT_ONCE.release()


@cache
def _decoy() -> str:
    return PasswordHasher().hash("no account has this password")

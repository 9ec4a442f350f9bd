"""Secrets that people or browsers carry: made at random, kept only as hashes."""

import hashlib
import secrets

CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no 0/O, 1/I: read out and typed by hand
CODE_LENGTH = 8  # 32^8 = 2^40
RECOVERY_LENGTH = 12


def new_code() -> str:
    """Make a one-time code of 8 characters that a person can read out."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


def new_recovery_code() -> str:
    """Make one of the codes that stand in for a lost authenticator: 60 bits, kept on paper."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(RECOVERY_LENGTH))


def plain_code(typed: str) -> str:
    """Give a code as it was made, however it was typed: without blanks, hyphens, small letters."""
    return "".join(typed.split()).replace("-", "").upper()


def new_secret() -> str:
    """Make a cookie's secret: 256 bits."""
    return secrets.token_urlsafe(32)


def hashed(secret: str) -> str:
    """Give what is kept of a secret: its SHA-256 in hex; codes are compared without case."""
    return hashlib.sha256(secret.strip().encode()).hexdigest()

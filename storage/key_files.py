"""Makes the files that `storage.keys` reads.

tokens-KID.key, nonce-KID.key, receipts-KID.pem, seals-KID.key.
"""

import secrets
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from storage.private_files import private_folder, write_private


class KeyUse(StrEnum):
    """What a key of the server's is for; the value begins its file's name."""

    TOKENS = "tokens"
    NONCE = "nonce"
    RECEIPTS = "receipts"
    SEALS = "seals"

    @property
    def pattern(self) -> str:
        """How its files are named."""
        return f"{self}-*.{'pem' if self is KeyUse.RECEIPTS else 'key'}"

    def new(self) -> bytes:
        """Make what a file of it holds."""
        return _signing_key() if self is KeyUse.RECEIPTS else secrets.token_bytes(BYTES[self])


BYTES = {KeyUse.TOKENS: 64, KeyUse.NONCE: 32, KeyUse.SEALS: 32}


class KeyNotNewestError(Exception):
    """A key made now would not be the newest: some file has a name that sorts later."""


def lay_keys(folder: Path) -> tuple[Path, ...]:
    """Lay a key of each use where none is; returns the files made now."""
    private_folder(folder)
    kid = secrets.token_hex(4)
    return tuple(_lay(folder, use, kid) for use in KeyUse if not any(folder.glob(use.pattern)))


def add_key(folder: Path, use: KeyUse, now: datetime) -> Path:
    """Lay a new key beside the old ones of a use; it signs from each process's next start on.

    Raises KeyNotNewestError.
    """
    private_folder(folder)
    kid = f"k{now:%Y%m%dT%H%M%S}"  # later than the hexadecimal ids of `lay_keys`, and than itself
    if any(path.name >= use.pattern.replace("*", kid) for path in folder.glob(use.pattern)):
        raise KeyNotNewestError(use)
    return _lay(folder, use, kid)


def _lay(folder: Path, use: KeyUse, kid: str) -> Path:
    path = folder / use.pattern.replace("*", kid)
    write_private(path, use.new())
    return path


def _signing_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )

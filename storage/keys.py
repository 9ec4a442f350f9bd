"""The server's own keys, read from a folder of files; weak or missing ones stop the start."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from storage.key_strength import weakness

KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")  # a dot would split a nonce in the wrong places
NONCE_TAG_CHARACTERS = 32  # hex: 128 bits of HMAC-SHA-256


class WeakKeyError(Exception):
    """A key file is missing, too short or not what its name says."""


@dataclass(frozen=True)
class Keys:
    """Key id -> key, newest id (by name) signs, every one verifies."""

    tokens: dict[str, bytes] = field(repr=False)
    nonces: dict[str, bytes] = field(repr=False)
    receipts: dict[str, Ed25519PrivateKey] = field(repr=False)
    seals: dict[str, bytes] = field(repr=False)

    @property
    def token_kid(self) -> str:
        """The id of the key that signs tokens now."""
        return max(self.tokens)

    @property
    def receipt_kid(self) -> str:
        """The id of the key that signs receipts now."""
        return max(self.receipts)

    def receipt_publics(self) -> dict[str, Ed25519PublicKey]:
        """Give the public half of every receipt key, old ones too."""
        return {kid: key.public_key() for kid, key in self.receipts.items()}


def read_keys(folder: Path) -> Keys:
    """Read the key files of every use; raises WeakKeyError naming the file and the fault."""
    keys = Keys(
        tokens=_secrets(folder, "tokens"),
        nonces=_secrets(folder, "nonce"),
        receipts={
            path.stem.removeprefix("receipts-"): _receipt_key(path)
            for path in _files(folder, "receipts-*.pem")
        },
        seals=_secrets(folder, "seals"),
    )
    every = [key for use in (keys.tokens, keys.nonces, keys.seals) for key in use.values()]
    if len(set(every)) < len(every):
        message = "two key files hold the same key: each use and each id needs its own"
        raise WeakKeyError(message)
    return keys


def _files(folder: Path, pattern: str) -> list[Path]:
    found = sorted(folder.glob(pattern))
    if not found:
        message = f"no {pattern} in KEYS_FOLDER; python -m checkin_api.admin keys makes them"
        raise WeakKeyError(message)
    return found


def _secrets(folder: Path, use: str) -> dict[str, bytes]:
    keys = {
        path.stem.removeprefix(f"{use}-"): path.read_bytes()
        for path in _files(folder, f"{use}-*.key")
    }
    for kid, key in keys.items():
        if not KEY_ID.fullmatch(kid):
            message = f"key {use}-{kid}: letters, digits, - and _ make a name"
            raise WeakKeyError(message)
        if (why := weakness(key)) is not None:
            message = f"key {use}-{kid} {why}; python -m checkin_api.admin new-key makes one"
            raise WeakKeyError(message)
    return keys


def _receipt_key(path: Path) -> Ed25519PrivateKey:
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        message = f"{path.name} is not an Ed25519 key"
        raise WeakKeyError(message)
    return key


def make_nonce(keys: Keys, now: datetime) -> str:
    """Make a server nonce: time, key id and salt under an HMAC; needs no store to be checked."""
    kid = max(keys.nonces)
    claim = f"{int(now.timestamp() * 1000):x}.{kid}.{secrets.token_hex(4)}"
    return f"{claim}.{_tag(keys.nonces[kid], claim)}"


def nonce_time(keys: Keys, nonce: str) -> datetime | None:
    """Read when this server made a nonce; None for one it did not make."""
    if not nonce.isascii():  # half a surrogate cannot even be compared
        return None
    claim, _, tag = nonce.rpartition(".")
    fields = claim.split(".")
    if len(fields) != 3 or (key := keys.nonces.get(fields[1])) is None:  # noqa: PLR2004 - the three fields of make_nonce
        return None
    if not hmac.compare_digest(_tag(key, claim).encode(), tag.encode()):
        return None
    return datetime.fromtimestamp(int(fields[0], 16) / 1000, UTC)


def _tag(key: bytes, claim: str) -> str:
    digest = hmac.new(key, claim.encode(), hashlib.sha256).hexdigest()
    return digest[:NONCE_TAG_CHARACTERS]

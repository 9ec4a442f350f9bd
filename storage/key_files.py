"""Makes the files that `storage.keys` reads.

tokens-KID.key, nonce-KID.key, receipts-KID.pem, seals-KID.key.
"""

import secrets
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from storage.private_files import private_folder, write_private

TOKEN_KEY_BYTES = 64
NONCE_KEY_BYTES = 32
SEAL_KEY_BYTES = 32


def lay_keys(folder: Path) -> tuple[Path, ...]:
    """Lay a key of each use where none is; returns the files made now."""
    private_folder(folder)
    kid = secrets.token_hex(4)
    files = {
        "tokens-*.key": (f"tokens-{kid}.key", secrets.token_bytes(TOKEN_KEY_BYTES)),
        "nonce-*.key": (f"nonce-{kid}.key", secrets.token_bytes(NONCE_KEY_BYTES)),
        "receipts-*.pem": (f"receipts-{kid}.pem", _signing_key()),
        "seals-*.key": (f"seals-{kid}.key", secrets.token_bytes(SEAL_KEY_BYTES)),
    }
    made = []
    for pattern, (name, content) in files.items():
        if not any(folder.glob(pattern)):
            write_private(folder / name, content)
            made.append(folder / name)
    return tuple(made)


def _signing_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )

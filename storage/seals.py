"""Small secrets that the database keeps but cannot read: sealed with a key of the server's."""

import base64
import binascii
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from storage.keys import Keys

NONCE_BYTES = 12  # of AES-GCM
KEY_BYTES = 32


class SealBrokenError(Exception):
    """A sealed text was changed, belongs to another row, or its key file is gone."""


def seal(keys: Keys, plain: str, owner: str) -> str:
    """Encrypt a text for one owner: `kid.base64`; a copy in another owner's row does not open."""
    kid = max(keys.seals)
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = _cipher(keys.seals[kid]).encrypt(nonce, plain.encode(), owner.encode())
    return f"{kid}.{base64.b64encode(nonce + sealed).decode()}"


def unseal(keys: Keys, sealed: str, owner: str) -> str:
    """Decrypt what `seal` made for the same owner; raises SealBrokenError."""
    kid, _, text = sealed.partition(".")
    try:
        held = base64.b64decode(text, validate=True)
        cipher = _cipher(keys.seals[kid])
        return cipher.decrypt(held[:NONCE_BYTES], held[NONCE_BYTES:], owner.encode()).decode()
    except (KeyError, ValueError, InvalidTag, binascii.Error) as fault:
        raise SealBrokenError from fault


def _cipher(secret: bytes) -> AESGCM:
    derived = HKDF(SHA256(), KEY_BYTES, salt=None, info=b"checkin seal v1").derive(secret)
    return AESGCM(derived)

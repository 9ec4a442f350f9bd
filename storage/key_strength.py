"""Which secrets are none: short, typed by somebody, made of a pattern, or printed in a standard."""

import zlib
from base64 import urlsafe_b64decode
from itertools import pairwise

LEAST_BYTES = 32
LEAST_DIFFERENT = 16  # of 32 random bytes: fewer once in 10^14 keys
PRINTABLE = frozenset(range(0x20, 0x7F)) | frozenset(b"\t\r\n")
# Keys that standards print, and programs were found to use: RFC 7515 A.1, RFC 7520 3.5.
PUBLISHED = (
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
    "hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg",
)


def weakness(key: bytes) -> str | None:
    """Say why a file's bytes are no secret that was made at random; None for one that is."""
    if len(key) < LEAST_BYTES:
        return f"is shorter than {LEAST_BYTES} bytes"
    if PRINTABLE.issuperset(key):
        return "is text that somebody may have typed, not random bytes"
    if any(key.startswith(_bytes_of(published)) for published in PUBLISHED):
        return "is printed in a standard"
    if _patterned(key):
        return "has a pattern, as no random bytes have"
    return None


def _patterned(key: bytes) -> bool:
    steps = {(after - before) % 256 for before, after in pairwise(key)}
    few = min(len(set(key)), len(steps)) < LEAST_DIFFERENT
    return few or len(zlib.compress(key, 9)) < len(key)


def _bytes_of(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))

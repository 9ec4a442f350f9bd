"""Whether a password is one of those that everybody tries first."""

import string
from collections.abc import Iterable
from enum import StrEnum
from functools import cache

from zxcvbn.frequency_lists import FREQUENCY_LISTS

LEAST_LENGTH = 12
MOST_LENGTH = 200  # argon2 hashes any length; nobody types more
# What people put behind a word when a longer password is asked for.
ENDINGS = string.digits + string.punctuation + string.whitespace


class Weakness(StrEnum):
    """Why a password is not taken; each has its words."""

    SHORT = "short"
    LONG = "long"
    COMMON = "common"
    ONLY_DIGITS = "only_digits"
    REPEATED = "repeated"
    OWN_NAME = "own_name"


def weakness(password: str, own: Iterable[str] = ()) -> Weakness | None:
    """Say why a password is not good enough; `own` holds login and name of the account."""
    if len(password) < LEAST_LENGTH:
        return Weakness.SHORT
    if len(password) > MOST_LENGTH:
        return Weakness.LONG
    whole = password.casefold()
    word = whole.strip(ENDINGS)
    if not word:
        return Weakness.ONLY_DIGITS
    if _period(word) < len(word):
        return Weakness.REPEATED
    if {whole, word} & {one.casefold() for one in own}:
        return Weakness.OWN_NAME
    return Weakness.COMMON if {whole, word} & _common() else None


def _period(text: str) -> int:
    """Give the length of the shortest text that `text` is repetitions of."""
    return (text + text).find(text, 1)


@cache
def _common() -> frozenset[str]:
    """Read 30,000 passwords, most frequent first, that zxcvbn counted in leaks."""
    found = FREQUENCY_LISTS["passwords"]
    return frozenset(found.split(",") if isinstance(found, str) else found)

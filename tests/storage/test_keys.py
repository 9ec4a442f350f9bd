"""Weak keys stop the start; a new key signs while the old one is still believed."""

import shutil
from base64 import urlsafe_b64decode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_bytes, token_hex

import pytest

from storage.key_files import KeyNotNewestError, KeyUse, add_key, lay_keys
from storage.key_strength import PUBLISHED
from storage.keys import WeakKeyError, make_nonce, nonce_time, read_keys

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
WEAK: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "31 random bytes": lambda: token_bytes(31),
    "all zero": lambda: bytes(64),
    "all ones": lambda: b"\xff" * 64,
    "one byte": lambda: b"k" * 64,
    "8 random bytes again and again": lambda: token_bytes(8) * 8,
    "32 random bytes twice": lambda: token_bytes(32) * 2,
    "a sequence": lambda: bytes(range(64)),
    "a sequence backwards": lambda: bytes(reversed(range(64))),
    "a passphrase": lambda: b"change-me-please-change-me-please-change-me-please",
    "hexadecimal": lambda: token_hex(32).encode(),
    "the key of RFC 7515": lambda: urlsafe_b64decode(PUBLISHED[0] + "=="),
    "the key of RFC 7520": lambda: urlsafe_b64decode(PUBLISHED[1] + "="),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lay_keys(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", WEAK)
@pytest.mark.parametrize("use", [KeyUse.TOKENS, KeyUse.NONCE])
def test_a_weak_key_stops_the_start(folder: Path, name: str, use: KeyUse) -> None:
    (folder / f"{use}-old.key").write_bytes(WEAK[name]())
    with pytest.raises(WeakKeyError, match=f"{use}-old"):
        read_keys(folder)


def test_no_random_key_is_taken_for_a_weak_one(folder: Path) -> None:
    for number in range(500):
        (folder / f"nonce-{number}.key").write_bytes(token_bytes(32))
        (folder / f"tokens-{number}.key").write_bytes(token_bytes(64))
    assert len(read_keys(folder).nonces) == 501


def test_one_key_for_two_uses_stops_the_start(folder: Path) -> None:
    shutil.copy(next(folder.glob("nonce-*.key")), folder / "tokens-same.key")
    with pytest.raises(WeakKeyError, match="the same key"):
        read_keys(folder)


def test_a_key_id_with_a_dot_stops_the_start(folder: Path) -> None:
    (folder / "nonce-a.b.key").write_bytes(token_bytes(32))
    with pytest.raises(WeakKeyError, match=r"nonce-a\.b"):
        read_keys(folder)


@pytest.mark.parametrize("use", KeyUse)
def test_a_new_key_is_its_owners_alone_and_the_newest(folder: Path, use: KeyUse) -> None:
    old = next(folder.glob(use.pattern))
    made = add_key(folder, use, NOW)
    later = add_key(folder, use, NOW + timedelta(seconds=1))
    assert made.stat().st_mode & 0o777 == 0o600
    assert sorted([later.name, made.name, old.name]) == [old.name, made.name, later.name]
    read_keys(folder)


def test_a_new_key_signs_and_the_old_one_is_still_believed(folder: Path) -> None:
    before = read_keys(folder)
    made = add_key(folder, KeyUse.NONCE, NOW)
    after = read_keys(folder)
    assert nonce_time(after, make_nonce(before, NOW)) == NOW
    assert nonce_time(before, make_nonce(after, NOW)) is None
    assert made.stem == f"nonce-{max(after.nonces)}"
    assert before.token_kid == after.token_kid


def test_a_key_that_would_not_sign_is_not_made(folder: Path) -> None:
    add_key(folder, KeyUse.TOKENS, NOW)
    for instant in (NOW, NOW - timedelta(days=1)):
        with pytest.raises(KeyNotNewestError):
            add_key(folder, KeyUse.TOKENS, instant)
    assert len(list(folder.glob(KeyUse.TOKENS.pattern))) == 2


@pytest.mark.parametrize("text", ["", ".", "a.b.c.d", "1.\ud800.2.3", "\ud800", "x" * 10_000])
def test_a_nonce_that_nobody_made_has_no_time(folder: Path, text: str) -> None:
    keys = read_keys(folder)
    spoilt = make_nonce(keys, NOW)[:-1] + "\ud800"
    assert (nonce_time(keys, text), nonce_time(keys, spoilt)) == (None, None)

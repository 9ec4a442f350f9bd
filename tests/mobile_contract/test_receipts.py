"""A receipt proves what it says, and nothing else."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from mobile_contract.canonical import canonical_json
from mobile_contract.client.receipts import ReceiptUnprovenError, verified_receipt
from mobile_contract.receipts import ReceiptPart, short_code
from tests.mobile_contract.signing import facts, published, signed

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEYS = published(k1=KEY)
PART = ReceiptPart(name="selfie", sha256="ab" * 32, length=1234)
RECEIPT = signed(facts("accepted", PART), KEY)
TEXT = canonical_json(RECEIPT.model_dump(mode="json"))


def test_a_receipt_is_borne_out_by_the_published_key() -> None:
    assert verified_receipt(TEXT, KEYS) == RECEIPT


def test_a_refusal_has_a_receipt_as_well() -> None:
    text = signed(facts("photo_damaged"), KEY).model_dump_json().encode()
    assert verified_receipt(text, KEYS).code == "photo_damaged"


def test_a_receipt_reads_the_same_however_its_json_is_laid_out() -> None:
    spread_out = json.dumps(json.loads(TEXT), indent=2, ensure_ascii=True).encode()
    assert verified_receipt(spread_out, KEYS) == RECEIPT


@given(st.integers(0, len(TEXT) - 1), st.integers(0, 255))
def test_any_changed_byte_is_noticed(at: int, byte: int) -> None:
    changed = TEXT[:at] + bytes([byte]) + TEXT[at + 1 :]
    if changed == TEXT:
        return
    with pytest.raises(ReceiptUnprovenError):
        verified_receipt(changed, KEYS)


@pytest.mark.parametrize("at", range(len(TEXT)))
def test_every_single_byte_is_covered(at: int) -> None:
    changed = TEXT[:at] + bytes([TEXT[at] ^ 1]) + TEXT[at + 1 :]
    with pytest.raises(ReceiptUnprovenError):
        verified_receipt(changed, KEYS)


@pytest.mark.parametrize(
    "text",
    [
        TEXT[:-1] + b',"late":true}',
        TEXT[:-1] + b',"code":"accepted"}',
        b"[]",
        b"null",
        b"{",
        b"\xff",
        b"<html>welcome to our network</html>",
    ],
)
def test_what_was_added_or_is_no_receipt_is_noticed(text: bytes) -> None:
    with pytest.raises(ReceiptUnprovenError):
        verified_receipt(text, KEYS)


def test_another_servers_signature_proves_nothing() -> None:
    stranger = Ed25519PrivateKey.generate()
    with pytest.raises(ReceiptUnprovenError):
        verified_receipt(signed(facts(), stranger).model_dump_json().encode(), KEYS)


def test_a_key_that_was_never_published_proves_nothing() -> None:
    with pytest.raises(ReceiptUnprovenError):
        verified_receipt(TEXT, published(k2=KEY))


def test_the_short_code_stands_for_the_facts() -> None:
    codes = {short_code(facts(code)) for code in ("accepted", "photo_damaged", "too_large")}
    assert len(codes) == 3
    assert RECEIPT.short_code in {short_code(facts("accepted", PART))}

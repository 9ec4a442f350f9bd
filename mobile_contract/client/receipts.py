"""Receipts on the phone: kept for ever, and checked with the keys the server publishes."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import ValidationError

from mobile_contract.canonical import NotCanonicalError
from mobile_contract.client.disk import Disk, replace_file
from mobile_contract.keys import PublishedKeys
from mobile_contract.receipts import Receipt, signed_bytes
from mobile_contract.shapes import PHONE_READS


class ReceiptUnprovenError(Exception):
    """Raised for a receipt that the published keys do not bear out."""


def verified_receipt(text: bytes, published: PublishedKeys) -> Receipt:
    """Return what a receipt says; raises ReceiptUnprovenError if any of it was changed."""
    members = _members(text)
    try:
        receipt = Receipt.model_validate(members, context=PHONE_READS)
        covered = signed_bytes(members)
    except (ValidationError, NotCanonicalError) as error:
        message = "this is no receipt"
        raise ReceiptUnprovenError(message) from error
    _check_signature(receipt, covered, published)
    return receipt


def _members(text: bytes) -> dict[str, object]:
    try:
        members = json.loads(text, object_pairs_hook=_unrepeated)
    except ValueError as error:
        message = "this is no receipt"
        raise ReceiptUnprovenError(message) from error
    if not isinstance(members, dict):
        message = "this is no receipt"
        raise ReceiptUnprovenError(message)
    return members


def _unrepeated(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Refuse a name given twice: readers disagree which value counts."""
    members = dict(pairs)
    if len(members) < len(pairs):
        message = "a name is given twice"
        raise ValueError(message)
    return members


def _check_signature(receipt: Receipt, covered: bytes, published: PublishedKeys) -> None:
    key = next((key for key in published.keys if key.key_id == receipt.key_id), None)
    if key is None:
        message = f"no published key is called {receipt.key_id}"
        raise ReceiptUnprovenError(message)
    try:
        public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key.public_key, validate=True))
        public.verify(_signature(receipt.signature), covered)
    except (InvalidSignature, binascii.Error, ValueError) as error:
        message = "the signature does not fit"
        raise ReceiptUnprovenError(message) from error


def _signature(text: str) -> bytes:
    """Decode a signature that is written in its one form; base64 has spare bits at the end."""
    signature = base64.b64decode(text, validate=True)
    if base64.b64encode(signature).decode() != text:
        message = "signature in another form"
        raise ValueError(message)
    return signature


class ReceiptFolder:
    """The receipts of one phone, one file each, exactly as they came."""

    def __init__(self, folder: Path, disk: Disk) -> None:
        self._folder = folder
        self._disk = disk

    def keep(self, receipt: Receipt, members: Mapping[str, object]) -> None:
        """Store a receipt."""
        path = self._folder / f"{receipt.checkin_id}.{receipt.code}.json"
        replace_file(self._disk, path, json.dumps(members, ensure_ascii=False).encode())

    def all(self) -> list[dict[str, object]]:
        """Return every receipt, oldest check-in first."""
        if not self._folder.exists():
            return []
        paths = sorted(path for path in self._folder.iterdir() if path.name[0] != ".")
        return [json.loads(path.read_bytes()) for path in paths]


class KnownKeys:
    """The keys that receipts are checked with, on disk and fetched anew where they do not fit."""

    def __init__(self, file: Path, disk: Disk, fetch: Callable[[], PublishedKeys]) -> None:
        self._file = file
        self._disk = disk
        self._fetch = fetch

    def verified(self, receipt: bytes) -> Receipt:
        """Return what a receipt says; raises ReceiptUnprovenError if its signature does not fit."""
        try:
            return verified_receipt(receipt, self._known())
        except ReceiptUnprovenError:  # the keys known here may be old
            return verified_receipt(receipt, self._fetched())

    def _known(self) -> PublishedKeys:
        try:
            return PublishedKeys.model_validate_json(self._file.read_bytes())
        except FileNotFoundError:
            return self._fetched()

    def _fetched(self) -> PublishedKeys:
        keys = self._fetch()
        replace_file(self._disk, self._file, keys.model_dump_json().encode())
        return keys

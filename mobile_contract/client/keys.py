"""What lets a phone speak for a person: its key and tokens, where only their owner reads them.

A real phone makes the key in its hardware store and never holds the private half; this one keeps
it in a file. Each registration has a key of its own: a new one waits in a file beside it until
the server has taken it.
"""

import json
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path

from mobile_contract.activation import TokenPair
from mobile_contract.client.disk import Disk, replace_file
from mobile_contract.proofs import SenderKey
from mobile_contract.shapes import instant_text

REGISTRATION = "registration.json"
NEW_KEY = "new-key.pem"
NONCE = "nonce"
INSTALL = "install-id"


class NotActivatedError(Exception):
    """Raised where a phone without a registration is asked to speak for a person."""


@dataclass(frozen=True)
class Registration:
    """The key and the tokens of one activated phone, and the server they are for."""

    server_url: str
    device_id: str
    access_token: str
    access_expires_at: str
    refresh_token: str
    key_pem: str

    @property
    def key(self) -> SenderKey:
        """The key that all its tokens are bound to."""
        return _key_of(self.key_pem)

    def __repr__(self) -> str:
        """Show no token and no key."""
        return f"Registration({self.server_url}, {self.device_id})"


class Keyring:
    """The folder's small secrets; files are readable by their owner only."""

    def __init__(self, folder: Path, disk: Disk) -> None:
        self._folder = folder
        self._disk = disk

    def registration(self) -> Registration:
        """Return the registration; raises NotActivatedError."""
        try:
            stored = json.loads((self._folder / REGISTRATION).read_bytes())
        except FileNotFoundError:
            message = "this phone is not activated"
            raise NotActivatedError(message) from None
        if "key_pem" not in stored:  # of an app from before there were keys
            message = "this phone has to be activated anew"
            raise NotActivatedError(message)
        return Registration(**stored)

    def new_key(self) -> SenderKey:
        """Give the key for the next registration, the same one until that is there."""
        pem = self._text(NEW_KEY)
        if pem is None:
            pem = SenderKey.generate().pem.decode()
            replace_file(self._disk, self._folder / NEW_KEY, pem.encode())
        return _key_of(pem)

    def begin(self, server_url: str, pair: TokenPair) -> None:
        """Store a registration that the server gave to the new key, in place of an earlier one."""
        self._keep(
            Registration(
                server_url,
                str(pair.device_id),
                pair.access_token,
                instant_text(pair.access_expires_at),
                pair.refresh_token,
                self.new_key().pem.decode(),
            )
        )
        self._disk.remove_file(self._folder / NEW_KEY)

    def renew(self, pair: TokenPair) -> None:
        """Store fresh tokens of the same registration."""
        self._keep(
            replace(
                self.registration(),
                access_token=pair.access_token,
                access_expires_at=instant_text(pair.access_expires_at),
                refresh_token=pair.refresh_token,
            )
        )

    def nonce(self) -> str | None:
        """Return the last nonce the server gave."""
        return self._text(NONCE)

    def keep_nonce(self, nonce: str) -> None:
        """Remember the newest nonce; a capture without connection carries it."""
        replace_file(self._disk, self._folder / NONCE, nonce.encode())

    def install_id(self, fresh: str) -> str:
        """Return this installation's id; the fresh one if it has none yet."""
        known = self._text(INSTALL)
        if known is None:
            replace_file(self._disk, self._folder / INSTALL, fresh.encode())
        return known or fresh

    def _keep(self, registration: Registration) -> None:
        data = json.dumps(asdict(registration)).encode()
        replace_file(self._disk, self._folder / REGISTRATION, data)

    def _text(self, name: str) -> str | None:
        try:
            return (self._folder / name).read_text(encoding="ascii")
        except FileNotFoundError:
            return None


@lru_cache(maxsize=4)
def _key_of(pem: str) -> SenderKey:
    return SenderKey.from_pem(pem.encode())

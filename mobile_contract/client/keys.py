"""What lets a phone speak for a person: tokens, kept where only their owner reads them."""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from mobile_contract.client.disk import Disk, replace_file

REGISTRATION = "registration.json"
NONCE = "nonce"
INSTALL = "install-id"


class NotActivatedError(Exception):
    """Raised where a phone without a registration is asked to speak for a person."""


@dataclass(frozen=True)
class Registration:
    """The tokens of one activated phone, and the server they are for."""

    server_url: str
    device_id: str
    access_token: str
    refresh_token: str

    def __repr__(self) -> str:
        """Show no token."""
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
        return Registration(**stored)

    def keep(self, registration: Registration) -> None:
        """Store the registration in place of an earlier one."""
        data = json.dumps(asdict(registration)).encode()
        replace_file(self._disk, self._folder / REGISTRATION, data)

    def renew(self, access_token: str, refresh_token: str) -> None:
        """Store fresh tokens of the same registration."""
        fresh = replace(self.registration(), access_token=access_token, refresh_token=refresh_token)
        self.keep(fresh)

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

    def _text(self, name: str) -> str | None:
        try:
            return (self._folder / name).read_text(encoding="ascii")
        except FileNotFoundError:
            return None

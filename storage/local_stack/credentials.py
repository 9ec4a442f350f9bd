"""Passwords of the local servers: made once for a data folder, readable by its owner."""

import base64
import json
import secrets
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path

from storage.private_files import write_private

_MINIO_KEY_BYTES = 32


class Role(StrEnum):
    """Who gets settings of its own: the processes of the Procfile, and people at a terminal."""

    RELEASE = "release"
    WEB = "web"
    VERIFIER = "verifier"
    CHORES = "chores"
    CLOCK = "clock"
    COMMAND = "command"  # an administrator's: checkin_api.admin, storage.doctor

    @property
    def login(self) -> str:
        """Return the database login; only `release` owns what it touches."""
        return "checkin_owner" if self is Role.RELEASE else f"checkin_{self.value}"


@dataclass(frozen=True)
class Credentials:
    """Every secret of one data folder's servers."""

    superuser: str
    logins: dict[str, str]
    valkey: str
    s3_access_key: str
    s3_secret_key: str
    minio_key: str


def load_credentials(file: Path) -> Credentials:
    """Return the folder's credentials, generating at the first start what is not there.

    A folder of an earlier release lacks the logins that came since; they are added.
    """
    made = _generate()
    held = Credentials(**json.loads(file.read_text())) if file.exists() else made
    whole = replace(held, logins=made.logins | held.logins)
    if not file.exists() or whole != held:
        write_private(file, json.dumps(asdict(whole)).encode())
    return whole


def _generate() -> Credentials:
    return Credentials(
        superuser=secrets.token_urlsafe(24),
        logins={role.login: secrets.token_urlsafe(24) for role in Role},
        valkey=secrets.token_urlsafe(24),
        s3_access_key=secrets.token_hex(10),
        s3_secret_key=secrets.token_hex(20),
        minio_key=base64.b64encode(secrets.token_bytes(_MINIO_KEY_BYTES)).decode(),
    )

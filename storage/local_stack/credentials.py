"""Passwords of the local servers: made once for a data folder, readable by its owner."""

import base64
import json
import secrets
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from storage.private_files import write_private

_MINIO_KEY_BYTES = 32


class Role(StrEnum):
    """The processes of the Procfile that get settings of their own."""

    RELEASE = "release"
    WEB = "web"
    VERIFIER = "verifier"
    CHORES = "chores"
    CLOCK = "clock"

    @property
    def login(self) -> str:
        """Return the database login of this process; only `release` owns what it touches."""
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
    """Return the folder's credentials, generating them at the first start."""
    if not file.exists():
        write_private(file, json.dumps(asdict(_generate())).encode())
    return Credentials(**json.loads(file.read_text()))


def _generate() -> Credentials:
    return Credentials(
        superuser=secrets.token_urlsafe(24),
        logins={role.login: secrets.token_urlsafe(24) for role in Role},
        valkey=secrets.token_urlsafe(24),
        s3_access_key=secrets.token_hex(10),
        s3_secret_key=secrets.token_hex(20),
        minio_key=base64.b64encode(secrets.token_bytes(_MINIO_KEY_BYTES)).decode(),
    )

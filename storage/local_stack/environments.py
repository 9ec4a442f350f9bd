"""The settings that each process of the Procfile gets, and a person at a terminal."""

import shlex
from dataclasses import dataclass
from pathlib import Path

from storage.local_stack.credentials import Role
from storage.local_stack.ports import LOOPBACK
from storage.local_stack.postgres import Postgres
from storage.local_stack.s3 import S3
from storage.local_stack.valkey import Valkey
from storage.private_files import write_private

BUCKET = "checkin-media"
REGION = "us-east-1"


@dataclass(frozen=True)
class Endpoints:
    """Where everything of one data folder is found."""

    postgres: Postgres
    valkey: Valkey
    s3: S3
    web_port: int
    keys: Path
    models: Path

    @property
    def public_url(self) -> str:
        """Return the URL under which phones and browsers find the API."""
        return f"http://{LOOPBACK}:{self.web_port}"


def environment(endpoints: Endpoints, role: Role) -> dict[str, str]:
    """Return one process's settings; they differ by its database login only."""
    credentials = endpoints.s3.credentials
    url = endpoints.postgres.url(role.login, credentials.logins[role.login])
    return {
        "DATABASE_URL": url.replace("postgresql://", "postgresql+psycopg://", 1),
        "REDIS_URL": endpoints.valkey.url,
        "S3_URL": endpoints.s3.url,
        "S3_ACCESS_KEY": credentials.s3_access_key,
        "S3_SECRET_KEY": credentials.s3_secret_key,
        "S3_REGION": REGION,
        "S3_BUCKET": BUCKET,
        "KEYS_FOLDER": str(endpoints.keys),
        "MODELS_FOLDER": str(endpoints.models),
        "PUBLIC_URL": endpoints.public_url,
        "WEB_BIND": f"{LOOPBACK}:{endpoints.web_port}",
    }


def write_environments(endpoints: Endpoints, folder: Path) -> None:
    """Write <role>.env for people: `set -a; . web.env` gives a shell that process's settings."""
    for role in Role:
        settings = environment(endpoints, role)
        lines = "".join(f"{name}={shlex.quote(value)}\n" for name, value in settings.items())
        write_private(folder / f"{role.value}.env", lines.encode())

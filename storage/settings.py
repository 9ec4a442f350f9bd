"""Where the servers are and how to sign in to them; frozen, read once, no defaults for secrets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit


class SettingMissingError(Exception):
    """A setting that has no default is not set."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is not set; `make run` writes one environment for each process")


def required(environ: Mapping[str, str], name: str) -> str:
    """Read one setting; raises SettingMissingError where it is absent or empty."""
    value = environ.get(name, "")
    if not value:
        raise SettingMissingError(name)
    return value


@dataclass(frozen=True)
class DatabaseSettings:
    """PostgreSQL, signed in as the process's own role."""

    url: str = field(repr=False)
    pool_size: int = 8
    prepares_after: int = 5  # times that a connection says the same; psycopg's own default

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> "DatabaseSettings":
        """Read from an environment."""
        return cls(required(environ, "DATABASE_URL"), int(environ.get("DATABASE_POOL", "8")))


@dataclass(frozen=True)
class BellSettings:
    """Redis or Valkey; may be emptied at any moment."""

    url: str = field(repr=False)

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> "BellSettings":
        """Read from an environment."""
        return cls(required(environ, "REDIS_URL"))


@dataclass(frozen=True)
class StoreSettings:
    """An S3 server and the one bucket for all media."""

    endpoint: str
    secure: bool
    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    region: str
    bucket: str

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> "StoreSettings":
        """Read from an environment."""
        url = urlsplit(required(environ, "S3_URL"))
        return cls(
            endpoint=url.netloc,
            secure=url.scheme == "https",
            access_key=required(environ, "S3_ACCESS_KEY"),
            secret_key=required(environ, "S3_SECRET_KEY"),
            region=environ.get("S3_REGION", "us-east-1"),
            bucket=environ.get("S3_BUCKET", "checkin-media"),
        )


@dataclass(frozen=True)
class StorageSettings:
    """Everything the storage needs to know."""

    database: DatabaseSettings
    bell: BellSettings
    store: StoreSettings
    keys_folder: Path

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> "StorageSettings":
        """Read from an environment; raises SettingMissingError."""
        return cls(
            DatabaseSettings.read(environ),
            BellSettings.read(environ),
            StoreSettings.read(environ),
            Path(required(environ, "KEYS_FOLDER")),
        )

"""What lies outside a data folder: caches that outlive it, and PostgreSQL's home as root."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
MINIO_COMMIT = "7aac2a2c5b7c"
_POSTGRES_HOME = Path("/var/lib/checkin-local-stack")


@dataclass(frozen=True)
class Places:
    """Where things are that several data folders share."""

    models: Path
    postgres_home: Path
    minio: Path

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> "Places":
        """Read XDG_CACHE_HOME, MODELS_FOLDER, POSTGRES_HOME and MINIO_BIN, all optional."""
        cache = cache_folder(environ, Path.home())
        return cls(
            models=Path(environ.get("MODELS_FOLDER") or cache / "models"),
            postgres_home=Path(environ.get("POSTGRES_HOME") or _POSTGRES_HOME),
            minio=Path(environ.get("MINIO_BIN") or cache / "minio" / f"minio-{MINIO_COMMIT}"),
        )


def cache_folder(environ: Mapping[str, str], home: Path) -> Path:
    """Return the folder for what is fetched or built once; the checkout's var where home is no use.

    `XDG_CACHE_HOME` moves it.
    """
    cache = Path(environ.get("XDG_CACHE_HOME") or home / ".cache").absolute()
    nearest = next(folder for folder in (cache, *cache.parents) if folder.exists())
    return cache / "community-checkin" if os.access(nearest, os.W_OK) else CHECKOUT / "var"

"""Folders outside the data folder: caches that outlive it, and PostgreSQL's home as root."""

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

    cache: Path
    models: Path
    postgres_home: Path
    minio: Path

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> "Places":
        """Read CHECKIN_CACHE, MODELS_FOLDER, POSTGRES_HOME and MINIO_BIN, all optional."""
        cache = cache_folder(environ)
        return cls(
            cache=cache,
            models=Path(environ.get("MODELS_FOLDER") or cache / "models"),
            postgres_home=Path(environ.get("POSTGRES_HOME") or _POSTGRES_HOME),
            minio=Path(environ.get("MINIO_BIN") or cache / "minio" / f"minio-{MINIO_COMMIT}"),
        )


def cache_folder(environ: Mapping[str, str]) -> Path:
    """Return the folder for what is fetched or built once; the checkout's own where home is no use.

    Tried in order: CHECKIN_CACHE, XDG_CACHE_HOME/checkin, HOME/.cache/checkin, build/cache.
    """
    if environ.get("CHECKIN_CACHE"):
        return Path(environ["CHECKIN_CACHE"]).absolute()
    for variable, below in (("XDG_CACHE_HOME", "checkin"), ("HOME", ".cache/checkin")):
        root = Path(environ.get(variable) or "-")
        if root.is_absolute() and _can_hold(root / below):
            return root / below
    return CHECKOUT / "build" / "cache"


def _can_hold(folder: Path) -> bool:
    existing = next(one for one in (folder, *folder.parents) if one.exists())
    return existing != Path("/") and existing.is_dir() and os.access(existing, os.W_OK | os.X_OK)

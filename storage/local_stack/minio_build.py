"""Where the MinIO that is built once is kept."""

from pathlib import Path

COMMIT = "7aac2a2c5b7c"
MODULE = f"github.com/minio/minio@v0.0.0-20260212201848-{COMMIT}"


def built_minio(cache: Path) -> Path:
    """Return where the built program is kept, whether or not it is there."""
    return cache / "minio" / f"minio-{COMMIT}"

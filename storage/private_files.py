"""Files and folders that nobody else on the machine may read."""

import os
from pathlib import Path
from typing import BinaryIO

_FOLDER_MODE = 0o700
_FILE_MODE = 0o600


def private_folder(folder: Path) -> Path:
    """Make a folder that only its owner can enter; one that is there keeps its mode."""
    folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    return folder


def write_private(path: Path, content: bytes) -> None:
    """Write a file that is at no moment readable by others or half there."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.unlink(missing_ok=True)
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE_MODE)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    partial.replace(path)


def create_private(path: Path, content: bytes) -> None:
    """Write a file that was not there, on disk when this returns; raises FileExistsError."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE_MODE)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink()
        raise


def append_private(path: Path) -> BinaryIO:
    """Open a log that only its owner can read, to write at its end."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, _FILE_MODE), "ab")

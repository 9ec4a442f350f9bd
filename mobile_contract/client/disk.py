"""Writing so that a crash leaves the old state or the new one, never half of either."""

import os
from pathlib import Path

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700
UNFINISHED = ".new-"


class Disk:
    """The few operations a phone's storage needs; tests hand in one that crashes."""

    def make_folder(self, folder: Path) -> None:
        """Make a folder that only its owner reads; an existing one stays."""
        folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)

    def write_new(self, path: Path, data: bytes) -> None:
        """Write a file that did not exist, down to the medium."""
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())

    def rename(self, old: Path, new: Path) -> None:
        """Rename at once, down to the medium."""
        if old.is_dir():
            self._sync_folder(old)
        old.replace(new)
        self._sync_folder(new.parent)

    def remove_file(self, path: Path) -> None:
        """Remove a file, if it is there."""
        path.unlink(missing_ok=True)

    def remove_folder(self, folder: Path) -> None:
        """Remove a folder that is empty, if it is there."""
        if folder.exists():
            folder.rmdir()

    def _sync_folder(self, folder: Path) -> None:
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def replace_file(disk: Disk, path: Path, data: bytes) -> None:
    """Put data in a file's place: readers see all of the old or all of the new."""
    disk.make_folder(path.parent)
    unfinished = path.with_name(f"{UNFINISHED}{path.name}")
    disk.remove_file(unfinished)
    disk.write_new(unfinished, data)
    disk.rename(unfinished, path)


def remove_tree(disk: Disk, folder: Path) -> None:
    """Remove a folder of files."""
    for path in sorted(folder.iterdir()):
        disk.remove_file(path)
    disk.remove_folder(folder)

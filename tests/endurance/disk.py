"""A small disk for the store, that can be full: a tmpfs, where this account may mount one."""

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

MEBIBYTE = 1024 * 1024
SIZE = 768 * MEBIBYTE  # the most it may take; memory is used for what lies on it, and no more
SHRINK_EVERY_S = 0.1


@dataclass(frozen=True)
class SmallDisk:
    """A mounted tmpfs."""

    folder: Path

    @contextmanager
    def full(self) -> Iterator[None]:
        """Leave no free byte, as often as somebody removes something; then all of it again."""
        free_again = threading.Event()
        shrinking = threading.Thread(target=self._shrink_until, args=(free_again,), daemon=True)
        shrinking.start()
        try:
            yield
        finally:
            free_again.set()
            shrinking.join()
            _mount(f"remount,size={SIZE}", self.folder)

    def _shrink_until(self, free_again: threading.Event) -> None:
        while True:
            room = os.statvfs(self.folder)
            used = (room.f_blocks - room.f_bfree) * room.f_frsize
            if room.f_bfree:
                # Refused where something was written meanwhile; the next look knows of it.
                _mount(f"remount,size={used}", self.folder)
            if free_again.wait(SHRINK_EVERY_S):
                return


@contextmanager
def small_disk(folder: Path) -> Iterator[SmallDisk | None]:
    """Mount a small disk on a new folder; None where that is not allowed."""
    folder.mkdir(mode=0o700, parents=True)
    if not _mount(f"size={SIZE},mode=0700", folder):
        yield None
        return
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", folder], check=False, capture_output=True)


def _mount(options: str, folder: Path) -> bool:
    words = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    try:
        return subprocess.run(words, check=False, capture_output=True).returncode == 0
    except FileNotFoundError:
        return False

"""A folder of photos to enrol people with: a folder for each person, named by the number."""

import hashlib
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from checkin_api.references.needs import MOST_PHOTOS
from checkin_api.uploads import Part

ENDINGS = frozenset({".jpg", ".jpeg"})
LARGEST_FILE = 16 * 1024 * 1024
# What file managers leave behind.
LEFT_BEHIND = frozenset({"thumbs.db", "desktop.ini"})


class FolderFault(StrEnum):
    """Why one person's folder is not taken; each is the code of its text."""

    STRAY = "admin.references.stray"
    NOT_JPEG = "admin.references.photo_not_jpeg"
    TOO_LARGE = "admin.references.photo_too_large"
    COUNT = "admin.references.count"
    UNREADABLE = "admin.references.unreadable"


class FolderFaultError(Exception):
    """A folder that cannot be taken, and the file that is why."""

    def __init__(self, fault: FolderFault, place: str) -> None:
        super().__init__(fault)
        self.fault, self.place = fault, place


@dataclass(frozen=True)
class PersonFolder:
    """What lies under one name: a person's number and where the photos are."""

    number: str
    path: Path

    def photos(self) -> list[Part]:
        """Read the photos in the order of their names; raises FolderFaultError."""
        files = [one for one in sorted(self.path.iterdir()) if not _is_left_behind(one)]
        if not 0 < len(files) <= MOST_PHOTOS:
            raise FolderFaultError(FolderFault.COUNT, self.number)
        return [_read(file, f"{self.number}/{file.name}") for file in files]


def person_folders(folder: Path) -> tuple[list[PersonFolder], list[FolderFaultError]]:
    """Give the folders of people, and what lies beside them; raises OSError for no folder."""
    found, strays = [], []
    for one in _entries(folder):
        if one.is_dir() and not one.is_symlink():
            found.append(PersonFolder(one.name, one))
        else:
            strays.append(FolderFaultError(FolderFault.STRAY, one.name))
    return found, strays


def _entries(folder: Path) -> Iterator[Path]:
    yield from (one for one in sorted(folder.iterdir()) if not _is_left_behind(one))


def _is_left_behind(one: Path) -> bool:
    return one.name.startswith(".") or one.name.lower() in LEFT_BEHIND


def _read(file: Path, place: str) -> Part:
    if file.suffix.lower() not in ENDINGS:
        raise FolderFaultError(FolderFault.NOT_JPEG, place)
    try:
        found = file.lstat()
        if not stat.S_ISREG(found.st_mode):  # a link may lead to what nobody meant to enrol
            raise FolderFaultError(FolderFault.UNREADABLE, place)
        if found.st_size > LARGEST_FILE:
            raise FolderFaultError(FolderFault.TOO_LARGE, place)
        data = file.read_bytes()
    except OSError as fault:
        raise FolderFaultError(FolderFault.UNREADABLE, place) from fault
    return Part(file.name, data, hashlib.sha256(data).hexdigest())

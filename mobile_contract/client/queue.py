"""What waits to be sent, on disk: one folder an entry, complete or not there at all."""

import fcntl
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from mobile_contract.client.disk import UNFINISHED, Disk, remove_tree, replace_file

BODY = "body.json"
STOPPED = "stopped.json"
HELD = "held.json"
LEAVING = ".leaving-"
LOCK = ".lock"


class EntryGoneError(Exception):
    """Raised for an entry that has left the queue."""


@dataclass(frozen=True)
class Submission:
    """One frozen entry: the JSON exactly as frozen, and the files that are still here."""

    id: UUID
    body: bytes
    files: Mapping[str, bytes]


class Queue:
    """Entries of one kind; several processes may share the folder."""

    def __init__(self, folder: Path, disk: Disk) -> None:
        self._folder = folder
        self._disk = disk
        disk.make_folder(folder)
        with self._locked():
            self._clear_unfinished()

    def put(self, submission: Submission) -> None:
        """Keep an entry; once this returns, it survives a crash."""
        unfinished = self._folder / f"{UNFINISHED}{submission.id}"
        with self._locked():
            self._disk.make_folder(unfinished)
            for name, data in submission.files.items():
                self._disk.write_new(unfinished / name, data)
            self._disk.write_new(unfinished / BODY, submission.body)
            self._disk.rename(unfinished, self._entry(submission.id))

    def waiting(self) -> list[UUID]:
        """Return the ids of all entries, oldest first (UUIDv7 sorts by time)."""
        names = (path.name for path in self._folder.iterdir() if not path.name.startswith("."))
        return sorted(UUID(name) for name in names)

    def get(self, entry_id: UUID) -> Submission:
        """Return an entry; raises EntryGoneError if it has left."""
        folder = self._entry(entry_id)
        try:
            body = (folder / BODY).read_bytes()
            paths = [path for path in sorted(folder.iterdir()) if path.suffix != ".json"]
            return Submission(entry_id, body, {path.name: path.read_bytes() for path in paths})
        except FileNotFoundError as error:
            raise EntryGoneError(entry_id) from error

    def file_names(self, entry_id: UUID) -> list[str]:
        """Return the names of the files that are still here; none of an entry that has left."""
        try:
            paths = sorted(self._entry(entry_id).iterdir())
        except FileNotFoundError:
            return []
        return [path.name for path in paths if path.suffix != ".json"]

    def note_held(self, entry_id: UUID) -> None:
        """Remember that the server holds the JSON of an entry; its files may still be sent."""
        with self._locked():
            if self._entry(entry_id).exists():
                replace_file(self._disk, self._entry(entry_id) / HELD, b"{}")

    def is_held(self, entry_id: UUID) -> bool:
        """Tell whether the server is known to hold the JSON of an entry."""
        return (self._entry(entry_id) / HELD).exists()

    def drop_file(self, entry_id: UUID, name: str) -> None:
        """Let go of one file of an entry."""
        with self._locked():
            self._disk.remove_file(self._entry(entry_id) / name)

    def drop(self, entry_id: UUID) -> None:
        """Let go of an entry, all of it at once."""
        leaving = self._folder / f"{LEAVING}{entry_id}"
        with self._locked():
            if self._entry(entry_id).exists():
                self._disk.rename(self._entry(entry_id), leaving)
                remove_tree(self._disk, leaving)

    def stop(self, entry_id: UUID, code: str, app: str) -> None:
        """Keep an entry, and remember that this app version cannot get it accepted."""
        note = json.dumps({"code": code, "app": app}).encode()
        replace_file(self._disk, self._entry(entry_id) / STOPPED, note)

    def is_stopped(self, entry_id: UUID, app: str) -> bool:
        """Tell whether this app version has tried in vain."""
        try:
            note = json.loads((self._entry(entry_id) / STOPPED).read_bytes())
        except FileNotFoundError:
            return False
        return bool(note["app"] == app)

    def _entry(self, entry_id: UUID) -> Path:
        return self._folder / str(entry_id)

    def _clear_unfinished(self) -> None:
        for path in sorted(self._folder.iterdir()):
            if path.name.startswith((UNFINISHED, LEAVING)):
                remove_tree(self._disk, path)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Keep another process from clearing away what this one is still writing."""
        with (self._folder / LOCK).open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

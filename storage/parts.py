"""What a process works with, opened once, after any fork."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from storage.database import Sessions, open_sessions
from storage.keys import Keys, read_keys
from storage.media import MediaStore
from storage.queues import Bell, Rings
from storage.settings import StorageSettings


@dataclass(frozen=True)
class Parts:
    """The outside world of a use case."""

    sessions: Sessions
    media: MediaStore
    bell: Rings
    keys: Keys
    now: Callable[[], datetime]


def utc_now() -> datetime:
    """Read the server's clock."""
    return datetime.now(UTC)


def open_parts(settings: StorageSettings) -> Parts:
    """Open everything a process needs; raises WeakKeyError, connects lazily."""
    return Parts(
        sessions=open_sessions(settings.database),
        media=MediaStore(settings.store),
        bell=Bell(settings.bell),
        keys=read_keys(settings.keys_folder),
        now=utc_now,
    )

"""What a worker needs to know; frozen, read once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from storage.records import Queue
from storage.settings import StorageSettings, required

DEFAULT_GALLERY_PEOPLE = 100_000  # 54 MB of addresses, of which only the used part is memory


@dataclass(frozen=True)
class WorkerSettings:
    """One worker: its queue, the servers, and the model files where it looks at faces."""

    queue: Queue
    storage: StorageSettings
    models_folder: Path | None
    next_recognizer: Path | None  # while the model of enrolled photos is being changed
    gallery_people: int  # for how many people there is room in a search among the enrolled

    @classmethod
    def read(cls, environ: Mapping[str, str], queue: Queue) -> "WorkerSettings":
        """Read from an environment; raises SettingMissingError."""
        looks = queue is Queue.FACES
        return cls(
            queue=queue,
            storage=storage_of_one_thread(environ),
            next_recognizer=_next_recognizer(environ) if looks else None,
            models_folder=Path(required(environ, "MODELS_FOLDER")) if looks else None,
            gallery_people=int(environ.get("GALLERY_PEOPLE", DEFAULT_GALLERY_PEOPLE)),
        )


def storage_of_one_thread(environ: Mapping[str, str]) -> StorageSettings:
    """Read where the servers are, for a process that does one thing at a time.

    It says the same few statements as long as it lives: each is prepared when it is said first.
    """
    settings = StorageSettings.read(environ)
    return replace(settings, database=replace(settings.database, pool_size=2, prepares_after=0))


def _next_recognizer(environ: Mapping[str, str]) -> Path | None:
    named = environ.get("NEXT_RECOGNIZER", "")
    return Path(named) if named else None

"""What a horse works with: models from before the fork, servers opened after it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from storage.database import Scope, ScopeKind
from storage.media import StoredObject
from storage.parts import Parts
from storage.records import Queue
from verifier.jobs.beside import Beside
from verifier.jobs.media_ahead import MediaAhead

if TYPE_CHECKING:  # the chores worker must not load OpenCV
    from verifier.faces.gallery import Gallery
    from verifier.faces.models import Models

SCOPES = {Queue.FACES: Scope(ScopeKind.VERIFIER), Queue.CHORES: Scope(ScopeKind.CHORES)}


class NotFurnishedError(Exception):
    """Work was asked of a process that does not have what it takes."""


@dataclass(frozen=True)
class Workplace:
    """The one queue of a worker, its servers; models and gallery where it looks at faces."""

    queue: Queue
    parts: Parts
    models: "Models | None" = None
    gallery: "Gallery | None" = None
    next_models: "Models | None" = None  # that shall judge once all enrolled photos have theirs
    ahead: MediaAhead | None = None
    beside: Beside = field(default_factory=Beside)

    @property
    def scope(self) -> Scope:
        """Returns on whose behalf this worker's transactions run."""
        return SCOPES[self.queue]

    @property
    def face_models(self) -> "Models":
        """Returns the models; raises NotFurnishedError in a worker that has none."""
        if self.models is None:
            message = f"the {self.queue} worker has no face models"
            raise NotFurnishedError(message)
        return self.models

    @property
    def face_gallery(self) -> "Gallery":
        """Returns who is enrolled; raises NotFurnishedError in a worker that has no gallery."""
        if self.gallery is None:
            message = f"the {self.queue} worker has no gallery"
            raise NotFurnishedError(message)
        return self.gallery

    def order(self, wanted: Iterable[StoredObject]) -> None:
        """Lets the photos of the next rows come while these are computed."""
        if self.ahead is not None:
            self.ahead.order(wanted)

    def forget(self, unwanted: Iterable[StoredObject]) -> None:
        """Lets go of photos that were ordered for work that is over."""
        if self.ahead is not None:
            self.ahead.forget(unwanted)

    def is_here(self, stored: StoredObject) -> bool:
        """Tells whether fetching it would take no time."""
        return self.ahead is not None and self.ahead.is_here(stored)

    def fetch(self, stored: StoredObject) -> bytes:
        """Returns a photo, ordered or not; raises what MediaStore.fetch raises."""
        return self.parts.media.fetch(stored) if self.ahead is None else self.ahead.fetch(stored)

    def ring(self, queues: Iterable[Queue]) -> None:
        """Wakes the other workers; what waits in the own queue is claimed by this drain."""
        for queue in queues:
            if queue is not self.queue:
                self.parts.bell.ring(queue)


Open = Callable[[], Workplace]


class _Door:
    """Holds what `worker.main` prepared: RQ calls `drain` by name and passes it nothing."""

    prepared: Open | None = None


def prepare(opening: Open) -> None:
    """Remembers, before the fork, how a horse opens its workplace after it."""
    _Door.prepared = opening


def open_workplace() -> Workplace:
    """Opens the workplace of this horse; raises NotFurnishedError outside of a worker."""
    if _Door.prepared is None:
        message = "start workers with python -m verifier.worker"
        raise NotFurnishedError(message)
    return _Door.prepared()

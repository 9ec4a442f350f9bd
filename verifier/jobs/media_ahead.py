"""Fetching photos while another one is computed: one thread, that only talks to the store."""

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor

from storage.media import MediaStore, StoredObject


class MediaAhead:
    """Photos that are on their way; each is handed over once, and nothing is kept beyond that."""

    def __init__(self, media: MediaStore) -> None:
        self._media = media
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="media")
        self._coming: dict[StoredObject, Future[bytes]] = {}

    def order(self, wanted: Iterable[StoredObject]) -> None:
        """Begins to fetch these; what was ordered before and never asked for is forgotten."""
        kept = {stored: self._coming.get(stored) for stored in wanted}
        self._coming = {
            stored: future or self._thread.submit(self._media.fetch, stored)
            for stored, future in kept.items()
        }

    def is_here(self, stored: StoredObject) -> bool:
        """Tells whether fetching it would take no time."""
        future = self._coming.get(stored)
        return future is not None and future.done() and future.exception() is None

    def fetch(self, stored: StoredObject) -> bytes:
        """Returns a photo, ordered or fetched now; raises what MediaStore.fetch raises."""
        future = self._coming.pop(stored, None)
        return self._media.fetch(stored) if future is None else future.result()

"""Fetching photos while another one is computed: one thread, that only talks to the store."""

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock

from storage.media import MediaStore, StoredObject

MOST_BYTES = 24 * 1024 * 1024  # some hundred selfies, or four of the largest that are taken


class MediaAhead:
    """Photos that are on their way; each is handed over once, and kept until then or forgotten.

    May be used by two threads: one claims and orders, one looks.
    """

    def __init__(self, media: MediaStore) -> None:
        self._media = media
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="media")
        self._lock = Lock()
        self._coming: dict[StoredObject, Future[bytes]] = {}

    def order(self, wanted: Iterable[StoredObject]) -> None:
        """Begins to fetch these, behind those that were ordered before, as far as there is room.

        What finds none is fetched when it is asked for: photos that wait are to fill no memory.
        """
        for stored in wanted:
            with self._lock:
                held = sum(one.length for one in self._coming)
                if stored not in self._coming and held + stored.length <= MOST_BYTES:
                    self._coming[stored] = self._thread.submit(self._media.fetch, stored)

    def forget(self, unwanted: Iterable[StoredObject]) -> None:
        """Lets go of what was ordered for work that is over, asked for or not."""
        for stored in unwanted:
            with self._lock:
                future = self._coming.pop(stored, None)
            if future is not None:
                future.cancel()

    def is_here(self, stored: StoredObject) -> bool:
        """Tells whether fetching it would take no time."""
        future = self._coming.get(stored)
        return future is not None and future.done() and future.exception() is None

    def fetch(self, stored: StoredObject) -> bytes:
        """Returns a photo, ordered or fetched now; raises what MediaStore.fetch raises."""
        with self._lock:
            future = self._coming.pop(stored, None)
        return self._media.fetch(stored) if future is None else future.result()

"""Everybody who is enrolled, as one matrix that a face is searched in (docs/rules.md 1).

To show who else an enrolment resembles, call `verifier.jobs.search_others.search` in the worker:

    found = search_others.search(
        workplace, Asked(SearchReason.ENROLMENT, offender_id, set_id, vector, model, closer_than)
    )

It refreshes the gallery from the database, writes the audit entry that a search needs, and opens
its own short transactions, so never call it inside of one. `vector` is the SFace mean of the set
(`matching.mean_of(...).sface`), `model` the `recognizer_sha256` of the models that made it,
`closer_than` the caller's limit on 1 - cosine; `found.nearest` is None where nobody is closer, and
`found.off` says why nobody was looked for.
"""

import mmap
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from verifier.faces.embedding import DIMENSIONS, Vector

# Who a row is of: the id's bytes in two halves, because NumPy compares no 16 bytes at once.
_KEY = np.dtype([("first", "<u8"), ("rest", "<u8")])
_HEAD = np.dtype(
    [
        ("model", "S64"),
        ("count", "<i8"),
        ("known_to", "<i8"),
        ("places", "<i8"),
        ("torn", "<i8"),
    ]
)
_NUMBER = np.dtype(np.float32)
_ROW_BYTES = DIMENSIONS * _NUMBER.itemsize + 2 * _KEY.itemsize
_MOST_PLACES = 1024
EVERYWHERE = UUID(int=0)
"""The place that stands for all districts."""

Keys = NDArray[np.void]


class GalleryFullError(Exception):
    """More people are enrolled than this process has room for (setting GALLERY_PEOPLE)."""


@dataclass(frozen=True, eq=False)
class Entry:
    """One person: where they are supervised, and the mean vector of their references."""

    person: UUID
    district: UUID
    vector: Vector


@dataclass(frozen=True)
class Likeness:
    """Somebody in the gallery and how far from the face they are: 1 - cosine, 0 to 2."""

    person: UUID
    distance: float


class Gallery:
    """Mean vectors of one model, one a person, in one float32 matrix; the search is exact.

    It lies in anonymous shared memory: made before the fork, it outlives every horse of its
    worker, and only what is used of its room costs memory (544 bytes a person, 11 MB for 20,000,
    381 MB for 700,000). For one process at a time. Who is killed in the middle of a change leaves
    it torn; the next one finds it empty.
    """

    def __init__(self, people: int) -> None:
        size = _HEAD.itemsize + _MOST_PLACES * _KEY.itemsize + people * _ROW_BYTES
        self._memory = mmap.mmap(-1, size)  # of nobody else, and in no file
        self._head = np.frombuffer(self._memory, _HEAD, 1)
        self._places = np.frombuffer(self._memory, _KEY, _MOST_PLACES, _HEAD.itemsize)
        rows = _HEAD.itemsize + _MOST_PLACES * _KEY.itemsize
        self._people = np.frombuffer(self._memory, _KEY, people, rows)
        rows += people * _KEY.itemsize
        self._districts = np.frombuffer(self._memory, _KEY, people, rows)
        rows += people * _KEY.itemsize
        numbers = np.frombuffer(self._memory, _NUMBER, people * DIMENSIONS, rows)
        self._vectors = numbers.reshape(people, DIMENSIONS)

    @property
    def count(self) -> int:
        """How many people are in it."""
        return int(self._head["count"][0])

    @property
    def known_to(self) -> int:
        """Up to which transaction of the database it knows of changes."""
        return int(self._head["known_to"][0])

    @property
    def bytes_used(self) -> int:
        """What its people take of the memory."""
        return self.count * _ROW_BYTES

    def open_for(self, model: str) -> None:
        """Begins empty where another model's vectors are in it, or where it was torn."""
        if self._head["torn"][0] or self._head["model"][0] != model.encode():
            self.empty()
            self._head["model"] = model.encode()

    def empty(self) -> None:
        """Forgets everybody; the model stays."""
        model = self._head["model"][0]
        self._head[:] = np.zeros(1, _HEAD)
        self._head["model"] = model

    def holds(self, place: UUID) -> bool:
        """Tells whether everybody of a place is in it, as of `known_to`."""
        places = self._places[: int(self._head["places"][0])]
        return bool(_same(places, place).any() or _same(places, EVERYWHERE).any())

    def change(self, gone: Sequence[UUID], entries: Sequence[Entry]) -> None:
        """Takes people out, and puts people in or anew; raises GalleryFullError."""
        self._head["torn"] = 1
        for person in (*gone, *(entry.person for entry in entries)):
            self._take_out(person)
        self._append(entries)
        self._head["torn"] = 0

    def fill(self, place: UUID, entries: Sequence[Entry]) -> None:
        """Puts in everybody of a place that it did not hold; raises GalleryFullError."""
        self._head["torn"] = 1
        if place == EVERYWHERE:
            self._head["count"] = self._head["places"] = 0
        self._append(entries)
        held = int(self._head["places"][0])
        if held == _MOST_PLACES:
            raise GalleryFullError
        self._places[held : held + 1] = _keys([place])
        self._head["places"] += 1
        self._head["torn"] = 0

    def know(self, until: int) -> None:
        """Remembers up to which transaction its changes were read."""
        self._head["known_to"] = until

    def size_of(self, place: UUID) -> int:
        """How many people a search in a place would compare."""
        if place == EVERYWHERE:
            return self.count
        return int(np.count_nonzero(_same(self._districts[: self.count], place)))

    def nearest(self, probe: Vector, place: UUID, but: UUID, most: int) -> list[Likeness]:
        """The people of a place who look most like a face, nearest first, without one of them."""
        people, vectors = self._people[: self.count], self._vectors[: self.count]
        if place != EVERYWHERE:
            rows = np.flatnonzero(_same(self._districts[: self.count], place))
            people, vectors = people[rows], vectors[rows]
        distances = 1.0 - vectors @ probe
        distances[_same(people, but)] = np.inf
        most = min(most, len(distances))
        found = np.argpartition(distances, most - 1)[:most] if most else np.zeros(0, np.int64)
        ordered = found[np.argsort(distances[found], kind="stable")]
        return [
            Likeness(_person(people[row]), float(distances[row]))
            for row in ordered
            if np.isfinite(distances[row])
        ]

    def _take_out(self, person: UUID) -> None:
        """Lays the last row over the person's."""
        for row in np.flatnonzero(_same(self._people[: self.count], person)):
            last = self.count - 1
            self._people[row] = self._people[last]
            self._districts[row] = self._districts[last]
            self._vectors[row] = self._vectors[last]
            self._head["count"] = last

    def _append(self, entries: Sequence[Entry]) -> None:
        begin, end = self.count, self.count + len(entries)
        if end > len(self._vectors):
            raise GalleryFullError
        if entries:
            self._people[begin:end] = _keys([entry.person for entry in entries])
            self._districts[begin:end] = _keys([entry.district for entry in entries])
            self._vectors[begin:end] = [entry.vector for entry in entries]
        self._head["count"] = end


def _keys(ids: Sequence[UUID]) -> Keys:
    return np.frombuffer(b"".join(one.bytes for one in ids), _KEY)


def _same(keys: Keys, wanted: UUID) -> NDArray[np.bool_]:
    key = _keys([wanted])[0]
    return np.asarray((keys["rest"] == key["rest"]) & (keys["first"] == key["first"]))


def _person(key: np.void) -> UUID:
    return UUID(bytes=key.tobytes())

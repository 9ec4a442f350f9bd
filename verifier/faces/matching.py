"""A person's enrolled vectors as one, and the distances of a selfie to it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from verifier.faces import embedding
from verifier.faces.embedding import Vector

_STORED = np.dtype("<f4")


@dataclass(frozen=True, eq=False)
class ReferenceVectors:
    """What the models made of one enrolled photo: SFace at length 1, dlib as it comes."""

    sface: Vector
    dlib: Vector


@dataclass(frozen=True, eq=False)
class References:
    """The mean of a person's enrolled photos; `sface` at length 1 again."""

    sface: Vector
    dlib: Vector
    count: int


def mean_of(vectors: Sequence[ReferenceVectors]) -> References:
    """References of at least one enrolled photo.

    The mean of vectors, not of scores: measured 0.7 against 7.4 % misses.
    """
    return References(
        sface=embedding.normalised(np.mean([one.sface for one in vectors], axis=0)),
        dlib=np.mean([one.dlib for one in vectors], axis=0).astype(np.float32),
        count=len(vectors),
    )


def sface_distance(probe: Vector, references: References) -> float:
    """1 - cosine, 0 to 2."""
    return 1.0 - float(np.dot(probe, references.sface))


def dlib_distance(probe: Vector, references: References) -> float:
    """L2, 0 to about 1.2."""
    return float(np.linalg.norm(probe - references.dlib))


def to_bytes(vector: Vector) -> bytes:
    """A vector as 128 float32, little-endian, whatever the machine."""
    return vector.astype(_STORED).tobytes()


def from_bytes(stored: bytes) -> Vector:
    """The vector that `to_bytes` wrote; raises ValueError for another length."""
    vector = np.frombuffer(stored, dtype=_STORED)
    if vector.size != embedding.DIMENSIONS:
        msg = f"a vector of {vector.size} numbers"
        raise ValueError(msg)
    return vector.astype(np.float32)

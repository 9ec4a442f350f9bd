"""From the photos of a folder to samples, with a file that remembers what models made of them."""

import hashlib
import json
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, field, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from verifier.calibrate.folder import Listed
from verifier.calibrate.gate import Measure
from verifier.calibrate.people import Sample, Seen
from verifier.faces.embedding import DIMENSIONS
from verifier.faces.measuring import MEASURED_AS, MeasuredFace, measure
from verifier.faces.models import Models
from verifier.verdicts.quality import DEFAULT_LIMITS, PhotoQuality, assess

Say = Callable[[str], None]

_PARTS = 5  # probe, burst, mirrored, dlib, second
_EVERY = 50
_FIRST_VECTOR = len(fields(PhotoQuality))
# One photo: its quality, then the five vectors; empty without a face.
_Kept = NDArray[np.float32]


@dataclass
class Cache:
    """What was already measured, by the photo's sha256; of one set of models only."""

    made_with: str
    kept: dict[str, _Kept] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Album:
    """The samples of a folder, and what the quality gate sees of its photos."""

    samples: Sequence[Sample]
    measures: Sequence[Measure]

    @property
    def stopped_by_gate(self) -> int:
        """How many photos the built-in limits would send back, those without a face aside."""
        return sum(bool(assess(one.quality, DEFAULT_LIMITS)) for one in self.measures)


def album(lines: Sequence[Listed], models: Models, cache: Cache, say: Say) -> Album:
    """Look at every photo that the cache does not know; fills the cache."""
    samples, measures = [], []
    for number, line in enumerate(lines, start=1):
        kept = _looked_at(line.path.read_bytes(), models, cache)
        if kept.size:
            measures.append(Measure(line.group, _quality_of(kept)))
        samples.append(Sample(line.identity, line.group, line.sex, _as_seen(kept)))
        if number % _EVERY == 0 or number == len(lines):
            say(f"{number} of {len(lines)} photos")
    return Album(samples, measures)


def read_cache(path: Path | None, models: Models) -> Cache:
    """The cache of a file; an empty one where there is none or other models made it."""
    made_with = json.dumps({"how": MEASURED_AS, **models.sha256}, sort_keys=True)
    if path is None or not path.is_file():
        return Cache(made_with)
    try:
        with np.load(path, allow_pickle=False) as stored:
            kept = {name: np.asarray(stored[name]) for name in stored.files}
    except (ValueError, OSError, zipfile.BadZipFile):
        return Cache(made_with)
    whole = kept.pop("made_with", None)
    return (
        Cache(made_with, kept)
        if whole is not None and str(whole) == made_with
        else Cache(made_with)
    )


def write_cache(path: Path, cache: Cache) -> None:
    """Keep what was measured: numbers made of faces, so for nobody else's eyes."""
    path.touch(mode=0o600)
    with path.open("wb") as opened:
        np.savez(opened, allow_pickle=False, made_with=np.array(cache.made_with), **cache.kept)


def _looked_at(photo: bytes, models: Models, cache: Cache) -> _Kept:
    sha256 = hashlib.sha256(photo).hexdigest()
    if sha256 not in cache.kept:
        cache.kept[sha256] = _as_numbers(measure(photo, models))
    return cache.kept[sha256]


def _as_numbers(face: MeasuredFace | None) -> _Kept:
    if face is None:
        return np.zeros(0, dtype=np.float32)
    quality = np.array(astuple(face.quality), dtype=np.float32)
    return np.concatenate([quality, face.probe, face.burst, face.mirrored, face.dlib, face.second])


def _quality_of(kept: _Kept) -> PhotoQuality:
    faces, face_px, *numbers = (float(one) for one in kept[:_FIRST_VECTOR])
    return PhotoQuality(int(faces), int(face_px), *numbers)


def _as_seen(kept: _Kept) -> Seen | None:
    if kept.size != _FIRST_VECTOR + _PARTS * DIMENSIONS:
        return None
    vectors = kept[_FIRST_VECTOR:].reshape(_PARTS, DIMENSIONS)
    probe, burst, mirrored, dlib, second = vectors
    return Seen(probe, burst, mirrored, dlib, second)

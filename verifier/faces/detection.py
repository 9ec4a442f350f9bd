"""Where the faces are: YuNet, in all four orientations where the first is doubtful."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from verifier.faces import images
from verifier.faces.images import Pixels
from verifier.faces.models import Models

LONGEST_SIDE = 640

# From this score on the first orientation is believed without looking at the other three.
_SURE = 0.93
# A second face counts only from half the width of the largest: whoever is shoulder to shoulder
# in a selfie has a face of about the same size, a passer-by or a picture on the wall a third.
# And only if it surely is one: the largest faces of 475 photos scored 0.85 and more.
_COMPARABLE = 0.5
_SURELY_A_FACE = 0.8
_TURNS = (90, 180, 270)
_ROW = NDArray[np.float32]  # x, y, width, height, five landmarks as x, y, score


@dataclass(frozen=True, eq=False)
class Face:
    """One face in pixels of the picture it was found in; `row` is what SFace aligns by."""

    row: _ROW

    @property
    def score(self) -> float:
        """Certainty of the detector, 0 to 1."""
        return float(self.row[14])

    @property
    def width(self) -> float:
        """Width of the box; a face is higher than wide."""
        return float(self.row[2])

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Top, right, bottom, left, in whole pixels."""
        left, top, width, height = (float(value) for value in self.row[:4])
        return round(top), round(left + width), round(top + height), round(left)


@dataclass(frozen=True, eq=False)
class Faces:
    """What is seen in the orientation that scores best; `all` begins with the largest."""

    pixels: Pixels
    turned_degrees: int
    all: tuple[Face, ...]

    def within(self, pixels: Pixels) -> "Faces":
        """The same faces in another size of the same picture, turned alike."""
        scale = max(pixels.shape[:2]) / max(self.pixels.shape[:2])
        factors = np.array([scale] * 14 + [1.0], dtype=np.float32)  # all but the score
        scaled = tuple(Face(face.row * factors) for face in self.all)
        return Faces(pixels, self.turned_degrees, scaled)

    @property
    def comparable(self) -> int:
        """How many faces there are that could be the one meant; the largest always is."""
        if not self.all:
            return 0
        least = self.all[0].width * _COMPARABLE
        others = self.all[1:]
        return 1 + sum(face.width >= least and face.score >= _SURELY_A_FACE for face in others)


def find(pixels: Pixels, models: Models) -> Faces:
    """Faces of a picture of at most LONGEST_SIDE px, turned to where they score best."""
    best = _in_orientation(pixels, 0, models)
    if _score(best) >= _SURE:
        return best
    others = (_in_orientation(images.turned(pixels, turn), turn, models) for turn in _TURNS)
    # The first of equals wins: the orientation that EXIF and the phone said.
    return max((best, *others), key=_score)


def _in_orientation(pixels: Pixels, degrees: int, models: Models) -> Faces:
    height, width = pixels.shape[:2]
    models.detector.setInputSize((width, height))
    _, rows = models.detector.detect(pixels)
    # OpenCV gives None, not an empty array, where there is no face.
    found = () if rows is None else tuple(Face(np.asarray(row, dtype=np.float32)) for row in rows)
    return Faces(pixels, degrees, tuple(sorted(found, key=lambda face: -face.width)))


def _score(faces: Faces) -> float:
    return max((face.score for face in faces.all), default=0.0)

"""Where the faces are: YuNet, in every orientation that a phone or a head may have."""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from verifier.faces import images
from verifier.faces.images import Pixels
from verifier.faces.models import Models

LONGEST_SIDE = 640
# Where a face is and which way is up, 320 px tell as well as 640 and in a quarter of the time; its
# landmarks they do not: misses of East Asian faces would double (docs/face-verification.md). So the
# face is looked at again in all pixels, with this much around it on each side, in its own sizes.
# 98 of 100 good photos reach this score at 320 px; the others are searched at 640.
_SEARCHED_SIDE = 320
_SURE_ENOUGH = 0.9
_MARGIN = 0.3
# Tried on every third of those photos: no wrong turn came within 0.01 of the right one at 160 px,
# nor above 0.90 at 320.
_TURNED_SIDE = 160
_BEATEN_BY = 0.01
# What is found there is the same face if it is neither half nor twice as wide.
_HALF = 0.5

# From this score on, at 320 px or around the face in all pixels, the first orientation is believed
# without looking at the other three: no wrong one of 3,321 came to it (docs/face-verification.md).
_SURE = 0.93
# A second face counts only from half the width of the largest: whoever is shoulder to shoulder
# in a selfie has a face of about the same size, a passer-by or a picture on the wall a third.
# And only if it surely is one: the largest faces of 475 photos scored 0.85 and more.
_COMPARABLE = 0.5
_SURELY_A_FACE = 0.8
_TURNS = (90, 180, 270)
# Below this the head may be tilted: YuNet finds it up to 45 degrees, but with landmarks that look
# upright and are wrong (measured: scores 0.89 in the middle at 45 degrees, 0.93 upright), so it is
# the score that tells and not the angle of the eyes. The diagonals beside the best quarter turn
# are tried, then what the eyes still lie off the level by.
_UPRIGHT = 0.91
_DIAGONALS = (-45.0, 45.0)
_LEVEL = 7.0
# Tilted heads gain 0.04 to 0.08 by it; what gains less was upright.
_CLEARLY = 0.02
_ROW = NDArray[np.float32]  # x, y, width, height, five landmarks as x, y, score


@dataclass(frozen=True, eq=False)
class Face:
    """One face in pixels of the picture it was found in; `row` is as YuNet gives it."""

    row: _ROW

    @property
    def score(self) -> float:
        """Certainty of the detector, 0 to 1."""
        return float(self.row[14])

    @property
    def landmarks(self) -> _ROW:
        """Right eye, left eye, nose, right and left corner of the mouth, each x, y."""
        return self.row[4:14]

    @property
    def width(self) -> float:
        """Width of the box; a face is higher than wide."""
        return float(self.row[2])

    @property
    def tilt(self) -> float:
        """Degrees by which the line of the eyes runs down to the right; -180 to 180."""
        right_x, right_y, left_x, left_y = (float(value) for value in self.row[4:8])
        return math.degrees(math.atan2(left_y - right_y, left_x - right_x))

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Top, right, bottom, left, in whole pixels."""
        left, top, width, height = (float(value) for value in self.row[:4])
        return round(top), round(left + width), round(top + height), round(left)


@dataclass(frozen=True, eq=False)
class Faces:
    """What is seen in the orientation that scores best; `all` begins with the largest.

    The picture was turned clockwise by quarter turns, then by `tilted_degrees`.
    """

    pixels: Pixels
    quarters_degrees: int
    tilted_degrees: float
    all: tuple[Face, ...]

    @property
    def turned_degrees(self) -> int:
        """By how much the picture was turned clockwise in all, 0 to 359."""
        return round(self.quarters_degrees + self.tilted_degrees) % 360

    def within(self, pixels: Pixels) -> "Faces":
        """The same faces in another size of the same picture, which is turned alike."""
        pixels = images.tilted(images.turned(pixels, self.quarters_degrees), self.tilted_degrees)
        scale = max(pixels.shape[:2]) / max(self.pixels.shape[:2])
        factors = np.array([scale] * 14 + [1.0], dtype=np.float32)  # all but the score
        scaled = tuple(Face(face.row * factors) for face in self.all)
        return Faces(pixels, self.quarters_degrees, self.tilted_degrees, scaled)

    @property
    def comparable(self) -> int:
        """How many faces there are that could be the one meant; the largest always is."""
        if not self.all:
            return 0
        least = self.all[0].width * _COMPARABLE
        others = self.all[1:]
        return 1 + sum(face.width >= least and face.score >= _SURELY_A_FACE for face in others)


def find(pixels: Pixels, models: Models) -> Faces:
    """Faces of a picture of at most LONGEST_SIDE px, turned to where they score best.

    Which way is up and roughly where the face is, a quarter of the pixels tell; its landmarks are
    then found in all of them, around it. Where these are not sure, the whole picture is searched.
    """
    small = images.shrunk(pixels, _SEARCHED_SIDE)
    if small.shape == pixels.shape:
        return find_thoroughly(pixels, models)
    first = _looked(small, 0, 0.0, models)
    if _score(first) >= _UPRIGHT:
        fine = _refined(pixels, first, models)
        if fine is not None and (_is_sure(first, fine) or _is_upright(small, models)):
            return fine
    rough = find_thoroughly(small, models)
    fine = _refined(pixels, rough, models) if _score(rough) >= _SURE_ENOUGH else None
    return fine or find_thoroughly(pixels, models)


def _is_sure(rough: Faces, fine: Faces) -> bool:
    """Whether either look is believed without looking at the other turns."""
    return max(_score(rough), fine.all[0].score) >= _SURE


def _is_upright(small: Pixels, models: Models) -> bool:
    """Whether the picture as it is beats its three turns, all at the least scale."""
    tiny = images.shrunk(small, _TURNED_SIDE)
    as_it_is, *others = (_score(_looked(tiny, turn, 0.0, models)) for turn in (0, *_TURNS))
    return as_it_is > max(others) + _BEATEN_BY


def find_thoroughly(pixels: Pixels, models: Models) -> Faces:
    """The same, searched in all pixels that are given."""
    first = _looked(pixels, 0, 0.0, models)
    if _score(first) >= _SURE:
        return first
    quarters = [_looked(pixels, degrees, 0.0, models) for degrees in _TURNS]
    # The first of equals wins: the orientation that EXIF and the phone said.
    best = max((first, *quarters), key=_score)
    if _score(best) >= _UPRIGHT:
        return best
    slanted = _slanted(pixels, best.quarters_degrees, models)
    # More looks find more that is no face, and an upright one a little better by chance.
    least = max(_score(best) + _CLEARLY, _SURELY_A_FACE)
    return slanted if _score(slanted) >= least else best


def _refined(pixels: Pixels, rough: Faces, models: Models) -> Faces | None:
    """The largest face anew at the picture's own scale, the others as they are; None if lost."""
    faces = rough.within(pixels)
    largest, *others = faces.all
    left, top, region = _around(faces.pixels, largest)
    again = _looked(np.ascontiguousarray(region), 0, 0.0, models)
    found = max((face for face in again.all), key=lambda face: face.score, default=None)
    if found is None or not _HALF < found.width / largest.width < 1 / _HALF:
        return None
    moved = found.row.copy()
    moved[0:14:2] += left
    moved[1:14:2] += top
    moved[2:4] = found.row[2:4]
    return replace(faces, all=(Face(moved), *others))


def _around(pixels: Pixels, face: Face) -> tuple[int, int, Pixels]:
    """A region with the face in its middle, and where it begins: left, top."""
    top, right, bottom, left = face.box
    margin = round(_MARGIN * max(right - left, bottom - top))
    high, wide = pixels.shape[:2]
    left, top = min(max(0, left - margin), wide - 1), min(max(0, top - margin), high - 1)
    bottom, right = max(bottom + margin, top + 1), max(right + margin, left + 1)
    return left, top, pixels[top:bottom, left:right]


def _slanted(pixels: Pixels, quarters: int, models: Models) -> Faces:
    diagonals = [_looked(pixels, quarters, tilt, models) for tilt in _DIAGONALS]
    return _by_the_eyes(pixels, max(diagonals, key=_score), models)


def _by_the_eyes(pixels: Pixels, faces: Faces, models: Models) -> Faces:
    """The same again, turned until the line of the eyes is level; the better of both."""
    if not faces.all or abs(faces.all[0].tilt) < _LEVEL:
        return faces
    # The eyes run down to the right in a head that leans clockwise: it is turned back.
    tilt = faces.tilted_degrees - faces.all[0].tilt
    return max((faces, _looked(pixels, faces.quarters_degrees, tilt, models)), key=_score)


def _looked(pixels: Pixels, quarters: int, tilt: float, models: Models) -> Faces:
    turned = images.tilted(images.turned(pixels, quarters), tilt)
    found = tuple(Face(row) for row in models.detector.detect(turned))
    return Faces(turned, quarters, tilt, tuple(sorted(found, key=lambda face: -face.width)))


def _score(faces: Faces) -> float:
    return max((face.score for face in faces.all), default=0.0)

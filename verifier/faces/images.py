"""From the bytes of a photo to upright pixels of a size the models work on."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from verifier import photos

Pixels = NDArray[np.uint8]  # height x width x 3, blue green red

LIMITS = photos.PhotoLimits()

# libjpeg decodes at 1/2, 1/4 and 1/8 for a fraction of the time (12 MP: 40 ms, at 1/4 11 ms).
_REDUCED = (
    (8, cv2.IMREAD_REDUCED_COLOR_8),
    (4, cv2.IMREAD_REDUCED_COLOR_4),
    (2, cv2.IMREAD_REDUCED_COLOR_2),
    (1, cv2.IMREAD_COLOR),
)
_HALF = 0.5
_QUARTER_TURNS = {
    90: cv2.ROTATE_90_CLOCKWISE,
    180: cv2.ROTATE_180,
    270: cv2.ROTATE_90_COUNTERCLOCKWISE,
}
# EXIF orientation -> (mirrored left to right first, then turned clockwise by degrees).
_EXIF_TURNS = {
    1: (False, 0),
    2: (True, 0),
    3: (False, 180),
    4: (True, 180),
    5: (True, 270),
    6: (False, 90),
    7: (True, 90),
    8: (False, 270),
}


class PhotoUnreadable(Exception):  # noqa: N818 - a finding about the photo, not a fault of ours
    """The structure or the coded picture cannot be turned into pixels."""


@dataclass(frozen=True, eq=False)
class Picture:
    """Upright pixels and how many of the original's pixels one of them stands for."""

    pixels: Pixels
    reduction: float


def decode(photo: bytes, longest_side: int) -> Picture:
    """Picture turned as EXIF says and at most `longest_side` px long; never enlarged.

    Raises PhotoUnreadable. Checks the structure again, so a bomb is refused before it is decoded.
    """
    try:
        facts = photos.check(photo, LIMITS)
    except photos.PhotoRefused as refused:
        raise PhotoUnreadable(refused.defect) from refused
    pixels = _decoded(photo[: facts.image_length], facts, longest_side)
    pixels = _exif_turned(_fitted(pixels, longest_side), facts.orientation)
    return Picture(pixels, max(facts.width, facts.height) / max(pixels.shape[:2]))


def turned(pixels: Pixels, degrees: int) -> Pixels:
    """The same picture turned clockwise by a multiple of 90 degrees."""
    if degrees == 0:
        return pixels
    return np.asarray(cv2.rotate(pixels, _QUARTER_TURNS[degrees]), dtype=np.uint8)


def shrunk(pixels: Pixels, longest_side: int) -> Pixels:
    """The same picture at most `longest_side` px long; never enlarged."""
    return _fitted(pixels, longest_side)


def tilted(pixels: Pixels, degrees: float) -> Pixels:
    """The whole picture turned clockwise by any angle, its corners filled with its border."""
    if degrees == 0:
        return pixels
    height, width = pixels.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1.0)
    cosine, sine = abs(turn[0, 0]), abs(turn[0, 1])
    wide, high = width * cosine + height * sine, width * sine + height * cosine
    turn[:, 2] += ((wide - width) / 2, (high - height) / 2)
    size = (max(1, round(wide)), max(1, round(high)))
    filled = cv2.warpAffine(pixels, turn, size, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(filled, dtype=np.uint8)


def _decoded(jpeg: bytes, facts: photos.PhotoFacts, longest_side: int) -> Pixels:
    longest = max(facts.width, facts.height)
    # The scale that still leaves enough pixels: the rest is averaged away, not skipped.
    flag = next(flag for scale, flag in _REDUCED if scale == 1 or longest >= longest_side * scale)
    data = np.frombuffer(jpeg, dtype=np.uint8)
    # The turn is applied here from the checked facts, so that it has one source.
    decoded = cv2.imdecode(data, flag | cv2.IMREAD_IGNORE_ORIENTATION)
    if decoded is None:
        msg = "the decoder gave up"
        raise PhotoUnreadable(msg)
    return np.asarray(decoded, dtype=np.uint8)


def _fitted(pixels: Pixels, longest_side: int) -> Pixels:
    height, width = pixels.shape[:2]
    scale = longest_side / max(height, width)
    if scale >= 1:
        return pixels
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    # Down to a half two pixels a side hold all there is, and INTER_AREA takes six times as long
    # (1440 to 1280 px: 13 ms against 2); below it, only INTER_AREA averages and does not skip.
    how = cv2.INTER_LINEAR if scale >= _HALF else cv2.INTER_AREA
    return np.asarray(cv2.resize(pixels, size, interpolation=how), dtype=np.uint8)


def _exif_turned(pixels: Pixels, orientation: int) -> Pixels:
    mirrored, degrees = _EXIF_TURNS[orientation]
    if mirrored:
        pixels = np.asarray(cv2.flip(pixels, 1), dtype=np.uint8)
    return turned(pixels, degrees)

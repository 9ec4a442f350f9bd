"""One photo, sent again: as somebody would who wants it to pass for a new one."""

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]


def mirrored(photo: bytes) -> bytes:
    """Left and right exchanged."""
    return _saved(np.asarray(cv2.flip(_pixels(photo), 1), dtype=np.uint8), 85)


def saved_anew(photo: bytes, quality: int = 60) -> bytes:
    """Encoded again, with losses."""
    return _saved(_pixels(photo), quality)


def smaller(photo: bytes, scale: float = 0.7) -> bytes:
    """In fewer pixels."""
    pixels = cv2.resize(_pixels(photo), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return _saved(np.asarray(pixels, dtype=np.uint8), 85)


def in_other_light(photo: bytes, times: float = 0.8, plus: float = 10.0) -> bytes:
    """Darker, or lighter."""
    lit = cv2.convertScaleAbs(_pixels(photo), alpha=times, beta=plus)
    return _saved(np.asarray(lit, dtype=np.uint8), 85)


def cut(photo: bytes, share: float = 0.06) -> bytes:
    """Without a share of each side."""
    pixels = _pixels(photo)
    down, across = (round(length * share) for length in pixels.shape[:2])
    return _saved(pixels[down:-down, across:-across], 85)


def _pixels(photo: bytes) -> Pixels:
    decoded = cv2.imdecode(np.frombuffer(photo, dtype=np.uint8), cv2.IMREAD_COLOR)
    return np.asarray(decoded, dtype=np.uint8)


def _saved(pixels: Pixels, quality: int) -> bytes:
    written, jpeg = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert written
    return jpeg.tobytes()

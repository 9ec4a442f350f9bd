"""Selfies as heavy as a phone's, made from the photos that tests use."""

from functools import cache

import cv2
import numpy as np

from tests.photos import photos

LONGEST_SIDE = 1440
BYTES = 200 * 1024
MOST_OFF = 0.1
# Scaled-up photos have no grain, and would need a quality that no phone uses to weigh as much.
GRAIN = 4.0
LOWEST, HIGHEST = 40, 98


class SelfieSizeError(Exception):
    """A picture does not come out as heavy as asked, at any quality."""


@cache
def selfies(count: int) -> tuple[bytes, ...]:
    """So many photos of the same person, each of about 200 KB and 1440 px."""
    return tuple(_heavy(seed) for seed in range(count))


def _heavy(seed: int) -> bytes:
    found = photos()
    light = found.selfie_of(found.obama[seed % len(found.obama)], seed)
    decoded = cv2.imdecode(np.frombuffer(light, dtype=np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None
    scale = LONGEST_SIDE / max(decoded.shape[:2])
    large = cv2.resize(decoded, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    grain = np.random.default_rng(seed).normal(0.0, GRAIN, large.shape)
    grainy = np.clip(large + grain, 0, 255).astype(np.uint8)
    return _weighing(BYTES, grainy)


def _weighing(wanted: int, pixels: np.ndarray) -> bytes:
    """Find the quality at which the JPEG is nearest to the wanted size."""
    low, high = LOWEST, HIGHEST
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if len(_jpeg(pixels, middle)) < wanted else (low, middle)
    best = min((_jpeg(pixels, quality) for quality in (low, high)), key=lambda j: _off(j, wanted))
    if _off(best, wanted) > MOST_OFF * wanted:
        raise SelfieSizeError(len(best))
    return best


def _off(jpeg: bytes, wanted: int) -> int:
    return abs(len(jpeg) - wanted)


def _jpeg(pixels: np.ndarray, quality: int) -> bytes:
    written, jpeg = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert written
    return jpeg.tobytes()

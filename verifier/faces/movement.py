"""From the frames of a movement challenge to numbers; what they mean says verdicts/sweeps.py.

YuNet's five points and the look of the eyes are enough, so that no landmark file with a limited
licence is needed.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from verifier.faces import detection, images
from verifier.faces.detection import Faces
from verifier.faces.images import PhotoUnreadable
from verifier.faces.models import Models
from verifier.verdicts.sweeps import FrameNumbers

# Of a frame of at most 60 KB nothing is lost by it.
_LONGEST_SIDE = detection.LONGEST_SIDE
_SMALLEST_EYES = 24.0  # px between the eyes: less shows no lids
_FAULTS = (cv2.error, RuntimeError, ValueError, MemoryError)
_Point = NDArray[np.float64]


@dataclass(frozen=True)
class _Region:
    """A part of the face: its width in distances of the eyes, its size, and what is left out."""

    width: float
    pixels: tuple[int, int]
    margin: tuple[int, int]


# An eye with its lids; half a brow or a nose lies in the margin.
_EYE = _Region(0.6, (48, 24), (6, 4))
_NOSE = _Region(0.9, (48, 32), (4, 4))


@dataclass(frozen=True)
class _Look:
    """Detail across over detail down: iris and white stand upright, a lid lies; and the former."""

    ratio: float
    edges: float  # against the brightness


@dataclass(frozen=True, eq=False)
class _Points:
    """The five points in an upright frame: across, along the eyes; down, towards the mouth."""

    eyes: tuple[_Point, _Point]
    nose: _Point
    mouth: _Point

    @property
    def middle(self) -> _Point:
        """The middle between the eyes."""
        return (self.eyes[0] + self.eyes[1]) / 2

    @property
    def apart(self) -> float:
        """The distance of the eyes; never 0."""
        return max(float(np.linalg.norm(self.eyes[1] - self.eyes[0])), 1.0)

    @property
    def across(self) -> _Point:
        """From the person's right eye to the left one, of length 1."""
        return (self.eyes[1] - self.eyes[0]) / self.apart

    @property
    def down(self) -> _Point:
        """From the eyes to the chin, of length 1."""
        return np.array([-self.across[1], self.across[0]])


def measure_frame(photo: bytes, prompt: int, models: Models) -> FrameNumbers:
    """Numbers of one frame; raises nothing: what cannot be measured says why."""
    try:
        faces = detection.find(images.decode(photo, _LONGEST_SIDE).pixels, models)
        if faces.comparable != 1:
            return FrameNumbers(prompt, fault="several_faces" if faces.all else "no_face")
        return _numbers(faces, prompt)
    except PhotoUnreadable:
        return FrameNumbers(prompt, fault="unreadable")
    except _FAULTS as failed:
        return FrameNumbers(prompt, fault=type(failed).__name__)


def _numbers(faces: Faces, prompt: int) -> FrameNumbers:
    row = faces.all[0].row.astype(np.float64)
    points = _points(row)
    nose, mouth = points.nose - points.middle, points.mouth - points.middle
    drop = max(float(mouth @ points.down), 1.0)
    in_box = float((points.nose[1] - row[1]) / max(row[3], 1.0))
    grey = np.asarray(cv2.cvtColor(faces.pixels, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    eyes = _eyes(grey, points)
    return FrameNumbers(
        prompt,
        yaw=float(nose @ points.across) / points.apart,
        # Two views of the same: against the mouth, and in the box of the whole face.
        lift=(float(nose @ points.down) / drop + in_box) / 2,
        size=float(np.sqrt(row[2] * row[3])) / float(np.hypot(*faces.pixels.shape[:2])),
        aspect=drop / points.apart,
        eyes=None if eyes is None else eyes.ratio,
        skin=None if eyes is None else _look(_patch(grey, points.nose, points, _NOSE), _NOSE).ratio,
        edges=None if eyes is None else eyes.edges,
    )


def _points(row: NDArray[np.float64]) -> _Points:
    right, left, nose, mouth_right, mouth_left = row[4:14].reshape(5, 2)
    return _Points((right, left), nose, (mouth_right + mouth_left) / 2)


def _eyes(grey: NDArray[np.uint8], points: _Points) -> _Look | None:
    """The look of both eyes; None where they are too small.

    The mean of both, so that one in shadow does not speak for the other.
    """
    if points.apart < _SMALLEST_EYES:
        return None
    right, left = (_look(_patch(grey, eye, points, _EYE), _EYE) for eye in points.eyes)
    return _Look(float(np.sqrt(right.ratio * left.ratio)), (right.edges + left.edges) / 2)


def _patch(
    grey: NDArray[np.uint8], middle: _Point, points: _Points, region: _Region
) -> NDArray[np.float32]:
    """One part of the face at a fixed size, the line of the eyes level."""
    lean = float(np.degrees(np.arctan2(points.across[1], points.across[0])))
    scale = region.pixels[0] / (region.width * points.apart)
    turn = np.asarray(
        cv2.getRotationMatrix2D((float(middle[0]), float(middle[1])), lean, scale), dtype=np.float64
    )
    turn[:, 2] += np.array(region.pixels, dtype=np.float64) / 2 - middle
    patch = cv2.warpAffine(grey, turn, region.pixels, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.GaussianBlur(patch.astype(np.float32), (5, 5), 0), dtype=np.float32)


def _look(patch: NDArray[np.float32], region: _Region) -> _Look:
    side, top = region.margin
    across, down = (
        float(np.abs(cv2.Sobel(patch, cv2.CV_32F, dx, 1 - dx))[top:-top, side:-side].mean())
        for dx in (1, 0)
    )
    return _Look(across / max(down, 1e-3), across / max(float(patch.mean()), 1.0))

"""From a face to the vectors that are compared."""

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from verifier.faces.detection import Face
from verifier.faces.images import Pixels
from verifier.faces.models import Models

Vector = NDArray[np.float32]  # 128 numbers

DIMENSIONS = 128


def sface(pixels: Pixels, face: Face, models: Models) -> Vector:
    """SFace vector of one face, of length 1."""
    return _sface_of_chip(_chip(pixels, face, models), models)


def sface_mirrored(pixels: Pixels, face: Face, models: Models) -> Vector:
    """SFace vector averaged with that of the mirror image, of length 1; for references.

    Measured: fewer misses at the same false matches, at the cost of one more run.
    """
    chip = _chip(pixels, face, models)
    mirrored = np.asarray(cv2.flip(chip, 1), dtype=np.uint8)
    return normalised(_sface_of_chip(chip, models) + _sface_of_chip(mirrored, models))


def dlib(pixels: Pixels, face: Face, models: Models) -> Vector:
    """dlib's descriptor of one face; compared by L2, not normalised."""
    rgb = np.ascontiguousarray(pixels[:, :, ::-1])
    return np.asarray(models.describe(rgb, face.box), dtype=np.float32)


def normalised(vector: Vector) -> Vector:
    """The vector at length 1."""
    return cast("Vector", (vector / np.linalg.norm(vector)).astype(np.float32))


def _chip(pixels: Pixels, face: Face, models: Models) -> Pixels:
    return np.asarray(models.recognizer.alignCrop(pixels, face.row), dtype=np.uint8)


def _sface_of_chip(chip: Pixels, models: Models) -> Vector:
    # The recognizer reuses its output buffer: copied, or the next face overwrites this one.
    return normalised(np.array(models.recognizer.feature(chip), dtype=np.float32).reshape(-1))

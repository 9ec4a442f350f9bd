"""From a face to the vectors that are compared."""

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from verifier.faces.detection import Face
from verifier.faces.images import Pixels
from verifier.faces.models import Models
from verifier.faces.sface import aligned

Vector = NDArray[np.float32]  # 128 numbers

DIMENSIONS = 128


def chip(pixels: Pixels, face: Face) -> Pixels:
    """One face, upright, at the size and place at which SFace was taught."""
    return aligned(pixels, face.landmarks)


def sface(of: Pixels, models: Models) -> Vector:
    """SFace vector of a chip, of length 1."""
    return normalised(models.recognizer.feature(of))


def sface_mirrored(of: Pixels, models: Models) -> Vector:
    """SFace vector of a chip averaged with its mirror image's, of length 1; for references.

    Measured: fewer misses at the same false matches, at the cost of one more run.
    """
    return normalised(sface(of, models) + sface_of_mirror(of, models))


def sface_of_mirror(of: Pixels, models: Models) -> Vector:
    """SFace vector of a chip's mirror image, of length 1."""
    return sface(np.asarray(cv2.flip(of, 1), dtype=np.uint8), models)


def dlib(pixels: Pixels, face: Face, models: Models) -> Vector:
    """dlib's descriptor of one face; compared by L2, not normalised."""
    rgb = np.ascontiguousarray(pixels[:, :, ::-1])
    return np.asarray(models.describe(rgb, face.box), dtype=np.float32)


def dlib_mirrored(pixels: Pixels, face: Face, models: Models) -> Vector:
    """dlib's descriptor averaged with that of the mirror image; for a probe in the grey zone."""
    top, right, bottom, left = face.box
    width = pixels.shape[1]
    mirror = np.ascontiguousarray(pixels[:, ::-1, ::-1])
    other = models.describe(mirror, (top, width - left, bottom, width - right))
    mean = (dlib(pixels, face, models) + np.asarray(other, dtype=np.float32)) / 2
    return np.asarray(mean, dtype=np.float32)


def normalised(vector: Vector) -> Vector:
    """The vector at length 1."""
    return cast("Vector", (vector / np.linalg.norm(vector)).astype(np.float32))

"""SFace run by onnxruntime, and the chips it takes: what FaceRecognizerSF gives, in less time."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from verifier.faces.images import Pixels
from verifier.faces.networks import opened

CHIP_SIDE = 112
# Where the eyes, the nose and the corners of the mouth lie in a chip: OpenCV's face_recognize.cpp.
_PLACES = np.array(
    [
        38.2946 + 51.6963j,
        73.5318 + 51.5014j,
        56.0252 + 71.7366j,
        41.5493 + 92.3655j,
        70.7299 + 92.2041j,
    ]
)


class SFace:
    """A network that takes such a chip and gives 128 numbers; safe to use after a fork."""

    def __init__(self, file: Path) -> None:
        """Raises UnknownNetworkError."""
        self._network = opened(file)
        self._input = self._network.get_inputs()[0].name

    def feature(self, chip: Pixels) -> NDArray[np.float32]:
        """The vector of a chip, as it comes."""
        blob = cv2.dnn.blobFromImage(chip, swapRB=True)
        (rows,) = self._network.run(None, {self._input: blob})
        vector: NDArray[np.float32] = rows.reshape(-1)
        return vector


def aligned(pixels: Pixels, landmarks: NDArray[np.float32]) -> Pixels:
    """The chip of a face with these landmarks (right eye, left eye, nose, corners of the mouth).

    Turned, sized and moved so that they come nearest to where they should lie (least squares).
    """
    marks = landmarks[0::2].astype(np.float64) + 1j * landmarks[1::2]
    middle, wanted = marks.mean(), _PLACES.mean()
    away = marks - middle
    spread = np.vdot(away, away).real or 1.0  # of marks that are all one, nothing can be told
    turn = np.vdot(away, _PLACES - wanted) / spread
    move = wanted - turn * middle
    matrix = np.array([[turn.real, -turn.imag, move.real], [turn.imag, turn.real, move.imag]])
    return np.asarray(cv2.warpAffine(pixels, matrix, (CHIP_SIDE, CHIP_SIDE)), dtype=np.uint8)

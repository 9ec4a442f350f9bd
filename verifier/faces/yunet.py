"""YuNet run by onnxruntime: a third of the time that OpenCV's own FaceDetectorYN takes for it.

What comes out is what FaceDetectorYN gives, number for number (tests/verifier/faces/test_yunet.py).
"""

from itertools import product
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from verifier.faces.images import Pixels
from verifier.faces.networks import opened

Rows = NDArray[np.float32]  # a face each: x, y, width, height, five landmarks as x, y, score

_STRIDES = (8, 16, 32)
_OUTPUTS = tuple(
    f"{name}_{stride}" for name, stride in product(("cls", "obj", "bbox", "kps"), _STRIDES)
)
_LANDMARKS = 5
_NUMBERS = 4 + 2 * _LANDMARKS + 1
_MOST_FACES = 5000  # FaceDetectorYN's own


class YuNet:
    """The detector; its layers take any multiple of 32. Safe to use after a fork."""

    def __init__(self, file: Path, score: float, overlap: float) -> None:
        """Raises UnknownNetworkError."""
        self._score, self._overlap = score, overlap
        self._network = opened(file)

    def detect(self, pixels: Pixels) -> Rows:
        """Faces of a picture (BGR), the surest first; no row where there is none."""
        high, wide = pixels.shape[:2]
        padded = cv2.copyMakeBorder(
            pixels, 0, -high % 32, 0, -wide % 32, cv2.BORDER_CONSTANT, value=(0, 0, 0)
        )
        blob = cv2.dnn.blobFromImage(padded)
        answers = self._network.run(_OUTPUTS, {"input": blob})
        found = dict(zip(_OUTPUTS, answers, strict=True))
        columns = padded.shape[1]
        rows = np.concatenate([self._at(stride, found, columns // stride) for stride in _STRIDES])
        return self._apart(rows)

    def _at(self, stride: int, found: dict[str, Rows], columns: int) -> Rows:
        """The faces of one grid of cells; columns: its width."""
        classes, objects = (found[f"{name}_{stride}"].reshape(-1) for name in ("cls", "obj"))
        scores = np.sqrt(np.clip(classes, 0, 1) * np.clip(objects, 0, 1))
        (sure,) = np.nonzero(scores >= self._score)
        cells = np.stack([sure % columns, sure // columns], axis=1).astype(np.float32)
        boxes = found[f"bbox_{stride}"].reshape(-1, 4)[sure]
        marks = found[f"kps_{stride}"].reshape(-1, _LANDMARKS, 2)[sure]
        rows = np.empty((len(sure), _NUMBERS), dtype=np.float32)
        rows[:, 2:4] = np.exp(boxes[:, 2:]) * stride
        rows[:, :2] = (cells + boxes[:, :2]) * stride - rows[:, 2:4] / 2
        rows[:, 4:14] = ((marks + cells[:, None]) * stride).reshape(-1, 2 * _LANDMARKS)
        rows[:, 14] = scores[sure]
        return rows

    def _apart(self, rows: Rows) -> Rows:
        """One row for each face, the surest of those that lie upon each other."""
        if not len(rows):
            return rows
        boxes = rows[:, :4].astype(np.int32).tolist()
        kept = cv2.dnn.NMSBoxes(
            boxes, rows[:, 14].tolist(), self._score, self._overlap, 1.0, _MOST_FACES
        )
        return rows[np.asarray(kept, dtype=np.int64).reshape(-1)]

"""What is measured of a face before it is compared; judged by `verifier.verdicts.quality`."""

import cv2
import numpy as np
from numpy.typing import NDArray

from verifier.faces.detection import Face, Faces
from verifier.faces.images import Pixels
from verifier.verdicts.quality import PhotoQuality

Grey = NDArray[np.uint8]

# The size at which the limits were measured; sharpness depends on it.
_CROP_SIDE = 160
# Where the eyes lie in the upright 112 x 112 chip that SFace is given (its own alignment), with as
# much around each as shows lids and iris, and where the cheeks lie: rows, then columns.
_EYES = ((slice(45, 59), slice(28, 48)), (slice(45, 59), slice(64, 84)))
_CHEEKS = ((slice(68, 82), slice(26, 44)), (slice(68, 82), slice(68, 86)))


def measure(faces: Faces, chip: Pixels) -> PhotoQuality:
    """The numbers of the largest face; `chip` is that face as SFace sees it."""
    face = faces.all[0]
    crop = _crop(faces.pixels, face)
    eye_light, eye_detail = _eyes(_grey(chip))
    return PhotoQuality(
        faces=faces.comparable,
        face_px=round(face.width),
        sharpness=float(cv2.Laplacian(crop, cv2.CV_32F).var()),
        brightness=float(crop.mean()),
        contrast=float(crop.std()),
        yaw=_yaw(face),
        roll_degrees=face.tilt,
        eye_light=eye_light,
        eye_detail=eye_detail,
    )


def _crop(pixels: Pixels, face: Face) -> Grey:
    """The box of a face as far as it lies in the picture, grey, at one size."""
    top, right, bottom, left = face.box
    height, width = pixels.shape[:2]
    # A box may reach out of the picture; one that lay outside would leave nothing to resize.
    top, left = min(max(0, top), height - 1), min(max(0, left), width - 1)
    inside = pixels[top : max(bottom, top + 1), left : max(right, left + 1)]
    resized = cv2.resize(_grey(inside), (_CROP_SIDE, _CROP_SIDE), interpolation=cv2.INTER_LINEAR)
    return np.asarray(resized, dtype=np.uint8)


def _yaw(face: Face) -> float:
    """The nose beside the middle of the eyes, along their line, in distances of the eyes."""
    right_eye, left_eye, nose = (face.row[at : at + 2] for at in (4, 6, 8))
    eyes = left_eye - right_eye
    apart = float(eyes @ eyes)
    return float((nose - (right_eye + left_eye) / 2) @ eyes) / apart if apart else 0.0


def _eyes(chip: Grey) -> tuple[float, float]:
    """Light of both eyes and contrast in the flatter one, against the light of the cheeks."""
    cheeks = float(np.mean([chip[where].mean() for where in _CHEEKS]))
    eyes = [chip[where] for where in _EYES]
    if cheeks == 0:
        return 0.0, 0.0
    light = float(np.mean([eye.mean() for eye in eyes]))
    return light / cheeks, min(float(eye.std()) for eye in eyes) / cheeks


def _grey(pixels: Pixels) -> Grey:
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), dtype=np.uint8)

"""What calibration needs of a photo: the vectors of the largest face, before any quality gate."""

from dataclasses import dataclass

import cv2
import numpy as np

from verifier.faces import detection, embedding, images
from verifier.faces.embedding import Vector
from verifier.faces.examine import vectors_of
from verifier.faces.images import PhotoUnreadable, Pixels
from verifier.faces.models import Models
from verifier.faces.seeing import see
from verifier.verdicts.quality import DEFAULT_LIMITS, PhotoQuality

# What `measure` does; to be raised when it does something else, so that no old cache is believed.
MEASURED_AS = "10"

# A real burst is one face within seconds: nearly the same picture. Frames are derived from the
# photo itself (turned a little, nearer or farther, darker or lighter, compressed again), because
# other photos of the person would promise what no burst can give: another day and another light.
_FRAMES = ((5.0, 0.92, 0.85, 70), (-5.0, 0.96, 1.12, 60))


@dataclass(frozen=True, eq=False)
class MeasuredFace:
    """The vectors of one face, as a check-in's photo and as an enrolled one.

    probe: of the photo as it is; burst: the mean over frames derived from it; mirrored: averaged
    with the mirror image, as references are; dlib: as references are; second: averaged with the
    mirror image, as a probe in the grey zone; quality: what the gate looks at.
    """

    probe: Vector
    burst: Vector
    mirrored: Vector
    dlib: Vector
    second: Vector
    quality: PhotoQuality


def measure(photo: bytes, models: Models) -> MeasuredFace | None:
    """The vectors of the largest face; None where none is found or the photo is unreadable."""
    try:
        found = see(photo, models, DEFAULT_LIMITS)
    except PhotoUnreadable:
        return None
    if found.largest is None:
        return None
    one = found.largest
    probe = embedding.sface(one.chip, models)
    enrolled = vectors_of(one, models)
    frames = [probe, *_frame_vectors(photo, models)]
    return MeasuredFace(
        probe=probe,
        burst=embedding.normalised(np.mean(frames, axis=0)),
        mirrored=enrolled.sface,
        dlib=enrolled.dlib,
        second=embedding.dlib_mirrored(one.pixels, one.face, models),
        quality=found.quality,
    )


def _frame_vectors(photo: bytes, models: Models) -> list[Vector]:
    """Vectors of the derived frames on which a face is found."""
    pixels = images.decode(photo, detection.LONGEST_SIDE).pixels
    vectors = []
    for how in _FRAMES:
        faces = detection.find(_frame(pixels, how), models)
        if faces.all:
            chip = embedding.chip(faces.pixels, faces.all[0])
            vectors.append(embedding.sface(chip, models))
    return vectors


def _frame(pixels: Pixels, how: tuple[float, float, float, int]) -> Pixels:
    degrees, scale, light, jpeg_quality = how
    height, width = pixels.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, scale)
    turned = cv2.warpAffine(pixels, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
    lit = cv2.convertScaleAbs(turned, alpha=light)
    _, jpeg = cv2.imencode(".jpg", lit, [cv2.IMWRITE_JPEG_QUALITY, jpeg_quality])
    return np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_COLOR), dtype=np.uint8)

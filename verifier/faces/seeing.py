"""What a photo shows: its faces, the largest as it is compared, and how good it is."""

from dataclasses import dataclass

from verifier.faces import detection, embedding, images, quality
from verifier.faces.detection import Face, Faces
from verifier.faces.images import Picture, Pixels
from verifier.faces.models import Models
from verifier.verdicts.evidence import FaceVerdict
from verifier.verdicts.quality import PhotoQuality, QualityLimits, QualityReason, assess

# Four times the pixels that are searched; 12 MP decoded and shrunk to it take 40 ms.
_CLOSER_SIDE = 2 * detection.LONGEST_SIDE
# Narrower faces double the misses (measured). Counted in the picture that is compared, because
# pixels that the matcher never sees do not help; a selfie at arm's length has some 200 at 640 px.
_PIXELS_ENOUGH = 80


@dataclass(frozen=True, eq=False)
class OneFace:
    """The largest face of a photo: where it lies, and as SFace sees it."""

    pixels: Pixels
    face: Face
    chip: Pixels


@dataclass(frozen=True, eq=False)
class Seen:
    """The faces of one photo, and whether the largest can be compared.

    picture: the whole of it, with the right side up but not tilted, at most LONGEST_SIDE px.
    """

    picture: Pixels
    faces: Faces
    largest: OneFace | None
    quality: PhotoQuality
    reasons: tuple[QualityReason, ...]

    @property
    def one(self) -> OneFace:
        """The largest face; raises ValueError where there is none."""
        if self.largest is None:
            msg = "there is no face"
            raise ValueError(msg)
        return self.largest

    @property
    def fault(self) -> FaceVerdict | None:
        """What a better photo would cure; None where the largest face can be compared."""
        if QualityReason.NO_FACE in self.reasons:
            return FaceVerdict.NO_FACE
        if QualityReason.SEVERAL_FACES in self.reasons:
            return FaceVerdict.SEVERAL_FACES
        return FaceVerdict.POOR_QUALITY if self.reasons else None


def see(photo: bytes, models: Models, limits: QualityLimits) -> Seen:
    """The faces of a photo and how good they are; raises PhotoUnreadable."""
    picture = images.decode(photo, detection.LONGEST_SIDE)
    found = detection.find(picture.pixels, models)
    upright = images.turned(picture.pixels, found.quarters_degrees)
    if not found.all:
        nobody = PhotoQuality()
        return Seen(upright, found, None, nobody, assess(nobody, limits))
    faces = _with_pixels_enough(photo, picture, found)
    chip = embedding.chip(faces.pixels, faces.all[0])
    measured = quality.measure(faces, chip)
    largest = OneFace(faces.pixels, faces.all[0], chip)
    return Seen(upright, faces, largest, measured, assess(measured, limits))


def _with_pixels_enough(photo: bytes, picture: Picture, faces: Faces) -> Faces:
    """The same faces; where the largest is small, in a larger decoding, with all its own pixels."""
    if picture.reduction == 1 or faces.all[0].width >= _PIXELS_ENOUGH:
        return faces
    return faces.within(images.decode(photo, _CLOSER_SIDE).pixels)

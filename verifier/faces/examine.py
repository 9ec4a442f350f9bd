"""The only way in: the bytes of a photo become evidence, whatever is wrong with them."""

from dataclasses import dataclass, replace

import cv2

from verifier.faces import detection, embedding, images, matching, quality
from verifier.faces.detection import Face, Faces
from verifier.faces.images import PhotoUnreadable, Pixels
from verifier.faces.matching import References, ReferenceVectors
from verifier.faces.models import Models
from verifier.verdicts import bands
from verifier.verdicts.bands import ThresholdSet
from verifier.verdicts.evidence import FaceEvidence, FaceScores, FaceVerdict
from verifier.verdicts.quality import (
    DEFAULT_LIMITS,
    PhotoQuality,
    QualityLimits,
    QualityReason,
    assess,
)

# What OpenCV, dlib (RuntimeError) and NumPy raise when a model or a decoder fails: our own fault,
# never the person's, so it must come out as evidence and not as a lost job.
_FAULTS = (cv2.error, RuntimeError, ValueError, MemoryError)

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
    """The faces of one photo, and whether the largest can be compared."""

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


@dataclass(frozen=True, eq=False)
class ReferenceLook:
    """What a photo to enrol is found to be; `fault` says why it cannot be one.

    There are vectors wherever one face is found, also of poor quality: an officer may enrol
    against the gate, with a reason, who cannot pass it.
    """

    fault: FaceVerdict | None
    vectors: ReferenceVectors | None = None
    quality: PhotoQuality | None = None
    reasons: tuple[QualityReason, ...] = ()


def examine(
    selfie: bytes, references: References | None, thresholds: ThresholdSet, models: Models
) -> FaceEvidence:
    """What one selfie shows, against the person's enrolled photos; raises nothing of its own.

    A photo that cannot be read is `unreadable`; a fault of ours is `error`, with its class only:
    messages of decoders can quote the content.
    """
    blank = FaceEvidence(
        verdict=FaceVerdict.ERROR,
        references=references.count if references else 0,
        threshold_set=thresholds.name,
        models=dict(models.sha256),
    )
    try:
        found = see(selfie, models, DEFAULT_LIMITS)
        evidence = _described(found, blank)
        if references is None:
            return replace(evidence, verdict=FaceVerdict.NOT_ENROLLED)
        if found.fault is not None:
            return replace(evidence, verdict=found.fault)
        scores = _compared(found.one, references, thresholds, models)
    except PhotoUnreadable:
        return replace(blank, verdict=FaceVerdict.UNREADABLE)
    except _FAULTS as failed:
        return replace(blank, error=type(failed).__name__)
    verdict = bands.band(scores, references.count, thresholds)
    return replace(evidence, scores=scores, verdict=verdict)


def embed_reference(photo: bytes, models: Models) -> ReferenceLook:
    """Vectors of a photo to enrol, or why it cannot be one; a fault of ours is `error`."""
    try:
        found = see(photo, models, DEFAULT_LIMITS)
        vectors = _enrolled(found, models)
    except PhotoUnreadable:
        return ReferenceLook(FaceVerdict.UNREADABLE)
    except _FAULTS:
        return ReferenceLook(FaceVerdict.ERROR)
    return ReferenceLook(found.fault, vectors, found.quality, found.reasons)


def see(photo: bytes, models: Models, limits: QualityLimits) -> Seen:
    """The faces of a photo and how good they are; raises PhotoUnreadable."""
    faces = _found(photo, models)
    if not faces.all:
        nobody = PhotoQuality()
        return Seen(faces, None, nobody, assess(nobody, limits))
    chip = embedding.chip(faces.pixels, faces.all[0], models)
    measured = quality.measure(faces, chip)
    largest = OneFace(faces.pixels, faces.all[0], chip)
    return Seen(faces, largest, measured, assess(measured, limits))


def _found(photo: bytes, models: Models) -> Faces:
    """The faces of a photo, in as many pixels as its largest face needs."""
    picture = images.decode(photo, detection.LONGEST_SIDE)
    faces = detection.find(picture.pixels, models)
    if not faces.all or picture.reduction == 1 or faces.all[0].width >= _PIXELS_ENOUGH:
        return faces
    return _closer(photo, faces)


def _closer(photo: bytes, faces: Faces) -> Faces:
    """The same faces in a larger decoding: a small face is compared with all its own pixels."""
    larger = images.decode(photo, _CLOSER_SIDE)
    return faces.within(larger.pixels)


def _described(found: Seen, blank: FaceEvidence) -> FaceEvidence:
    blank = replace(blank, quality_limits=DEFAULT_LIMITS.name, reasons=found.reasons)
    if not found.faces.all:
        return blank
    largest = found.faces.all[0]
    return replace(
        blank,
        faces=len(found.faces.all),
        detection_score=largest.score,
        turned_degrees=found.faces.turned_degrees,
        face_px=round(largest.width),
        quality=found.quality,
    )


def _compared(
    one: OneFace, references: References, thresholds: ThresholdSet, models: Models
) -> FaceScores:
    sface = matching.sface_distance(embedding.sface(one.chip, models), references)
    if not bands.in_grey_zone(sface, references.count, thresholds):
        return FaceScores(sface=sface)
    second = embedding.dlib(one.pixels, one.face, models)
    return FaceScores(sface=sface, dlib=matching.dlib_distance(second, references))


def _enrolled(found: Seen, models: Models) -> ReferenceVectors | None:
    if found.quality.faces != 1:
        return None
    return vectors_of(found.one, models)


def vectors_of(one: OneFace, models: Models) -> ReferenceVectors:
    """What the models make of one enrolled face."""
    return ReferenceVectors(
        sface=embedding.sface_mirrored(one.chip, models),
        dlib=embedding.dlib(one.pixels, one.face, models),
    )

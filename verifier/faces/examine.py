"""The only way in: the bytes of a photo become evidence, whatever is wrong with them."""

from dataclasses import replace

import cv2

from verifier.faces import detection, embedding, images, matching, quality
from verifier.faces.detection import Faces
from verifier.faces.images import PhotoUnreadable
from verifier.faces.matching import References, ReferenceVectors
from verifier.faces.models import Models
from verifier.verdicts import bands
from verifier.verdicts.bands import ThresholdSet
from verifier.verdicts.evidence import FaceEvidence, FaceScores, FaceVerdict

# What OpenCV, dlib (RuntimeError) and NumPy raise when a model or a decoder fails: our own fault,
# never the person's, so it must come out as evidence and not as a lost job.
_FAULTS = (cv2.error, RuntimeError, ValueError, MemoryError)

# Four times the pixels that are searched; 12 MP decoded and shrunk to it take 40 ms.
_CLOSER_SIDE = 2 * detection.LONGEST_SIDE


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
        faces = seen(selfie, models)
        evidence = _described(faces, blank)
        if references is None:
            return replace(evidence, verdict=FaceVerdict.NOT_ENROLLED)
        fault = _fault(faces)
        if fault is not None:
            return replace(evidence, verdict=fault)
        scores = _compared(faces, references, thresholds, models)
    except PhotoUnreadable:
        return replace(blank, verdict=FaceVerdict.UNREADABLE)
    except _FAULTS as failed:
        return replace(blank, error=type(failed).__name__)
    verdict = bands.band(scores, references.count, thresholds)
    return replace(evidence, scores=scores, verdict=verdict)


def embed_reference(photo: bytes, models: Models) -> ReferenceVectors | FaceVerdict:
    """Vectors of a photo to enrol, or why it cannot be one; a fault of ours is `error`."""
    try:
        faces = seen(photo, models)
        fault = _fault(faces)
        if fault is not None:
            return fault
        return ReferenceVectors(
            sface=embedding.sface_mirrored(faces.pixels, faces.all[0], models),
            dlib=embedding.dlib(faces.pixels, faces.all[0], models),
        )
    except PhotoUnreadable:
        return FaceVerdict.UNREADABLE
    except _FAULTS:
        return FaceVerdict.ERROR


def seen(photo: bytes, models: Models) -> Faces:
    """The faces of a photo, in as many pixels as its largest face needs; raises PhotoUnreadable."""
    picture = images.decode(photo, detection.LONGEST_SIDE)
    faces = detection.find(picture.pixels, models)
    if not faces.all or picture.reduction == 1 or quality.is_good_enough(faces.all[0]):
        return faces
    return _closer(photo, faces)


def _closer(photo: bytes, faces: Faces) -> Faces:
    """The same faces in a larger decoding: a small face is compared with all its own pixels."""
    larger = images.decode(photo, _CLOSER_SIDE)
    return faces.within(larger.pixels)


def _described(faces: Faces, blank: FaceEvidence) -> FaceEvidence:
    if not faces.all:
        return blank
    return replace(
        blank,
        faces=len(faces.all),
        detection_score=faces.all[0].score,
        turned_degrees=faces.turned_degrees,
        face_px=round(faces.all[0].width),
    )


def _fault(faces: Faces) -> FaceVerdict | None:
    """What a better photo would cure; None where the largest face can be compared."""
    if not faces.all:
        return FaceVerdict.NO_FACE
    if faces.comparable > 1:
        return FaceVerdict.SEVERAL_FACES
    if not quality.is_good_enough(faces.all[0]):
        return FaceVerdict.POOR_QUALITY
    return None


def _compared(
    faces: Faces, references: References, thresholds: ThresholdSet, models: Models
) -> FaceScores:
    face = faces.all[0]
    probe = embedding.sface(faces.pixels, face, models)
    sface = matching.sface_distance(probe, references)
    if not bands.in_grey_zone(sface, references.count, thresholds):
        return FaceScores(sface=sface)
    second = embedding.dlib(faces.pixels, face, models)
    return FaceScores(sface=sface, dlib=matching.dlib_distance(second, references))

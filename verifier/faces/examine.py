"""The only way in: the bytes of a photo become evidence, whatever is wrong with them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import cv2

from verifier.exif import camera_of
from verifier.faces import bursts, embedding
from verifier.faces.bursts import Frame, Probe
from verifier.faces.hashes import Hashed, hashed
from verifier.faces.images import PhotoUnreadable
from verifier.faces.matching import References, ReferenceVectors
from verifier.faces.models import Models
from verifier.faces.seeing import OneFace, Seen, see
from verifier.verdicts import bands
from verifier.verdicts.bands import ThresholdSet
from verifier.verdicts.evidence import FaceEvidence, FaceVerdict
from verifier.verdicts.quality import PhotoQuality, QualityLimits, QualityReason

# What OpenCV, dlib (RuntimeError) and NumPy raise when a model or a decoder fails: our own fault,
# never the person's, so it must come out as evidence and not as a lost job.
_FAULTS = (cv2.error, RuntimeError, ValueError, MemoryError)


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
    hashes: Hashed | None = None


@dataclass(frozen=True, eq=False)
class Look:
    """What a selfie shows, and by what it would be known again; None where nothing was seen.

    probe: the face and the vectors that were made of it, for the search in others' references,
    which takes a reason, and for measuring.
    """

    evidence: FaceEvidence
    hashes: Hashed | None = None
    probe: Probe | None = None


def examine(
    selfie: bytes,
    references: References | None,
    thresholds: ThresholdSet,
    models: Models,
    frames: Iterable[Frame] = (),
) -> FaceEvidence:
    """What a selfie and its frames show, against the person's enrolled photos, as `look`."""
    return look(selfie, references, thresholds, models, frames).evidence


def look(
    selfie: bytes,
    references: References | None,
    thresholds: ThresholdSet,
    models: Models,
    frames: Iterable[Frame] = (),
) -> Look:
    """What a selfie and its frames show, and by what the selfie would be known again.

    A photo that cannot be read is `unreadable`; a fault of ours is `error`, with its class only:
    messages of decoders can quote the content. Raises nothing but what fetching a frame raises.
    """
    blank = FaceEvidence(
        verdict=FaceVerdict.ERROR,
        references=references.count if references else 0,
        threshold_set=thresholds.name,
        models=dict(models.sha256),
        camera=camera_of(selfie),
    )
    try:
        found = see(selfie, models, thresholds.quality)
        known_by = _known_by(found)
        against = _Against(references, thresholds, models)
        seen = _described(found, replace(blank, quality_limits=thresholds.quality.name))
        probe = Probe(found.largest, models) if found.largest else None
        evidence = _judged(found, probe, seen, against, frames)
    except PhotoUnreadable:
        return Look(replace(blank, verdict=FaceVerdict.UNREADABLE))
    except _FAULTS as failed:
        return Look(replace(blank, error=type(failed).__name__))
    return Look(evidence, known_by, probe)


@dataclass(frozen=True, eq=False)
class _Against:
    """What a face is compared with, and by what."""

    references: References | None
    thresholds: ThresholdSet
    models: Models


def _judged(
    found: Seen,
    probe: Probe | None,
    evidence: FaceEvidence,
    against: _Against,
    frames: Iterable[Frame],
) -> FaceEvidence:
    if against.references is None:
        return replace(evidence, verdict=FaceVerdict.NOT_ENROLLED)
    if probe is None or found.fault is not None:
        return replace(evidence, verdict=found.fault or FaceVerdict.NO_FACE)
    burst = bursts.look(probe, frames, against.thresholds, against.models)
    scores = bursts.scores_of(probe, burst.mean, against.references, against.thresholds)
    return replace(
        evidence,
        scores=scores,
        verdict=bands.band(scores, against.references.count, against.thresholds),
        frames=burst.frames,
        frames_differ=burst.differs,
    )


def _known_by(found: Seen) -> Hashed:
    return hashed(found.picture, found.largest.chip if found.largest else None)


def embed_reference(photo: bytes, models: Models, limits: QualityLimits) -> ReferenceLook:
    """Vectors of a photo to enrol, or why it cannot be one; a fault of ours is `error`."""
    try:
        found = see(photo, models, limits)
        vectors = _enrolled(found, models)
        known_by = _known_by(found)
    except PhotoUnreadable:
        return ReferenceLook(FaceVerdict.UNREADABLE)
    except _FAULTS:
        return ReferenceLook(FaceVerdict.ERROR)
    return ReferenceLook(found.fault, vectors, found.quality, found.reasons, known_by)


def _described(found: Seen, blank: FaceEvidence) -> FaceEvidence:
    blank = replace(blank, reasons=found.reasons)
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


def _enrolled(found: Seen, models: Models) -> ReferenceVectors | None:
    return vectors_of(found.one, models) if found.quality.faces == 1 else None


def vectors_of(one: OneFace, models: Models) -> ReferenceVectors:
    """What the models make of one enrolled face."""
    return ReferenceVectors(
        sface=embedding.sface_mirrored(one.chip, models),
        dlib=embedding.dlib(one.pixels, one.face, models),
    )

"""The frames that came with a selfie: whether all show its person, and one vector of all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from verifier.faces import embedding, matching
from verifier.faces.embedding import Vector
from verifier.faces.images import PhotoUnreadable
from verifier.faces.matching import References
from verifier.faces.models import Models
from verifier.faces.seeing import OneFace, see
from verifier.verdicts import bands
from verifier.verdicts.bands import ThresholdSet
from verifier.verdicts.evidence import FaceScores, FaceVerdict, FrameAnswer, FrameEvidence

_ANSWERS = {
    FaceVerdict.MATCH: FrameAnswer.SAME,
    FaceVerdict.UNSURE: FrameAnswer.UNSURE,
    FaceVerdict.NO_MATCH: FrameAnswer.DIFFERS,
}


@dataclass(frozen=True)
class Frame:
    """One further photo of a check-in, under the name that the phone gave it."""

    name: str
    photo: bytes


class Probe:
    """One face with its vectors, each made when it is first asked for: dlib costs 64 ms."""

    def __init__(self, one: OneFace, models: Models) -> None:
        self._one, self._models = one, models

    @cached_property
    def sface(self) -> Vector:
        """SFace vector, of length 1."""
        return embedding.sface(self._one.chip, self._models)

    @cached_property
    def dlib(self) -> Vector:
        """dlib's descriptor."""
        return embedding.dlib(self._one.pixels, self._one.face, self._models)

    @cached_property
    def mirror(self) -> Vector:
        """SFace vector of the mirror image, of length 1."""
        return embedding.sface_of_mirror(self._one.chip, self._models)

    @cached_property
    def second(self) -> Vector:
        """dlib's descriptor averaged with the mirror image's: the second opinion."""
        return embedding.dlib_mirrored(self._one.pixels, self._one.face, self._models)


@dataclass(frozen=True, eq=False)
class Burst:
    """What each frame is found to be, and the mean of the selfie and its frames, of length 1."""

    frames: tuple[FrameEvidence, ...]
    mean: Vector

    @property
    def differs(self) -> bool:
        """Whether a frame shows somebody else than the selfie."""
        return any(frame.answer is FrameAnswer.DIFFERS for frame in self.frames)


def look(selfie: Probe, frames: Iterable[Frame], thresholds: ThresholdSet, models: Models) -> Burst:
    """Compares each frame with the selfie; frames are fetched one by one as they are asked for.

    A frame counts into the mean only where it surely is the selfie's person, by the limits for a
    single reference: the strictest there are, and a frame is seconds apart and not years. One that
    cannot be compared (turned away for a prompt, blurred) neither counts nor differs.
    """
    found, alike = [], [selfie.sface]
    for frame in frames:
        evidence, vector = _compared(selfie, frame, thresholds, models)
        found.append(evidence)
        if vector is not None:
            alike.append(vector)
    return Burst(tuple(found), _mean(alike))


def scores_of(
    probe: Probe, mean: Vector, references: References, thresholds: ThresholdSet
) -> FaceScores:
    """Distances of a probe to the references; the second opinion only where SFace is not sure.

    SFace compares the mean of the burst, dlib the selfie alone: it would cost 64 ms a frame. In the
    grey zone both see the selfie's mirror image too: of the East Asian faces 0.9 instead of 1.3 %
    are missed (docs/face-verification.md), for 82 ms in one check-in of twenty.
    """
    sface = matching.sface_distance(mean, references)
    if not bands.in_grey_zone(sface, references.count, thresholds):
        return FaceScores(sface=sface)
    both = embedding.normalised(mean + probe.mirror)
    return FaceScores(
        sface=sface,
        dlib=matching.dlib_distance(probe.second, references),
        mirrored=matching.sface_distance(both, references),
    )


def _compared(
    selfie: Probe, frame: Frame, thresholds: ThresholdSet, models: Models
) -> tuple[FrameEvidence, Vector | None]:
    """What one frame is, and its vector where it shows the selfie's person."""
    try:
        seen = see(frame.photo, models, thresholds.quality)
    except PhotoUnreadable:
        return FrameEvidence(frame.name, FrameAnswer.NOT_COMPARABLE), None
    if seen.fault is not None:
        return FrameEvidence(frame.name, FrameAnswer.NOT_COMPARABLE, seen.reasons), None
    probe = Probe(seen.one, models)
    scores = _between(selfie, probe, thresholds)
    answer = _ANSWERS[bands.band(scores, 1, thresholds)]
    same = answer is FrameAnswer.SAME
    return FrameEvidence(frame.name, answer, (), scores), probe.sface if same else None


def _between(selfie: Probe, frame: Probe, thresholds: ThresholdSet) -> FaceScores:
    sface = 1.0 - float(selfie.sface @ frame.sface)
    if not bands.in_grey_zone(sface, 1, thresholds):
        return FaceScores(sface=sface)
    return FaceScores(sface=sface, dlib=float(np.linalg.norm(selfie.dlib - frame.dlib)))


def _mean(vectors: Sequence[Vector]) -> Vector:
    return embedding.normalised(np.mean(vectors, axis=0)) if len(vectors) > 1 else vectors[0]

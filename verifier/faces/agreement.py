"""Whether the photos of one enrolment are of one person: every two of them compared."""

from collections.abc import Sequence
from itertools import combinations

from storage.records import PairAgreement
from verifier.faces import matching
from verifier.faces.matching import ReferenceVectors
from verifier.verdicts import bands
from verifier.verdicts.bands import ThresholdSet
from verifier.verdicts.evidence import FaceScores, FaceVerdict

_SAID = {
    FaceVerdict.MATCH: PairAgreement.AGREE,
    FaceVerdict.UNSURE: PairAgreement.UNSURE,
    FaceVerdict.NO_MATCH: PairAgreement.DIFFER,
}
_WORST_FIRST = (PairAgreement.DIFFER, PairAgreement.UNSURE, PairAgreement.AGREE)


def agreement(photos: Sequence[ReferenceVectors], thresholds: ThresholdSet) -> PairAgreement | None:
    """What the least alike pair says; None of fewer than two photos."""
    said = {_of_pair(one, other, thresholds) for one, other in combinations(photos, 2)}
    return next((worst for worst in _WORST_FIRST if worst in said), None)


def _of_pair(
    one: ReferenceVectors, other: ReferenceVectors, thresholds: ThresholdSet
) -> PairAgreement:
    alone = matching.mean_of([one])
    scores = FaceScores(
        sface=matching.sface_distance(other.sface, alone),
        dlib=matching.dlib_distance(other.dlib, alone),
    )
    return _SAID[bands.band(scores, alone.count, thresholds)]

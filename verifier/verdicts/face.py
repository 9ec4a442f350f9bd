"""What the photo of a check-in raises."""

from types import MappingProxyType

from mobile_contract.codes import ToldReason
from verifier.verdicts.evidence import Circumstances, FaceEvidence, FaceVerdict
from verifier.verdicts.flags import Flag, FlagCode
from verifier.verdicts.quality import QualityReason

# The person can do better than these alone, by taking another photo.
RETAKE_VERDICTS = frozenset(
    {
        FaceVerdict.NO_FACE,
        FaceVerdict.SEVERAL_FACES,
        FaceVerdict.POOR_QUALITY,
        FaceVerdict.UNREADABLE,
    }
)

TOLD_BY_VERDICT = MappingProxyType(
    {
        FaceVerdict.NO_FACE: ToldReason.NO_FACE,
        FaceVerdict.SEVERAL_FACES: ToldReason.SEVERAL_FACES,
        FaceVerdict.POOR_QUALITY: ToldReason.POOR_QUALITY,
        FaceVerdict.UNREADABLE: ToldReason.UNREADABLE,
        FaceVerdict.NOT_ENROLLED: ToldReason.NOT_ENROLLED,
        FaceVerdict.UNSURE: ToldReason.PHOTO_UNCLEAR,
        FaceVerdict.NO_MATCH: ToldReason.PHOTO_UNCLEAR,
    }
)

TOLD_BY_REASON = MappingProxyType(
    {
        QualityReason.NO_FACE: ToldReason.NO_FACE,
        QualityReason.SEVERAL_FACES: ToldReason.SEVERAL_FACES,
        QualityReason.TOO_SMALL: ToldReason.FACE_TOO_SMALL,
        QualityReason.TOO_DARK: ToldReason.TOO_DARK,
        QualityReason.TOO_BRIGHT: ToldReason.TOO_BRIGHT,
        QualityReason.FLAT_LIGHT: ToldReason.FLAT_LIGHT,
        QualityReason.BLURRED: ToldReason.BLURRED,
        QualityReason.TURNED_AWAY: ToldReason.TURNED_AWAY,
        QualityReason.TILTED: ToldReason.TILTED,
        QualityReason.EYES_HIDDEN: ToldReason.EYES_HIDDEN,
    }
)


def told_of_photo(face: FaceEvidence, verdict: FaceVerdict) -> list[ToldReason]:
    """Returns what a person reads about a photo: what to do better, where that is known."""
    if verdict in RETAKE_VERDICTS and face.reasons:
        return [TOLD_BY_REASON[reason] for reason in face.reasons]
    return [TOLD_BY_VERDICT[verdict]] if verdict in TOLD_BY_VERDICT else []


def photo_codes(face: FaceEvidence, circumstances: Circumstances) -> set[FlagCode]:
    """Returns what the photo, its frames and its files raise."""
    seen = {
        Flag.FACE_NO_MATCH: face.verdict is FaceVerdict.NO_MATCH,
        Flag.FACE_UNSURE: face.verdict is FaceVerdict.UNSURE,
        # A match is never overruled by a likeness: siblings and twins would be harmed daily.
        Flag.RESEMBLES_OTHER: face.resembles_other and face.verdict is not FaceVerdict.MATCH,
        Flag.FRAMES_DIFFER: face.frames_differ,
        Flag.POSSIBLE_REPLAY: circumstances.possible_replay,
        Flag.MEDIA_MISSING: circumstances.media_missing,
        Flag.LOOK_ALIKE: circumstances.look_alike_sampled,
    }
    return {flag for flag, raised in seen.items() if raised}

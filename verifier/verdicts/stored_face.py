"""Face evidence as it is kept in a row, and back."""

from dataclasses import asdict
from typing import Any

from verifier.verdicts.evidence import (
    FaceEvidence,
    FaceScores,
    FaceVerdict,
    FrameAnswer,
    FrameEvidence,
)
from verifier.verdicts.quality import quality_from_row, reasons_from_row

MEDIA_LOST = "media_lost"  # the error of evidence about a photo that we no longer have


def face_to_row(face: FaceEvidence) -> dict[str, Any]:
    """Returns the values that a row keeps."""
    return asdict(face)


def face_from_row(kept: dict[str, Any]) -> FaceEvidence:
    """Returns what a row keeps; keys of later versions are left out, missing ones are defaults."""
    known = {name: kept[name] for name in FaceEvidence.__dataclass_fields__ if name in kept}
    known["verdict"] = FaceVerdict(kept["verdict"])
    known["scores"] = FaceScores(**kept.get("scores", {}))
    known["frames"] = tuple(_frame_from_row(frame) for frame in kept.get("frames", ()))
    known["quality"] = quality_from_row(kept.get("quality"))
    known["reasons"] = reasons_from_row(kept.get("reasons"))
    return FaceEvidence(**known)


def _frame_from_row(kept: dict[str, Any]) -> FrameEvidence:
    return FrameEvidence(
        kept["name"],
        FrameAnswer(kept["answer"]),
        reasons_from_row(kept.get("reasons")),
        FaceScores(**kept.get("scores", {})),
    )

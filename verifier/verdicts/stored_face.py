"""Face evidence as it is kept in a row, and back."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from verifier.exif import Camera
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
    row = asdict(face)
    if face.camera is not None and face.camera.taken_at is not None:
        row["camera"]["taken_at"] = face.camera.taken_at.isoformat()
    return row


def face_from_row(kept: dict[str, Any]) -> FaceEvidence:
    """Returns what a row keeps; keys of later versions are left out, missing ones are defaults."""
    known = {name: kept[name] for name in FaceEvidence.__dataclass_fields__ if name in kept}
    known["verdict"] = FaceVerdict(kept["verdict"])
    known["scores"] = FaceScores(**kept.get("scores", {}))
    known["frames"] = tuple(_frame_from_row(frame) for frame in kept.get("frames", ()))
    known["quality"] = quality_from_row(kept.get("quality"))
    known["reasons"] = reasons_from_row(kept.get("reasons"))
    known["camera"] = _camera_from_row(kept.get("camera"))
    return FaceEvidence(**known)


def _frame_from_row(kept: dict[str, Any]) -> FrameEvidence:
    return FrameEvidence(
        kept["name"],
        FrameAnswer(kept["answer"]),
        reasons_from_row(kept.get("reasons")),
        FaceScores(**kept.get("scores", {})),
    )


def _camera_from_row(kept: dict[str, Any] | None) -> Camera | None:
    if kept is None:
        return None
    taken_at = kept.get("taken_at")
    instant = None if taken_at is None else datetime.fromisoformat(taken_at)
    return Camera(kept.get("make"), kept.get("model"), kept.get("software"), instant)

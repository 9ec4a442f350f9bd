"""Whether a photo is good enough to be compared: what was measured, the limits, the reasons."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from math import isfinite
from typing import Any


class QualityReason(StrEnum):
    """What a better photo would cure, in the order in which it is told."""

    NO_FACE = "no_face"
    SEVERAL_FACES = "several_faces"
    TOO_SMALL = "face_too_small"
    TOO_DARK = "too_dark"
    TOO_BRIGHT = "too_bright"
    FLAT_LIGHT = "flat_light"
    BLURRED = "blurred"
    TURNED_AWAY = "turned_away"
    TILTED = "tilted"
    EYES_HIDDEN = "eyes_hidden"


@dataclass(frozen=True)
class PhotoQuality:
    """Measured on the largest face as it is compared; the defaults stand for no face.

    sharpness: variance of the Laplacian of its 160 x 160 grey crop; brightness and contrast: mean
    and standard deviation there, 0 to 255. yaw: how far the nose lies beside the middle of the
    eyes, in distances of the eyes; 0 straight on, positive with the nose to the picture's right.
    roll_degrees: by how much the eyes still lean clockwise in the picture that is compared, which
    was turned upright as well as they told. eye_light: how light the eyes are against the cheeks;
    eye_detail: contrast in the flatter eye, against the same.
    """

    faces: int = 0
    face_px: int = 0
    sharpness: float = 0.0
    brightness: float = 0.0
    contrast: float = 0.0
    yaw: float = 0.0
    roll_degrees: float = 0.0
    eye_light: float = 0.0
    eye_detail: float = 0.0


@dataclass(frozen=True)
class QualityLimits:
    """A named set that never changes; another calibration is another set with another name."""

    name: str
    least_face_px: int
    least_sharpness: float
    least_brightness: float
    most_brightness: float
    least_contrast: float
    most_yaw: float
    most_roll_degrees: float
    least_eye_light: float
    least_eye_detail: float


# Measured on 475 public photos of 106 people (docs/face-verification.md has the table): each of
# these rejects about 2 % of them or less, only the size of the face 8 %, because those photos are
# small; it is also what prevents most misses. Sharpness and contrast lie below what rejects 2 % of
# East Asian portraits (43 and 33), which would reject 36 % and 10 % of the other photos. Eyes: dark
# glasses have a light below 0.25, other eyes above 0.44; what covers an eye has no detail.
DEFAULT_LIMITS = QualityLimits(
    name="public-2026-11",
    least_face_px=80,
    least_sharpness=17.0,
    least_brightness=76.0,
    most_brightness=189.0,
    least_contrast=29.0,
    most_yaw=0.40,
    most_roll_degrees=25.0,
    least_eye_light=0.35,
    least_eye_detail=0.08,
)


# What a limit may be at all; a gate beyond would let everything pass, or nothing.
_RANGES = {
    "least_face_px": (20, 640),
    "least_sharpness": (0.0, 1000.0),
    "least_brightness": (0.0, 255.0),
    "most_brightness": (0.0, 255.0),
    "least_contrast": (0.0, 127.0),
    "most_yaw": (0.1, 5.0),
    "most_roll_degrees": (1.0, 180.0),
    "least_eye_light": (0.0, 2.0),
    "least_eye_detail": (0.0, 2.0),
}


class QualityLimitsError(ValueError):
    """Limits that are none: numbers that lack or are out of range."""


def limits_from_row(name: str, kept: Mapping[str, Any]) -> QualityLimits:
    """Returns the limits of a set by its name; raises QualityLimitsError, naming what is wrong."""
    if set(kept) != set(_RANGES):
        msg = f"the gate needs exactly {', '.join(_RANGES)}"
        raise QualityLimitsError(msg)
    for word, (least, most) in _RANGES.items():
        value = kept[word]
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not (number and isfinite(value) and least <= value <= most):
            msg = f"{word} has to be a number from {least} to {most}"
            raise QualityLimitsError(msg)
    if kept["least_brightness"] >= kept["most_brightness"]:
        msg = "least_brightness has to be below most_brightness"
        raise QualityLimitsError(msg)
    return QualityLimits(name, **kept)


def limits_to_row(limits: QualityLimits) -> dict[str, Any]:
    """Returns what a row keeps of limits; their name is the row's."""
    return {one.name: getattr(limits, one.name) for one in fields(limits) if one.name != "name"}


def assess(measured: PhotoQuality, limits: QualityLimits) -> tuple[QualityReason, ...]:
    """Returns every reason to take another photo, the most useful first; none for a good one."""
    if measured.faces == 0:
        return (QualityReason.NO_FACE,)
    found = {
        QualityReason.SEVERAL_FACES: measured.faces > 1,
        QualityReason.TOO_SMALL: measured.face_px < limits.least_face_px,
        QualityReason.TOO_DARK: measured.brightness < limits.least_brightness,
        QualityReason.TOO_BRIGHT: measured.brightness > limits.most_brightness,
        QualityReason.FLAT_LIGHT: measured.contrast < limits.least_contrast,
        QualityReason.BLURRED: measured.sharpness < limits.least_sharpness,
        QualityReason.TURNED_AWAY: abs(measured.yaw) > limits.most_yaw,
        QualityReason.TILTED: abs(measured.roll_degrees) > limits.most_roll_degrees,
        QualityReason.EYES_HIDDEN: measured.eye_light < limits.least_eye_light
        or measured.eye_detail < limits.least_eye_detail,
    }
    return tuple(reason for reason in QualityReason if found.get(reason, False))


def quality_to_row(
    measured: PhotoQuality, limits: QualityLimits, reasons: Iterable[QualityReason]
) -> dict[str, Any]:
    """Returns what the row of an enrolled photo keeps: numbers, reasons, the limits' name."""
    kept = {"limits": limits.name, "reasons": [str(reason) for reason in reasons]}
    return {**asdict(measured), **kept}


def quality_from_row(kept: Mapping[str, Any] | None) -> PhotoQuality | None:
    """Returns what a row keeps, None of a row without; numbers of later versions are left out."""
    if kept is None:
        return None
    known = PhotoQuality.__dataclass_fields__
    return PhotoQuality(**{name: kept[name] for name in known if name in kept})


def reasons_from_row(kept: Iterable[str] | None) -> tuple[QualityReason, ...]:
    """Returns the reasons that a row keeps."""
    return tuple(QualityReason(reason) for reason in kept or ())

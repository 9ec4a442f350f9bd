"""Which photos are asked for again, and what the person is told to do better."""

from dataclasses import asdict, replace
from typing import Any

import pytest

from mobile_contract.codes import CheckInState, ToldReason
from tests.verifier.verdicts.examples import EVERYDAY, decided
from verifier.verdicts.evidence import FaceEvidence, FaceVerdict
from verifier.verdicts.face import TOLD_BY_REASON
from verifier.verdicts.quality import (
    DEFAULT_LIMITS,
    PhotoQuality,
    QualityLimitsError,
    QualityReason,
    assess,
    limits_from_row,
    limits_to_row,
    quality_from_row,
    quality_to_row,
)
from verifier.verdicts.stored_face import face_from_row, face_to_row

GOOD = PhotoQuality(
    faces=1,
    face_px=200,
    sharpness=400.0,
    brightness=130.0,
    contrast=55.0,
    yaw=0.02,
    roll_degrees=3.0,
    eye_light=0.7,
    eye_detail=0.3,
)


def test_a_good_photo_has_no_reason_to_be_taken_again() -> None:
    assert assess(GOOD, DEFAULT_LIMITS) == ()


@pytest.mark.parametrize(
    ("measured", "reason"),
    [
        (PhotoQuality(), QualityReason.NO_FACE),
        (replace(GOOD, faces=2), QualityReason.SEVERAL_FACES),
        (replace(GOOD, face_px=79), QualityReason.TOO_SMALL),
        (replace(GOOD, brightness=20.0), QualityReason.TOO_DARK),
        (replace(GOOD, brightness=240.0), QualityReason.TOO_BRIGHT),
        (replace(GOOD, contrast=10.0), QualityReason.FLAT_LIGHT),
        (replace(GOOD, sharpness=5.0), QualityReason.BLURRED),
        (replace(GOOD, yaw=0.9), QualityReason.TURNED_AWAY),
        (replace(GOOD, yaw=-0.9), QualityReason.TURNED_AWAY),
        (replace(GOOD, roll_degrees=80.0), QualityReason.TILTED),
        (replace(GOOD, roll_degrees=-80.0), QualityReason.TILTED),
        (replace(GOOD, eye_light=0.1), QualityReason.EYES_HIDDEN),
        (replace(GOOD, eye_detail=0.01), QualityReason.EYES_HIDDEN),
    ],
)
def test_each_fault_is_named_alone(measured: PhotoQuality, reason: QualityReason) -> None:
    assert assess(measured, DEFAULT_LIMITS) == (reason,)


def test_several_faults_are_named_together_in_a_fixed_order() -> None:
    measured = replace(GOOD, sharpness=5.0, brightness=20.0, faces=2)

    assert assess(measured, DEFAULT_LIMITS) == (
        QualityReason.SEVERAL_FACES,
        QualityReason.TOO_DARK,
        QualityReason.BLURRED,
    )


def test_a_number_at_its_limit_is_good_enough() -> None:
    limits = DEFAULT_LIMITS
    measured = PhotoQuality(
        faces=1,
        face_px=limits.least_face_px,
        sharpness=limits.least_sharpness,
        brightness=limits.least_brightness,
        contrast=limits.least_contrast,
        yaw=-limits.most_yaw,
        roll_degrees=limits.most_roll_degrees,
        eye_light=limits.least_eye_light,
        eye_detail=limits.least_eye_detail,
    )

    assert assess(measured, limits) == ()
    assert assess(replace(measured, brightness=limits.most_brightness), limits) == ()


def test_every_reason_has_words_for_the_person() -> None:
    assert set(TOLD_BY_REASON) == set(QualityReason)


def test_the_person_is_told_what_to_do_better_and_asked_for_another_photo() -> None:
    face = FaceEvidence(
        FaceVerdict.POOR_QUALITY,
        references=3,
        reasons=(QualityReason.TOO_DARK, QualityReason.BLURRED),
    )

    decision = decided(replace(EVERYDAY, face=face))

    assert decision.told == (ToldReason.TOO_DARK, ToldReason.BLURRED)
    assert decision.state is CheckInState.IN_REVIEW
    assert decision.invite_retake
    assert decision.flags == ()


def test_a_poor_photo_without_reasons_is_told_as_before_there_were_any() -> None:
    decision = decided(replace(EVERYDAY, face=FaceEvidence(FaceVerdict.POOR_QUALITY)))

    assert decision.told == (ToldReason.POOR_QUALITY,)


def test_reasons_of_a_photo_that_was_compared_are_not_told() -> None:
    face = FaceEvidence(FaceVerdict.NOT_ENROLLED, reasons=(QualityReason.TOO_DARK,))

    assert decided(replace(EVERYDAY, face=face)).told == (ToldReason.NOT_ENROLLED,)


def test_evidence_comes_back_from_its_row_as_it_was() -> None:
    face = FaceEvidence(
        FaceVerdict.POOR_QUALITY,
        quality=GOOD,
        quality_limits=DEFAULT_LIMITS.name,
        reasons=(QualityReason.TOO_BRIGHT,),
    )

    kept = face_to_row(face)

    assert face_from_row(kept) == face


def test_rows_from_before_the_gate_have_no_quality() -> None:
    kept = face_to_row(FaceEvidence(FaceVerdict.MATCH))
    for later in ("quality", "quality_limits", "reasons"):
        del kept[later]

    face = face_from_row(kept)

    assert face.quality is None
    assert face.reasons == ()


def test_an_enrolled_photo_keeps_numbers_reasons_and_the_name_of_the_limits() -> None:
    kept = quality_to_row(GOOD, DEFAULT_LIMITS, (QualityReason.TILTED,))

    assert quality_from_row(kept) == GOOD
    assert kept == {**asdict(GOOD), "limits": DEFAULT_LIMITS.name, "reasons": ["tilted"]}


def test_limits_come_back_from_their_row_under_its_name() -> None:
    kept = limits_to_row(DEFAULT_LIMITS)

    assert "name" not in kept
    assert limits_from_row("own", kept) == replace(DEFAULT_LIMITS, name="own")


@pytest.mark.parametrize(
    "change",
    [
        {"least_sharpness": float("nan")},
        {"least_brightness": -1},
        {"least_brightness": 200.0, "most_brightness": 190.0},
        {"most_yaw": "0.4"},
        {"least_face_px": True},
        {"least_face_px": 2000},
        {"beyond": 1},
    ],
)
def test_limits_that_would_stop_all_or_nobody_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(QualityLimitsError):
        limits_from_row("own", limits_to_row(DEFAULT_LIMITS) | change)


def test_limits_that_lack_a_number_are_refused() -> None:
    kept = limits_to_row(DEFAULT_LIMITS)
    del kept["most_yaw"]

    with pytest.raises(QualityLimitsError, match="most_yaw"):
        limits_from_row("own", kept)

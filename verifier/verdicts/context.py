"""Gathers what `decide` looks at: the evidence that is stored and what is true around it now."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from mobile_contract.codes import CheckInState, NoPlaceReason
from storage.records import (
    CheckIn,
    EvidenceRow,
    Fence,
    Media,
    Offender,
    ReplayTwin,
    Window,
)
from verifier.local_time import local_date
from verifier.look_alikes import has_look_alike, is_sampled
from verifier.place.fences import CircularFence, FenceLimits, Fix, measure_place
from verifier.rules.rules import Rules
from verifier.verdicts.device_context import device_evidence
from verifier.verdicts.evidence import (
    Circumstances,
    Evidence,
    FaceEvidence,
    FaceVerdict,
    PlaceAnswer,
    PlaceEvidence,
    TimeBasis,
    TimeEvidence,
)
from verifier.verdicts.face import RETAKE_VERDICTS
from verifier.verdicts.movement_known import movement_evidence
from verifier.verdicts.stored_face import MEDIA_LOST, face_from_row

EARLIER_PLACES = 6  # with the one that is judged, seven (docs/rules.md 1)
ASKED_AGAIN = [str(verdict) for verdict in (*RETAKE_VERDICTS, FaceVerdict.UNSURE)]


def evidence_of(
    session: Session, checkin: CheckIn, window: Window | None, rules: Rules, now: datetime
) -> Evidence:
    """Returns everything that is known about a check-in."""
    face = _face(session, checkin)
    return Evidence(
        face=face,
        place=_place(session, checkin, rules),
        time=TimeEvidence(
            TimeBasis(checkin.time_basis), checkin.clock_difference_s, checkin.captured_offline
        ),
        device=device_evidence(session, checkin, face.camera, rules),
        circumstances=replace(
            _circumstances(session, checkin, window, now),
            media_lost=face.error == MEDIA_LOST,
            look_alike_sampled=_is_look_alike_sampled(session, checkin, rules),
        ),
        movement=movement_evidence(session, checkin, window),
    )


def _face(session: Session, checkin: CheckIn) -> FaceEvidence:
    row = session.scalars(
        select(EvidenceRow)
        .where(EvidenceRow.offender_id == checkin.offender_id, EvidenceRow.checkin_id == checkin.id)
        .order_by(EvidenceRow.attempt.desc())
        .limit(1)
    ).first()
    return FaceEvidence(FaceVerdict.NONE) if row is None else face_from_row(row.face)


def _place(session: Session, checkin: CheckIn, rules: Rules) -> PlaceEvidence:
    if (
        checkin.latitude is None
        or checkin.longitude is None
        or checkin.datum is None
        or checkin.accuracy_m is None
    ):
        reason = checkin.no_place_reason or NoPlaceReason.UNAVAILABLE
        measured = measure_place(reason, None, FenceLimits.of(rules))
    else:
        fix = Fix(checkin.latitude, checkin.longitude, checkin.datum, checkin.accuracy_m)
        fence = _fence_at(session, checkin)
        measured = measure_place(fix, fence, FenceLimits.of(rules))
    missing = [
        *_earlier_without_place(session, checkin, rules),
        measured.answer is PlaceAnswer.NO_FIX,
    ]
    return PlaceEvidence(
        measured.answer,
        measured.no_fix_reason,
        measured.metres_outside,
        measured.accuracy_m,
        without_place_of_last_seven=sum(missing),
        accuracy_identical=_accuracy_identical(session, checkin, rules),
    )


def _fence_at(session: Session, checkin: CheckIn) -> CircularFence | None:
    """Returns the fence that stood when the check-in was received: never judged by a later one."""
    row = session.scalars(
        select(Fence).where(
            Fence.offender_id == checkin.offender_id,
            Fence.created_at <= checkin.received_at,
            or_(Fence.ended_at.is_(None), Fence.ended_at > checkin.received_at),
        )
    ).first()
    if row is None:
        return None
    return CircularFence(row.latitude, row.longitude, row.datum, row.radius_m)


def _earlier_without_place(session: Session, checkin: CheckIn, rules: Rules) -> Iterable[bool]:
    too_coarse = CheckIn.accuracy_m > rules.fix_radius_limit_m
    return session.scalars(
        select(or_(CheckIn.latitude.is_(None), too_coarse))
        .where(
            CheckIn.offender_id == checkin.offender_id,
            CheckIn.channel == checkin.channel,
            CheckIn.received_at < checkin.received_at,
        )
        .order_by(CheckIn.received_at.desc())
        .limit(EARLIER_PLACES)
    )


def _accuracy_identical(session: Session, checkin: CheckIn, rules: Rules) -> bool:
    """Tells whether the last fixes, this one included, all say the same radius to the digit."""
    if checkin.accuracy_m is None:
        return False
    earlier = session.scalars(
        select(CheckIn.accuracy_m)
        .where(
            CheckIn.offender_id == checkin.offender_id,
            CheckIn.accuracy_m.is_not(None),
            CheckIn.received_at < checkin.received_at,
        )
        .order_by(CheckIn.received_at.desc())
        .limit(rules.identical_accuracy_fixes - 1)
    ).all()
    enough = len(earlier) == rules.identical_accuracy_fixes - 1
    return enough and set(earlier) == {checkin.accuracy_m}


def _circumstances(
    session: Session, checkin: CheckIn, window: Window | None, now: datetime
) -> Circumstances:
    return Circumstances(
        channel=checkin.channel,
        no_selfie_reason=checkin.no_selfie_reason,
        face_exempt=_is_exempt(session.get_one(Offender, checkin.offender_id), checkin),
        media_missing=_media_missing(session, checkin),
        possible_replay=session.get(ReplayTwin, (checkin.offender_id, checkin.id)) is not None,
        retakes_used=_retakes_used(session, checkin),
        window_open=window is not None and now < window.grace_ends_at,
    )


def _is_exempt(offender: Offender, checkin: CheckIn) -> bool:
    day = local_date(checkin.received_at)
    begins, ends = offender.face_exempt_from, offender.face_exempt_to
    return begins is not None and begins <= day and (ends is None or day <= ends)


def _is_look_alike_sampled(session: Session, checkin: CheckIn, rules: Rules) -> bool:
    sampled = is_sampled(checkin.id, checkin.received_at, rules.look_alike_one_in)
    return sampled and has_look_alike(session, checkin.offender_id)


def _media_missing(session: Session, checkin: CheckIn) -> bool:
    declared = {str(part["name"]) for part in checkin.body.get("files", [])}
    held = session.scalars(
        select(Media.name).where(
            Media.offender_id == checkin.offender_id, Media.checkin_id == checkin.id
        )
    )
    return not declared <= set(held)


def _retakes_used(session: Session, checkin: CheckIn) -> int:
    """Counts the earlier check-ins of the window that asked for another photo."""
    if checkin.window_id is None:
        return 0
    return (
        session.scalar(
            select(func.count(func.distinct(CheckIn.id)))
            .join(
                EvidenceRow,
                (EvidenceRow.offender_id == CheckIn.offender_id)
                & (EvidenceRow.checkin_id == CheckIn.id),
            )
            .where(
                CheckIn.window_id == checkin.window_id,
                CheckIn.id != checkin.id,
                CheckIn.received_at < checkin.received_at,
                CheckIn.state != CheckInState.CONFIRMED,
                EvidenceRow.face_verdict.in_(ASKED_AGAIN),
            )
        )
        or 0
    )

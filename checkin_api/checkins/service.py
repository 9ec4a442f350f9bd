"""Taking a check-in in: once, whole, with its receipt, or not at all."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from checkin_api.access.callers import OffenderCaller
from checkin_api.checkins.receipts import Attempt, keep_receipt, make_receipt
from checkin_api.checkins.submission import Submission, receipt_parts, require_files
from checkin_api.checkins.twins import answer_again, answer_for_twin
from checkin_api.refusals import RefusedError
from checkin_api.uploads import Part
from mobile_contract.checkins import CheckInBody
from mobile_contract.codes import Channel, CheckInState, ProblemCode
from mobile_contract.receipts import ACCEPTED, Receipt
from storage import audit, work
from storage.database import transaction
from storage.keys import nonce_time
from storage.media import MediaKey, StoredObject
from storage.parts import Parts
from storage.records import CheckIn, Media, MediaKind, Window, WorkKind
from storage.stored_media import Described, media_row
from verifier.attendance.settle import window_value
from verifier.attendance.supervision import supervision_of
from verifier.attendance.windows import choose_for_capture
from verifier.capture import (
    CaptureClocks,
    CaptureLimits,
    CaptureTime,
    SendingClocks,
    time_evidence,
    when_captured,
)
from verifier.photos import PhotoLimits
from verifier.rules.in_force import in_force_for
from verifier.rules.rules import Rules

NO_RECEIPT = frozenset({ProblemCode.UNAVAILABLE, ProblemCode.INTERNAL})


class Limit(Protocol):
    """How many new check-ins a person may send."""

    def require_room(self, person_id: UUID) -> None:
        """Raise RefusedError(too_many) where there is no room for another."""

    def count(self, person_id: UUID) -> None:
        """Count one that was taken in; raises nothing."""


def submit_checkin(
    parts: Parts, caller: OffenderCaller, submission: Submission, limit: Limit
) -> Receipt:
    """Take one check-in in; the same again gets the same receipt, for ever, whatever the limit.

    Raises RefusedError, StoreUnavailableError, DatabaseUnavailableError; of equal twins in
    flight the primary key decides, and the loser answers the winner's receipt.
    """
    now = parts.now()
    with transaction(parts.sessions, caller.scope) as session:
        known = answer_again(session, caller, submission.body)
        if known is not None:
            return known
        rules = in_force_for(session, caller.offender_id, now)
        capture = _capture(parts, submission, rules, now)
        _require_supervised(session, caller, capture, rules)
    require_files(submission, PhotoLimits(max_bytes=rules.photo_max_bytes))
    limit.require_room(caller.offender_id)
    stored = _put_files(parts, caller, submission)
    try:
        with transaction(parts.sessions, caller.scope) as session:
            receipt = _keep(parts, session, caller, submission, (capture, stored))
    except IntegrityError as fault:
        return answer_for_twin(parts, caller, submission, stored, fault)
    parts.bell.ring(work.QUEUE_OF[WorkKind.VERIFY_CHECKIN])
    limit.count(caller.offender_id)
    return receipt


def record_refusal(
    parts: Parts,
    caller: OffenderCaller,
    checkin_id: UUID,
    code: ProblemCode,
    arrived: Mapping[str, Part],
) -> Receipt | None:
    """Leave nothing of a refused attempt but its receipt; None where our own fault refused it."""
    if code in NO_RECEIPT:
        return None
    attempt = Attempt(caller.offender_id, checkin_id, str(code))
    receipt = make_receipt(parts.keys, attempt, receipt_parts(arrived.values()), parts.now())
    with transaction(parts.sessions, caller.scope) as session:
        return keep_receipt(session, parts.keys, receipt)


def _capture(parts: Parts, submission: Submission, rules: Rules, now: datetime) -> CaptureTime:
    body, headers = submission.body, submission.headers
    nonce = body.server_nonce
    return when_captured(
        CaptureClocks(
            captured_at=body.captured_at,
            captured_monotonic_ms=body.captured_monotonic_ms,
            boot_id=body.boot_id,
            nonce_time=None if nonce is None else nonce_time(parts.keys, nonce),
        ),
        SendingClocks(now, headers.sent_at, headers.sent_monotonic_ms, headers.boot_id),
        CaptureLimits.of(rules),
    )


def _require_supervised(
    session: Session, caller: OffenderCaller, capture: CaptureTime, rules: Rules
) -> None:
    """Raise RefusedError when supervision ended before the capture, or too long ago."""
    captured = capture.proven_at or capture.claimed_at or capture.received_at
    upload = timedelta(hours=rules.upload_hours)
    supervision = supervision_of(session, [caller.offender_id])[caller.offender_id]
    if not supervision.takes(captured, capture.received_at, upload):
        raise RefusedError(ProblemCode.SUPERVISION_ENDED)


def _put_files(
    parts: Parts, caller: OffenderCaller, submission: Submission
) -> dict[str, StoredObject]:
    stored = {}
    for file in submission.body.files:
        key = MediaKey.checkin(caller.offender_id, submission.body.id, file.sha256)
        data = submission.parts[file.name].data
        stored[file.name] = parts.media.put(key, data, file.content_type)
    return stored


def _keep(
    parts: Parts,
    session: Session,
    caller: OffenderCaller,
    submission: Submission,
    made: tuple[CaptureTime, dict[str, StoredObject]],
) -> Receipt:
    """Write everything about a new check-in, in the caller's transaction."""
    capture, stored = made
    body, now = submission.body, capture.received_at
    window = _window(session, caller, capture)
    session.add(_row(caller, body, capture, window))
    session.flush()  # the primary key decides between twins before anything else is written
    session.add_all(_media_row(caller, body.id, name, one, now) for name, one in stored.items())
    attempt = Attempt(caller.offender_id, body.id, ACCEPTED)
    receipt = make_receipt(parts.keys, attempt, submission.receipt_parts, now)
    receipt = keep_receipt(session, parts.keys, receipt)
    audit.record(session, "checkin_received", now, offender_id=caller.offender_id, subject=body.id)
    work.add(session, WorkKind.VERIFY_CHECKIN, work.Subject(body.id, caller.offender_id), now)
    return receipt


def _window(session: Session, caller: OffenderCaller, capture: CaptureTime) -> Window | None:
    rows = session.scalars(
        select(Window).where(
            Window.offender_id == caller.offender_id,
            Window.opens_at <= capture.received_at,
            Window.upload_until >= capture.received_at,
        )
    ).all()
    supervision = supervision_of(session, [caller.offender_id])[caller.offender_id]
    due = [one for one in map(window_value, rows) if supervision.covers(one)]
    chosen = choose_for_capture(due, capture)
    return None if chosen is None else next(row for row in rows if row.id == chosen.id)


def _row(
    caller: OffenderCaller, body: CheckInBody, capture: CaptureTime, window: Window | None
) -> CheckIn:
    place, now = body.place, capture.received_at
    evidence = time_evidence(capture, None if window is None else window.grace_ends_at)
    return CheckIn(
        offender_id=caller.offender_id,
        id=body.id,
        channel=Channel.PHONE,
        window_id=None if window is None else window.id,
        device_id=caller.device_id,
        body=body.model_dump(mode="json"),
        received_at=now,
        captured_at=body.captured_at,
        proven_at=capture.proven_at,
        claimed_at=capture.claimed_at,
        time_basis=str(evidence.basis),
        captured_offline=evidence.captured_offline,
        clock_difference_s=evidence.clock_difference_s,
        latitude=None if place is None else place.latitude,
        longitude=None if place is None else place.longitude,
        datum=None if place is None else place.datum,
        accuracy_m=None if place is None else place.accuracy_m,
        no_place_reason=body.no_place_reason,
        no_selfie_reason=body.no_selfie_reason,
        state=CheckInState.RECEIVED,
        state_since=now,
        told=[],
    )


def _media_row(
    caller: OffenderCaller, checkin_id: UUID, name: str, stored: StoredObject, now: datetime
) -> Media:
    row = media_row(stored, Described(MediaKind.CHECKIN, name, "image/jpeg"), now)
    row.offender_id, row.checkin_id = caller.offender_id, checkin_id
    return row

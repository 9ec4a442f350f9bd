"""Taking a check-in in: once, whole, with its receipt, or not at all."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from checkin_api.access.callers import OffenderCaller
from checkin_api.checkins.files import expected_files, file_row, put_files, take_files
from checkin_api.checkins.receipts import Attempt, keep_receipt, make_receipt
from checkin_api.checkins.submission import (
    Submission,
    require_photos,
)
from checkin_api.checkins.twins import answer_again, answer_for_twin
from checkin_api.refusals import RefusedError
from mobile_contract.checkins import CheckInBody
from mobile_contract.codes import Channel, CheckInState, ProblemCode
from mobile_contract.receipts import ACCEPTED, Receipt
from storage import audit, work
from storage.database import transaction
from storage.keys import nonce_time
from storage.media import StoredObject
from storage.parts import Parts
from storage.records import CheckIn, Window, WorkKind
from verifier.attendance.settle import settle, window_value
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
from verifier.challenges import use as use_challenge
from verifier.photos import PhotoLimits
from verifier.rules.in_force import in_force_for
from verifier.rules.rules import Rules


class Limit(Protocol):
    """How many new check-ins a person may send."""

    def require_room(self, person_id: UUID) -> None:
        """Raise RefusedError(too_many) where there is no room for another."""

    def count(self, person_id: UUID) -> None:
        """Count one that was taken in; raises nothing."""


@dataclass(frozen=True)
class Taken:
    """A check-in that is here: its receipt, which never changes, and the files that are held."""

    receipt: Receipt
    held: frozenset[str]


def submit_checkin(
    parts: Parts, caller: OffenderCaller, submission: Submission, limit: Limit
) -> Taken:
    """Take one check-in in; the same again gets the same receipt, for ever, whatever the limit.

    Files may be missing; those that come along again are taken if they were. Raises RefusedError,
    StoreUnavailableError, DatabaseUnavailableError; of equal twins in flight the primary key
    decides, and the loser answers the winner's receipt.
    """
    with transaction(parts.sessions, caller.scope) as session:
        known = answer_again(session, caller, submission.body)
        if known is None:
            admitted = _admit(parts, session, caller, submission)
    if known is None:
        return _take_in(parts, caller, submission, admitted, limit)
    expected = expected_files(parts, caller, submission.body.id)
    missing = [part for part in submission.files if part.name not in expected.held]
    return Taken(known, take_files(parts, caller, expected, missing))


@dataclass(frozen=True)
class _Admitted:
    """When a new check-in was captured, and what its photos may be."""

    capture: CaptureTime
    limits: PhotoLimits


def _admit(
    parts: Parts, session: Session, caller: OffenderCaller, submission: Submission
) -> _Admitted:
    """Say by which rules a new check-in is taken in; raises RefusedError(supervision_ended)."""
    now = parts.now()
    rules = in_force_for(session, caller.offender_id, now)
    capture = _capture(parts, submission, rules, now)
    _require_supervised(session, caller, capture, rules)
    return _Admitted(capture, PhotoLimits(max_bytes=rules.photo_max_bytes))


def _take_in(
    parts: Parts,
    caller: OffenderCaller,
    submission: Submission,
    admitted: _Admitted,
    limit: Limit,
) -> Taken:
    """Take in a check-in that is not known yet, with the files that came along."""
    require_photos(submission, admitted.limits)
    limit.require_room(caller.offender_id)
    stored = put_files(parts, caller, submission.body.id, submission.files)
    try:
        with transaction(parts.sessions, caller.scope) as session:
            made = (admitted.capture, stored)
            receipt = _keep(parts, session, caller, submission, made)
    except IntegrityError as fault:
        return Taken(*answer_for_twin(parts, caller, submission, stored, fault))
    parts.bell.ring(work.QUEUE_OF[WorkKind.VERIFY_CHECKIN])
    limit.count(caller.offender_id)
    return Taken(receipt, frozenset(stored))


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
    row = _row(caller, body, capture, window)
    session.add(row)
    session.flush()  # the primary key decides between twins before anything else is written
    session.add_all(file_row(row, name, one, now) for name, one in stored.items())
    if body.challenge_id is not None:
        # Used or not, the check-in is taken in: what it means is judged with its frames.
        use_challenge(session, caller.offender_id, body.challenge_id, body.id, now)
    attempt = Attempt(caller.offender_id, body.id, ACCEPTED)
    receipt = make_receipt(parts.keys, attempt, submission.receipt_parts, now)
    receipt = keep_receipt(session, parts.keys, receipt)
    audit.record(session, "checkin_received", now, offender_id=caller.offender_id, subject=body.id)
    if stored.keys() == {file.name for file in body.files}:
        subject = work.Subject(body.id, caller.offender_id)
        work.add(session, WorkKind.VERIFY_CHECKIN, subject, now)
    elif window is not None:
        settle(session, [window.id], now)  # nobody looks at it yet, and it counts all the same
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
